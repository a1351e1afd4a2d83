"""What providers say, made safe to keep where it comes in: no control sequence, no secret."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from msgspec.structs import replace

from launchpad.config.secrets import Redactor
from launchpad.errors import Refused, Unasked, Unreachable
from launchpad.model.definition import AnyVerb, Launch, RolloutVerb, Verb
from launchpad.model.lifecycles import RolloutStatus
from launchpad.model.migrations import MigrationFact, MigrationsReading
from launchpad.model.plan import PlannedStep
from launchpad.model.rollouts import RolloutAim, RolloutReading
from launchpad.model.text import clean
from launchpad.providers.capabilities import (
    BackupRequest,
    Backups,
    Emit,
    Ending,
    Found,
    Job,
    Migrations,
    PlannedBackup,
    Provider,
    Repeats,
    Rollouts,
)

_EVIDENCE = 4000
"""Characters of what a dry run printed that a plan keeps."""
_LONGEST_ID = 1000


class Provided:
    """A provider whose words have been cleaned; see `providers.capabilities.Provider`.

    Lines of output go to `emit` as they are: the run's log cleans them.
    """

    settings: ClassVar[type[Any]]

    def __init__(self, provider: Provider, redactor: Redactor) -> None:
        self._provider = provider
        self._redactor = redactor

    def plan(self, verb: Verb, launch: Launch, params: Mapping[str, str]) -> PlannedStep:
        with self._told():
            return self._cleaned(self._provider.plan(verb, launch, params))

    async def start(self, job: Job) -> str:
        with self._told():
            return _kept(await self._provider.start(job))

    async def follow(self, provider_id: str, job: Job, emit: Emit) -> Ending:
        with self._told():
            ending = await self._provider.follow(provider_id, job, emit)
        brought = {name: self._redactor.line(value) for name, value in ending.brought.items()}
        return replace(ending, detail=self._redactor.line(ending.detail), brought=brought)

    async def find(self, job: Job) -> Found:
        try:
            with self._told():
                found = await self._provider.find(job)
                _kept(found.provider_id)
        except (Refused, Unreachable) as error:
            found = Found(state="unknown", detail=str(error))
        return replace(found, detail=self._redactor.line(found.detail))

    async def cancel(self, provider_id: str, job: Job) -> None:
        with self._told():
            await self._provider.cancel(provider_id, job)

    def edges(self) -> frozenset[tuple[RolloutStatus, RolloutVerb]]:
        return self._rollouts.edges()

    def plan_rollout(self, aim: RolloutAim, launch: Launch, settings: Mapping[str, Any]) -> PlannedStep:
        with self._told():
            return self._cleaned(self._rollouts.plan_rollout(aim, launch, settings))

    async def read_rollout(self, rollout: str, launch: Launch, settings: Mapping[str, Any]) -> RolloutReading:
        with self._told():
            reading = await self._rollouts.read_rollout(rollout, launch, settings)
        line = self._redactor.line
        return replace(reading, version=line(reading.version), detail=line(reading.detail))

    def repeats(self, verb: RolloutVerb) -> bool:
        return isinstance(self._provider, Repeats) and self._provider.repeats(verb)

    @property
    def _rollouts(self) -> Rollouts:
        if not isinstance(self._provider, Rollouts):
            raise Refused("this provider can't roll out", hint="name one that can")
        return self._provider

    def plan_backup(self, asked: BackupRequest, launch: Launch, params: Mapping[str, str]) -> PlannedBackup:
        if not isinstance(self._provider, Backups):
            raise Refused("this provider can't save a database", hint="name one that can")
        with self._told():
            planned = self._provider.plan_backup(asked, launch, params)
        return replace(planned, step=self._cleaned(planned.step))

    def migrates(self, verb: AnyVerb | None = None) -> bool:
        return isinstance(self._provider, Migrations) and self._provider.migrates(verb)

    def plan_migration(
        self, verb: Verb, launch: Launch, params: Mapping[str, str], applied: MigrationFact | None
    ) -> PlannedStep:
        with self._told():
            return self._cleaned(self._migrations.plan_migration(verb, launch, params, applied))

    async def read_migrations(self, launch: Launch) -> MigrationsReading:
        with self._told():
            reading = await self._migrations.read_migrations(launch)
        line = self._redactor.line
        return MigrationsReading(
            version=line(reading.version, 200),
            pending=tuple(line(name, 200) for name in reading.pending),
            destructive=tuple(line(name, 200) for name in reading.destructive),
        )

    @property
    def _migrations(self) -> Migrations:
        if not isinstance(self._provider, Migrations):
            raise Refused("this provider can't migrate", hint="name one that can")
        return self._provider

    def _cleaned(self, step: PlannedStep) -> PlannedStep:
        return replace(
            step,
            does=self._redactor.line(step.does),
            command=self._redactor.block(step.command),
            undo=self._redactor.line(step.undo) if step.undo else None,
            evidence=self._redactor.block(step.evidence, _EVIDENCE),
            affects=self._redactor.line(step.affects),
            console=self._redactor.line(step.console),
            bound={name: self._redactor.line(value) for name, value in step.bound.items()},
        )

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (Refused, Unreachable) as error:
            kind = next(kind for kind in (Unasked, Refused, Unreachable) if isinstance(error, kind))
            message, hint = self._redactor.line(error.message), self._redactor.line(error.hint)
            raise kind(message, hint=hint, retry_after=error.retry_after) from None
        except Exception as error:
            # Somebody else's adapter may be at fault; that must not end the engine, nor pass for a refusal.
            said = self._redactor.line(f"{type(error).__name__}: {error}")
            raise Unreachable(f"the adapter failed: {said}", hint="tell its maintainers") from error


def _kept(provider_id: str) -> str:
    """An id as it came, since it must lead back there. Raises `Unreachable` for one that no journal may hold.

    It is not held against secrets: a short one may be part of any id.
    """
    if clean(provider_id, _LONGEST_ID) != provider_id:
        what = "the provider's id of the step has characters that no id has, or is too long"
        raise Unreachable(what, hint="look there what became of it")
    return provider_id
