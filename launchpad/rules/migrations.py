"""Databases that a launch migrates: which, how each stands, and for how long an answer counts."""

from launchpad.model.definition import Definition, MigrationsCondition
from launchpad.model.events import MigrationsRead, ReadingVerdict
from launchpad.model.state import MigrationState
from launchpad.model.values import Micros
from launchpad.rules.age import counts, to_renew, told

VALID = 300.0
"""Seconds for which a reading counts that a gate rests on."""
_VALID_OTHERWISE = 3600.0
"""Seconds for which any other counts."""


def asked_for(definition: Definition) -> tuple[str, ...]:
    """The providers of databases that some gate wants migrated, or a step migrates."""
    steps = [step for action in definition.actions.values() for step in action.steps]
    migrated = [
        step.provider
        for step in steps
        # A provider may have a program called `migrate` that tells nothing of the database.
        if step.verb == "migrate" and definition.providers[step.provider].settings.get("migrations")
    ]
    return tuple(dict.fromkeys([*_gated(definition), *migrated]))


def lasts(definition: Definition, name: str) -> float:
    """Seconds for which a reading of a database counts."""
    return VALID if name in _gated(definition) else _VALID_OTHERWISE


def _gated(definition: Definition) -> list[str]:
    conditions = [condition for gate in definition.gates.values() for condition in gate]
    return [name for c in conditions if isinstance(c, MigrationsCondition) for name in c.migrations]


def standing(known: MigrationState | None, valid: float, now: Micros) -> tuple[ReadingVerdict, str]:
    """Whether a database is known to lack nothing that the release brings: `bad` where something is pending.
    `valid`: seconds for which a reading counts."""
    if known is None or (known.reading is None and not known.reason):
        return "unknown", "has not been read yet"
    if known.reading is None:
        return "unknown", f"can't be read: {known.reason}"
    detail = f"is {known.reading.sentence}, read {told(known.at, now, valid)}"
    if not counts(known.at, now, valid):
        return "unknown", detail
    return "bad" if known.reading.pending else "ok", detail


def worth_recording(before: MigrationState | None, now: MigrationsRead, valid: float) -> bool:
    """Whether an answer says something new, or renews the last one before it counts no more."""
    if (
        before is None
        or before.reading != now.reading
        or (now.reading is None and before.reason != now.reason)
    ):
        return True
    return to_renew(before.at, now.observed_at, valid)
