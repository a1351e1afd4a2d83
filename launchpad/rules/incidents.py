"""Incidents: which one leads, and how soon somebody must have it and tell of it."""

from collections.abc import Mapping
from datetime import time, timedelta

from launchpad.model.definition import SEVERITIES, Definition, Severity
from launchpad.model.state import IncidentState, State
from launchpad.model.values import SECOND, Micros
from launchpad.rules.calendar import instant, next_working_day

RESPONSE: Mapping[Severity, float] = {"critical": 900.0, "high": 3600.0, "medium": 4 * 3600.0}
"""Seconds within which somebody must have an incident, and between two updates. A mild one may wait for the
next working day."""


def due_after(definition: Definition, severity: Severity, at: Micros) -> Micros:
    """When an incident of this severity, or news of it, from `at` on is late."""
    within = definition.launch.targets.response.get(severity, RESPONSE.get(severity))
    if within is not None:
        return at + round(within * SECOND)
    # By the end of the next working day.
    day = next_working_day(at, definition.zone) + timedelta(days=1)
    return instant(day, time(), definition.zone)


def leading(state: State) -> IncidentState | None:
    """The gravest that is open; of several the oldest."""
    waiting = [incident for incident in state.incidents.values() if incident.open]
    return min(waiting, key=lambda i: (SEVERITIES.index(i.severity), i.declared_at), default=None)
