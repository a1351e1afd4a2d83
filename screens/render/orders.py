"""Columns that a list can be sorted by."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from screens.render.row import Span


class Order(NamedTuple):
    """A column that entries can be sorted by."""

    name: str
    by: Callable[[Any], Any]
    """An entry's place in it; None where it has none, which comes last either way."""

    def sorted(self, entries: Sequence[Any], *, down: bool) -> list[Any]:
        """The entries from least to most, or the other way; what is equal stays as it comes."""
        placed = [(place, entry) for entry in entries if (place := self.by(entry)) is not None]
        placed.sort(key=lambda each: each[0], reverse=down)
        return [*(entry for _, entry in placed), *(entry for entry in entries if self.by(entry) is None)]


class Sorting(NamedTuple):
    """How a list is sorted, where that is not as its entries come."""

    column: str
    down: bool = False

    @property
    def said(self) -> Span:
        """As a heading says it."""
        return Span(f" {'↓' if self.down else '↑'} {self.column}", "accent")


def in_order(entries: Sequence[Any], orders: Sequence[Order], by: Sorting | None) -> Sequence[Any]:
    """The entries as they are wanted; as they come, where they have no such column."""
    order = next((each for each in orders if by is not None and each.name == by.column), None)
    return order.sorted(entries, down=by.down) if order is not None and by is not None else entries
