"""What a reading of a rollout means for what was wanted of it, and what the journal should hear of it."""

from launchpad.model.events import RunResolved
from launchpad.model.lifecycles import ROLLOUT
from launchpad.model.rollouts import WHOLE, RolloutAim, RolloutReading
from launchpad.model.state import RunState, State
from launchpad.model.values import SECOND, Micros

_CLOSE = 0.5
"""Percent by which a provider may round a share."""
_USERS = 0.1
"""By how much the number of users must have changed to be worth an event."""
_TAKEN_WITHIN = 5.0
"""Seconds in which a store takes a halt, or does not."""
_REVIEWED = ("submitted", "in review")
"""A store that looks first has taken a step all the same."""


def moved(aim: RolloutAim, reading: RolloutReading) -> str:
    """Why the rollout is not what the step was asked for; empty if it is, or if that is no matter."""
    if aim.verb == "halt" or aim.seen is None or aim.seen.same(reading):
        return ""
    return f"{aim.rollout} is {reading.sentence} now, and was {aim.seen.sentence} when this was asked for"


def reached(aim: RolloutAim, reading: RolloutReading) -> bool:
    """Whether the provider shows what was asked for."""
    match aim.verb:
        case "halt":
            return reading.status in ("halted", "removed", "rolled back")
        case "complete":
            whole = reading.status == "rolling" and reading.percent >= WHOLE
            return whole or reading.status in ("complete", *_REVIEWED)
        case "resume":
            return reading.status in ("rolling", "complete", *_REVIEWED)
        case "bump":
            close = abs(reading.percent - (aim.percent or 0.0)) <= _CLOSE
            return (reading.status == "rolling" and close) or reading.status in _REVIEWED


def allowed(reading: RolloutReading, verb: str) -> bool:
    """Whether any provider could do this to a rollout that stands so."""
    return (reading.status, verb) in ROLLOUT


def worth_recording(before: RolloutReading | None, reading: RolloutReading) -> bool:
    """Whether it stands otherwise, or is about clearly more or fewer users."""
    if before is None or not before.same(reading):
        return True
    if before.users is None or reading.users is None:
        return before.users != reading.users
    return abs(reading.users - before.users) > _USERS * max(before.users, 1)


def runs_of(state: State, rollout: str) -> list[RunState]:
    """The runs on a rollout, the newest last."""
    return [run for run in state.runs.values() if run.aim is not None and run.aim.rollout == rollout]


def not_taken(run: RunState, now: Micros) -> bool:
    """Whether a halt was asked for and its store has not taken it for a while: it waits to ask again."""
    index = run.current_step
    step = run.steps[index] if run.stops and run.status == "running" and index is not None else None
    if step is None or step.status != "intended" or step.started_at is None:
        return False
    return now - step.started_at >= _TAKEN_WITHIN * SECOND


def settles(state: State, rollout: str, reading: RolloutReading, so_at: Micros) -> RunResolved | None:
    """The end of a halt that was interrupted, where the rollout shows since then that it is halted: what the
    provider says outweighs that nobody knows how the step ended. `so_at` is when the reading was so."""
    for run in runs_of(state, rollout):
        if not run.stops or run.status != "interrupted" or run.aim is None or run.current_step is None:
            continue
        since = run.steps[run.current_step].ended_at
        if since is not None and so_at >= since and reached(run.aim, reading):
            return RunResolved(run=run.id, resolution="done")
    return None


def brought_about_by(state: State, rollout: str, reading: RolloutReading) -> str:
    """The run that made the rollout stand so; empty: none of ours."""
    seen = state.rollouts.get(rollout)
    since = seen.observed_seq if seen else 0
    for run in reversed(runs_of(state, rollout)):
        began = any(step.started_at is not None for step in run.steps)
        if began and run.seq > since and run.aim is not None and reached(run.aim, reading):
            return run.id
    return ""
