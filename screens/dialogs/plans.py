"""Which plan to read next, where there are several."""

import string

from textual.events import Key

from screens.dialogs.reading import Framed
from screens.render import plans as plan_rows
from screens.render.plans import Choice, choices
from screens.render.row import Row, Span, line
from screens.render.scene import Scene

_KEYS = string.digits[1:] + string.ascii_letters
"""In the order in which rows get them, but for those that scroll."""


class PlansDialog(Framed):
    """Dismissed with the choice. It opens a plan and does nothing else."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._key_of: dict[Choice, str] = {}

    def on_mount(self) -> None:
        self._give_keys()

    @property
    def choices(self) -> tuple[Choice, ...]:
        return choices(self.scene.view, self.scene.me.name)

    def show(self, scene: Scene) -> None:
        self.scene = scene
        self._give_keys()
        self.redraw()

    def _give_keys(self) -> None:
        """A row keeps its key while others come and go; what waits for others has none."""
        free = [key for key in _KEYS if key not in self.active_bindings]
        for choice in self.choices:
            if choice.wish != "look" and choice not in self._key_of and len(self._key_of) < len(free):
                self._key_of[choice] = free[len(self._key_of)]

    def title_spans(self) -> list[Span]:
        return [Span(" Plans", "title"), Span("  a key opens one to read; nothing happens yet", "dim")]

    def body(self, width: int) -> list[Row]:
        found = self.choices
        if not found:
            return [line(width, [Span(" no plan waits, and no action is defined", "dim")])]
        rows: list[Row] = []
        for choice in found:
            rows += [Row()] if rows else []
            rows += plan_rows.rows(self.scene, choice, self._key_of.get(choice, ""), width)
        return rows

    def on_key(self, event: Key) -> None:
        chosen = next((c for c, key in self._key_of.items() if key == event.character), None)
        if chosen in self.choices:
            event.stop()
            event.prevent_default()
            self.dismiss(chosen)
