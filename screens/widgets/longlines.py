"""How the long lines of a list are looked at: over several rows each, or from further right."""

from collections.abc import Callable, Sequence
from typing import Any

from screens.render.long import Long, shifted, wrapped
from screens.render.row import Row

Make = Callable[[Any, int], Long]
"""Makes an entry a line for a width."""


class LongLines:
    """Keeps what it has drawn, by the places of entries, until it is told to forget it."""

    def __init__(self) -> None:
        self.wraps = False
        """Whether they take as many rows as they need."""
        self._left = 0
        """Cells that are out of sight at the left, unless they are wrapped."""
        self._width = 0
        self._drawn: dict[int, list[Row]] = {}

    @property
    def plain(self) -> bool:
        """Whether each takes a row, from its beginning."""
        return not (self.wraps or self._left)

    @property
    def column(self) -> int:
        """The first cell that is seen."""
        return 0 if self.wraps else self._left

    def fit(self, width: int) -> bool:
        """Draws for this width from now on; returns whether it was another before."""
        if width == self._width:
            return False
        self._width = width
        self.forget()
        return True

    def forget(self) -> None:
        """What was drawn holds no more."""
        self._drawn = {}

    def rows(self, make: Make, entry: Any, place: int) -> list[Row]:
        """The rows of the entry at this place."""
        rows = self._drawn.get(place)
        if rows is None:
            said, width = make(entry, self._width), self._width
            rows = wrapped(said, width) if self.wraps else [shifted(said, width, self._left)]
            self._drawn[place] = rows
        return rows

    def first(self, make: Make, entries: Sequence[Any], last: int, room: int) -> int:
        """The place of the first entry on a screen with so much room on which this one, the last, is to be
        seen as a whole, if it can be."""
        if not self.wraps:
            return last - room + 1
        room -= len(self.rows(make, entries[last], last))
        while last and (room := room - len(self.rows(make, entries[last - 1], last - 1))) >= 0:
            last -= 1
        return last

    def move(self, make: Make, shown: Sequence[Any], way: int) -> bool:
        """Half a width to the right or the left, as far as there is more to see of what is shown; returns
        whether it moved."""
        if self.wraps:
            return False
        before, width = self._left, self._width
        furthest = max((make(entry, width).beyond(width) for entry in shown), default=0)
        end = max(before, furthest) if way > 0 else before
        self._left = max(0, min(before + way * max(1, width // 2), end))
        return self._left != before
