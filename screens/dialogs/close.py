"""Closing the launch: how it ended is chosen first, then what can't be undone is typed."""

from collections.abc import Mapping

from textual.events import Key

from launchpad.model.events import Outcome
from screens.dialogs.confirm import GUARD, Confirm
from screens.render import close as close_rows
from screens.render.row import Row, Span
from screens.render.scene import Scene

_KEYS: Mapping[str, Outcome] = {str(number): how for number, how in enumerate(close_rows.MEANS, 1)}


class CloseDialog(Confirm):
    """Dismissed with the outcome."""

    def __init__(self, scene: Scene, outcome: Outcome | None) -> None:
        super().__init__(scene)
        self._outcome = outcome

    def title_spans(self) -> list[Span]:
        return [Span(" Close the launch: how did it end?", "title")]

    def body(self, width: int) -> list[Row]:
        return close_rows.rows(self.scene, self._outcome, width)

    def hindrance(self) -> str:
        return "" if self._outcome else f"choose how it ended: {', '.join(_KEYS)}"

    def asks(self) -> str:
        return f"close it as {self._outcome}"

    def name_to_type(self) -> str:
        return self.scene.view.definition.launch.environment if self._outcome else ""

    def on_key(self, event: Key) -> None:
        digit = event.character or ""
        # A name that begins with a digit, or goes on with one, is typed.
        chooses = digit in _KEYS and not self._typed and not self.name_to_type().startswith(digit)
        if not chooses or event.time - self._shown_at < GUARD:
            super().on_key(event)
            return
        event.stop()
        event.prevent_default()
        self._outcome, self._early = _KEYS[digit], False
        self.redraw()

    def _confirm(self) -> None:
        if self._outcome and not self.bar():
            self.dismiss(self._outcome)
