"""Incidents and what became of them."""

from launchpad.model.definition import Severity
from launchpad.model.lifecycles import INCIDENT_OPEN, IncidentStatus
from launchpad.model.values import Micros, Value


class IncidentEntry(Value):
    """A line of an incident's own timeline."""

    seq: int
    at: Micros
    by: str
    what: str
    """`declared it critical`, `update`, `task 2`."""
    text: str = ""
    redacted: bool = False


class IncidentTask(Value):
    """Something to do about an incident."""

    number: int
    text: str
    added_by: str
    assignee: str | None = None
    done_by: str | None = None
    done_at: Micros | None = None


class IncidentState(Value):
    """Declared trouble."""

    id: str
    seq: int
    """Last event that changed it."""
    status: IncidentStatus
    severity: Severity
    title: str
    """What is wrong, as whoever declared it put it; empty where its alert says it."""
    alert: str | None
    declared_by: str
    declared_at: Micros
    detected_at: Micros
    """When its alert rose; without one, when it was declared."""
    acknowledged_at: Micros
    """When somebody had its alert, and at the latest when it was declared."""
    impact: str = ""
    commander: str | None = None
    mitigating_at: Micros | None = None
    resolved_at: Micros | None = None
    resolved_by: str | None = None
    cause: str = ""
    reviewed_at: Micros | None = None
    next_at: Micros | None = None
    """When the next update is due; None once it is over."""
    tasks: tuple[IncidentTask, ...] = ()
    entries: tuple[IncidentEntry, ...] = ()
    """All that happened to it, the latest last."""
    called_seq: int = 0
    """The event that people are told of: its declaration, or the last that made it graver."""

    @property
    def open(self) -> bool:
        return self.status in INCIDENT_OPEN

    @property
    def latest(self) -> IncidentEntry | None:
        """The last update."""
        return next((entry for entry in reversed(self.entries) if entry.what == UPDATE), None)


UPDATE = "update"
REVIEW = "reviewed"
"""What an update, and the review, are called in the timeline."""
