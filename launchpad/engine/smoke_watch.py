"""Runs smoke tests on their schedule, and when somebody or an item asks; records what they find."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Literal

from launchpad.engine.recorder import Recorder
from launchpad.engine.schedule import every, offset
from launchpad.engine.suites import Suites
from launchpad.model.definition import Definition
from launchpad.model.events import SmokeRan
from launchpad.model.smoke import SmokeFact
from launchpad.rules.smoke import worth_recording
from launchpad.session import Session

_LOOK = 0.25
"""Seconds between two looks for requests."""
_FIRST_WITHIN = 5.0
"""Seconds in which every suite that has a schedule runs first."""

Cause = Literal["request", "schedule", "check"]


class SmokeWatch:
    """One schedule for each suite that has one. A suite runs once at a time: two walks at once would meet
    each other's test data."""

    def __init__(self, session: Session, recorder: Recorder, definition: Definition, suites: Suites) -> None:
        self._session = session
        self._recorder = recorder
        self._definition = definition
        self._suites = suites
        self._turns = {name: asyncio.Lock() for name in definition.smoke}
        self._answering: set[str] = set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for name, suite in self._definition.smoke.items():
                if suite.every is not None:
                    first = offset(name, min(suite.every, _FIRST_WITHIN))
                    tasks.create_task(every(suite.every, self._scheduled(name), first_after=first))
            if self._turns:
                tasks.create_task(every(_LOOK, partial(self._answer_requests, tasks)))

    async def found(self, name: str, cause: Cause) -> SmokeFact:
        """Runs the suite; what it found is in the journal, where it is worth that."""
        async with self._turns[name]:
            observed = self._session.clock()
            fact = await self._suites.run(self._definition.smoke[name])
            known = self._session.state.smoke.get(name)
            if cause == "request" or worth_recording(known, fact, observed, name, self._definition):
                await self._recorder.append(
                    SmokeRan(suite=name, result=fact, observed_at=observed, cause=cause)
                )
        return fact

    def _scheduled(self, name: str) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            await self.found(name, "schedule")

        return run

    async def _answer_requests(self, tasks: asyncio.TaskGroup) -> None:
        for name, known in self._session.state.smoke.items():
            if known.requested and name in self._turns and name not in self._answering:
                self._answering.add(name)
                tasks.create_task(self._answer(name))

    async def _answer(self, name: str) -> None:
        try:
            await self.found(name, "request")
        finally:
            self._answering.discard(name)
