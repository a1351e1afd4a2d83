"""Rows of styled text on a fixed grid of cells.

A style is a name; `screens.themes` says what it looks like. Widths count terminal cells, so that wide
characters keep the columns aligned. Text is plain: nothing in it is ever read as markup.
"""

from collections.abc import Iterable
from typing import NamedTuple

from rich import cells

MORE = "…"


def cell_len(text: str) -> int:
    """Cells that `text` takes."""
    return len(text) if text.isascii() and text.isprintable() else cells.cell_len(text)


class Span(NamedTuple):
    """A run of cells in one style."""

    text: str
    style: str = "text"
    act: str = ""
    """What a click on it does: an action such as `app.tab('people')`."""


class Row(NamedTuple):
    """One line. `back` names the background that lies under all of it."""

    spans: tuple[Span, ...] = ()
    back: str = ""

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)

    @property
    def width(self) -> int:
        return sum(cell_len(span.text) for span in self.spans)


Rows = dict[tuple[int, int], Row]
"""Rows of a whole terminal, by the line and the column where they begin."""


def cut(text: str, width: int) -> str:
    """At most `width` cells of `text`, with an ellipsis where something is missing."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return text
    return cells.set_cell_size(text, width - 1).rstrip() + MORE


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Exactly `width` cells: cut or filled up, to the right end if `right`."""
    size = cell_len(text)
    if size > width:
        text = cut(text, width)
        size = cell_len(text)
    space = " " * (width - size)
    return space + text if right else text + space


def clip(spans: Iterable[Span], width: int) -> tuple[Span, ...]:
    """The spans that fit into `width` cells, the last one cut. A line break in a text becomes a space."""
    return measured(spans, width)[0]


def measured(spans: Iterable[Span], width: int) -> tuple[tuple[Span, ...], int]:
    """What `clip` leaves, and the cells that it takes."""
    kept: list[Span] = []
    taken = 0
    for span in spans:
        if "\n" in span.text:
            span = span._replace(text=span.text.replace("\n", " "))
        size = cell_len(span.text)
        if taken + size > width:
            if width > taken:
                kept.append(span._replace(text=cut(span.text, width - taken)))
                taken += cell_len(kept[-1].text)
            break
        if span.text:
            kept.append(span)
        taken += size
    return tuple(kept), taken


def size_of(spans: Iterable[Span]) -> int:
    """Cells taken by the spans."""
    return sum(cell_len(span.text) for span in spans)


def line(
    width: int, left: Iterable[Span], right: Iterable[Span] = (), *, back: str = "", gap: int = 1
) -> Row:
    """A row of exactly `width` cells: `left` gives way where `right` needs the room."""
    end, taken = measured(right, width)
    start, used = measured(left, width - taken - (gap if taken else 0))
    space = width - used - taken
    return Row((*start, Span(" " * space), *end) if space else (*start, *end), back)


def rule(width: int, title: Iterable[Span], right: Iterable[Span] = (), *, stroke: str = "─") -> Row:
    """A panel's heading: a rule with a title at its left and a remark at its right."""
    end = tuple(right)
    tail = (Span(" "), *end, Span(" "), Span(stroke, "rule")) if end else ()
    head = (Span(stroke, "rule"), Span(" "), *title, Span(" "))
    behind = size_of(tail)
    start, used = measured(head, width - behind)
    space = width - used - behind
    return Row(clip((*start, Span(stroke * max(0, space), "rule"), *tail), width))


def wrap(text: str, width: int, *, most: int = 100) -> list[str]:
    """`text` broken between words into lines of at most `width` cells; its own line breaks are kept."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        held = ""
        for word in paragraph.split(" "):
            longer = f"{held} {word}" if held else word
            if cell_len(longer) <= width or not held:
                held = longer
            else:
                lines.append(held)
                held = word
        lines.append(held)
    broken = [piece for text_line in lines for piece in _pieces(text_line, max(1, width))]
    return [*broken[: most - 1], cut(" ".join(broken[most - 1 :]), width)] if len(broken) > most else broken


def _pieces(text: str, width: int) -> list[str]:
    pieces = []
    while cell_len(text) > width:
        taken = len(text)
        while cell_len(text[:taken]) > width:
            taken = min(taken - 1, width)
        taken = max(1, taken)
        pieces.append(text[:taken])
        text = text[taken:]
    return [*pieces, text]
