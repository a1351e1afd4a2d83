"""Which approvals a run still needs: so many people, among them so many of a role or of a team."""

from collections.abc import Mapping, Sequence

from launchpad.model.definition import ROLES, Role
from launchpad.model.state import Approval

ANYBODY = ""
"""A need that whoever may approve meets."""


def missing(count: int, among: Mapping[str, int], given: Sequence[Approval]) -> tuple[str, ...]:
    """The needs that nobody meets yet, each the name of a role or a team, or `ANYBODY`.

    One person meets one need. As many needs are met as can be: a maximum matching, by augmenting paths
    (Berge, "Two theorems in graph theory", 1957).
    """
    named = [name for name, people in among.items() for _ in range(people)]
    needs = [*named, *[ANYBODY] * max(0, count - len(named))]
    met_by: dict[int, int] = {}

    def meet(person: int, tried: set[int]) -> bool:
        for index, need in enumerate(needs):
            if index in tried or not _meets(given[person], need):
                continue
            tried.add(index)
            if index not in met_by or meet(met_by[index], tried):
                met_by[index] = person
                return True
        return False

    for person in range(len(given)):
        meet(person, set())
    return tuple(need for index, need in enumerate(needs) if index not in met_by)


def _meets(approval: Approval, need: str) -> bool:
    if need == ANYBODY:
        return True
    role = next((role for role in ROLES if role == need), None)
    return need in approval.teams if role is None else _at_least(approval.role, role)


def _at_least(role: Role, least: Role) -> bool:
    return ROLES.index(role) >= ROLES.index(least)


def told(needs: Sequence[str]) -> str:
    """`1 director, 1 of qa, 2 more`: needs in words."""
    counts = {need: needs.count(need) for need in dict.fromkeys(needs)}
    parts = [
        f"{count} {need}" if need in ROLES else f"{count} of {need}" for need, count in counts.items() if need
    ]
    if ANYBODY in counts:
        parts.append(f"{counts[ANYBODY]} more" if parts else f"{counts[ANYBODY]}")
    return ", ".join(parts)
