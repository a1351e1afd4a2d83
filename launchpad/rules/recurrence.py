"""Items that have to be done again and again: which occurrence is asked for, and how many were done."""

from launchpad.model.definition import Item
from launchpad.model.state import ItemState
from launchpad.model.values import SECOND, Micros, Value


class Recurrence(Value):
    """A recurring item at one instant."""

    current: int
    """The occurrence that counts now, from 0: the last one that is due, or the first of all."""
    of: int
    """Occurrences in all."""
    done: int
    missed: int
    """Occurrences that were not done before the next was due."""
    answered: bool
    """Whether the current one is done."""
    due_at: Micros
    """When the first one after the last that was done is due; of the last one, when it was."""

    @property
    def comes_again(self) -> bool:
        """Whether it is done for now only."""
        return self.answered and self.current < self.of - 1

    @property
    def count(self) -> str:
        """`3 of 8`, `3 of 8, 1 missed`."""
        return f"{self.done} of {self.of}" + (f", {self.missed} missed" if self.missed else "")


def recurrence(item: ItemState, t0: Micros | None, now: Micros) -> Recurrence | None:
    """How a recurring item stands; None for one that has to be done once, and without a T-0.

    An occurrence lasts from when it is due until the next one is, the first from the very beginning: done
    late it still counts, and one that nobody did is missed.
    """
    declared = item.item
    if t0 is None or not declared.every or declared.due is None or declared.until is None:
        return None
    last = declared.occurrences - 1
    begun = (now - _due_at(declared, t0, 0)) // max(1, round(declared.every * SECOND))
    current = min(max(0, begun), last)
    numbers = {done.number for done in item.occurrences}
    following = max(numbers, default=-1) + 1
    return Recurrence(
        current=current,
        of=last + 1,
        done=len(numbers),
        missed=current - sum(number < current for number in numbers),
        answered=current in numbers,
        due_at=_due_at(declared, t0, min(following, last)),
    )


def _due_at(item: Item, t0: Micros, occurrence: int) -> Micros:
    assert item.due is not None, "a recurring item is due"
    assert item.every is not None, "it recurs"
    return t0 + round((item.due + occurrence * item.every) * SECOND)
