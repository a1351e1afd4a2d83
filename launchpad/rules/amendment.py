"""Whether the definition of a launch may be changed to another one."""

from collections.abc import Container, Iterable, Iterator, Sequence

from launchpad.model.definition import FORMAT, Definition
from launchpad.model.events import LaunchAmended
from launchpad.model.fold import fold
from launchpad.model.journal import Recorded
from launchpad.model.samples import LockInfo
from launchpad.model.state import RunState, State
from launchpad.model.values import Micros

_IDENTITY = ("product", "version", "environment")
"""What makes a launch this one."""


def hindrances(state: State, after: Definition, locks: Iterable[LockInfo]) -> tuple[str, ...]:
    """Why the definition can't become `after` while the launch is as it is; a sentence each."""
    before = state.definition
    if before is None:
        return ("no launch is open",)
    return (
        *_other_launch(before, after),
        *_of_runs(state, after),
        *(
            f"{lock.target} is locked by {lock.owner}: it can't be taken away until it is unlocked"
            for lock in locks
            if lock.target in before.providers and lock.target not in after.providers
        ),
        *_of_poll(state, before, after),
        *_of_seat(state, before, after),
    )


def _other_launch(before: Definition, after: Definition) -> Iterator[str]:
    for key in _IDENTITY:
        old, new = getattr(before.launch, key), getattr(after.launch, key)
        if old != new:
            yield f"its {key} is {new}, not {old}: that is another launch"


def _of_runs(state: State, after: Definition) -> Iterator[str]:
    for run in state.runs.values():
        if run.status in ("running", "interrupted", "aborting"):
            for what, name, there in _used(run, state, after):
                if name not in there:
                    yield f"{run.id} is {run.status} and uses {what} {name}: it can't be taken away"


def _used(run: RunState, state: State, after: Definition) -> Iterator[tuple[str, str, Container[str]]]:
    """What a run needs to come to its end, and what mends it if it fails: each by kind and name, with those
    of its kind that `after` has."""
    if run.aim is not None:
        yield "rollout", run.aim.rollout, after.rollouts
    else:
        yield "action", run.action, after.actions
        action = state.action(run.action)
        if action is not None and action.on_failure is not None:
            yield "action", action.on_failure.run, after.actions
        if run.plan is not None and run.plan.gate:
            yield "gate", run.plan.gate, after.gates
    suites = state.definitions[run.planned_under].smoke if run.planned_under else {}
    for name in dict.fromkeys(step.provider for step in (run.plan.steps if run.plan is not None else ())):
        if name in suites:
            yield "smoke test", name, after.smoke
        else:
            yield "provider", name, after.providers


def _of_poll(state: State, before: Definition, after: Definition) -> Iterator[str]:
    poll = state.poll
    if poll is None or poll.closed_at is not None:
        return
    spoke, speak = ({team for o in d.operators for team in o.teams} for d in (before, after))
    for team in poll.teams:
        if team in spoke and team not in speak:
            yield f"the open roll-call asks {team}, and nobody would speak for it: close the roll first"


def _of_seat(state: State, before: Definition, after: Definition) -> Iterator[str]:
    if state.seat is None:
        return
    holder = state.seat.holder
    named, still = ({o.name for o in d.operators} for d in (before, after))
    if holder in named and holder not in still:
        yield f"{holder} holds the director's seat: hand it over first"


def lapses(events: Sequence[Recorded], after: Definition, *, by: str, now: Micros) -> tuple[str, ...]:
    """What people have said that would count no more if `by` made `after` the definition now."""
    event = LaunchAmended(definition=after, digest="", base="", format=FORMAT)
    last = events[-1]
    amended = Recorded(launch=last.launch, seq=last.seq + 1, id="", at=now, actor=by, auth="os", event=event)
    return fold([*events, amended]).amendments[-1].lapsed
