"""Keeps a run's targets locked while it is under way, and after it where its plan says so."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator

from launchpad.errors import BrokenJournal, LeaseLost, Refused, Unreachable
from launchpad.model.events import LockChanged
from launchpad.model.samples import LockInfo
from launchpad.model.state import RunState, State
from launchpad.model.store import Store
from launchpad.model.values import SECOND
from launchpad.rules import locks as rules
from launchpad.rules.locks import kept_owner, run_owner
from launchpad.session import Session

log = logging.getLogger(__name__)

_TTL = 60.0
"""Seconds a lock outlives the engine that renews it."""


class Targets:
    """Locks in the store, per provider, across the launches of a product in an environment. The owner of a
    lock is exempt from it."""

    def __init__(self, store: Store, session: Session) -> None:
        self._store = store
        self._session = session
        self._borrowed: dict[str, str] = {}
        """Targets held by a requester's own lock, each with the one run that rests on it."""
        self._kept: set[str] = set()
        """Runs whose targets stay locked, which are renewed no more."""
        self._turn = threading.Lock()

    @contextlib.asynccontextmanager
    async def held(self, run: RunState) -> AsyncIterator[None]:
        """Holds the targets of `run` and renews them.

        Raises `Refused` naming who else holds one, unless the run is aborting or halts a rollout: a stop
        waits for nobody.
        """
        owner = run_owner(self._session.launch, run.id)
        taken: set[str] = set()
        try:
            try:
                await asyncio.to_thread(self._hold, run, owner, taken)
            except Refused:
                if run.status != "aborting" and not run.stops:
                    raise
            renewing = asyncio.create_task(self._renew(run, owner, taken))
            try:
                yield
            except (asyncio.CancelledError, BrokenJournal, LeaseLost, Unreachable):
                # The engine ends, not the run: its successor finds the target still locked.
                taken.clear()
                raise
            finally:
                renewing.cancel()
        finally:
            self._borrowed = {target: by for target, by in self._borrowed.items() if by != run.id}
            for target in taken:
                with contextlib.suppress(Unreachable):  # it lapses by itself
                    await asyncio.to_thread(self._store.release_lock, self._session.launch, target, owner)

    def keep(self, run: RunState) -> list[LockChanged]:
        """Leaves the targets of a run that ends well locked, as its plan says; the events that tell so.

        Whoever holds one gives it up to the run, and it is free at no moment: from what stays, nobody is
        exempt. Only another run that is at work there keeps it.
        """
        seconds = run.plan.lock_after if run.plan else 0.0
        if not seconds:
            return []
        state, now = self._session.state, self._session.clock()
        owner = kept_owner(state.launch, run.id)
        reason = rules.reason_after(state, run, now)
        events = []
        with self._turn:
            self._kept.add(run.id)
            held = {lock.target: lock for lock in self._store.locks(state.launch)}
            for target in sorted(rules.targets_of(run, self._providers(run))):
                before = held.get(target)
                lasting = max(seconds, before.expires_in if before else 0.0)
                try:
                    over = _gives_up(run, state, before)
                    self._store.take_lock(state.launch, target, owner, reason, lasting, over=over)
                except Refused as error:
                    log.warning("%s leaves %s to others: %s", run.id, target, error)
                    continue
                events.append(
                    LockChanged(target=target, held=True, until=now + round(lasting * SECOND), run=run.id)
                )
        return events

    def _providers(self, run: RunState) -> set[str]:
        """What a run acts on."""
        suites = self._session.state.definitions[run.planned_under].smoke if run.planned_under else {}
        return rules.acts_on(run.plan.steps if run.plan else (), suites)

    def _hold(self, run: RunState, owner: str, taken: set[str]) -> None:
        """Takes what is free of the run's targets, and renews what is held for it."""
        with self._turn:
            if run.id not in self._kept:
                self._take(run, owner, taken)

    def _take(self, run: RunState, owner: str, taken: set[str]) -> None:
        state, providers = self._session.state, self._providers(run)
        targets = sorted(rules.targets_of(run, providers))
        for lock in rules.left_behind(state, self._store.locks(state.launch)):
            self._store.release_lock(state.launch, lock.target, lock.owner)
        locks = self._store.locks(state.launch)
        own = kept_owner(state.launch, run.id)
        exempt = {owner, own, run.requested_by}
        back = run.plan is not None and run.plan.goes_back
        for lock in rules.in_the_way(state, locks, {*targets, *providers}, exempt, back=back):
            raise Refused(f"{lock.target} is locked by {lock.owner}: {lock.reason}")
        stay = rules.kept(state, locks) if back else []
        under = {lock.target: lock for lock in locks if lock in stay or lock.owner in (own, run.requested_by)}
        for target in targets:
            theirs = under.get(target)
            if theirs is None:
                self._lock(target, run, owner, taken)
                continue
            if theirs.owner == run.requested_by:
                self._borrow(theirs, run)
            elif theirs.owner != own:
                self._lock(rules.going_back(target), run, owner, taken)
            if theirs.expires_in < _TTL:
                # It must not run out under the run that rests on it.
                self._store.take_lock(state.launch, target, theirs.owner, theirs.reason, _TTL)

    def _lock(self, target: str, run: RunState, owner: str, taken: set[str]) -> None:
        self._store.take_lock(self._session.launch, target, owner, _reason(run), _TTL)
        taken.add(target)

    def _borrow(self, lock: LockInfo, run: RunState) -> None:
        other = self._borrowed.setdefault(lock.target, run.id)
        if other != run.id:
            raise Refused(f"{lock.target} is locked by {lock.owner}, and {other} is at work under that lock")

    async def _renew(self, run: RunState, owner: str, taken: set[str]) -> None:
        while True:
            await asyncio.sleep(_TTL / 3)
            try:
                await asyncio.to_thread(self._hold, run, owner, taken)
            except Unreachable as error:
                log.warning("the lock of %s is not renewed, tried again in time: %s", run.id, error)
            except Refused as error:
                log.warning("%s goes on without its lock: %s", run.id, error)


def _gives_up(run: RunState, state: State, lock: LockInfo | None) -> str:
    """The owner of a lock that is to pass to what stays after the run; nobody where a run is at work."""
    if lock is None:
        return ""
    mine = lock.owner == run_owner(state.launch, run.id)
    return lock.owner if mine or not rules.of_a_run(lock) or rules.kept(state, [lock]) else ""


def _reason(run: RunState) -> str:
    return f"{run.id} is under way"
