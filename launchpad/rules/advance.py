"""What the engine does about a rollout by itself: record how it does, halt it, announce a step, take it.

Nothing is advanced or halted on what is not known. Every instant that it waits for stands in the journal, so
that a restart keeps it, and whatever changes how the rollout stands, such as a halt, ends it.
"""

from launchpad.model.definition import RolloutVerb
from launchpad.model.events import (
    AbortRequested,
    Event,
    RolloutAdvanceAnnounced,
    RolloutAdvanceWithdrawn,
    RolloutJudged,
    RunRequested,
)
from launchpad.model.lifecycles import RUN
from launchpad.model.rollouts import WHOLE, RolloutAim, shown
from launchpad.model.state import RunState, State
from launchpad.model.text import clean
from launchpad.model.values import SECOND, Micros, format_duration
from launchpad.rules.ladder import RolloutView
from launchpad.rules.rollouts import not_taken, runs_of


def judged(of: RolloutView) -> RolloutJudged | None:
    """How it does, where the journal has it otherwise; None while it does not roll, or nothing is new."""
    seen = of.state
    if seen is None or seen.reading.status != "rolling":
        return None
    if of.verdict == seen.verdict and not (of.gap and seen.verdict == "ok"):
        return None
    return RolloutJudged(
        rollout=of.name,
        verdict=of.verdict,
        reason=clean(of.reason, 500),
        soaked=of.soaked,
        lasted=of.lasted,
    )


def moves(of: RolloutView, state: State, now: Micros) -> tuple[Event, ...]:
    """What is to be recorded next, together; empty if nothing is."""
    seen = of.state
    if seen is None or of.status != "rolling":
        return ()
    if of.breached and seen.verdict == "bad" and of.rollout.on_breach == "halt":
        return _halt(of, state, now)
    if of.rollout.advance != "automatic" or of.next_percent is None:
        return ()
    hindrance = _hindrance(of, state)
    if seen.announced is None:
        return () if hindrance else (_announce(of, of.next_percent, now),)
    if hindrance or seen.announced != of.next_percent:
        return (
            RolloutAdvanceWithdrawn(
                rollout=of.name, reason=clean(hindrance or "the ladder was amended", 500)
            ),
        )
    return (_step(of, state, of.next_percent),) if seen.due_at is not None and now >= seen.due_at else ()


def halts(state: State, rollout: str, run: str, aim: RolloutAim, now: Micros) -> tuple[Event, ...]:
    """The request for a halt, with the end of every other run on the rollout."""
    params = {"rollout": rollout}
    others = [AbortRequested(run=other.id) for other in in_the_way(state, rollout, now)]
    return (RunRequested(run=run, action="halt", params=params, aim=aim), *others)


def in_the_way(state: State, rollout: str, now: Micros) -> list[RunState]:
    """Runs that a halt of the rollout ends; of halts only one that waits to be asked for again."""
    return [
        run
        for run in runs_of(state, rollout)
        if (not run.stops or not_taken(run, now)) and (run.status, "run.abort-requested") in RUN
    ]


def forward(state: State, aim: RolloutAim) -> RunRequested:
    """The request for a step forward."""
    params = {"rollout": aim.rollout} | ({"percent": shown(aim.percent)} if aim.verb == "bump" else {})
    return RunRequested(run=state.next_run_id(aim.verb), action=aim.verb, params=params, aim=aim)


def verb_to(percent: float) -> RolloutVerb:
    """What leads to a share: the last step is one of its own with most providers."""
    return "complete" if percent >= WHOLE else "bump"


def _halt(of: RolloutView, state: State, now: Micros) -> tuple[Event, ...]:
    """Once for each time that a guard breaks; what becomes of it is a person's matter."""
    assert of.state is not None, "what was never seen is not halted"
    halted = [run for run in runs_of(state, of.name) if run.stops]
    if any(not run.ended or run.requested_at >= of.state.verdict_since for run in halted):
        return ()
    why = clean(f"broken: {of.reason}", 500)
    aim = RolloutAim(rollout=of.name, verb="halt", seen=of.state.reading, why=why)
    return halts(state, of.name, state.next_run_id("halt"), aim, now)


def _hindrance(of: RolloutView, state: State) -> str:
    """Why the engine takes no step now; empty if it may."""
    assert of.state is not None, "what was never seen goes nowhere"
    if of.holds:
        return of.holds
    if of.verdict != "ok" or of.state.verdict != "ok":
        return "it was not seen to be well for long enough"
    tried = [r for r in runs_of(state, of.name) if r.requested_auth == "engine" and not r.stops]
    lost = next((r for r in tried if r.ended and r.requested_at >= of.state.since), None)
    if lost is not None:
        return f"{lost.id} is {lost.status}: a person takes the next step"
    if of.gate is not None and of.gate.verdict != "GO":
        first = of.gate.blockers[0]
        return f"{of.gate.verdict}: {first.name}, {first.detail}"
    return ""


def _announce(of: RolloutView, percent: float, now: Micros) -> Event:
    due_at = now + round(of.rollout.veto * SECOND)
    return RolloutAdvanceAnnounced(rollout=of.name, percent=percent, due_at=due_at)


def _step(of: RolloutView, state: State, percent: float) -> RunRequested:
    assert of.state is not None, "what was never seen goes nowhere"
    aim = RolloutAim(
        rollout=of.name,
        verb=verb_to(percent),
        percent=percent,
        seen=of.state.reading,
        why=f"soaked for {format_duration(of.soaked // 1)}, and nobody vetoed it",
    )
    return forward(state, aim)
