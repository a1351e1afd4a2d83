"""What the keys put into the terminal's clipboard, by OSC 52: mouse reports take its own copying."""

from collections.abc import Sequence

from launchpad.rules.view.brief import brief
from screens.acts.base import Acting

_MOST = 48_000
"""Most bytes that are copied at once: terminals and tmux let go of longer sequences."""


class CopyActs(Acting):
    """Everything shown can be copied."""

    def action_copy(self) -> None:
        """The selected line, or what can be pasted to say how things are."""
        panel = self.board.focused_panel
        text = panel.selected_text if panel is not None else ""
        self._copy(text or brief(self.scene.view))

    def action_copy_standing(self) -> None:
        """How things are, whatever is selected."""
        self._copy(brief(self.scene.view))

    def _copy(self, text: str) -> None:
        self.copy_to_clipboard(text)
        self.say(f"copied: {text}", "info")

    def action_copy_all(self) -> None:
        """Every line that the list shows, filtered as it is."""
        panel = self.board.focused_panel or self.board.panel("action")
        lines = panel.listed_texts
        kept = within(lines, _MOST)
        if not kept:
            self.say("there is nothing here to copy", "info")
            return
        self.copy_to_clipboard("\n".join(kept) + "\n")
        left = f", the last of {len(lines)}" if len(kept) < len(lines) else ""
        self.say(f"copied {len(kept)} line{'s' * (len(kept) != 1)} of {panel.id}{left}", "info")


def within(lines: Sequence[str], size: int) -> list[str]:
    """The last lines of which all together take at most `size` bytes."""
    kept = 0
    for text in reversed(lines):
        size -= len(text.encode()) + 1
        if size < 0:
            break
        kept += 1
    return list(lines[len(lines) - kept :])
