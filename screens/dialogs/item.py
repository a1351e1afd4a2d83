"""An item in full, with keys that copy it."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.events import Key

from launchpad.model.journal import Recorded
from launchpad.rules.view import ItemView
from screens.details import GONE
from screens.dialogs.reading import Framed
from screens.keys import IN_READING
from screens.panels import detail_rows
from screens.render import item as item_rows
from screens.render.row import Row, Span, line
from screens.render.scene import Scene

Events = Callable[[], Sequence[Recorded]]
"""All events of the launch: another list where the journal was read anew, as after a loss."""


class History:
    """The events of one item; looks at each event once."""

    def __init__(self, events: Events, item: str) -> None:
        """What `events` gives may grow, and texts in it may be redacted."""
        self._events = events
        self._item = item
        self._known: Sequence[Recorded] = ()
        self._places: list[int] = []
        self._looked_at = 0

    def all(self) -> list[Recorded]:
        events = self._events()
        if events is not self._known:
            self._known, self._places, self._looked_at = events, [], 0
        count = len(events)
        for place in range(self._looked_at, count):
            if getattr(events[place].event, "item", None) == self._item:
                self._places.append(place)
        self._looked_at = count
        return [events[place] for place in self._places]


class ItemDialog(Framed):
    """Kept up to date while it is read; a digit copies the link with that number."""

    BINDINGS: ClassVar[list[BindingType]] = list(IN_READING)

    def __init__(self, scene: Scene, item: ItemView, events: Events) -> None:
        super().__init__(scene)
        self._item = item
        self._history = History(events, item.id)

    @property
    def item(self) -> ItemView:
        """As it is now; as it was last where an amendment has taken it away."""
        self._item = next((i for i in self.scene.view.items if i.id == self._item.id), self._item)
        return self._item

    def title_spans(self) -> list[Span]:
        return [Span(f" Item {self._item.id}", "title")]

    def body(self, width: int) -> list[Row]:
        return detail_rows(self._paragraphs(), width)

    def _paragraphs(self) -> list[Span]:
        told = item_rows.details(self.scene, self.item, self._history.all())
        known = any(item.id == self._item.id for item in self.scene.view.items)
        return told if known else [GONE, *told]

    def foot(self, width: int) -> list[Row]:
        count = len(item_rows.links_of(self.item.state))
        numbers = "1" if count == 1 else f"1-{min(count, 9)}"
        links = [Span(f" {numbers}", "key"), Span(" copy link ", "key-label")] if count else []
        spans = self.keys(("", "close"), ("reading.copy", "copy"))
        return [line(width, [*links, *spans], self.more())]

    def action_copy_all(self) -> None:
        # Paragraphs as they are, not as this frame wraps them.
        self.copy("\n".join(span.text for span in self._paragraphs()), "all of it")

    def on_key(self, event: Key) -> None:
        links = item_rows.links_of(self.item.state)
        number = int(event.key) if event.key.isascii() and event.key.isdigit() else 0
        if 1 <= number <= len(links):
            event.stop()
            self.copy(links[number - 1], links[number - 1])
