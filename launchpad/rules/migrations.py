"""Which databases a definition wants to be migrated, and for how long an answer counts."""

from launchpad.model.definition import Definition, MigrationsCondition
from launchpad.model.events import MigrationsRead
from launchpad.model.state import MigrationState
from launchpad.model.values import SECOND

VALID = 300.0
"""Seconds for which a reading counts."""


def asked_for(definition: Definition) -> tuple[str, ...]:
    """The providers of databases that some gate wants migrated."""
    wanted = [
        name
        for gate in definition.gates.values()
        for condition in gate
        if isinstance(condition, MigrationsCondition)
        for name in condition.migrations
    ]
    return tuple(dict.fromkeys(wanted))


def worth_recording(before: MigrationState | None, now: MigrationsRead) -> bool:
    """Whether an answer says something new, or renews the last one in time."""
    if (
        before is None
        or before.reading != now.reading
        or (now.reading is None and before.reason != now.reason)
    ):
        return True
    return now.observed_at - before.at > VALID / 2 * SECOND
