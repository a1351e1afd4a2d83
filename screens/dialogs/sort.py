"""What a list is to be sorted by."""

from textual.events import Key

from screens.dialogs.reading import Framed
from screens.render.orders import Sorting
from screens.render.row import Row, Span, line
from screens.render.scene import Scene

_WAYS = {False: "↑ least or first at the top", True: "↓ most or last at the top"}


class SortDialog(Framed):
    """Dismissed with the number of the column, from 1 on; 0 is the order in which entries come."""

    def __init__(self, scene: Scene, panel: str, columns: list[str], now: Sorting | None) -> None:
        super().__init__(scene)
        self._panel = panel
        self._columns = columns
        self._now = now

    def title_spans(self) -> list[Span]:
        return [Span(f" Sort the {self._panel} by", "title"), Span("  the same again: the other way", "dim")]

    def body(self, width: int) -> list[Row]:
        return [self._row(number, column, width) for number, column in enumerate(("", *self._columns))]

    def _row(self, number: int, column: str, width: int) -> Row:
        now = self._now
        chosen = column == (now.column if now is not None else "")
        way = f"  {_WAYS[now.down]}" if now is not None and chosen else ""
        name = Span(column or "as it comes", "title" if chosen else "text")
        return line(width, [Span(f" {number}  ", "key"), name, Span(way, "accent")])

    def on_key(self, event: Key) -> None:
        if event.key.isdecimal() and int(event.key) <= len(self._columns):
            event.stop()
            event.prevent_default()
            self.dismiss(int(event.key))
