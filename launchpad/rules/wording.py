"""What a message says."""

from collections.abc import Sequence

from launchpad.model.definition import SEVERITIES, Definition, Severity
from launchpad.model.state import IncidentState, State
from launchpad.model.state.delivery import INCIDENT
from launchpad.model.text import clean
from launchpad.model.values import SECOND, Micros, Value, format_duration, format_instant
from launchpad.rules import alerts, calls
from launchpad.rules.delivery import Errand
from launchpad.rules.escalation import ahead
from launchpad.rules.view.health import affected
from launchpad.rules.view.incidents import draft, incident_view, title_of

_LONGEST = 1500
"""Characters of a line: an incident's has its impact and its cause in it."""


class Words(Value):
    """A message to people."""

    subject: str
    """One line."""
    text: str
    """Lines."""
    severity: Severity


def wording(
    state: State, definition: Definition, told: Sequence[Errand], now: Micros, *, repeat: bool = False
) -> Words:
    """What the recipient reads of one trouble's alerts, in order; a `repeat` says that it may be one."""
    about = definition.launch
    release = f"[{about.product} {about.version} {about.environment}]"
    headlines = [_headline(state, definition, errand) for errand in told]
    # Of several, what they are stands before what there is to each: some programs show the beginning alone.
    lines = [f"- {headline}" for headline in dict.fromkeys(headlines)] if len(told) > 1 else []
    for errand in told:
        lines += [*([""] if lines else []), *_told(state, definition, errand, now)]
    if repeat:
        lines.append("This may be a repeat: of the attempt before, it is not known whether it arrived.")
    graded = [severity for errand in told if (severity := _severity(state, definition, errand)) is not None]
    more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
    return Words(
        subject=clean(f"{release} {headlines[0]}", 200 - len(more)) + more,
        text="\n".join(clean(line, _LONGEST) for line in lines),
        severity=min(graded, key=SEVERITIES.index, default="low"),
    )


def _incident(state: State, errand: Errand) -> IncidentState | None:
    """The incident that it is about, if it is about one."""
    named = errand.alert.startswith(INCIDENT)
    return state.incidents.get(errand.alert.removeprefix(INCIDENT)) if named else None


def _severity(state: State, definition: Definition, errand: Errand) -> Severity | None:
    of = _incident(state, errand) or definition.alerts.get(errand.alert)
    return of.severity if of is not None else None


def _headline(state: State, definition: Definition, errand: Errand) -> str:
    incident = _incident(state, errand)
    if incident is not None:
        how = "INCIDENT" if errand.stage == "firing" else "RESOLVED"
        return f"{how} {incident.severity}: {title_of(incident, definition)}"
    rule = definition.alerts.get(errand.alert)
    if rule is None:
        return f"{errand.alert} is gone"
    return f"{errand.stage.upper()} {rule.severity}: {alerts.sentence(rule)}"


def _told(state: State, definition: Definition, errand: Errand, now: Micros) -> list[str]:
    """All there is to tell of one alert."""
    incident = _incident(state, errand)
    if incident is not None:
        return _of_incident(state, definition, incident, now)
    rule = definition.alerts.get(errand.alert)
    if rule is None:
        return [f"{errand.alert} is watched no more: the definition was changed."]
    lines = [*_standing(state, definition, errand, now), *_who(state, definition, errand, now)]
    return [*lines, f"Runbook: {rule.source}"] if rule.source else lines


def _of_incident(state: State, definition: Definition, incident: IncidentState, now: Micros) -> list[str]:
    """An incident, in the words in which everybody is told of it."""
    declared = f"{incident.id}, {incident.severity}, was declared by {incident.declared_by}"
    lines = [
        draft(incident_view(incident, state, definition, (), now), definition, now),
        f"{declared} at {format_instant(incident.declared_at, definition.zone)} {definition.zone}.",
    ]
    if incident.open:
        lines.append(f"To see it: launchpad incident --incident {incident.id} --launch {state.launch}")
        if incident.commander is None:
            lines.append(f"To lead it: launchpad incident command --launch {state.launch}")
    return lines


def _standing(state: State, definition: Definition, errand: Errand, now: Micros) -> list[str]:
    """What is so, since when, and what came before."""
    rule, alert = definition.alerts[errand.alert], state.alerts.get(errand.alert)
    zone = definition.zone
    if alert is None or alert.firing_seq != errand.firing:
        return [f"{errand.alert} is over; it has moved on since."]
    fired = alert.fired_at or alert.since
    value = calls.told(rule, state, now) if rule.calls else f"{alerts.shown(rule, alert.value)}, n={alert.n}"
    if errand.stage == "resolved":
        lasted = format_duration((alert.since - fired) / SECOND)
        return [f"{errand.alert}: {value} at {format_instant(alert.since, zone)} {zone}, after {lasted}."]
    lines = [
        f"{errand.alert}: {value}." if rule.calls else f"{errand.alert}: {value} when last recorded.",
        f"Firing since {format_instant(fired, zone)} {zone}, for {format_duration((now - fired) // SECOND)}.",
    ]
    if hit := affected(definition, errand.alert):
        lines.append(f"It affects {hit}.")
    if before := alerts.changed_before(alert):
        lines.append(f"It rose {'; '.join(before)}.")
    group = [
        other.name
        for other in state.alerts.values()
        if rule.group and other.name != alert.name and other.status == "firing"
        if other.name in definition.alerts and definition.alerts[other.name].group == rule.group
    ]
    if group:
        lines.append(f"With it, in {rule.group}: {', '.join(group)}.")
    return lines


def _who(state: State, definition: Definition, errand: Errand, now: Micros) -> list[str]:
    """Who has it, or what is wanted of the reader."""
    alert = state.alerts.get(errand.alert)
    if alert is None or errand.stage == "resolved":
        return []
    if alert.acknowledged_by is not None:
        note = f": {alert.acknowledgement}" if alert.acknowledgement else ""
        return [f"{alert.acknowledged_by} has it{note}."]
    lines = []
    if errand.step is not None:
        ladder = definition.alerts[errand.alert].escalate
        lines.append(f"You are step {errand.step + 1} of {ladder}: nobody has acknowledged it.")
    lines.append(f"To acknowledge: launchpad ack {errand.alert} --launch {state.launch}")
    waking = ahead(state, definition, alert, now)
    if waking:
        at = f"{format_instant(waking[0].at, definition.zone)} {definition.zone}"
        whom = ", ".join(to for due in waking if due.at == waking[0].at for to in due.notify)
        lines.append(f"If nobody does, these are told at {at}: {whom}.")
    return lines
