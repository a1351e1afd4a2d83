"""Declared trouble: who has it, whom it hits, what was done about it, how it ended."""

from launchpad.model.definition import Severity
from launchpad.model.events.base import Event
from launchpad.model.values import Micros


class _OfIncident(Event):
    incident: str

    @property
    def subject(self) -> str:
        return f"incident:{self.incident}"


class IncidentDeclared(_OfIncident, tag="incident.declared"):
    """Somebody says that this is an incident; the event's text says what is wrong."""

    severity: Severity
    alert: str | None = None
    """The alert that it was declared from; without a text, what is wrong is what its rule says."""
    next_at: Micros | None = None
    """When the first update is due."""


class IncidentImpactStated(_OfIncident, tag="incident.impact-stated"):
    """Whom or what it hits is the event's text."""


class IncidentGraded(_OfIncident, tag="incident.graded"):
    """It is graver, or milder, than was thought."""

    severity: Severity


class IncidentCommanded(_OfIncident, tag="incident.commanded"):
    """From here on this person leads the response."""

    commander: str


class IncidentUpdated(_OfIncident, tag="incident.updated"):
    """How it stands, for everybody, is the event's text."""

    next_at: Micros
    """When the next one is due."""


class IncidentTaskAdded(_OfIncident, tag="incident.task-added"):
    """Something to do about it, which is the event's text."""

    task: int
    """1, 2, 3 … within the incident."""
    assignee: str | None = None


class IncidentTaskDone(_OfIncident, tag="incident.task-done"):
    task: int


class IncidentMitigating(_OfIncident, tag="incident.mitigating"):
    """The cure is being applied; the event's text says which."""


class IncidentResolved(_OfIncident, tag="incident.resolved"):
    """It is over; the event's text is the cause."""


class IncidentReviewed(_OfIncident, tag="incident.reviewed"):
    """It was looked back on; the event's text is what was learnt."""
