"""What needs a person at once, though nothing that is measured says so: the engine halted a rollout, a halt
did not get through, a rollback is recommended or offered.

Each is the rule of an alert, so that people are told, woken and heard as of any other.
"""

from collections.abc import Mapping

from launchpad.model.definition import Alert, Definition
from launchpad.model.state import AlertState, RunState, State
from launchpad.model.state.runs import REPAIRS
from launchpad.model.values import SECOND, Micros
from launchpad.rules.alerts import Evidence
from launchpad.rules.criteria import backs
from launchpad.rules.rollouts import not_taken, runs_of

_STILL = ("halted", "removed", "rolled back")
_LOST = ("failed", "interrupted", "refused")
_ASKED_IN_VAIN = 3
_IN_VAIN_FOR = 20.0
"""How often, or for how many seconds, a halt is asked for before somebody is told that it does not get
through."""


def evidence(state: State, definition: Definition, now: Micros) -> Mapping[str, Evidence]:
    """What each such rule rests on."""
    return {name: _evidence(name, rule, state, now) for name, rule in definition.alerts.items() if rule.calls}


def told(rule: Alert, state: State, now: Micros) -> str:
    """What has happened, for people."""
    if rule.recommends:
        offered = _offered(state, now)
        if offered is not None:
            return f"{offered.id} is offered, as {offered.params[REPAIRS]} failed: it waits for a yes"
        return "the rollback criteria recommend to roll back"
    halt = _last_halt(state, rule.halted or rule.unhalted or "")
    if halt is None:
        return "it has moved on"
    why = halt.reason or (halt.aim.why if halt.aim is not None else "")
    by = "by itself" if halt.requested_auth == "engine" else f"asked by {halt.requested_by}"
    standing = "asked for, and not taken yet" if _in_vain(state, halt, now) else halt.status
    return f"{halt.id} ({by}) is {standing}" + (f": {why}" if why else "")


def _evidence(name: str, rule: Alert, state: State, now: Micros) -> Evidence:
    alert = state.alerts.get(name)
    if rule.recommends:
        return Evidence(crossed=_recommended(state, alert, now))
    rollout = rule.halted or rule.unhalted or ""
    seen = state.rollouts.get(rollout)
    crossed = _halted(state, rollout, alert) if rule.halted else _unhalted(state, rollout, now)
    return Evidence(crossed=crossed, value=seen.reading.percent if seen is not None else None)


def _last_halt(state: State, rollout: str) -> RunState | None:
    """The newest halt, unless a step forward has succeeded since."""
    runs = runs_of(state, rollout)
    halt = max((run for run in runs if run.stops), key=lambda run: run.requested_at, default=None)
    if halt is None or any(r.status == "succeeded" and r.seq > halt.seq for r in runs if not r.stops):
        return None
    return halt


def _halted(state: State, rollout: str, alert: AlertState | None) -> bool:
    """Whether the engine halted it by itself, and nobody has taken that up."""
    halt, seen = _last_halt(state, rollout), state.rollouts.get(rollout)
    if halt is None or halt.requested_auth != "engine" or _taken_up(state, alert, halt.requested_at):
        return False
    goes_on = seen is not None and seen.observed_seq > halt.seq and seen.reading.status not in _STILL
    return not (halt.ended and goes_on)


def _unhalted(state: State, rollout: str, now: Micros) -> bool:
    """Whether it was to be halted and may roll on."""
    halt, seen = _last_halt(state, rollout), state.rollouts.get(rollout)
    if halt is None or not (halt.status in _LOST or _in_vain(state, halt, now)):
        return False
    if halt.status == "refused" and halt.requested_auth != "engine":
        return False  # who asked has read why
    return seen is None or seen.reading.status not in _STILL


def _in_vain(state: State, halt: RunState, now: Micros) -> bool:
    """Whether it is asked for again and again, or waits for that, or stands in for one that did."""
    if halt.ended or halt.aim is None:
        return False
    if any(step.attempt >= _ASKED_IN_VAIN for step in halt.steps):
        return True
    if not_taken(halt, now) and now - halt.requested_at >= _IN_VAIN_FOR * SECOND:
        return True
    return any(_stood_in_for(halt, run) for run in runs_of(state, halt.aim.rollout) if run.stops)


def _stood_in_for(halt: RunState, other: RunState) -> bool:
    """Whether the other halt was asked for without an answer when a person asked for this one."""
    since = halt.requested_at
    if other.requested_at >= since or other.status not in ("aborting", "aborted"):
        return False
    return any(step.attempt and (step.ended_at or since) >= since for step in other.steps)


def _recommended(state: State, alert: AlertState | None, now: Micros) -> bool:
    """Whether a rollback is recommended or offered, and nobody has taken that up."""
    offered = _offered(state, now)
    if offered is not None and not _taken_up(state, alert, offered.requested_at):
        return True
    advice = state.advice
    if advice is None or not advice.recommended or _taken_up(state, alert, advice.since):
        return False
    return not backs(state, advice.since)


def _offered(state: State, now: Micros) -> RunState | None:
    """A run that the engine asked for to mend a failed one, and that waits for somebody to want it."""
    for run in state.runs.values():
        waits = run.status == "planned" and not run.confirmed and now <= (run.expires_at or now)
        if waits and REPAIRS in run.params and run.requested_auth == "engine":
            return run
    return None


def _taken_up(state: State, alert: AlertState | None, since: Micros) -> bool:
    """Whether somebody has it: acknowledged it, or declared an incident since."""
    if alert is not None and alert.acknowledged_at is not None and alert.acknowledged_at >= since:
        return True
    return any(incident.declared_at >= since for incident in state.incidents.values())
