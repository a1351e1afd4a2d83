"""Asks now and then how far databases are migrated, so that gates can rest on it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from launchpad.engine.recorder import Recorder
from launchpad.engine.schedule import every, offset
from launchpad.errors import LaunchpadError
from launchpad.model.definition import Definition
from launchpad.model.events import MigrationsRead
from launchpad.providers.capabilities import Migrations, Provider
from launchpad.rules.migrations import asked_for, worth_recording
from launchpad.session import Session

_EVERY = 30.0
_FIRST_WITHIN = 2.0


class MigrationWatch:
    """One schedule for each database that a gate asks for."""

    def __init__(
        self,
        session: Session,
        recorder: Recorder,
        definition: Definition,
        providers: Mapping[str, Provider],
    ) -> None:
        """`providers` are those of `definition`."""
        self._session = session
        self._recorder = recorder
        self._definition = definition
        self._providers = providers

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for name in asked_for(self._definition):
                first = offset(name, _FIRST_WITHIN)
                tasks.create_task(every(_EVERY, self._reader(name), first_after=first))

    def _reader(self, name: str) -> Callable[[], Awaitable[None]]:
        async def read() -> None:
            said = await self._asked(name)
            if worth_recording(self._session.state.migrations.get(name), said):
                await self._recorder.append(said)

        return read

    async def _asked(self, name: str) -> MigrationsRead:
        at = self._session.clock()
        provider = self._providers[name]
        if not isinstance(provider, Migrations):
            return MigrationsRead(provider=name, observed_at=at, reason=f"{name} can't be had")
        try:
            reading = await provider.read_migrations(self._definition.launch)
        except LaunchpadError as error:
            return MigrationsRead(provider=name, observed_at=at, reason=error.message)
        return MigrationsRead(provider=name, observed_at=at, reading=reading)
