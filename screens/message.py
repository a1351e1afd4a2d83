"""The line that answers a key: what happened, or why not."""

from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

from screens.glyphs import Glyphs
from screens.render.row import Row, Span, line

STAYS = 30.0
"""Seconds for which it is shown, unless another one comes."""
READ = 3.0
"""Seconds for which it is shown at least, even if what it says is no longer so: nobody can read a flash."""

_SIGNS = {"ok": "ok", "warn": "warn", "bad": "bad"}


class Answer(NamedTuple):
    """A line in a style, and whether what it says is still so."""

    text: str
    style: str
    said_at: float
    """On the monotonic clock."""
    holds: Callable[[], bool] = lambda: True

    @property
    def over(self) -> bool:
        """Whether there is no reason to show it any more."""
        age = monotonic() - self.said_at
        return age > STAYS or (age > READ and not self.holds())

    def row(self, width: int, glyphs: Glyphs) -> Row:
        """The line with its sign."""
        sign = getattr(glyphs, _SIGNS.get(self.style, "idle"))
        return line(width, [Span(f" {sign} {self.text}", self.style)]) if self.text else Row()
