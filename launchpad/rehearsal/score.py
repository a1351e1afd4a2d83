"""How people did, measured from the journal: detection, acknowledgement, decision, way back, recovery."""

from collections.abc import Iterator, Sequence

from launchpad.model import events as ev
from launchpad.model.definition import PHASES, SEVERITIES, Definition
from launchpad.model.journal import Recorded
from launchpad.model.values import SECOND, Micros, Value, format_duration
from launchpad.report.account import Report
from launchpad.report.troubles import Trouble
from launchpad.rules.incidents import due_after
from launchpad.rules.view import View


class Took(Value):
    """How long something took, and how long it was to take."""

    name: str
    what: str
    """From when to when."""
    seconds: float | None
    """None: it did not come to that."""
    target: float | None = None
    """Seconds; None where nothing is promised."""

    @property
    def met(self) -> bool | None:
        """None where there is nothing to compare."""
        if self.target is None:
            return None
        return self.seconds is not None and self.seconds <= self.target

    @property
    def shown(self) -> str:
        return "never" if self.seconds is None else format_duration(round(self.seconds, 1))


def score(
    report: Report, definition: Definition, events: Sequence[Recorded], began: Micros | None = None
) -> tuple[Took, ...]:
    """The times of the gravest alert that fired, of several the first; empty if none did. `began` is when its
    cause did, where that is known better than by the journal."""
    alerts = [trouble for trouble in report.troubles if trouble.severity]
    if not alerts:
        return ()
    trouble = min(alerts, key=_gravity)
    targets = definition.launch.targets
    fired = trouble.fired_at
    answer = next((due_after(definition, s, fired) for s in SEVERITIES if s == trouble.severity), fired)
    back = next((run for run in report.rollbacks if (run.started_at or 0) >= fired), None)
    chosen = _confirmed(events, back.id) if back else None
    since = trouble.began_at if began is None else began
    started, ended = (back.started_at, back.ended_at) if back else (None, None)
    return (
        Took(name="detection", what="trouble to alert", seconds=_between(since, fired)),
        Took(
            name="acknowledgement",
            what="alert to somebody who has it",
            seconds=trouble.to_acknowledge,
            target=_between(fired, answer),
        ),
        Took(name="decision", what="alert to rollback confirmed", seconds=_between(fired, chosen)),
        Took(
            name="rollback",
            what="start to end",
            seconds=_between(started, ended),
            target=targets.rollback if back else None,
        ),
        Took(
            name="recovery",
            what="trouble to its end",
            seconds=_between(since, trouble.over_at),
            target=targets.rto or targets.mttr,
        ),
    )


def missed(view: View) -> Iterator[str]:
    """What was left undone, as far as the journal shows it."""
    state = view.state
    yield from (f"nobody acknowledged {alert.state.name}" for alert in view.alerts if alert.unacknowledged)
    reached = PHASES.index(state.phase)
    for item in view.items:
        of_past = PHASES.index(item.state.item.phase) < reached
        if item.state.item.required and of_past and not item.finished:
            yield f"{item.id} was required and is {item.mark}"
    if state.advice is not None and state.advice.recommended and state.outcome is None:
        yield "a rollback is advised, and the release is still out"
    for incident in view.incidents:
        if incident.state.open:
            yield f"{incident.state.id} is {incident.state.status}"
    if state.outcome is None:
        yield f"the launch was left in {state.phase} and not closed"


def _gravity(trouble: Trouble) -> tuple[int, Micros]:
    order: dict[str, int] = {severity: index for index, severity in enumerate(SEVERITIES)}
    return order[trouble.severity], trouble.fired_at


def _confirmed(events: Sequence[Recorded], run: str) -> Micros | None:
    """When somebody, or the engine for them, decided on the run."""
    return next((e.at for e in events if isinstance(e.event, ev.RunConfirmed) and e.event.run == run), None)


def _between(begin: Micros | None, end: Micros | None) -> float | None:
    """Seconds; None unless both were."""
    return None if begin is None or end is None else max(0, end - begin) / SECOND
