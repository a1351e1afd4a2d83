"""Rows that may be more than fit, moved by the keys of the dialog around them."""

from collections.abc import Callable

from textual.events import MouseScrollDown, MouseScrollUp
from textual.strip import Strip

from screens.render.row import Row
from screens.widgets.lines import Painted


class Scroll(Painted):
    """Shows a stretch of what `draw` makes for its width."""

    def __init__(self, draw: Callable[[int], list[Row]], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._draw = draw
        self._top = 0
        self._rows: list[Row] = []

    @property
    def hidden(self) -> tuple[int, int]:
        """Rows above and below what can be seen."""
        return self._top, max(0, len(self._rows) - self._top - self.size.height)

    def strips(self, width: int, height: int) -> list[Strip]:
        self._rows = self._draw(width)
        self._top = max(0, min(self._top, len(self._rows) - height))
        seen = self._rows[self._top : self._top + height]
        return [self.painter.strip(row, width) for row in seen]

    def move(self, by: int) -> None:
        self._top += by
        self.redraw()

    def page(self, pages: int) -> None:
        self.move(pages * max(1, self.size.height - 1))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self.move(3)
        event.stop()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self.move(-3)
        event.stop()
