"""What there is to see of an item."""

from typing import Literal

from launchpad.model.state import ItemState, State
from launchpad.model.values import Micros, Value
from launchpad.rules import items as item_rules

Mark = Literal["open", "blocked", "done", "stale", "failed", "skipped"]


class ItemView(Value):
    state: ItemState
    mark: Mark
    blocked_by: tuple[str, ...] = ()
    due_at: Micros | None = None
    overdue: bool = False

    @property
    def id(self) -> str:
        return self.state.item.id


def item_view(item: ItemState, state: State, t0: Micros | None, now: Micros) -> ItemView:
    blocked = item_rules.blocked_by(item, state.items, now)
    due = item_rules.due_at(item, t0)
    mark: Mark = item.status
    if item_rules.stale(item, now):
        mark = "stale"
    elif item.status == "open" and blocked:
        mark = "blocked"
    overdue = due is not None and now > due and item.status in ("open", "failed")
    return ItemView(state=item, mark=mark, blocked_by=blocked, due_at=due, overdue=overdue)
