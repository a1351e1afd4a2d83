"""What one person has to do: now, and once something else is done."""

from collections.abc import Collection, Sequence

from launchpad.model.definition import PHASES, Phase
from launchpad.model.state import ItemState
from launchpad.model.values import Value
from launchpad.rules.view.items import ItemView

_PLACES = {phase: place for place, phase in enumerate(PHASES)}


class Mine(Value):
    """One person's items over all phases; what is done or skipped is not among them."""

    now: tuple[ItemView, ...] = ()
    """They can be done: first what is overdue, then by due time, and last what belongs to a later phase."""
    waiting: tuple[ItemView, ...] = ()
    """They need something first, or are proved by a check that has not spoken; by due time."""

    @property
    def all(self) -> tuple[ItemView, ...]:
        return (*self.now, *self.waiting)


def is_mine(item: ItemState, operator: str, teams: Collection[str]) -> bool:
    """Whether it is this person's: assigned to them, or to nobody and owned by a team of theirs."""
    return item.assignee == operator or (item.assignee is None and item.item.team in teams)


def mine(items: Sequence[ItemView], phase: Phase, operator: str, teams: Collection[str]) -> Mine:
    """What is this person's, while the launch is in `phase`."""
    left = [item for item in items if _left(item) and is_mine(item.state, operator, teams)]
    now = [item for item in left if _doable(item)]
    waiting = [item for item in left if not _doable(item)]
    return Mine(
        now=tuple(sorted(now, key=lambda item: _turn(item, phase))),
        waiting=tuple(sorted(waiting, key=_due)),
    )


def next_item(
    items: Sequence[ItemView], phase: Phase, operator: str, teams: Collection[str]
) -> ItemView | None:
    """What this person should do next: the first of what is theirs; before what belongs to a later phase,
    something of this or an earlier one that is nobody's."""
    own = (item for item in items if _doable(item) and is_mine(item.state, operator, teams))
    first = min(own, key=lambda item: _turn(item, phase), default=None)
    if first is not None and not _coming(first, phase):
        return first
    nobodys = (
        item
        for item in items
        if item.mark == "open" and not _coming(item, phase) and _doable(item)
        if item.state.assignee is None and item.state.item.team is None
    )
    return next(nobodys, None) or first


def _left(item: ItemView) -> bool:
    return not item.finished


def _doable(item: ItemView) -> bool:
    """Whether a person can do something about it. A check that says nothing wrong goes its own way."""
    if item.mark != "open":
        return item.mark in ("failed", "stale")
    found = item.state.check
    return item.state.item.check is None or (found is not None and found.verdict == "unknown")


def _coming(item: ItemView, phase: Phase) -> bool:
    """Whether it belongs to a later phase, and there is time."""
    return not item.overdue and _PLACES[item.state.item.phase] > _PLACES[phase]


def _turn(item: ItemView, phase: Phase) -> tuple[bool, bool, float, int]:
    """What sorts first is to be done first."""
    return (not item.overdue, _coming(item, phase), *_due(item))


def _due(item: ItemView) -> tuple[float, int]:
    return (float("inf") if item.due_at is None else item.due_at, _PLACES[item.state.item.phase])
