"""What there is to see of an item."""

from typing import Literal

from launchpad.model.state import ItemState, State
from launchpad.model.values import Micros, Value
from launchpad.rules import items as item_rules
from launchpad.rules.recurrence import Recurrence, recurrence

Mark = Literal["open", "blocked", "done", "stale", "failed", "skipped"]


class ItemView(Value):
    state: ItemState
    """With the status that it has now."""
    mark: Mark
    blocked_by: tuple[str, ...] = ()
    due_at: Micros | None = None
    overdue: bool = False
    recurrence: Recurrence | None = None
    """How often it was done, where it has to be done again and again."""

    @property
    def id(self) -> str:
        return self.state.item.id

    @property
    def finished(self) -> bool:
        """Whether it counts as done: what a check proved too long ago does not."""
        return self.mark in ("done", "skipped")

    @property
    def awaited(self) -> bool:
        """Whether somebody has to do it, now or when it is due again."""
        return self.mark in ("open", "blocked") or (
            self.mark == "done" and self.recurrence is not None and self.recurrence.comes_again
        )


def item_view(item: ItemState, state: State, t0: Micros | None, now: Micros) -> ItemView:
    again = recurrence(item, t0, now)
    if again is not None:
        item = item_rules.at_present(item, t0, now)
    blocked = item_rules.blocked_by(item, state.items, now)
    due = item_rules.due_at(item, t0) if again is None else again.due_at
    overdue = due is not None and now > due and item.status in ("open", "failed")
    mark: Mark = item.status
    if item_rules.stale(item, now):
        mark = "stale"
    elif not overdue and item_rules.premature(item, state.phase):
        mark = "blocked" if blocked else "open"
    elif item.status == "open" and blocked:
        mark = "blocked"
    return ItemView(state=item, mark=mark, blocked_by=blocked, due_at=due, overdue=overdue, recurrence=again)
