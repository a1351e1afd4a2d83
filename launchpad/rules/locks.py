"""Which deploy locks stand in the way of a run, and which stay after one."""

from collections.abc import Collection, Iterable, Sequence

from launchpad.model.definition import Step
from launchpad.model.plan import PlannedStep
from launchpad.model.samples import LockInfo
from launchpad.model.state import RunState, State
from launchpad.model.state.runs import REPAIRS
from launchpad.model.text import clean
from launchpad.model.values import Micros, format_duration, format_instant

EVERYTHING = "*"
"""The target that stands for all."""
_ENDED = ", ended"
_BACK = ", going back"


def run_owner(launch: str, run: str) -> str:
    """How a run signs the locks that it holds while it is under way."""
    return f"{launch}/{run}"


def kept_owner(launch: str, run: str) -> str:
    """How it signs those that stay after it: every launch can tell them from those of a run at work."""
    return f"{launch}/{run}{_ENDED}"


def run_of(lock: LockInfo) -> tuple[str, str]:
    """The launch and the run that signed a lock; two empty words for a person's."""
    launch, _, run = lock.owner.removesuffix(_ENDED).rpartition("/")
    return (launch, run) if launch else ("", "")


def going_back(target: str) -> str:
    """What a run locks that takes a release back under a lock that stays, so that it is alone in that."""
    return f"{target}{_BACK}"


def provider_of(target: str) -> str:
    """The provider that a lock is about: `store` of `store/android` and of `store, going back`."""
    return target.removesuffix(_BACK).partition("/")[0]


def of_a_run(lock: LockInfo) -> bool:
    """Whether a run holds it, of whichever launch, and no person."""
    return "/" in lock.owner


def acts_on(steps: Iterable[Step | PlannedStep], suites: Collection[str]) -> set[str]:
    """The providers that steps act on. A smoke test, one of `suites`, changes nothing that others must be
    kept off."""
    return {step.provider for step in steps if step.provider not in suites}


def targets_of(run: RunState, providers: Collection[str]) -> frozenset[str]:
    """What a run keeps others off: its providers; where it is about a rollout, that one alone."""
    if run.aim is None:
        return frozenset(providers)
    return frozenset(f"{provider}/{run.aim.rollout}" for provider in providers)


def left_behind(state: State, locks: Sequence[LockInfo]) -> list[LockInfo]:
    """Locks of runs of this launch that have ended, and were to keep none."""
    ended = {run_owner(state.launch, run.id) for run in state.runs.values() if run.ended and not keeps(run)}
    return [lock for lock in locks if lock.owner in ended]


def keeps(run: RunState) -> bool:
    """Whether its targets stay locked after it."""
    return run.status == "succeeded" and run.plan is not None and run.plan.lock_after > 0


def kept(state: State, locks: Sequence[LockInfo]) -> list[LockInfo]:
    """Locks that stay after a run, of whichever launch. Nobody is exempt from them, whoever asked for it."""
    keepers = {run_owner(state.launch, run.id) for run in state.runs.values() if keeps(run)}
    return [
        lock for lock in locks if lock.owner in keepers or (of_a_run(lock) and lock.owner.endswith(_ENDED))
    ]


def in_the_way(
    state: State,
    locks: Sequence[LockInfo],
    targets: Collection[str],
    exempt: Collection[str],
    *,
    back: bool = False,
) -> list[LockInfo]:
    """Locks on these targets, or on everything, whose owners are not among the exempt. What stays locked
    after a run is not kept from going `back`, in whichever launch: it keeps others from going forward."""
    free = [*left_behind(state, locks), *(kept(state, locks) if back else ())]
    return [
        lock
        for lock in locks
        if lock.target in (EVERYTHING, *targets) and lock.owner not in exempt and lock not in free
    ]


def reason_after(state: State, run: RunState, now: Micros) -> str:
    """Why the targets of a run that ends well stay locked: `rolled back at 2026-11-21 23:12 UTC by ada`."""
    zone = state.definition.zone if state.definition is not None else "UTC"
    did = "rolled back" if run.plan is not None and run.plan.goes_back else f"{run.action} ended"
    at = format_instant(now, zone, date=True)[:-3]
    mended = state.runs.get(run.params.get(REPAIRS, ""))
    why = run.override_reason or (f"{mended.id} failed, {mended.reason}" if mended is not None else "")
    told = f"{did} at {at} {zone} by {run.confirmed_by or run.requested_by}"
    return clean(told + (f": {why}" if why else ""), 300)


def standing(state: State, locks: Sequence[LockInfo]) -> str:
    """What must be seen at every time: `site is locked after rollback-1, 23h more`; empty if nothing."""
    targets = state.definition.providers if state.definition is not None else {}
    return "; ".join(
        f"{lock.target} is locked after {_after(state, lock)},"
        f" {format_duration(max(60.0, lock.expires_in // 60 * 60))} more"
        for lock in kept(state, locks)
        if provider_of(lock.target) in targets
    )


def _after(state: State, lock: LockInfo) -> str:
    launch, run = run_of(lock)
    return run if launch == state.launch else f"{run} of {launch}"
