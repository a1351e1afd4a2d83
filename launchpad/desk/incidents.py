"""Verbs on incidents: declare, update, command, task, mitigate, resolve, review."""

import math
from collections.abc import Sequence

from launchpad.desk.decision import Context, Proposal, already, must_match, optional_words, words
from launchpad.errors import BadInput, Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.commands import Done
from launchpad.model.definition import Severity
from launchpad.model.lifecycles import INCIDENT
from launchpad.model.state import IncidentState
from launchpad.model.values import LONGEST, SECOND, Micros
from launchpad.rules.incidents import due_after, leading


def declare(ctx: Context, command: cmd.DeclareIncident) -> Proposal | Done:
    if command.alert and command.alert not in ctx.definition.alerts:
        raise BadInput(f"there is no alert {command.alert}", hint="see `launchpad alerts`")
    for other in ctx.state.incidents.values():
        if command.alert and other.open and other.alert == command.alert:
            told = f"{other.declared_by} has already declared {other.id} from {command.alert}"
            return already(other.seq, _subject(other.id), told)
    title = optional_words(command.text) if command.alert else words(command.text, "an incident")
    severity = _severity(ctx, command)
    name = f"incident-{len(ctx.state.incidents) + 1}"
    expect = {_subject(name): 0}
    declared = ev.IncidentDeclared(
        incident=name,
        severity=severity,
        alert=command.alert or None,
        next_at=due_after(ctx.definition, severity, ctx.now),
    )
    events: list[ev.Event] = [declared]
    further: list[str] = []
    if impact := optional_words(command.impact):
        events.append(ev.IncidentImpactStated(incident=name))
        further.append(impact)
    if command.commander:
        events.append(ev.IncidentCommanded(incident=name, commander=_operator(ctx, command.commander)))
        further.append("")
    alert = ctx.state.alerts.get(command.alert)
    if alert is not None and alert.status in ("pending", "firing") and alert.acknowledged_by is None:
        # Whoever calls it an incident has seen it: nobody else needs to be woken to say so.
        events.append(ev.AlertAcknowledged(alert=alert.name))
        further.append(f"declared {name}")
        expect[f"alert:{alert.name}"] = alert.seq
    return Proposal(events, f"declared {name}, {severity}", text=title, further=further, expect=expect)


def _severity(ctx: Context, command: cmd.DeclareIncident) -> Severity:
    if command.severity is not None:
        return command.severity
    if not command.alert:
        raise BadInput("an incident needs a severity", hint="critical, high, medium or low")
    return ctx.definition.alerts[command.alert].severity


def _subject(incident: str) -> str:
    return f"incident:{incident}"


def _operator(ctx: Context, name: str) -> str:
    if name != ctx.identity.name and name not in {operator.name for operator in ctx.definition.operators}:
        raise BadInput(f"{name} is no operator of this launch", hint="see `operators:`")
    return name


def _incident(ctx: Context, name: str) -> IncidentState:
    """The one named, else the gravest that is open."""
    if name:
        found = ctx.state.incidents.get(name)
        if found is None:
            raise BadInput(f"there is no incident {name}", hint="see `launchpad incident`")
        return found
    present = leading(ctx.state)
    if present is None:
        raise Refused("no incident is open", hint="declare one, or name it: --incident ID")
    return present


def _allowed(incident: IncidentState, kind: str, wish: str) -> None:
    if (incident.status, kind) not in INCIDENT:
        raise Refused(f"{incident.id} is {incident.status} and can't be {wish}", hint=_INSTEAD[wish])


_INSTEAD = {
    "updated": "it is over; declare another if the trouble is back",
    "led by somebody else": "it is over; declare another if the trouble is back",
    "given a task": "write down what is left to do as an item: `launchpad add`",
    "worked on": "write down what is left to do as an item: `launchpad add`",
    "mitigated": "say how it stands with an update",
    "resolved": "it is over; declare another if the trouble is back",
    "reviewed": "resolve it first, and review it once",
}
"""What can be done where something else can't."""


def _leads(ctx: Context, incident: IncidentState, wish: str) -> None:
    """Raises Refused unless the operator commands the incident or is a director."""
    me = ctx.identity
    if me.role == "director" or me.name == incident.commander:
        return
    holder = incident.commander
    told = f"{holder} commands {incident.id}" if holder else f"nobody commands {incident.id}"
    hint = f"ask {holder} or a director" if holder else "take command first"
    raise Refused(f"{told}; to {wish} it takes its commander or a director", hint=hint)


def _proposal(incident: IncidentState, event: ev.Event, message: str, text: str = "") -> Proposal:
    return Proposal([event], message, text=text, expect={_subject(incident.id): incident.seq})


