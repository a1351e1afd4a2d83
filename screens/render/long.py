"""Lines that are longer than their panel is wide: seen from further right, or over several rows."""

from typing import NamedTuple

from screens.render.row import Row, Span, cell_len, line, size_of, wrap

_LEAST = 16
"""Cells; with less beside what stands before it, a text goes on under that, not beside it."""


class Long(NamedTuple):
    """A line: what always stands before it, and the text that may be long."""

    head: tuple[Span, ...]
    text: Span

    def beyond(self, width: int) -> int:
        """How many cells of the text have no room in a row of `width`."""
        return max(0, size_of((*self.head, self.text)) - width)


def shifted(shown: Long, width: int, by: int) -> Row:
    """In one row, without the first `by` cells of the text."""
    return line(width, [*shown.head, shown.text._replace(text=_without(shown.text.text, by))])


def wrapped(shown: Long, width: int) -> list[Row]:
    """In as many rows as it takes, the text under itself."""
    before = size_of(shown.head)
    indent = before if width - before >= _LEAST else 2
    first, *rest = wrap(shown.text.text, width - before - 1)
    if rest and indent != before:
        first, *rest = ["", *wrap(shown.text.text, width - indent - 1)]
    rows = [line(width, [*shown.head, shown.text._replace(text=first)])]
    return [*rows, *(line(width, [Span(" " * indent), shown.text._replace(text=text)]) for text in rest)]


def _without(text: str, cells: int) -> str:
    """The text from so many cells on; a wide character that is cut leaves a space."""
    for index, character in enumerate(text):
        if cells <= 0:
            return " " * -cells + text[index:]
        cells -= cell_len(character)
    return " " * -cells
