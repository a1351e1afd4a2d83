"""A few cards over the live screen, below the lines that must be seen at every time."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.events import Key

from screens.dialogs.base import Dialog
from screens.keys import LEAVE
from screens.render import tour
from screens.render.row import Row
from screens.render.scene import Scene
from screens.widgets.lines import Lines

_WIDEST = 84


class Tour(Dialog[bool]):
    """Dismissed with whether it was seen or left by its reader, and not taken away by an alert."""

    BINDINGS: ClassVar[list[BindingType]] = [LEAVE]

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self.scene = scene
        self._number = 0

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame"):
            yield Lines(self._draw, id="tour-card")

    def on_mount(self) -> None:
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        width = self.frame_width(_WIDEST)
        self.query_one(".frame").styles.width = width
        self.query_one("#tour-card").styles.height = len(tour.rows(self.scene, self._number, width - 4))

    def _draw(self, width: int, _height: int) -> list[Row]:
        return tour.rows(self.scene, self._number, width)

    def show(self, scene: Scene) -> None:
        """Takes a later scene; an alert that nobody has acknowledged ends the tour."""
        self.scene = scene
        if any(alert.unacknowledged for alert in scene.view.alerts):
            self.dismiss(False)

    def on_key(self, event: Key) -> None:
        if event.key in ("escape", "ctrl+c"):
            return
        event.stop()
        if self._number + 1 == len(tour.cards(self.scene)):
            self.dismiss(True)
            return
        self._number += 1
        self._fit()
        self.query_one("#tour-card", Lines).redraw()

    def action_leave(self) -> None:
        self.dismiss(True)
