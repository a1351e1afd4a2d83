"""Something to read: details, a gate, the help."""

from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from screens.dialogs.base import Dialog
from screens.keys import IN_DIALOGS, IN_READING, LEAVE
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
        width = min(_WIDEST, self.app.size.width * 92 // 100)
        around = 2 + 2 + self.FOOT + 1
        room = self.app.size.height * 94 // 100 - around
        height = max(1, min(len(self.body(width - 4)), room))
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
    """Rows made anew from each scene."""

    BINDINGS: ClassVar[list[BindingType]] = list(IN_READING)

    def __init__(self, scene: Scene, title: str, rows: Callable[[Scene, int], list[Row]]) -> None:
        super().__init__(scene)
        self._title = title
        self._rows = rows

    def title_spans(self) -> list[Span]:
        return [Span(f" {self._title}", "title")]

    def body(self, width: int) -> list[Row]:
        return self._rows(self.scene, width)

    def foot(self, width: int) -> list[Row]:
        return [line(width, self.keys(("", "close"), ("reading.copy", "copy")), self.more())]
