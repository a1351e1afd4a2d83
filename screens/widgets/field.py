"""A line to write in."""

from collections.abc import Callable

from textual.events import Key, Paste
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Input

from launchpad.desk.decision import TEXT_LIMIT


class Field(Input):
    """What is pasted becomes one line, no longer than can be kept: a megabyte by mistake stops nothing."""

    def on_mount(self) -> None:
        self.cursor_blink = False
        self.max_length = TEXT_LIMIT

    def _watch_value(self, value: str) -> None:
        # Textual would lay the whole screen out anew for each letter, as if the line had grown.
        self.set_reactive(Widget.virtual_size, Size(self.content_width, 1))
        super()._watch_value(value)

    def _on_paste(self, event: Paste) -> None:
        event.prevent_default()
        event.stop()
        start, end = sorted(self.selection)
        room = TEXT_LIMIT - len(self.value) + (end - start)
        self.replace(" ".join(event.text.split())[:room], start, end)


class FilterField(Field):
    """Tells at once what is written, and when its writer is done: the next key may rest on it."""

    def __init__(self, *, written: Callable[[str], None], done: Callable[[], None]) -> None:
        # Textual selects everything when the focus has arrived, which may be after the first letter.
        super().__init__(id="query", compact=True, placeholder="filter", select_on_focus=False)
        self._written = written
        self._done = done

    async def take(self, key: Key) -> None:
        """Writes what a printable key stands for."""
        with self._context():
            await self._on_key(key)

    def watch_value(self, value: str) -> None:
        self._written(value)

    async def action_submit(self) -> None:
        self._done()
