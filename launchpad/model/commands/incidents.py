"""Incidents."""

from launchpad.model.commands.base import Command
from launchpad.model.definition import Severity


class _OfIncident(Command, kw_only=True):
    incident: str = ""
    """Empty: the gravest that is open."""


class DeclareIncident(Command, tag="incident-declare"):
    """Says that this is an incident. Whoever declares it from an alert has that alert."""

    text: str = ""
    """What is wrong; may be empty where an alert says it."""
    severity: Severity | None = None
    """Absent: the alert's."""
    alert: str = ""
    impact: str = ""
    commander: str = ""


class UpdateIncident(_OfIncident, tag="incident-update"):
    """Any of: how it stands, whom it hits, how grave it is."""

    text: str = ""
    impact: str = ""
    severity: Severity | None = None
    next_in: float | None = None
    """Seconds until the next update. Absent: as the severity asks."""


class CommandIncident(_OfIncident, tag="incident-command"):
    commander: str = ""
    """Empty: whoever asks."""
    expect: int | None = None


class AddIncidentTask(_OfIncident, tag="incident-task"):
    text: str
    assignee: str | None = None


class FinishIncidentTask(_OfIncident, tag="incident-done"):
    task: int


class MitigateIncident(_OfIncident, tag="incident-mitigate"):
    text: str = ""
    expect: int | None = None


class ResolveIncident(_OfIncident, tag="incident-resolve"):
    text: str
    """The cause."""
    expect: int | None = None


class ReviewIncident(_OfIncident, tag="incident-review"):
    text: str
    """What was learnt."""
    expect: int | None = None
