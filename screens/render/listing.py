"""What a list lists."""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from screens.render.long import Long
from screens.render.orders import Order
from screens.render.row import Row, Span

Heading = tuple[Sequence[Span], Sequence[Span]]


class Listing(Struct, frozen=True, eq=False):
    """What a panel lists: entries and the functions that name, draw and say them."""

    entries: Sequence[Any]
    key: Callable[[Any], str]
    draw: Callable[[Any, int], Row]
    plain: Callable[[Any], str]
    heading: Callable[[int, int], Heading]
    """Title and remark for a width and a number of rows that passed the filter."""
    empty: Callable[[int], list[Row]] = lambda _width: []
    above: Callable[[int, int], list[Row]] = lambda _width, _height: []
    """Rows that stay over the entries, for a width and the rows that there are for both."""
    foot: Callable[[int, int], list[Row]] = lambda _width, _height: []
    """Rows that stay under the entries, likewise."""
    follows: bool = False
    """Entries that come keep the cursor at the end, if it was there: a log."""
    finder: Callable[[str], Callable[[Any], bool]] | None = None
    """What a filter's text asks for, where it is more than words."""
    unfound: Callable[[str], str] = lambda _text: "nothing here has all of these words"
    """Said where the filter, by this text, leaves nothing."""
    orders: Sequence[Order] = ()
    """What they can be sorted by, beside the order in which they come."""
    in_full: Callable[[Any], str] | None = None
    """An entry in a sentence, said where its row had to be cut; without it as a line of text."""
    long: Callable[[Any, int], Long] | None = None
    """An entry as a line that may be longer than a width, where entries are such lines."""
    rests_on: Callable[[Any], object] | None = None
    """All that an entry's row is made of: while that is as it was, it is not drawn again. Without it each
    listing draws its rows anew."""
