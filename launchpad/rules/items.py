"""What an item is at a given moment: open again, stale, blocked, due."""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec.structs import replace

from launchpad.model.definition import PHASES, Phase
from launchpad.model.lifecycles import ItemStatus
from launchpad.model.state import ItemState
from launchpad.model.values import SECOND, Micros
from launchpad.rules.age import counts
from launchpad.rules.recurrence import recurrence


def at_present(item: ItemState, t0: Micros | None, now: Micros) -> ItemState:
    """The item with the status that it has now: a recurring one opens when it is due again."""
    again = recurrence(item, t0, now)
    if again is None or item.status not in ("open", "done"):
        return item
    status: ItemStatus = "done" if again.answered else "open"
    return item if status == item.status else replace(item, status=status)


def left_out(item: ItemState) -> bool:
    """Whether the definition leaves it out, and no person decided so."""
    return item.status == "skipped" and item.by is None


def wants_evidence(item: ItemState) -> bool:
    """Whether a tick takes a note or a link; of a recurring item, each of its ticks."""
    return item.item.evidence == "required" and (item.item.every is not None or not item.evidence)


def stale(item: ItemState, now: Micros) -> bool:
    """Whether the check that proved a done item is too old to prove it still."""
    check = item.item.check
    if check is None or item.status != "done":
        return False
    # From the last pass: a check that could not decide proves nothing anew.
    return item.proved_at is None or not counts(item.proved_at, now, check.valid_for)


def premature(item: ItemState, phase: Phase) -> bool:
    """Whether its check fails that nobody expects to pass yet: the launch is in a `phase` before its own."""
    checked = item.item.check is not None and item.status == "failed"
    return checked and PHASES.index(item.item.phase) > PHASES.index(phase)


def blocked_by(item: ItemState, items: Mapping[str, ItemState], now: Micros) -> tuple[str, ...]:
    """The items it needs that are neither done nor skipped, or whose proof has grown too old."""
    if not item.item.needs:
        return ()
    return tuple(name for name in item.item.needs if name in items and not finished(items[name], now))


def finished(item: ItemState, now: Micros) -> bool:
    """Whether it counts as done: what a check proved too long ago does not."""
    return item.status in ("done", "skipped") and not stale(item, now)


class Checks(NamedTuple):
    """Items with a check, by whether it can be run now. What is skipped is in none of them."""

    ready: tuple[ItemState, ...]
    under_way: tuple[ItemState, ...]
    waiting: tuple[ItemState, ...]
    """They need something first."""

    @property
    def remark(self) -> str:
        """What keeps the others: `3 wait for what they need, 1 is under way`; may be empty."""
        parts = [f"{len(self.waiting)} wait{'s' * (len(self.waiting) == 1)} for what is needed first"] * bool(
            self.waiting
        )
        parts += [f"{len(self.under_way)} under way already"] * bool(self.under_way)
        return ", ".join(parts)


def checks(
    items: Mapping[str, ItemState], now: Micros, phase: Phase | None = None, team: str | None = None
) -> Checks:
    """The checks there are, of a phase or a team where one is named."""
    meant = [
        item
        for item in items.values()
        if item.item.check is not None
        and item.status != "skipped"
        and phase in (None, item.item.phase)
        and team in (None, item.item.team)
    ]
    idle = [item for item in meant if not item.check_requested]
    waiting = tuple(item for item in idle if blocked_by(item, items, now))
    return Checks(
        ready=tuple(item for item in idle if item not in waiting),
        under_way=tuple(item for item in meant if item.check_requested),
        waiting=waiting,
    )


def due_at(item: ItemState, t0: Micros | None) -> Micros | None:
    """The instant it is due, for the first time if it recurs; None without a due time or a T-0."""
    if item.item.due is None or t0 is None:
        return None
    return t0 + round(item.item.due * SECOND)
