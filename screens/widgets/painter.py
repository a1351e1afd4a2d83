"""Rows made into strips."""

from functools import lru_cache

from textual.strip import Strip

from screens.glyphs import Glyphs
from screens.ink import Ink
from screens.render.row import Row

_KEPT = 512
"""Lines that are kept painted: more than the largest screen has. Each takes some 7 kB with what Textual
remembers of it, and a clock or a timeline makes new ones without end."""


class Painter(Ink):
    """Keeps the strips that it made last."""

    def __init__(self, theme: str, glyphs: Glyphs, *, greys: bool = False) -> None:
        super().__init__(theme, glyphs, greys=greys)
        self.strip = lru_cache(maxsize=_KEPT)(self._strip)

    def _strip(self, row: Row, width: int, back: str = "") -> Strip:
        """Exactly `width` cells; `back` overrides the row's own background."""
        return Strip(self.segments(row, width, back), width).simplify()
