"""Keeps a run's targets locked while it is under way."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from launchpad.errors import Refused, Unreachable
from launchpad.model.state import RunState
from launchpad.model.store import Store
from launchpad.rules.locks import in_the_way, left_behind, run_owner
from launchpad.session import Session

_TTL = 60.0
"""Seconds a lock outlives the engine that renews it."""


class Targets:
    """Locks in the store, per provider, across launches. The owner of a lock is exempt from it."""

    def __init__(self, store: Store, session: Session) -> None:
        self._store = store
        self._session = session

    @contextlib.asynccontextmanager
    async def held(self, run: RunState) -> AsyncIterator[None]:
        """Holds the targets of `run` and renews them. Raises `Refused` naming who else holds one."""
        owner = run_owner(self._session.launch, run.id)
        targets = sorted({step.provider for step in run.plan.steps}) if run.plan else []
        taken: list[str] = []
        try:
            await asyncio.to_thread(self._take, run, owner, targets, taken)
            renewing = asyncio.create_task(self._renew(owner, taken, run))
            try:
                yield
            except asyncio.CancelledError:
                # The engine ends, not the run: its successor finds the target still locked.
                taken.clear()
                raise
            finally:
                renewing.cancel()
        finally:
            for target in taken:
                with contextlib.suppress(Unreachable):  # it lapses by itself
                    await asyncio.to_thread(self._store.release_lock, target, owner)

    def _take(self, run: RunState, owner: str, targets: list[str], taken: list[str]) -> None:
        state = self._session.state
        for lock in left_behind(state, self._store.locks()):
            self._store.release_lock(lock.target, lock.owner)
        locks = self._store.locks()
        for lock in in_the_way(state, locks, targets, {owner, run.requested_by}):
            raise Refused(f"{lock.target} is locked by {lock.owner}: {lock.reason}")
        requesters = {lock.target for lock in locks if lock.owner == run.requested_by}
        for target in targets:
            if target not in requesters:
                self._store.take_lock(target, owner, _reason(run), _TTL)
                taken.append(target)

    async def _renew(self, owner: str, taken: list[str], run: RunState) -> None:
        while True:
            await asyncio.sleep(_TTL / 3)
            for target in taken:
                with contextlib.suppress(Unreachable):  # tried again in time
                    await asyncio.to_thread(self._store.take_lock, target, owner, _reason(run), _TTL)


def _reason(run: RunState) -> str:
    return f"{run.id} is under way"