def update(ctx: Context, command: cmd.UpdateIncident) -> Proposal | Done:
    incident = _incident(ctx, command.incident)
    text, impact = optional_words(command.text), optional_words(command.impact)
    graded = command.severity if command.severity != incident.severity else None
    events: list[ev.Event] = []
    texts: list[str] = []
    if text:
        _allowed(incident, "incident.updated", "updated")
        events.append(ev.IncidentUpdated(incident=incident.id, next_at=_next_at(ctx, incident, command)))
        texts.append(text)
    if impact:
        _allowed(incident, "incident.impact-stated", "updated")
        events.append(ev.IncidentImpactStated(incident=incident.id))
        texts.append(impact)
    if graded is not None:
        _allowed(incident, "incident.graded", "updated")
        events.append(ev.IncidentGraded(incident=incident.id, severity=graded))
        texts.append("")
    if not events:
        if command.severity is not None:
            return already(incident.seq, _subject(incident.id), f"{incident.id} is {incident.severity}")
        raise BadInput("an update needs a few words, an impact or a severity")
    if command.next_in is not None and not text:
        raise BadInput("when the next update is due is said with an update in words")
    return _together(incident, events, texts, f"updated {incident.id}")


def _together(
    incident: IncidentState, events: Sequence[ev.Event], texts: Sequence[str], message: str
) -> Proposal:
    expect = {_subject(incident.id): incident.seq}
    return Proposal(events, message, text=texts[0], further=texts[1:], expect=expect)


def _next_at(ctx: Context, incident: IncidentState, command: cmd.UpdateIncident) -> Micros:
    if command.next_in is None:
        return due_after(ctx.definition, command.severity or incident.severity, ctx.now)
    if not math.isfinite(command.next_in) or not 0 < command.next_in <= LONGEST:
        raise BadInput("the next update is due after a duration above zero, such as 30m")
    return ctx.now + round(command.next_in * SECOND)


def command(ctx: Context, command: cmd.CommandIncident) -> Proposal | Done:
    incident = _incident(ctx, command.incident)
    name = _operator(ctx, command.commander or ctx.identity.name)
    if incident.commander == name:
        return already(incident.seq, _subject(incident.id), f"{name} commands {incident.id}")
    must_match(_subject(incident.id), incident.seq, command.expect)
    _allowed(incident, "incident.commanded", "led by somebody else")
    if incident.commander is not None:
        _leads(ctx, incident, "hand over")
    event = ev.IncidentCommanded(incident=incident.id, commander=name)
    return _proposal(incident, event, f"{name} commands {incident.id}")


def add_task(ctx: Context, command: cmd.AddIncidentTask) -> Proposal | Done:
    incident = _incident(ctx, command.incident)
    _allowed(incident, "incident.task-added", "given a task")
    number = len(incident.tasks) + 1
    assignee = _operator(ctx, command.assignee) if command.assignee else None
    event = ev.IncidentTaskAdded(incident=incident.id, task=number, assignee=assignee)
    return _proposal(incident, event, f"task {number} of {incident.id}", words(command.text, "a task"))


def finish_task(ctx: Context, command: cmd.FinishIncidentTask) -> Proposal | Done:
    incident = _incident(ctx, command.incident)
    task = next((task for task in incident.tasks if task.number == command.task), None)
    if task is None:
        raise BadInput(f"{incident.id} has no task {command.task}", hint="see `launchpad incident`")
    if task.done_by is not None:
        told = f"{task.done_by} has already done task {task.number}"
        return already(incident.seq, _subject(incident.id), told)
    _allowed(incident, "incident.task-done", "worked on")
    event = ev.IncidentTaskDone(incident=incident.id, task=task.number)
    return _proposal(incident, event, f"task {task.number} of {incident.id} is done")


def mitigate(ctx: Context, command: cmd.MitigateIncident) -> Proposal | Done:
    incident = _incident(ctx, command.incident)
    if incident.status == "mitigating":
        return already(incident.seq, _subject(incident.id), f"{incident.id} is already being mitigated")
    must_match(_subject(incident.id), incident.seq, command.expect)
    _allowed(incident, "incident.mitigating", "mitigated")
    event = ev.IncidentMitigating(incident=incident.id)
    return _proposal(incident, event, f"{incident.id} is being mitigated", optional_words(command.text))


def resolve(ctx: Context, command: cmd.ResolveIncident) -> Proposal | Done:
    incident = _incident(ctx, command.incident)
    if incident.resolved_by is not None:
        told = f"{incident.resolved_by} has already resolved {incident.id}"
        return already(incident.seq, _subject(incident.id), told)
    must_match(_subject(incident.id), incident.seq, command.expect)
    _allowed(incident, "incident.resolved", "resolved")
    _leads(ctx, incident, "resolve")
    event = ev.IncidentResolved(incident=incident.id)
    return _proposal(incident, event, f"resolved {incident.id}", words(command.text, "the cause"))


def review(ctx: Context, command: cmd.ReviewIncident) -> Proposal | Done:
    incident = _incident(ctx, command.incident or _unreviewed(ctx))
    if incident.status == "reviewed":
        return already(incident.seq, _subject(incident.id), f"{incident.id} has been reviewed")
    must_match(_subject(incident.id), incident.seq, command.expect)
    _allowed(incident, "incident.reviewed", "reviewed")
    _leads(ctx, incident, "review")
    event = ev.IncidentReviewed(incident=incident.id)
    return _proposal(incident, event, f"reviewed {incident.id}", words(command.text, "a review"))


def _unreviewed(ctx: Context) -> str:
    """The first that is over and still to be looked back on; empty where none is."""
    return next((i.id for i in ctx.state.incidents.values() if i.status == "resolved"), "")
