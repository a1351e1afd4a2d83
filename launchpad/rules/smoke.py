"""Smoke tests: when an outcome is worth a line in the journal."""

from launchpad.model.definition import Definition, SmokeCondition
from launchpad.model.smoke import SmokeFact
from launchpad.model.state import SmokeState
from launchpad.model.values import Micros
from launchpad.rules.age import to_renew

_VALID = 900.0
"""Seconds for which an outcome counts where no gate says."""


def worth_recording(
    known: SmokeState | None, now: SmokeFact, at: Micros, name: str, definition: Definition
) -> bool:
    """Whether an outcome says something new, or renews the last one in time."""
    if known is None or known.last is None or known.last.verdict != now.verdict:
        return True
    if [step.verdict for step in known.last.steps] != [step.verdict for step in now.steps]:
        return True
    return to_renew(known.at, at, _valid(name, definition))


def _valid(name: str, definition: Definition) -> float:
    """Seconds for which an outcome of the suite counts, at the strictest gate."""
    return min(
        (
            condition.within
            for gate in definition.gates.values()
            for condition in gate
            if isinstance(condition, SmokeCondition) and condition.smoke == name
        ),
        default=_VALID,
    )
