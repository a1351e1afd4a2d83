"""One line of text from the operator."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.suggester import SuggestFromList
from textual.widgets import Input

from launchpad.desk.decision import optional_words
from launchpad.errors import LaunchpadError
from screens.dialogs.base import Authority, Dialog
from screens.keys import LEAVE
from screens.render.row import Row, Span, line, wrap
from screens.render.scene import Scene
from screens.widgets.field import Field
from screens.widgets.lines import Lines

_WIDEST = 76


class Prompt(Dialog[str | None]):
    """Asks for words; None when it was left. Enter keeps them, as nothing is acted on by them alone."""

    BINDINGS: ClassVar[list[BindingType]] = [LEAVE]

    def __init__(
        self,
        scene: Scene,
        title: str,
        note: str | Callable[[Scene], str] = "",
        *,
        needed: bool = False,
        suggestions: Sequence[str] = (),
        value: str = "",
        does: str = "keep",
        check: Callable[[str], object] = optional_words,
        over: Callable[[Scene], str] = lambda _scene: "",
        comes_back: bool = True,
    ) -> None:
        """A `note` that may change is made anew from each scene. `does` is what Enter does with the words.
        `check` raises for those that the desk would not keep: they stay here, with the reason. `over` tells
        why nothing can be done with any words any more; empty while something can. Words that came to
        nothing stand here again the next time, unless Enter alone would do too much (`comes_back`).
        """
        super().__init__()
        self.scene = scene
        self._title = title
        self._note = note
        self._over = over
        self._authority = Authority(scene)
        self._needed = needed
        self._suggestions = suggestions
        self._value = value
        self._does = does
        self._check = check
        self.comes_back = comes_back
        self._complaint = ""
        self._given_up: str | None = None
        """The words that were there when it was last asked to leave."""
        self.unkept = ""
        """The words with which it was left as nothing could be done with them."""

    @property
    def title_asked(self) -> str:
        """What it asks."""
        return self._title

    def begin_with(self, words: str) -> None:
        """Has these words in it when it comes up, unless there are none."""
        self._value = words or self._value

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame prompt"):
            yield Lines(self._draw_head, id="prompt-head")
            suggester = (
                SuggestFromList(self._suggestions, case_sensitive=False) if self._suggestions else None
            )
            yield Field(self._value, suggester=suggester, compact=True)
            yield Lines(self._draw_foot, id="prompt-foot")

    def on_mount(self) -> None:
        if not self.query("#prompt-foot"):
            return  # left before it was put together
        self._fit()
        self.query_one(Input).focus()

    def on_resize(self) -> None:
        if self.query("#prompt-foot"):
            self._fit()

    def _fit(self) -> None:
        """As wide as the terminal allows, and as high as the note then needs."""
        width = self.frame_width(_WIDEST)
        note = self._told()
        rows = len(wrap(note, width - 6)) if note else 0
        self.query_one(".frame").styles.width = width
        self.query_one("#prompt-head").styles.height = min(6, 2 + rows)

    def show(self, scene: Scene) -> None:
        """Takes a later scene; what is asked stays."""
        before = self._told(), self._bar()
        self.scene = scene
        if (self._told(), self._bar()) != before and self.query("#prompt-foot"):
            self._fit()
            self.query_one("#prompt-head", Lines).redraw()
            self.query_one("#prompt-foot", Lines).redraw()

    def _bar(self) -> str:
        """Why no words can be kept as things stand; empty when they can."""
        return self._authority.lost(self.scene) or self._over(self.scene)

    def _told(self) -> str:
        return self._note if isinstance(self._note, str) else self._note(self.scene)

    def _draw_head(self, width: int, height: int) -> list[Row]:
        rows = [line(width, [Span(f" {self._title}", "title")])]
        note = self._told()
        pieces = wrap(note, width - 2, most=height - 1) if note else []
        return [*rows, *(line(width, [Span(f" {piece}", "dim")]) for piece in pieces)]

    def _draw_foot(self, width: int, _height: int) -> list[Row]:
        if bar := self._bar():
            return [
                line(width, [Span(f" {bar}", "warn")], [Span(" esc", "key"), Span(" leave ", "key-label")])
            ]
        hints = [
            Span(" enter", "key"),
            Span(f" {self._does} ", "key-label"),
            Span(" esc", "key"),
            Span(" leave", "key-label"),
        ]
        if self._suggestions:
            hints += [Span("  →", "key"), Span(" complete", "key-label")]
        return [line(width, hints, [Span(f"{self._complaint} ", "warn")])]

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._bar():
            return  # the foot says why
        words = event.value.strip()
        self._complaint = "a few words are needed" if self._needed and not words else ""
        try:
            self._check(words)
        except LaunchpadError as error:
            self._complaint = error.message
        if not self._complaint:
            self.dismiss(words)
            return
        self.query_one("#prompt-foot", Lines).redraw()

    def action_leave(self) -> None:
        """Leaves; words that were written, and could be kept, are given up by the second time only."""
        written = self.query_one(Input).value if self.query(Input) else ""
        self.unkept = written.strip() if self._bar() else ""
        if self.unkept or written.strip() in ("", self._value, self._given_up):
            self.dismiss(None)
            return
        self._given_up = written.strip()
        self._complaint = "esc again throws these words away"
        self.query_one("#prompt-foot", Lines).redraw()
