"""Keeps a run's targets locked while it is under way."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from launchpad.errors import Refused, Unreachable
from launchpad.model.state import RunState
from launchpad.model.store import Store
from launchpad.session import Session

_TTL = 60.0
"""Seconds a lock outlives the engine that renews it."""
_LETTING_GO = 0.1


class Targets:
    """Locks in the store, per provider, across launches. The owner of a lock is exempt from it."""

    def __init__(self, store: Store, session: Session) -> None:
        self._store = store
        self._session = session

    @contextlib.asynccontextmanager
    async def held(self, run: RunState) -> AsyncIterator[None]:
        """Holds the targets of `run` and renews them. Raises `Refused` naming who else holds one."""
        owner = self._owner(run)
        targets = sorted({step.provider for step in run.plan.steps}) if run.plan else []
        taken: list[str] = []
        try:
            # A run that has just ended, such as the one this repairs, is about to let go.
            while await asyncio.to_thread(self._held_by_ended_run, targets):
                await asyncio.sleep(_LETTING_GO)
            await asyncio.to_thread(self._take, run, owner, targets, taken)
            renewing = asyncio.create_task(self._renew(owner, taken, run))
            try:
                yield
            finally:
                renewing.cancel()
        finally:
            for target in taken:
                with contextlib.suppress(Unreachable):  # it lapses by itself
                    await asyncio.to_thread(self._store.release_lock, target, owner)

    def _owner(self, run: RunState) -> str:
        return f"{self._session.launch}/{run.id}"

    def _held_by_ended_run(self, targets: list[str]) -> bool:
        ended = {self._owner(run) for run in self._session.state.runs.values() if run.ended}
        return any(lock.target in targets and lock.owner in ended for lock in self._store.locks())

    def _take(self, run: RunState, owner: str, targets: list[str], taken: list[str]) -> None:
        held = {lock.target: lock for lock in self._store.locks()}
        for lock in (held[target] for target in ("*", *targets) if target in held):
            if lock.owner not in (owner, run.requested_by):
                raise Refused(f"{lock.target} is locked by {lock.owner}: {lock.reason}")
        for target in targets:
            if target not in held or held[target].owner == owner:
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
