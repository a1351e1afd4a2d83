"""The keys that work here and now, in one line."""

from collections.abc import Iterable
from typing import NamedTuple

from screens.render.row import Row, Span, line, size_of


class Hint(NamedTuple):
    """A key and what it does."""

    key: str
    label: str
    of: str = ""
    """Id of the binding."""
    act: str = ""
    """What a click on it does."""


def footer(first: Iterable[Hint], last: Iterable[Hint], width: int) -> Row:
    """As many of the first as fit before the last, which are always there."""
    end = [span for hint in last for span in _spans(hint)]
    room = width - size_of(end) - 1
    spans: list[Span] = []
    for hint in first:
        more = _spans(hint)
        room -= size_of(more)
        if room < 0:
            break
        spans += more
    return line(width, spans, end, back="bar")


def _spans(hint: Hint) -> list[Span]:
    return [Span(f" {hint.key}", "key", hint.act), Span(f" {hint.label} ", "key-label", hint.act)]
