"""An alert's life: inactive, pending, firing, resolved."""

import operator
from collections.abc import Callable, Mapping

from launchpad.model.definition import Alert, Threshold
from launchpad.model.events import AlertStatus
from launchpad.model.state import AlertState
from launchpad.model.values import SECOND, Micros, format_quantity
from launchpad.rules.objectives import Reading

_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def crossed(threshold: Threshold, reading: Reading) -> bool | None:
    """Whether the reading lies beyond the threshold; None while the reading is unknown."""
    if reading.verdict == "unknown" or reading.value is None:
        return None
    return _COMPARE[threshold.op](reading.value, threshold.limit.value)


def next_status(rule: Alert, before: AlertState | None, reading: Reading, now: Micros) -> AlertStatus | None:
    """The status the alert moves to at `now`, or None while it stays.

    An unknown reading neither fires an alert nor resolves one. A pending one goes back to inactive: `for`
    counts only time in which the threshold was seen to be crossed.
    """
    beyond = crossed(rule.when, reading)
    status: AlertStatus = before.status if before else "inactive"
    if beyond is None:
        return "inactive" if status == "pending" else None
    if not beyond:
        return {"pending": "inactive", "firing": "resolved"}.get(status)  # type: ignore[return-value]
    if status == "firing":
        return None
    if status == "pending" and before is not None:
        waited = now - (before.pending_since or before.since)
        return "firing" if waited >= rule.for_ * SECOND else None
    return "pending" if rule.for_ else "firing"


def describe(threshold: Threshold) -> str:
    """`errors > 1%`, as it was written."""
    limit = format_quantity(threshold.limit.value, threshold.limit.unit)
    return f"{threshold.objective} {threshold.op} {limit}"
