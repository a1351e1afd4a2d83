"""Something to read: details, a gate, the help."""

from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.events import Key

from launchpad.rules.finding import worded
from screens.dialogs.base import Dialog
from screens.keys import IN_DIALOGS, IN_LISTS, IN_READING, LEAVE
from screens.render.row import Row, Span, line
from screens.render.scene import Scene
from screens.widgets.lines import Lines
from screens.widgets.scroll import Scroll

_WIDEST = 104


class Framed(Dialog[Any]):
    """A frame in the middle with a title, rows to scroll through, and a foot."""

    BINDINGS: ClassVar[list[BindingType]] = [LEAVE, *IN_DIALOGS]
    FOOT = 1
    """Rows of the foot."""

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self.scene = scene
        self._fitted = (0, 0)
        self._copied = ""
        """What was copied last, in a word."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame"):
            yield Lines(self._draw_title, id="dialog-title")
            yield Scroll(self.body, id="dialog-body")
            yield Lines(self._draw_foot, id="dialog-foot")

    def on_mount(self) -> None:
        if not self.query("#dialog-foot"):
            return  # left before it was put together
        self.query_one("#dialog-foot").styles.height = self.FOOT
        self._fit()

    def _fit(self) -> None:
        """As high as what there is to read, as far as the terminal allows."""
        width = self.frame_width(_WIDEST)
        around = 2 + 2 + self.FOOT + 1
        room = self.app.size.height * 94 // 100 - around
        height = max(1, min(self.extent(width - 4), room))
        frame, body = self.query_one(".frame"), self.query_one("#dialog-body")
        if self._fitted != (width, height):
            self._fitted = width, height
            frame.styles.width, body.styles.height = width, height

    def title_spans(self) -> list[Span]:
        """What stands at the top."""
        raise NotImplementedError

    def body(self, width: int) -> list[Row]:
        """The rows to read."""
        raise NotImplementedError

    def extent(self, width: int) -> int:
        """How many rows there are to read."""
        return len(self.body(width))

    def foot(self, width: int) -> list[Row]:
        """What can be done; `FOOT` rows."""
        return [line(width, self.keys(("", "close")), self.more())]

    def keys(self, *hints: tuple[str, str]) -> list[Span]:
        """Keys and what they do, by the ids of their bindings; the empty id stands for escape."""
        told = [(self.scene.keys[of] if of else "esc", does) for of, does in hints]
        spans = [
            span for key, does in told for span in (Span(f" {key}", "key"), Span(f" {does} ", "key-label"))
        ]
        return [*spans, Span(f" copied {self._copied}", "ok")] if self._copied else spans

    def more(self) -> list[Span]:
        """Says that there is more to read than fits."""
        above, below = self.query_one(Scroll).hidden
        parts = [f"{above} above"] * bool(above) + [f"{below} below"] * bool(below)
        return [Span(f"{', '.join(parts)} ", "accent")] if parts else []

    def show(self, scene: Scene) -> None:
        """Takes a later scene."""
        self.scene = scene
        self.redraw()

    def redraw(self) -> None:
        if self.is_mounted and self.query("#dialog-foot"):
            self._fit()
            self.query_one("#dialog-title", Lines).redraw()
            self.query_one(Scroll).redraw()
            self.query_one("#dialog-foot", Lines).redraw()

    def _draw_title(self, width: int, _height: int) -> list[Row]:
        return [line(width, self.title_spans()), Row()]

    def _draw_foot(self, width: int, _height: int) -> list[Row]:
        return self.foot(width)

    def action_scroll_rows(self, by: int) -> None:
        self.query_one(Scroll).move(by)
        self.redraw()

    def action_scroll_pages(self, pages: int) -> None:
        self.query_one(Scroll).page(pages)
        self.redraw()

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_copy_all(self) -> None:
        """All that there is to read, also what is out of sight."""
        width = self.query_one(Scroll).size.width
        self.copy("\n".join(row.text.rstrip() for row in self.body(width)), "all of it")

    def copy(self, text: str, what: str) -> None:
        """Into the terminal's clipboard; the foot tells `what`."""
        self.app.copy_to_clipboard(text)
        self._copied = what
        self.redraw()

    def on_resize(self) -> None:
        self.call_after_refresh(self.redraw)


class Reading(Framed):
    """Rows made anew from each scene; those that have some words are found by them."""

    BINDINGS: ClassVar[list[BindingType]] = [*IN_READING, *IN_LISTS]

    def __init__(self, scene: Scene, title: str, rows: Callable[[Scene, int], list[Row]]) -> None:
        super().__init__(scene)
        self._title = title
        self._rows = rows
        self.words = ""
        """What rows must have to be shown."""
        self._writing = False

    def title_spans(self) -> list[Span]:
        return [Span(f" {self._title}", "title")]

    def body(self, width: int) -> list[Row]:
        return self.found(width) if self.words.strip() else self._rows(self.scene, width)

    def found(self, width: int) -> list[Row]:
        """What has the words; a line that says so where nothing has."""
        meant = worded(self.words)
        rows = [row for row in self._rows(self.scene, width) if row.text.strip() and meant(row.text)]
        return rows or [line(width, [Span(" nothing here has all of these words", "dim")])]

    def extent(self, width: int) -> int:
        # A frame that shrinks with every letter is hard to read.
        return len(self._rows(self.scene, width))

    def foot(self, width: int) -> list[Row]:
        return [line(width, self.filter_hints() or self.keys(("", "close"), *self.offers()), self.more())]

    def offers(self) -> list[tuple[str, str]]:
        """Ids of keys and what they do, beside the one that closes."""
        return [("reading.copy", "copy"), ("reading.filter", "filter")]

    def filter_hints(self) -> list[Span]:
        """What is looked for, and the keys for that; nothing where all is shown."""
        if not self._writing and not self.words:
            return []
        cursor = [Span(self.scene.glyphs.pointer, "accent")] if self._writing else []
        keeps = [Span("  enter", "key"), Span(" keep", "key-label")] if self._writing else []
        clears = [Span("  esc", "key"), Span(" clear", "key-label")]
        return [Span(f" /{self.words}", "accent"), *cursor, *keeps, *clears]

    def action_filter(self) -> None:
        self._writing = True
        self.redraw()

    def on_key(self, event: Key) -> None:
        if event.key == "escape" and (self._writing or self.words):
            self.words, self._writing = "", False
        elif not self._writing or event.key == "ctrl+c":
            return
        elif event.key == "enter":
            self._writing = False
        elif event.key == "backspace":
            self.words = self.words[:-1]
        elif event.is_printable and event.character:
            self.words += event.character
        else:
            return
        event.stop()
        event.prevent_default()
        self.redraw()
