"""The entry under the cursor in a sentence, where its row had to leave something out."""

from typing import Any

from screens.glyphs import Glyphs
from screens.render.listing import Listing
from screens.render.row import MORE, Row, Span, line, wrap

_MOST = 2
"""Rows."""
_LEAST = 3
"""Entries that it leaves on the screen, where there are so many."""


def in_full(listing: Listing, entry: Any, row: Row, glyphs: Glyphs, width: int, room: int) -> list[Row]:
    """What stands under the entries, for which there are `room` rows; `row` is how it is listed."""
    spare = room - min(len(listing.entries), _LEAST)
    if spare < 1 or not any(span.text.rstrip().endswith(MORE) for span in row.spans):
        return []
    said = (listing.in_full or listing.plain)(entry)
    pieces = wrap(said.replace("\n", " "), width - 3, most=min(_MOST, spare))
    rows = [line(width, [Span("  "), Span(piece)]) for piece in pieces]
    rows[0] = line(width, [Span(f"{glyphs.pointer} ", "accent"), Span(pieces[0])])
    free = room - len(listing.entries) - len(rows)
    return [Row(), *rows] if free > 0 else rows
