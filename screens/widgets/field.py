"""A line to write in."""

from textual.events import Paste
from textual.widgets import Input

from launchpad.desk.decision import TEXT_LIMIT


class Field(Input):
    """What is pasted becomes one line, no longer than can be kept: a megabyte by mistake stops nothing."""

    def on_mount(self) -> None:
        self.cursor_blink = False
        self.max_length = TEXT_LIMIT

    def _on_paste(self, event: Paste) -> None:
        event.prevent_default()
        event.stop()
        start, end = sorted(self.selection)
        room = TEXT_LIMIT - len(self.value) + (end - start)
        self.replace(" ".join(event.text[: 4 * TEXT_LIMIT].split())[:room], start, end)
