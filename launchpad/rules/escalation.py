"""Who is woken next while nobody acknowledges."""

from datetime import time

from launchpad.model.definition import Definition, EscalationStep, Severity, Wait
from launchpad.model.events import AlertEscalated
from launchpad.model.state import AlertState, State
from launchpad.model.values import SECOND, Micros, Value
from launchpad.rules.alerts import flaps_until, muted, spoken_for
from launchpad.rules.calendar import instant, next_working_day

MORNING = time(9)
"""When a business day begins, in the launch's zone."""
LATE = 60.0
"""Seconds after which a step that nobody took is skipped where a later one is due as well: after an outage
one step is woken, not the whole ladder."""


class Due(Value):
    """A step of a ladder, and when it is woken."""

    step: int
    at: Micros
    notify: tuple[str, ...]


def due_at(wait: Wait, since: Micros, zone: str) -> Micros | None:
    """When a wait that began at `since` is over; None if never."""
    if wait.until == "never":
        return None
    if not wait.until:
        return since + round(wait.seconds * SECOND)
    return instant(next_working_day(since, zone), MORNING, zone)


def clock_start(state: State, definition: Definition, alert: AlertState) -> Micros:
    """Since when somebody should have been answering: since it fired, or since it was last heard again."""
    rule, fired = definition.alerts[alert.name], alert.fired_at or alert.since
    ends = [fired, flaps_until(alert)]
    silence = state.silences.get(alert.name)
    if silence is not None:
        ends.append(silence.ended_at or silence.until)
    for other in rule.inhibited_by:
        one = state.alerts.get(other)
        if one is not None and one.status == "resolved":
            ends.append(one.since)
    return max(ends)


def ladder(state: State, definition: Definition, alert: AlertState) -> tuple[Due, ...]:
    """The steps of an alert's ladder in the order in which they come, taken ones too."""
    rule = definition.alerts.get(alert.name)
    steps = definition.escalations.get(rule.escalate or "", ()) if rule else ()
    if rule is None or not steps:
        return ()
    start = clock_start(state, definition, alert)
    timed = [
        (index, step, _at(step, rule.severity, start, definition.zone)) for index, step in enumerate(steps)
    ]
    due = [Due(step=index, at=at, notify=step.notify) for index, step, at in timed if at is not None]
    return tuple(sorted(due, key=lambda d: (d.at, d.step)))


def ahead(state: State, definition: Definition, alert: AlertState, now: Micros) -> tuple[Due, ...]:
    """The steps that are still to be taken if nobody acknowledges; none while the clock stands."""
    if alert.status != "firing" or alert.acknowledged_by is not None:
        return ()
    if muted(state, definition, alert.name, now) or spoken_for(state, definition, alert.name, now):
        return ()
    gone = {taken.step for taken in alert.escalations}
    gone.update(step for taken in alert.escalations for step in taken.skipped)
    return tuple(due for due in ladder(state, definition, alert) if due.step not in gone)


def escalations(state: State, definition: Definition, now: Micros) -> list[AlertEscalated]:
    """The steps that are to be taken at `now`."""
    events = []
    for alert in state.alerts.values():
        due = [step for step in ahead(state, definition, alert, now) if step.at <= now]
        kept = [step for step in due if step.at == due[-1].at or now - step.at <= LATE * SECOND]
        skipped = tuple(step.step for step in due if step not in kept)
        for index, step in enumerate(kept):
            assert alert.firing_seq is not None, "nobody is woken for what has never fired"
            events.append(
                AlertEscalated(
                    alert=alert.name,
                    firing=alert.firing_seq,
                    step=step.step,
                    notify=step.notify,
                    skipped=skipped if index == 0 else (),
                )
            )
    return events


def _at(step: EscalationStep, severity: Severity, since: Micros, zone: str) -> Micros | None:
    return due_at(step.by_severity.get(severity, step.after), since, zone)
