"""A titled list of which only the visible rows are ever drawn; its selection follows an entry's key."""

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message
from textual.strip import Strip

from launchpad.rules.finding import worded
from screens.keys import OF_LISTS
from screens.render.row import Row, Span, rule, wrap
from screens.widgets.entries import Entries, Heading, Listing, Looks
from screens.widgets.lines import Painted


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

    def __init__(self, *, id: str, keeps_cursor: bool = False) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
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

    # What it shows

    def show(self, listing: Listing) -> None:
        """Lists something else, or the same a moment later."""
        self._list(listing, at_end=not self.held_back)
        self.redraw()

    def _list(self, listing: Listing, *, at_end: bool) -> None:
        """Takes what passes the filter; a log whose reader was `at_end` goes on with it."""
        self._listing = listing
        self._entries = self._filtered(listing)
        self._titled = None
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

    def select(self, key: str) -> None:
        """Puts the cursor on the entry with this key, if it is listed."""
        self.key = key
        self._follow_key()
        self._keep_visible()
        self.redraw()

    # Drawing

    def strips(self, width: int, height: int) -> list[Strip]:
        listing, painter = self._listing, self.painter
        if listing is None:
            return []
        before = self._room
        above, foot = self._frame(listing, width, height)
        room = self._room
        if room != before:
            self._keep_visible()
        self._top = max(0, min(self._top, len(self._entries) - room))
        shown = self._entries[self._top : self._top + room]
        strips = [painter.strip(self._heading(listing, width), width)]
        strips += [painter.strip(_moved(row), width) for row in above]
        strips += self._visible.strips(listing, shown, self._looks(len(shown), room), width)
        under = foot if shown else self._nothing(listing, width - 2)
        strips += [painter.strip(_moved(row), width) for row in under[: height - len(strips)]]
        return strips + [painter.strip(Row(), width)] * (height - len(strips))

    def _frame(self, listing: Listing, width: int, height: int) -> tuple[list[Row], list[Row]]:
        """The rows that stay over and under the entries; what they leave is the entries'."""
        left = max(0, height - 1)
        above = listing.above(width - 2, left)[:left]
        left -= len(above)
        foot = listing.foot(width - 2, left)[:left]
        self._over, self._room = 1 + len(above), left - len(foot)
        return above, foot

    def _looks(self, count: int, room: int) -> list[Looks]:
        """How each of `count` visible entries looks where it stands."""
        painter, focused, thumb = self.painter, self.has_focus, self._thumb(room)
        pointed = focused or self._keeps_cursor or self.held_back
        cursor = self._cursor - self._top if pointed else -1
        return [Looks(painter, y == cursor, focused, y in thumb) for y in range(count)]

    def _nothing(self, listing: Listing, width: int) -> list[Row]:
        """What stands in the place of entries."""
        if not self.query_text:
            return listing.empty(width)
        return [Row((Span(f" {piece}", "dim"),)) for piece in wrap(listing.unfound, width - 1)]

    def _heading(self, listing: Listing, width: int) -> Row:
        if self._titled is None or self._titled[0] != width:
            self._titled = width, listing.heading(width, len(self._entries))
        below = len(self._entries) - 1 - self._cursor if self.held_back else 0
        made_of = width, self._titled[1], self.has_focus, self.query_text, below, self.painter.glyphs
        if made_of != self._headed[0]:
            self._headed = made_of, self._headed_by(*self._titled[1], width, below)
        return self._headed[1]

    def _headed_by(self, title: Sequence[Span], remark: Sequence[Span], width: int, below: int) -> Row:
        if self.has_focus:
            title = [Span(s.text, "title-focus" if s.style == "title" else s.style) for s in title]
        if self.query_text:
            title = [*title, Span(f" /{self.query_text}", "accent")]
        if below:
            remark = [Span(f"{below} newer below", "warn"), Span("  "), *remark]
        drawn = rule(width, title, remark, stroke=self.painter.glyphs.stroke)
        if not self.has_focus:
            return drawn
        return Row(tuple(Span(s.text, "rule-focus" if s.style == "rule" else s.style) for s in drawn.spans))

    def _thumb(self, room: int) -> range:
        """The visible rows beside which the right edge is marked: their place within all."""
        total = len(self._entries)
        if total <= room or not room:
            return range(0)
        size = max(1, room * room // total)
        start = round((room - size) * self._top / (total - room))
        return range(start, start + size)

    # Moving

    def _keep_visible(self) -> None:
        room = max(1, self._room)
        self._top = min(self._top, self._cursor)
        self._top = max(self._top, self._cursor - room + 1)

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
        self.action_move(pages * max(1, self._room - 1))

    def action_open(self) -> None:
        if self.selected is not None:
            self.post_message(self.Opened(self, self.selected))

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        if not self._keeps_cursor and not self.held_back:
            self.key = None
        self.redraw()

    def on_resize(self) -> None:
        self._keep_visible()
        self.redraw()

    def on_click(self, event: Click) -> None:
        place = event.y - self._over
        index = self._top + place
        if 0 <= place < self._room and index < len(self._entries):
            self.action_move(index - self._cursor)
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
