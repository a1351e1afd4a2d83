"""Keeps a run's targets locked while it is under way."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from launchpad.errors import LeaseLost, Refused, Unreachable
from launchpad.model.state import RunState
from launchpad.model.store import Store
from launchpad.rules.locks import in_the_way, left_behind, run_owner, targets_of
from launchpad.session import Session

log = logging.getLogger(__name__)

_TTL = 60.0
"""Seconds a lock outlives the engine that renews it."""


class Targets:
    """Locks in the store, per provider, across launches. The owner of a lock is exempt from it."""

    def __init__(self, store: Store, session: Session) -> None:
        self._store = store
        self._session = session
        self._borrowed: dict[str, str] = {}
        """Targets held by a requester's own lock, each with the one run that rests on it."""

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
            except (asyncio.CancelledError, LeaseLost, Unreachable):
                # The engine ends, not the run: its successor finds the target still locked.
                taken.clear()
                raise
            finally:
                renewing.cancel()
        finally:
            self._borrowed = {target: by for target, by in self._borrowed.items() if by != run.id}
            for target in taken:
                with contextlib.suppress(Unreachable):  # it lapses by itself
                    await asyncio.to_thread(self._store.release_lock, target, owner)

    def _hold(self, run: RunState, owner: str, taken: set[str]) -> None:
        """Takes what is free of the run's targets, and renews what is held for it."""
        state = self._session.state
        suites = state.definitions[run.planned_under].smoke if run.planned_under else {}
        steps = run.plan.steps if run.plan else ()
        # A smoke test changes nothing that others must be kept off.
        providers = {step.provider for step in steps if step.provider not in suites}
        targets = sorted(targets_of(run, providers))
        for lock in left_behind(state, self._store.locks()):
            self._store.release_lock(lock.target, lock.owner)
        locks = self._store.locks()
        for lock in in_the_way(state, locks, {*targets, *providers}, {owner, run.requested_by}):
            raise Refused(f"{lock.target} is locked by {lock.owner}: {lock.reason}")
        requesters = {lock.target: lock for lock in locks if lock.owner == run.requested_by}
        for target in targets:
            theirs = requesters.get(target)
            if theirs is None:
                self._store.take_lock(target, owner, _reason(run), _TTL)
                taken.add(target)
            elif (other := self._borrowed.setdefault(target, run.id)) != run.id:
                raise Refused(f"{target} is locked by {theirs.owner}, and {other} is at work under that lock")
            elif theirs.expires_in < _TTL:
                # It must not run out under the run that rests on it.
                self._store.take_lock(target, theirs.owner, theirs.reason, _TTL)

    async def _renew(self, run: RunState, owner: str, taken: set[str]) -> None:
        while True:
            await asyncio.sleep(_TTL / 3)
            try:
                await asyncio.to_thread(self._hold, run, owner, taken)
            except Unreachable as error:
                log.warning("the lock of %s is not renewed, tried again in time: %s", run.id, error)
            except Refused as error:
                log.warning("%s goes on without its lock: %s", run.id, error)


def _reason(run: RunState) -> str:
    return f"{run.id} is under way"
