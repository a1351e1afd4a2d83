"""A block of rows that repaints the lines that changed, and never asks for a new layout."""

from collections.abc import Callable

from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from screens.render.row import Row
from screens.widgets.painter import Painter

Draw = Callable[[int, int], list[Row]]
"""Makes the rows for a width and a height."""


class Painted(Widget):
    """A widget whose lines are strips, made by `strips` for the whole of it."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
        self._strips: list[Strip] = []
        self._made_for = Size()

    @property
    def painter(self) -> Painter:
        painter: Painter = self.app.painter  # type: ignore[attr-defined]  # every face has one
        return painter

    def strips(self, width: int, height: int) -> list[Strip]:
        """The lines as they should be now, at most `height` of them; none if that is not known yet."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Takes the lines anew and repaints those that differ."""
        size = self.size
        if not size:
            return
        before, self._strips, self._made_for = self._strips, self.strips(*size), size
        after = self._strips
        changed = [
            y
            for y in range(max(len(before), len(after)))
            if y >= len(before) or y >= len(after) or before[y] != after[y]
        ]
        if changed:
            self.refresh(*(Region(0, y, size.width, 1) for y in changed))

    def on_resize(self) -> None:
        self.redraw()

    def render_lines(self, crop: Region) -> list[Strip]:
        # Textual paints a new size before it tells of it: what is painted is right at once.
        size = self.size
        if size and size != self._made_for:
            self._strips, self._made_for = self.strips(*size), size
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self._made_for.width, self.painter.style("text"))


class Lines(Painted):
    """Shows what `draw` makes; `redraw` asks it again."""

    def __init__(self, draw: Draw, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
        self._draw = draw

    def strips(self, width: int, height: int) -> list[Strip]:
        painter = self.painter
        return [painter.strip(row, width) for row in self._draw(width, height)[:height]]
