"""Who is here, and what they are at."""

from collections.abc import Iterable, Mapping

from launchpad.model.definition import Definition
from launchpad.model.samples import Presence

IDLE = 60.0
"""Seconds without a key after which somebody is told to be idle."""
_AT_WORK = 300.0
"""Seconds without a key after which nobody is said to be working on anything."""


def idle(person: Presence) -> float:
    """Seconds since this person typed anything, as far as is known."""
    return person.idle + person.age


def at_work(people: Iterable[Presence]) -> Mapping[str, tuple[str, ...]]:
    """Subject (`item:dns`) → who works on it, by name."""
    found: dict[str, dict[str, None]] = {}
    for person in people:
        if person.subject and idle(person) < _AT_WORK:
            found.setdefault(person.subject, {})[person.operator] = None
    return {subject: tuple(names) for subject, names in found.items()}


def teams_of(definition: Definition, name: str) -> tuple[str, ...]:
    """The teams that an operator speaks for."""
    return next((operator.teams for operator in definition.operators if operator.name == name), ())
