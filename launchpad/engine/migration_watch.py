"""Asks how far databases are migrated, so that gates can rest on it and people can see it."""

from collections.abc import Mapping
from functools import partial

from launchpad.engine.asking import Question, keep_asking
from launchpad.engine.recorder import Recorder
from launchpad.errors import LaunchpadError
from launchpad.model.definition import Definition
from launchpad.model.events import MigrationsRead
from launchpad.providers.capabilities import Migrations, Provider
from launchpad.rules.migrations import asked_for, lasts, worth_recording
from launchpad.session import Session

_PART = 10
"""So many times an answer is asked for while the last one counts."""


class MigrationWatch:
    """One schedule for each database that the launch migrates, or that a gate asks for."""

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
        await keep_asking(
            (
                Question(name, lasts(self._definition, name) / _PART, partial(self._news, name))
                for name in asked_for(self._definition)
            ),
            self._recorder,
        )

    async def _news(self, name: str) -> MigrationsRead | None:
        said = await self._asked(name)
        known = self._session.state.migrations.get(name)
        return said if worth_recording(known, said, lasts(self._definition, name)) else None

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
