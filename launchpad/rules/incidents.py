"""Incidents: which one leads, and how soon somebody must have it and tell of it."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from launchpad.model.definition import SEVERITIES, Definition, Severity
from launchpad.model.state import IncidentState, State
from launchpad.model.values import SECOND, Micros

RESPONSE: Mapping[Severity, float] = {"critical": 900.0, "high": 3600.0, "medium": 4 * 3600.0}
"""Seconds within which somebody must have an incident, and between two updates. A mild one may wait for the
next working day."""

_SATURDAY = 5


def due_after(definition: Definition, severity: Severity, at: Micros) -> Micros:
    """When an incident of this severity, or news of it, from `at` on is late."""
    within = definition.launch.targets.response.get(severity, RESPONSE.get(severity))
    return _end_of_next_working_day(at, definition.zone) if within is None else at + round(within * SECOND)


def _end_of_next_working_day(at: Micros, zone: str) -> Micros:
    """Midnight after the next day from Monday to Friday, in the launch's zone."""
    place = ZoneInfo(zone)
    day = datetime.fromtimestamp(at / SECOND, place).date() + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    midnight = datetime.combine(day + timedelta(days=1), time(), place)
    return round(midnight.timestamp()) * SECOND


def leading(state: State) -> IncidentState | None:
    """The gravest that is open; of several the oldest."""
    waiting = [incident for incident in state.incidents.values() if incident.open]
    return min(waiting, key=lambda i: (SEVERITIES.index(i.severity), i.declared_at), default=None)
