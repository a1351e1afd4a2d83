"""The visible entries of a list as strips."""

from collections.abc import Sequence, Set
from typing import Any, NamedTuple

from textual.strip import Strip

from screens.render.listing import Listing
from screens.render.row import Row, Span
from screens.widgets.painter import Painter


class Looks(NamedTuple):
    """What an entry's row looks like where it stands."""

    painter: Painter
    here: bool
    """The cursor is on it."""
    focused: bool
    """Its list has the focus."""
    thumb: bool
    """The edge beside it is marked."""

    def strip(self, row: Row, width: int) -> Strip:
        """The row between the cursor's pointer and the edge."""
        glyphs = self.painter.glyphs
        pointer = Span(glyphs.pointer if self.here else " ", "accent" if self.focused else "faint")
        edge = Span(glyphs.thumb if self.thumb else " ", "faint")
        back = ("cursor" if self.focused else "cursor-faint") if self.here else ""
        return self.painter.strip(Row((pointer, *row.spans, edge), row.back), width, back)


class _Entry(NamedTuple):
    """An entry's row and strip, and what they were made of."""

    width: int
    rested_on: object
    row: Row
    looks: Looks
    strip: Strip


class Entries:
    """The entries that are seen. What would come out as it was the last time is not made again: of a list
    that changes, most rows stay as they are.
    """

    def __init__(self) -> None:
        self._known: dict[str, _Entry] = {}

    def row(self, listing: Listing, entry: Any, width: int) -> Row:
        """An entry's row, drawn only if it is not known."""
        known = self._known.get(listing.key(entry))
        same = known is not None and _still_so(known, listing, entry, width)
        return known.row if known is not None and same else listing.draw(entry, width - 2)

    @property
    def names(self) -> Set[str]:
        """The keys of what was drawn last."""
        return self._known.keys()

    def strips(
        self, listing: Listing, shown: Sequence[Any], looks: Sequence[Looks], width: int
    ) -> list[Strip]:
        """A strip for each of the visible entries."""
        before, self._known = self._known, {}
        strips = []
        for entry, look in zip(shown, looks, strict=True):
            name = listing.key(entry)
            made = _made(before.get(name), listing, entry, look, width)
            self._known[name] = made
            strips.append(made.strip)
        return strips


def _made(known: _Entry | None, listing: Listing, entry: Any, looks: Looks, width: int) -> _Entry:
    same = known is not None and _still_so(known, listing, entry, width)
    if known is not None and same and known.looks == looks:
        return known
    row = known.row if known is not None and same else listing.draw(entry, width - 2)
    return _Entry(width, _rested_on(listing, entry), row, looks, looks.strip(row, width))


def _still_so(known: _Entry, listing: Listing, entry: Any, width: int) -> bool:
    """Whether the row would come out as it was."""
    return known.width == width and known.rested_on == _rested_on(listing, entry)


def _rested_on(listing: Listing, entry: Any) -> object:
    return listing if listing.rests_on is None else listing.rests_on(entry)
