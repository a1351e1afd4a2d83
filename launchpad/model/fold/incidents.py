"""Incidents: declared, led, mitigated, resolved, reviewed."""

from typing import Any

from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.definition import SEVERITIES
from launchpad.model.fold.parts import Handlers, Parts
from launchpad.model.journal import Recorded
from launchpad.model.lifecycles import INCIDENT
from launchpad.model.state import IncidentEntry, IncidentState, IncidentTask
from launchpad.model.state.incidents import REVIEW, UPDATE


def _declared(parts: Parts, rec: Recorded, event: ev.IncidentDeclared) -> None:
    known: dict[str, IncidentState] = parts.scalars.get("incidents", {})
    if event.incident in known:
        parts.misfit()
        return
    alert = parts.alerts.get(event.alert) if event.alert else None
    rose = alert if alert is not None and alert.status in ("pending", "firing") else None
    incident = IncidentState(
        id=event.incident,
        seq=rec.seq,
        status="declared",
        severity=event.severity,
        title=rec.text,
        alert=event.alert,
        declared_by=rec.actor,
        declared_at=rec.at,
        detected_at=(rose.fired_at or rose.since) if rose else rec.at,
        acknowledged_at=(rose.acknowledged_at or rec.at) if rose else rec.at,
        next_at=event.next_at,
        entries=(_entry(rec, f"declared it {event.severity}"),),
        called_seq=rec.seq,
    )
    parts.scalars["incidents"] = {**known, event.incident: incident}


def _entry(rec: Recorded, what: str) -> IncidentEntry:
    return IncidentEntry(
        seq=rec.seq, at=rec.at, by=rec.actor, what=what, text=rec.text, redacted=rec.redacted
    )


def _moved(parts: Parts, rec: Recorded, event: Any) -> None:
    known: dict[str, IncidentState] = parts.scalars.get("incidents", {})
    incident = known.get(event.incident)
    status = INCIDENT.get((incident.status, rec.kind)) if incident else None
    told = _told(incident, event) if incident else None
    if incident is None or status is None or told is None:
        parts.misfit()
        return
    moved = replace(
        _changed(incident, rec, event),
        seq=rec.seq,
        status=status,
        entries=(*incident.entries, _entry(rec, told)),
    )
    parts.scalars["incidents"] = {**known, event.incident: moved}


def _told(incident: IncidentState, event: Any) -> str | None:
    """The event in the incident's timeline; None for one that does not fit."""
    match event:
        case ev.IncidentImpactStated():
            return "impact"
        case ev.IncidentGraded():
            return f"severity is {event.severity} now"
        case ev.IncidentCommanded():
            return f"{event.commander} commands"
        case ev.IncidentUpdated():
            return UPDATE
        case ev.IncidentTaskAdded():
            return f"task {event.task}" if event.task == len(incident.tasks) + 1 else None
        case ev.IncidentTaskDone():
            waits = any(task.number == event.task and task.done_at is None for task in incident.tasks)
            return f"did task {event.task}" if waits else None
        case ev.IncidentMitigating():
            return "mitigating"
        case ev.IncidentResolved():
            return "resolved"
        case _:
            return REVIEW


def _changed(incident: IncidentState, rec: Recorded, event: Any) -> IncidentState:
    match event:
        case ev.IncidentImpactStated():
            return replace(incident, impact=rec.text)
        case ev.IncidentGraded():
            graver = SEVERITIES.index(event.severity) < SEVERITIES.index(incident.severity)
            called_seq = rec.seq if graver else incident.called_seq
            return replace(incident, severity=event.severity, called_seq=called_seq)
        case ev.IncidentCommanded():
            return replace(incident, commander=event.commander)
        case ev.IncidentUpdated():
            return replace(incident, next_at=event.next_at)
        case ev.IncidentTaskAdded():
            task = IncidentTask(number=event.task, text=rec.text, added_by=rec.actor, assignee=event.assignee)
            return replace(incident, tasks=(*incident.tasks, task))
        case ev.IncidentTaskDone():
            done = {"done_by": rec.actor, "done_at": rec.at}
            tasks = (replace(t, **done) if t.number == event.task else t for t in incident.tasks)
            return replace(incident, tasks=tuple(tasks))
        case ev.IncidentMitigating():
            return replace(incident, mitigating_at=rec.at)
        case ev.IncidentResolved():
            return replace(incident, resolved_at=rec.at, resolved_by=rec.actor, cause=rec.text, next_at=None)
        case _:
            return replace(incident, reviewed_at=rec.at)


HANDLERS: Handlers = {
    ev.IncidentDeclared: _declared,
    ev.IncidentImpactStated: _moved,
    ev.IncidentGraded: _moved,
    ev.IncidentCommanded: _moved,
    ev.IncidentUpdated: _moved,
    ev.IncidentTaskAdded: _moved,
    ev.IncidentTaskDone: _moved,
    ev.IncidentMitigating: _moved,
    ev.IncidentResolved: _moved,
    ev.IncidentReviewed: _moved,
}
