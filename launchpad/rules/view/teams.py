"""How far each team has come."""

from collections.abc import Iterable, Sequence

from launchpad.model.values import Value
from launchpad.rules.view.items import ItemView


class TeamProgress(Value):
    """The items that one team owns."""

    team: str
    """Empty: nobody's."""
    done: int
    """Done or skipped."""
    total: int
    required: int
    """Required ones that are neither."""
    overdue: int
    failed: int
    blocked: int

    @property
    def open(self) -> int:
        return self.total - self.done


def by_team(items: Sequence[ItemView]) -> tuple[TeamProgress, ...]:
    """Every team that owns something, by name; last what no team owns."""
    names = sorted({item.state.item.team or "" for item in items}, key=lambda name: (not name, name))
    return tuple(_progress(name, [i for i in items if (i.state.item.team or "") == name]) for name in names)


def _progress(team: str, items: Sequence[ItemView]) -> TeamProgress:
    left = [item for item in items if not item.finished]
    return TeamProgress(
        team=team,
        done=len(items) - len(left),
        total=len(items),
        required=_count(item.state.item.required for item in left),
        overdue=_count(item.overdue for item in left),
        failed=_count(item.mark == "failed" for item in left),
        blocked=_count(item.mark == "blocked" for item in left),
    )


def _count(facts: Iterable[bool]) -> int:
    return sum(facts)
