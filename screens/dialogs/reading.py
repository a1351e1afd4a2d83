"""Something to read: details, a gate, the help."""

from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.render.row import Row, Span, line
from screens.render.scene import Scene
from screens.widgets.lines import Lines
from screens.widgets.scroll import Scroll

_WIDEST = 104


class Framed(ModalScreen[Any]):
    """A frame in the middle with a title, rows to scroll through, and a foot."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_rows(-1)", "up", show=False),
        Binding("down,j", "scroll_rows(1)", "down", show=False),
        Binding("pageup", "scroll_pages(-1)", "page up", show=False),
        Binding("pagedown,space", "scroll_pages(1)", "page down", show=False),
        Binding("home", "scroll_rows(-100000)", "first", show=False),
        Binding("end", "scroll_rows(100000)", "last", show=False),
        Binding("escape,enter,ctrl+c", "leave", "close", show=False),
    ]
    FOOT = 1
    """Rows of the foot."""

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self.scene = scene
        self._fitted = (0, 0)

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame"):
            yield Lines(self._draw_title, id="dialog-title")
            yield Scroll(self.body, id="dialog-body")
            yield Lines(self._draw_foot, id="dialog-foot")

    def on_mount(self) -> None:
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
        return [line(width, [Span(" esc", "key"), Span(" close", "key-label")], self.more())]

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
        if self.is_mounted:
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

    def on_resize(self) -> None:
        self.call_after_refresh(self.redraw)


class Reading(Framed):
    """Rows made anew from each scene."""

    def __init__(self, scene: Scene, title: str, rows: Callable[[Scene, int], list[Row]]) -> None:
        super().__init__(scene)
        self._title = title
        self._rows = rows

    def title_spans(self) -> list[Span]:
        return [Span(f" {self._title}", "title")]

    def body(self, width: int) -> list[Row]:
        return self._rows(self.scene, width)
