"""Looks at a launch by its definition, and by another one from the moment it is amended."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from launchpad.engine.checker import Checker
from launchpad.engine.evaluator import Evaluator
from launchpad.engine.lease import LeaseKeeper
from launchpad.engine.migration_watch import MigrationWatch
from launchpad.engine.readiness import ReadinessProber
from launchpad.engine.recorder import Recorder
from launchpad.engine.rollout_watch import RolloutWatch
from launchpad.engine.sampler import Sampler
from launchpad.engine.smoke_watch import SmokeWatch
from launchpad.engine.toolroom import Toolroom, Tools
from launchpad.errors import BadInput, Conflict
from launchpad.model.definition import Definition
from launchpad.model.events import EngineFollowed
from launchpad.model.store import Store
from launchpad.session import Session

log = logging.getLogger(__name__)

_LOOK = 0.2
"""Seconds between two looks for an amendment."""
_LACKING_AGAIN = 30.0
"""Seconds after which what could not be had is asked for again."""


class Watch:
    """All that looks at what is outside, by one definition at a time.

    Everything they record is bound to the definition that they watch by: once that is amended, nothing more
    of it reaches the journal, and they begin anew.
    """

    def __init__(
        self,
        store: Store,
        session: Session,
        lease: LeaseKeeper,
        recorder: Recorder,
        toolroom: Toolroom,
        *,
        begun: int,
    ) -> None:
        """The engine has said that it watches by the definition that holds since event `begun`."""
        self._store = store
        self._session = session
        self._lease = lease
        self._recorder = recorder
        self._toolroom = toolroom
        self._told: tuple[int, tuple[str, ...]] = begun, ()
        """What the journal says that is watched by, and what lacks."""

    async def run(self) -> None:
        """Watches for ever."""
        while True:
            try:
                async with asyncio.TaskGroup() as tasks:
                    watchers = [tasks.create_task(work) for work in await self._begin()]
                    await self._overtaken()
                    for watcher in watchers:
                        watcher.cancel()
            except* Conflict:
                # It was amended in the midst of their work.
                await asyncio.to_thread(self._session.refresh)

    async def _begin(self) -> list[Coroutine[Any, Any, None]]:
        """Says what is watched by, if that is news; gives the watchers' work."""
        state = self._session.state
        definition, seq = state.definition, state.definition_seq
        assert definition is not None, "a session holds an opened launch"
        tools = await asyncio.to_thread(self._toolroom.tools, seq, definition)
        recorder = self._recorder.bound(seq)
        lacking = said(tools.lacking)
        if (seq, lacking) != self._told:
            for sentence in lacking:
                log.warning("goes on without what it lacks: %s", sentence)
            await recorder.append(EngineFollowed(epoch=self._lease.epoch, lacking=lacking))
            self._told = seq, lacking
        return self._watchers(definition, tools, recorder)

    def _watchers(
        self, definition: Definition, tools: Tools, recorder: Recorder
    ) -> list[Coroutine[Any, Any, None]]:
        session = self._session
        sampler = Sampler(self._store, session, definition.signals, tools.prober, self._lease)
        smoke = SmokeWatch(session, recorder, definition, tools.suites)
        return [
            sampler.run(),
            Checker(session, recorder, tools.prober, smoke).run(),
            smoke.run(),
            MigrationWatch(session, recorder, definition, tools.providers).run(),
            Evaluator(session, recorder).run(),
            ReadinessProber(session, recorder, definition, tools.providers).run(),
            RolloutWatch(self._store, session, self._lease, recorder, definition, tools.providers).run(),
        ]

    async def _overtaken(self) -> None:
        """Returns once the definition is another one, or what lacked can be had in part or whole."""
        seq, lacking = self._told
        looks = 0
        while self._session.state.definition_seq == seq:
            await asyncio.sleep(_LOOK)
            looks += 1
            if lacking and looks * _LOOK >= _LACKING_AGAIN:
                looks = 0
                definition = self._session.state.definitions[seq]
                tools = await asyncio.to_thread(self._toolroom.tools, seq, definition, again=True)
                if said(tools.lacking) != lacking:
                    return


def said(lacking: tuple[BadInput, ...]) -> tuple[str, ...]:
    """What lacks, a sentence each."""
    return tuple(str(error) for error in lacking)
