"""The lines around the panels, and what stands in them."""

from collections.abc import Callable
from time import monotonic

from screens import hints
from screens.message import Answer
from screens.render import head
from screens.render import tiny as tiny_rows
from screens.render.footer import footer
from screens.render.row import Row
from screens.seeing import Seeing
from screens.widgets.lines import Lines


class Around:
    """The lines above and below the panels, and those in their place on a small terminal."""

    def __init__(self, face: Seeing, complaint: str) -> None:
        """`complaint` is what the line for messages says first."""
        self._face = face
        self._live = hints.Live()
        self._answer = Answer(complaint, "warn", monotonic())
        self._footed: tuple[object, Row] = (None, Row())
        """What the footer was made of, and the footer."""
        self.first = Lines(lambda width, _height: [head.first_line(face.scene, width)], id="first")
        self.tabs = Lines(
            lambda width, _height: [head.tab_line(face.scene, face.board.tab, width)], id="tabs"
        )
        self.alert = Lines(lambda width, _height: [head.alert_line(face.scene, width)], id="alert")
        self.tiny = Lines(lambda width, height: tiny_rows.rows(face.scene, width, height), id="tiny")
        self.message = Lines(self._draw_message, id="message")
        self.footer = Lines(self._draw_footer, id="footer")

    def fit(self, *, small: bool) -> None:
        """Shows those that the terminal has room for."""
        for block in (self.first, self.tabs, self.alert, self.footer):
            block.display = not small
        self.tiny.display = small

    def redraw(self) -> None:
        """Repaints them where they differ."""
        self.redraw_at_once()
        self.footer.redraw()

    def redraw_at_once(self) -> None:
        """Repaints those by which people decide."""
        for block in (self.first, self.tabs, self.alert, self.tiny, self.message):
            block.redraw()

    def say(self, text: str, style: str, holds: Callable[[], bool] = lambda: True) -> None:
        """Puts a message in its line, for as long as it `holds`; shown with the next painting of it."""
        self._answer = Answer(text, style, monotonic(), holds)

    @property
    def said(self) -> str:
        """The message that was put there last."""
        return self._answer.text

    def _draw_message(self, width: int, _height: int) -> list[Row]:
        if self._answer.over:
            self._answer = Answer("", "ok", 0)
        return [self._answer.row(width, self.message.painter.glyphs)]

    def _draw_footer(self, width: int, _height: int) -> list[Row]:
        wanted = hints.hints(self._face, self._live), width
        if wanted != self._footed[0]:
            self._footed = wanted, footer(*wanted[0], width)
        return [self._footed[1]]
