"""What there is to see of an incident: what it is, who has it, whether what was promised holds."""

import math
from collections.abc import Iterator, Sequence

from launchpad.model.definition import Definition
from launchpad.model.state import IncidentEntry, IncidentState, RunState, State
from launchpad.model.text import clean
from launchpad.model.values import SECOND, Micros, Value, format_clock, format_duration
from launchpad.rules import alerts as alert_rules
from launchpad.rules.incidents import due_after
from launchpad.rules.view.health import AlertView, Standing, affected

REMOVED = "(text removed)"


class Milestone(Value):
    """A step of the response, and how long it took from the detection on."""

    name: str
    at: Micros | None
    """None while it has not been reached."""
    took: float
    """Seconds, until now where it has not been reached."""
    within: float | None = None
    """Seconds in which it was to be reached, where something was promised."""

    @property
    def late(self) -> bool:
        return self.within is not None and self.took > self.within

    @property
    def sentence(self) -> str:
        """`acknowledged: 2m41s, promised within 15m`, `resolved: not yet, 31m left of 1h`."""
        if self.at is None:
            if self.within is None:
                return f"{self.name}: not yet"
            left = format_duration(abs(self.within - self.took) // 1)
            state = f"{left} late" if self.late else f"{left} left of {format_duration(self.within)}"
            return f"{self.name}: not yet, {state}"
        promised = "" if self.within is None else f", promised within {format_duration(self.within)}"
        return f"{self.name}: {format_duration(self.took // 1)}{promised}"


class IncidentView(Value):
    state: IncidentState
    title: str
    """What is wrong, in a line."""
    measured: str
    """Its alert's rule, where the title does not say it, and value now; empty where no alert of it is
    pending or firing."""
    affects: str
    """Whom or what it hits, in a line; empty where nobody has said."""
    commander: str
    """`bob commands`, `nobody commands it yet`."""
    lasted: float
    """Seconds from its detection, to its end if it is over."""
    update_late: bool
    milestones: tuple[Milestone, ...]
    recovery: tuple[Milestone, ...]
    """What was promised for going back, and whether it held."""


def incident_view(
    incident: IncidentState, state: State, definition: Definition, alerts: Sequence[AlertView], now: Micros
) -> IncidentView:
    alert = next((a for a in alerts if a.state.name == incident.alert), None)
    title = title_of(incident, definition)
    nobody = "nobody commands it yet" if incident.open else "nobody commanded it"
    leads = f"{incident.commander} {'commands' if incident.open else 'commanded'}"
    return IncidentView(
        state=incident,
        title=title,
        measured=_measured(alert, title) if alert else "",
        affects=clean(incident.impact) or affected(definition, incident.alert or ""),
        commander=leads if incident.commander else nobody,
        lasted=((incident.resolved_at or now) - incident.detected_at) / SECOND,
        update_late=incident.next_at is not None and now > incident.next_at,
        milestones=tuple(_milestones(incident, definition, now)),
        recovery=tuple(_recovery(incident, state, definition, now)),
    )


def title_of(incident: IncidentState, definition: Definition) -> str:
    """What is wrong, in a line: as it was declared, else what the rule of its alert says."""
    rule = definition.alerts.get(incident.alert or "")
    return clean(incident.title) or (alert_rules.sentence(rule) if rule else REMOVED)


def _measured(alert: AlertView, title: str) -> str:
    return f"now {alert.shown}" if title == alert.rule else f"{alert.rule}: {alert.shown}"


def _milestones(incident: IncidentState, definition: Definition, now: Micros) -> Iterator[Milestone]:
    answer_by = due_after(definition, incident.severity, incident.detected_at)
    promised = {
        "acknowledged": (answer_by - incident.detected_at) / SECOND,
        "resolved": definition.launch.targets.mttr,
    }
    reached = {
        "acknowledged": incident.acknowledged_at,
        "declared": incident.declared_at,
        "mitigating": incident.mitigating_at,
        "resolved": incident.resolved_at,
    }
    for name, at in reached.items():
        if at is None and incident.resolved_at is not None:
            continue  # it was over before
        took = max(0.0, ((at or now) - incident.detected_at) / SECOND)
        yield Milestone(name=name, at=at, took=took, within=promised.get(name))


def _recovery(
    incident: IncidentState, state: State, definition: Definition, now: Micros
) -> Iterator[Milestone]:
    targets = definition.launch.targets
    if targets.rto is not None:
        took = ((incident.resolved_at or now) - incident.detected_at) / SECOND
        yield Milestone(name="recovered", at=incident.resolved_at, took=took, within=targets.rto)
    if targets.rpo is not None:
        yield _saved(incident, state, definition, targets.rpo)
    if targets.rollback is not None:
        for run in _runs_with("rollback", state, definition):
            if run.started_at is not None and run.started_at >= incident.detected_at:
                took = ((run.ended_at or now) - run.started_at) / SECOND
                yield Milestone(name=run.id, at=run.ended_at, took=took, within=targets.rollback)


def _saved(incident: IncidentState, state: State, definition: Definition, within: float) -> Milestone:
    """How old the data is that there is to go back to: a verified backup before one that nobody has tried."""
    runs = [run for run in _runs_with("backup", state, definition) if run.status == "succeeded"]
    # The instant that the data is of, where that is known; it is older than the run's end.
    known = {backup.run: backup.last.taken_at for backup in state.backups.values()}
    verified = [proven.taken_at for backup in state.backups.values() for proven in backup.proven]
    for name, instants in (
        ("age of the last verified backup", verified),
        ("age of the last backup, never restored", [known.get(run.id, run.ended_at) for run in runs]),
    ):
        before = [at for at in instants if at is not None and at <= incident.detected_at]
        if before:
            age = (incident.detected_at - max(before)) / SECOND
            return Milestone(name=name, at=max(before), took=age, within=within)
    age = (incident.detected_at - (state.opened_at or incident.detected_at)) / SECOND
    return Milestone(name="a backup on record", at=None, took=age, within=within)


def _runs_with(verb: str, state: State, definition: Definition) -> Iterator[RunState]:
    for run in state.runs.values():
        action = definition.actions.get(run.action)
        if action is not None and any(step.verb == verb for step in action.steps):
            yield run


def declared_standing(shown: IncidentView, alerts: Sequence[AlertView]) -> Standing:
    """How the launch stands while this incident is open."""
    state = shown.state
    others = sum(a.state.status == "firing" and a.state.name != state.alert for a in alerts)
    mitigating = ", mitigating" if state.status == "mitigating" else ""
    measured = f" ({shown.measured})" if shown.measured else ""
    more = f" and {others} more alert{'s' * (others > 1)}" if others else ""
    return Standing(
        verdict="bad",
        what=f"{state.id} {state.severity}{mitigating}: {shown.title}{measured}{more}",
        since=state.detected_at,
        affects=shown.affects,
        owner=shown.commander,
    )


def timeline(incident: IncidentState, state: State) -> tuple[IncidentEntry, ...]:
    """All that happened to it and around it, the oldest first: its own events, and the runs meanwhile."""
    lines = list(incident.entries)
    if incident.alert and incident.detected_at < incident.declared_at:
        lines.append(_beside(incident.detected_at, "engine", f"alert {incident.alert} fires"))
    until = math.inf if incident.resolved_at is None else incident.resolved_at
    for run in state.runs.values():
        if run.started_at is None or not incident.detected_at <= run.started_at <= until:
            continue
        lines.append(_beside(run.started_at, run.confirmed_by or run.requested_by, f"{run.id} starts"))
        if run.ended_at is not None:
            lines.append(_beside(run.ended_at, "engine", f"{run.id} {run.status}"))
    return tuple(sorted(lines, key=lambda entry: entry.at))


def _beside(at: Micros, by: str, what: str) -> IncidentEntry:
    return IncidentEntry(seq=0, at=at, by=by, what=what)


def draft(shown: IncidentView, definition: Definition, now: Micros, next_in: float | None = None) -> str:
    """What could be told to everybody next, filled with what is known: the first word, an update, the end.

    `next_in`: seconds until the update after it; by the severity where none are given."""
    zone, state = definition.zone, shown.state
    since = f"{format_clock(state.detected_at, zone, now)} {zone}"
    impact = f"Impact: {shown.affects or 'still being found out'}."
    who = f"{state.commander or state.declared_by} leads the response."
    due = due_after(definition, state.severity, now) if next_in is None else now + round(next_in * SECOND)
    again = f"Next update by {format_clock(due, zone, now)} {zone}."
    measured = f" Measured: {shown.measured}." if shown.measured else ""
    product = definition.launch.product
    if state.resolved_at is not None:
        end = format_clock(state.resolved_at, zone, now)
        lasted = format_duration(shown.lasted // 1)
        cause = f"Cause: {clean(state.cause, 500) or REMOVED}."
        span = f"It lasted from {since} to {end} ({lasted})."
        return f"{product}: {shown.title}: resolved. {span} {impact} {cause}"
    if state.latest is None:
        return (
            f"{product}: we are looking into {shown.title}, since {since}.{measured} {impact} {who} {again}"
        )
    doing = (
        "a cure is being applied" if state.status == "mitigating" else "we are still looking for the cause"
    )
    lasted = format_duration(shown.lasted // 1)
    return f"{product}: {shown.title}: {doing}. Since {since} ({lasted}).{measured} {impact} {who} {again}"
