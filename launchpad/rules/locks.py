"""Which deploy locks stand in the way of a run."""

from collections.abc import Collection, Sequence

from launchpad.model.samples import LockInfo
from launchpad.model.state import RunState, State

EVERYTHING = "*"
"""The target that stands for all."""


def run_owner(launch: str, run: str) -> str:
    """How a run signs the locks it holds."""
    return f"{launch}/{run}"


def targets_of(run: RunState, providers: Collection[str]) -> frozenset[str]:
    """What a run keeps others off: its providers; where it is about a rollout, that one alone."""
    if run.aim is None:
        return frozenset(providers)
    return frozenset(f"{provider}/{run.aim.rollout}" for provider in providers)


def left_behind(state: State, locks: Sequence[LockInfo]) -> list[LockInfo]:
    """Locks of runs of this launch that have ended."""
    ended = {run_owner(state.launch, run.id) for run in state.runs.values() if run.ended}
    return [lock for lock in locks if lock.owner in ended]


def in_the_way(
    state: State, locks: Sequence[LockInfo], targets: Collection[str], exempt: Collection[str]
) -> list[LockInfo]:
    """Locks on these targets, or on everything, whose owners are not among the exempt."""
    over = left_behind(state, locks)
    return [
        lock
        for lock in locks
        if lock.target in (EVERYTHING, *targets) and lock.owner not in exempt and lock not in over
    ]
