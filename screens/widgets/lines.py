"""A block of rows that repaints the lines that changed, and never asks for a new layout."""

from collections.abc import Callable, Sequence

from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from screens.render.row import Row
from screens.widgets.painter import Painter

Draw = Callable[[int, int], list[Row]]
"""Makes the rows for a width and a height."""


class Repainting:
    """A screen that writes lines that have changed where they stand."""

    def repaint(self, widget: Widget, strips: dict[int, Strip]) -> bool:
        """Soon writes these lines of a widget; false where the compositor has to."""
        raise NotImplementedError


class Painted(Widget):
    """A widget whose lines are strips, made by `strips` for the whole of it."""

    auto_links = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
        self._strips: list[Strip] = []
        self._made_for = Size()
        self._recoloured: tuple[Sequence[LineFilter], list[Strip]] = ((), [])
        """What `_strips` become where a terminal shows fewer colours, and by which filters."""
        self._background: tuple[str, Color] | None = None
        """What is behind the lines, and in which theme: nothing else changes it."""

    @property
    def painter(self) -> Painter:
        painter: Painter = self.app.painter  # type: ignore[attr-defined]  # every face has one
        return painter

    def strips(self, width: int, height: int) -> list[Strip]:
        """The lines as they should be now, at most `height` of them; none if that is not known yet."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Takes the lines anew and repaints those that differ."""
        size = self.outer_size  # known without a search in the layout; there is nothing around the lines
        if not size:
            return
        before, self._strips, self._made_for = self._strips, self.strips(*size), size
        self._recoloured = (), []
        after = self._strips
        changed = [
            y
            for y in range(max(len(before), len(after)))
            if y >= len(before) or y >= len(after) or (before[y] is not after[y] and before[y] != after[y])
        ]
        if changed and not self._repainted(changed):
            self.refresh(*(Region(0, y, size.width, 1) for y in changed))

    def _repainted(self, changed: Sequence[int]) -> bool:
        """Whether the screen takes these lines as they are."""
        screen = self.screen
        if not isinstance(screen, Repainting) or changed[-1] >= len(self._strips):
            return False
        shown = self._in_colours()
        return screen.repaint(self, {y: shown[y] for y in changed})

    def on_resize(self) -> None:
        self.redraw()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The strips as they are: without border, padding and opacity, Textual's own way of putting those
        around them, which costs more than all else, has nothing to do."""
        # Textual paints a new size before it tells of it: what is painted is right at once.
        size = self.size
        if size and size != self._made_for:
            self._strips, self._made_for, self._recoloured = self.strips(*size), size, ((), [])
        strips = self._in_colours()[crop.y : crop.bottom]
        if any(strip.cell_length != crop.width for strip in strips):
            strips = [strip.crop_extend(crop.x, crop.right, self.painter.style("text")) for strip in strips]
        blank = Strip.blank(crop.width, self.painter.style("text"))
        return strips + [blank] * (crop.height - len(strips))

    def _in_colours(self) -> list[Strip]:
        filters = self.get_line_filters()
        if not filters:
            return self._strips
        if self._recoloured[0] != filters:
            background = self._behind()
            shown = self._strips
            for each in filters:
                shown = [strip.apply_filter(each, background) for strip in shown]
            self._recoloured = filters, shown
        return self._recoloured[1]

    def _behind(self) -> Color:
        theme = self.app.theme
        if self._background is None or self._background[0] != theme:
            self._background = theme, self.background_colors[1]
        return self._background[1]


class Bare(Widget):
    """Holds others and shows nothing of its own: Textual would style each line of it, though hardly a cell
    can be seen between what it holds. Named last among a class's bases, or the sheets of the others are lost.
    """

    def render_lines(self, crop: Region) -> list[Strip]:
        painter: Painter = self.app.painter  # type: ignore[attr-defined]  # every face has one
        return [Strip.blank(crop.width, painter.style("text"))] * crop.height


class Lines(Painted):
    """Shows what `draw` makes; `redraw` asks it again."""

    def __init__(self, draw: Draw, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
        self._draw = draw

    def strips(self, width: int, height: int) -> list[Strip]:
        painter = self.painter
        return [painter.strip(row, width) for row in self._draw(width, height)[:height]]
