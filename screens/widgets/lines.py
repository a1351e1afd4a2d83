"""A block of rows that repaints the lines that changed, and never asks for a new layout."""

from collections.abc import Callable

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from screens.render.row import Row
from screens.widgets.painter import Painter

Draw = Callable[[int, int], list[Row]]
"""Makes the rows for a width and a height."""


class Painted(Widget):
    """Shares the painter of its app: a widget whose lines are strips of rows."""

    @property
    def painter(self) -> Painter:
        painter: Painter = self.app.painter  # type: ignore[attr-defined]  # every face has one
        return painter

    def compare(self, before: list[Strip], after: list[Strip]) -> None:
        """Repaints the lines in which `after` differs from `before`."""
        changed = [
            y
            for y in range(max(len(before), len(after)))
            if y >= len(before) or y >= len(after) or before[y] != after[y]
        ]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))


class Lines(Painted):
    """Shows what `draw` makes; `redraw` asks it again."""

    def __init__(self, draw: Draw, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
        self._draw = draw
        self._strips: list[Strip] = []

    def redraw(self) -> None:
        """Takes the rows anew and repaints those that differ."""
        width, height = self.size
        if not width or not height:
            return
        painter = self.painter
        strips = [painter.strip(row, width) for row in self._draw(width, height)[:height]]
        before, self._strips = self._strips, strips
        self.compare(before, strips)

    def on_resize(self) -> None:
        self._strips = []
        self.redraw()

    def render_line(self, y: int) -> Strip:
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self.size.width, self._blank())

    def _blank(self) -> Style:
        return self.painter.style("text")
