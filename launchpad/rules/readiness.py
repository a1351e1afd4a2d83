"""Which actions a definition wants to be ready, and for how long an answer counts."""

from launchpad.model.definition import Definition, ReadyCondition
from launchpad.model.state import Readiness
from launchpad.rules.age import to_renew

VALID = 900.0
"""Seconds for which providers are taken at their word."""


def asked_for(definition: Definition) -> tuple[str, ...]:
    """Actions that some gate wants ready."""
    wanted = [c.ready for gate in definition.gates.values() for c in gate if isinstance(c, ReadyCondition)]
    return tuple(dict.fromkeys(wanted))


def worth_recording(before: Readiness | None, now: Readiness) -> bool:
    """Whether an answer says something new, or renews the last one in time."""
    if before is None or (before.verdict, before.reason) != (now.verdict, now.reason):
        return True
    return to_renew(before.at, now.at, VALID)
