"""A titled list of which only the visible rows are ever drawn; its selection follows an entry's key."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message
from textual.strip import Strip

from launchpad.rules.finding import worded
from screens.keys import OF_LISTS
from screens.render.listing import Heading, Listing
from screens.render.orders import Sorting, in_order
from screens.render.row import Row, Span, wrap
from screens.widgets.entries import Entries, Looks
from screens.widgets.headed import Headed
from screens.widgets.infull import in_full
from screens.widgets.lines import Painted
from screens.widgets.longlines import LongLines
from screens.widgets.tags import tagged


class ListPanel(Painted, can_focus=True):
    """Heading, then rows; the cursor stays on its entry while others come and go."""

    BINDINGS: ClassVar[list[BindingType]] = list(OF_LISTS)

    class Opened(Message):
        """Enter was pressed on an entry."""

        def __init__(self, panel: "ListPanel", entry: Any) -> None:
            super().__init__()
            self.panel = panel
            self.entry = entry

    class Moved(Message):
        """The cursor came to another entry."""

    class Seen(Message):
        """Other entries are on the screen than before."""

    def __init__(
        self,
        *,
        id: str,  # noqa: A002  # Textual's own name
        keeps_cursor: bool = False,
        tells_seen: bool = False,
    ) -> None:
        """`keeps_cursor` shows it without the focus, too; `tells_seen` sends `Seen`."""
        super().__init__(id=id)
        self._tells_seen = tells_seen
        self.query_text = ""
        """Words that entries must contain to be listed."""
        self._keeps_cursor = keeps_cursor
        self._listing: Listing | None = None
        self._entries: Sequence[Any] = ()
        self._cursor = 0
        self.key: str | None = None
        """Of the selected entry, where one was chosen."""
        self._top = 0
        self._room = 0
        """Rows that there are for entries."""
        self._over = 1
        """Rows over the entries, the heading's among them."""
        self._passed: tuple[Sequence[Any], str, Sequence[Any]] = ((), "", ())
        """What was filtered last, by which words, and what passed."""
        self._visible = Entries()
        self._titled: tuple[int, Heading] | None = None
        """A width, and the heading for it."""
        self._headed: tuple[object, Row] = (None, Row())
        """What the heading's row was made of, and the row."""
        self._labels: tuple[str, Mapping[str, str]] = ("", {})
        """The panel's own, and those of entries by their keys, while they are shown."""
        self.sorting: Sorting | None = None
        """None: as the entries come."""
        self._lines = LongLines()
        self._places: Sequence[int] = ()
        """The entry that each row on the screen belongs to, by its place."""

    # What it shows

    def show(self, listing: Listing) -> None:
        """Lists something else, or the same a moment later."""
        self._list(listing, at_end=not self.held_back)
        self.redraw()

    def _list(self, listing: Listing, *, at_end: bool) -> None:
        """Takes what passes the filter; a log whose reader was `at_end` goes on with it."""
        self._listing = listing
        self._entries = in_order(self._filtered(listing), listing.orders, self.sorting)
        self._titled, self._places = None, ()
        self._lines.forget()
        if listing.follows and at_end:
            self._go_to_end()
        else:
            self._follow_key()

    @property
    def held_back(self) -> bool:
        """Whether the list would follow what comes, but its reader has gone back."""
        listing = self._listing
        return listing is not None and listing.follows and self._cursor < len(self._entries) - 1

    def _go_to_end(self) -> None:
        self._cursor = max(0, len(self._entries) - 1)
        self._top = len(self._entries)
        self._remember()

    def filter(self, text: str) -> None:
        """Lists only the entries that contain every word of `text`, and none that follows a `!`."""
        self.query_text = text
        if self._listing is not None:
            self._list(self._listing, at_end=not self.held_back)
            self._keep_visible()
            self.redraw()

    def _filtered(self, listing: Listing) -> Sequence[Any]:
        if not self.query_text.strip():
            return listing.entries
        if listing.finder is not None:
            meant = listing.finder(self.query_text)
            return [entry for entry in listing.entries if meant(entry)]
        entries, text, passed = self._passed
        if entries is not listing.entries or text != self.query_text:
            meant = worded(self.query_text)
            passed = [entry for entry in listing.entries if meant(listing.plain(entry))]
            self._passed = listing.entries, self.query_text, passed
        return passed

    def _follow_key(self) -> None:
        """Finds the selected entry again; where it is gone, the cursor stays at its place."""
        last = len(self._entries) - 1
        if self.key is not None and self._listing is not None:
            name = self._listing.key
            near = range(max(0, self._cursor - 64), min(last + 1, self._cursor + 65))
            found = next((i for i in near if name(self._entries[i]) == self.key), None)
            if found is None:
                found = next((i for i, e in enumerate(self._entries) if name(e) == self.key), None)
            if found is not None:
                # Rows above it that came or went must not make it jump.
                self._top += found - self._cursor if self._top else 0
                self._cursor = found
        self._cursor = max(0, min(self._cursor, last))
        if self.key is not None or self._keeps_cursor:
            self._remember()

    def _remember(self) -> None:
        entry = self.selected
        self.key = self._listing.key(entry) if entry is not None and self._listing is not None else None

    @property
    def selected(self) -> Any | None:
        """The entry under the cursor."""
        return self._entries[self._cursor] if self._cursor < len(self._entries) else None

    @property
    def selected_text(self) -> str:
        """The selected entry as a line of text."""
        entry = self.selected
        return self._listing.plain(entry) if entry is not None and self._listing is not None else ""

    @property
    def listed_texts(self) -> list[str]:
        """All entries that passed the filter, as lines of text."""
        return [self._listing.plain(entry) for entry in self._entries] if self._listing is not None else []

    def select(self, key: str) -> bool:
        """Puts the cursor on the entry with this key, if it is listed; returns whether it is."""
        self.key = key
        self._follow_key()
        self._keep_visible()
        self.redraw()
        entry = self.selected
        return entry is not None and self._listing is not None and self._listing.key(entry) == key

    @property
    def columns(self) -> list[str]:
        """What it can be sorted by."""
        return [order.name for order in self._listing.orders] if self._listing is not None else []

    def sort(self, sorting: Sorting | None) -> None:
        """Lists the entries by a column, or as they come; the selected one stays selected."""
        self.sorting = sorting
        self.filter(self.query_text)

    @property
    def visible_keys(self) -> list[str]:
        """The keys of the entries on the screen, from the top."""
        if self._listing is None:
            return []
        return [self._listing.key(self._entries[place]) for place in dict.fromkeys(self._places)]

    @property
    def near_keys(self) -> list[str]:
        """The keys of the entries on the screen, and of as many above and below."""
        if self._listing is None:
            return []
        seen = len(self._places)
        near = self._entries[max(0, self._top - seen) : self._top + 2 * seen]
        return [self._listing.key(entry) for entry in near]

    def label(self, own: str, of_entries: Mapping[str, str]) -> None:
        """Shows labels, or none: one over the heading, others over the entries with these keys."""
        if (own, of_entries) != self._labels:
            self._labels = own, of_entries
            self.redraw()

    # Drawing

    def strips(self, width: int, height: int) -> list[Strip]:
        listing, painter = self._listing, self.painter
        if listing is None:
            return []
        before = self._room
        narrowed = self._lines.fit(width - 2)
        above, foot = self._frame(listing, width, height)
        room = self._room
        if narrowed or room != before:
            self._keep_visible()
        self._top = max(0, min(self._top, self._top_for(len(self._entries) - 1)))
        strips = [painter.strip(self._heading(listing, width), width)]
        strips += [painter.strip(_moved(row), width) for row in above]
        strips += self._seen(listing, room, width)
        under = foot if self._places else self._nothing(listing, width - 2)
        strips += [painter.strip(_moved(row), width) for row in under[: height - len(strips)]]
        strips += [painter.strip(Row(), width)] * (height - len(strips))
        return tagged(strips, self._tags(listing), painter) if any(self._labels) else strips

    def _seen(self, listing: Listing, room: int, width: int) -> list[Strip]:
        """The strips of the entries that there is room for."""
        if listing.long is None or self._lines.plain:
            shown = self._entries[self._top : self._top + room]
            self._places = range(self._top, self._top + len(shown))
            before = self._visible.names
            strips = self._visible.strips(listing, shown, self._looks(room), width)
            if self._tells_seen and self._visible.names != before:
                self.post_message(self.Seen())
            return strips
        rows: list[tuple[int, Row]] = []
        place = self._top
        while len(rows) < room and place < len(self._entries):
            rows += [(place, row) for row in self._lines.rows(listing.long, self._entries[place], place)]
            place += 1
        del rows[room:]
        self._places = [place for place, _ in rows]
        looks = self._looks(room)
        return [look.strip(row, width) for look, (_, row) in zip(looks, rows, strict=True)]

    def _tags(self, listing: Listing) -> Mapping[int, str]:
        """The labels on the screen, each by its row: an entry's by its first."""
        own, of_entries = self._labels
        rows = {place: self._over + y for y, place in reversed(list(enumerate(self._places)))}
        return {
            0: own,
            **{y: of_entries.get(listing.key(self._entries[place]), "") for place, y in rows.items()},
        }

    def _frame(self, listing: Listing, width: int, height: int) -> tuple[list[Row], list[Row]]:
        """The rows that stay over and under the entries; what they leave is the entries'."""
        left = max(0, height - 1)
        above = listing.above(width - 2, left)[:left]
        left -= len(above)
        told = self._in_full(listing, width, left)
        left -= len(told)
        foot = [*told, *listing.foot(width - 2, left)[:left]]
        self._over, self._room = 1 + len(above), left - len(foot) + len(told)
        return above, foot

    def _in_full(self, listing: Listing, width: int, room: int) -> list[Row]:
        """The selected entry under the list, if it can be seen to be selected and its row is cut."""
        if not self._pointed or self.selected is None or listing.follows or self._lines.wraps:
            return []
        row = self._visible.row(listing, self.selected, width)
        return in_full(listing, self.selected, row, self.painter.glyphs, width - 2, room)

    @property
    def _pointed(self) -> bool:
        """Whether the cursor is shown."""
        return self.has_focus or self._keeps_cursor or self.held_back

    def _looks(self, room: int) -> list[Looks]:
        """How each visible row of an entry looks where it stands."""
        painter, focused, thumb = self.painter, self.has_focus, self._thumb(room)
        cursor = self._cursor if self._pointed else -1
        return [Looks(painter, at == cursor, focused, y in thumb) for y, at in enumerate(self._places)]

    def _nothing(self, listing: Listing, width: int) -> list[Row]:
        """What stands in the place of entries."""
        if not self.query_text:
            return listing.empty(width)
        said = listing.unfound(self.query_text)
        return [Row((Span(f" {piece}", "dim"),)) for piece in wrap(said, width - 1)]

    def _heading(self, listing: Listing, width: int) -> Row:
        if self._titled is None or self._titled[0] != width:
            self._titled = width, listing.heading(width, len(self._entries))
        made_of = Headed(
            *self._titled[1],
            focused=self.has_focus,
            sought=self.query_text,
            sorting=self.sorting,
            column=self._lines.column,
            below=len(self._entries) - 1 - self._cursor if self.held_back else 0,
            stroke=self.painter.glyphs.stroke,
        )
        if (made_of, width) != self._headed[0]:
            self._headed = (made_of, width), made_of.row(width)
        return self._headed[1]

    def _thumb(self, room: int) -> range:
        """The visible rows beside which the right edge is marked: their place within all."""
        total, seen = len(self._entries), len(set(self._places))
        if total <= seen or not room:
            return range(0)
        size = max(1, room * seen // total)
        start = round((room - size) * self._top / (total - seen))
        return range(start, start + size)

    # Moving

    def _keep_visible(self) -> None:
        self._top = max(min(self._top, self._cursor), self._top_for(self._cursor))

    def _top_for(self, last: int) -> int:
        """The first entry on the screen where the last one is to be seen as a whole, if it can be."""
        room = max(1, self._room)
        long = self._listing.long if self._listing is not None else None
        if long is None or not self._entries:
            return last - room + 1
        return self._lines.first(long, self._entries, last, room)

    @property
    def has_long_lines(self) -> bool:
        """Whether its entries are lines that may be longer than it is wide."""
        return self._listing is not None and self._listing.long is not None

    @property
    def wraps(self) -> bool:
        """Whether long lines take as many rows as they need."""
        return self._lines.wraps

    def wrap(self) -> None:
        """Gives long lines as many rows as they need, or one each again."""
        self._lines.wraps = not self._lines.wraps
        self._draw_anew()

    def sideways(self, way: int) -> bool:
        """Half a width to the right or the left, as far as there is more to see; returns whether it moved."""
        if self._listing is None or self._listing.long is None:
            return False
        shown = [self._entries[place] for place in self._places]
        moved = self._lines.move(self._listing.long, shown, way)
        if moved:
            self._draw_anew()
        return moved

    def _draw_anew(self) -> None:
        """Draws every entry again, another way; the cursor stays where it is seen."""
        self._lines.forget()
        self._keep_visible()
        self.redraw()

    def action_move(self, by: int) -> None:
        self._cursor = max(0, min(self._cursor + by, len(self._entries) - 1))
        self._remember()
        self._keep_visible()
        self.redraw()
        self.post_message(self.Moved())

    def to_top(self) -> None:
        """Puts the cursor on the first entry."""
        self.action_move(-self._cursor)

    def action_page(self, pages: int) -> None:
        self.action_move(pages * max(1, len(set(self._places)) - 1))

    def action_open(self) -> None:
        if self.selected is not None:
            self.post_message(self.Opened(self, self.selected))

    def watch_has_focus(self, has_focus: bool) -> None:
        # Not `on_focus`: that comes before Textual knows that it has the focus.
        super().watch_has_focus(has_focus)
        if not has_focus and not self._keeps_cursor and not self.held_back:
            self.key = None
        self.redraw()

    def on_resize(self) -> None:
        self._keep_visible()
        self.redraw()

    def on_click(self, event: Click) -> None:
        y = event.y - self._over
        if 0 <= y < len(self._places):
            self.action_move(self._places[y] - self._cursor)
            if event.chain == 2:
                self.action_open()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._scroll(3)
        event.stop()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._scroll(-3)
        event.stop()

    def _scroll(self, by: int) -> None:
        if self._listing is not None and self._listing.follows:
            self.action_move(by)
            return
        self._top = max(0, self._top + by)
        self.redraw()


def _moved(row: Row) -> Row:
    """The row as far to the right as entries are, whose pointer stands before them."""
    return Row((Span(" "), *row.spans), row.back)
