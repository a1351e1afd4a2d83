"""The `command` provider: a team's own programs as the operations of a plan."""

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec
from msgspec.structs import replace

from launchpad.errors import Refused
from launchpad.model.command import (
    CommandOperation,
    CommandRollout,
    CommandRolloutSettings,
    CommandSettings,
    RolloutOperation,
)
from launchpad.model.definition import AnyVerb, Launch, RolloutVerb, Verb
from launchpad.model.lifecycles import RolloutStatus
from launchpad.model.migrations import MigrationFact, MigrationsReading
from launchpad.model.plan import PlannedStep
from launchpad.model.rollouts import RolloutAim, RolloutReading, affected
from launchpad.providers.capabilities import Emit, Ending, Found, Job, Surroundings
from launchpad.providers.command_reading import reading_in
from launchpad.providers.migrating import Migrating, idle, values_of
from launchpad.providers.minded import Minded
from launchpad.providers.programs import Programs


class CommandProvider:
    """Runs each operation under a minder (see `minder`), which a later engine on this host finds again."""

    settings: ClassVar[type[CommandSettings]] = CommandSettings

    def __init__(self, name: str, settings: CommandSettings, surroundings: Surroundings) -> None:
        self._name = name
        self._settings = settings
        self._programs = Programs(name, surroundings, settings.console)
        self._minded = Minded(name, surroundings)
        made = settings.migrations
        self._migrating = Migrating(name, made, self._programs) if made is not None else None

    def plan(self, verb: Verb, launch: Launch, params: Mapping[str, str]) -> PlannedStep:
        return self._programs.planned(verb, self._operation(verb), launch, params)

    def edges(self) -> frozenset[tuple[RolloutStatus, RolloutVerb]]:
        return self._rollout.edges

    def plan_rollout(self, aim: RolloutAim, launch: Launch, settings: Mapping[str, Any]) -> PlannedStep:
        operation = self._rollout_operation(aim.verb)
        step = self._programs.planned(aim.verb, operation, launch, _params(settings), _of_rollout(aim))
        affects = step.affects or affected(aim, aim.seen)
        return replace(step, does=step.does if operation.title else aim.sentence, affects=affects)

    async def read_rollout(self, rollout: str, launch: Launch, settings: Mapping[str, Any]) -> RolloutReading:
        program = self._rollout.read
        values = {f"param.{name}": value for name, value in _params(settings).items()}
        said = await self._programs.answer(
            program,
            launch,
            program.timeout,
            values | {"rollout.name": rollout},
            {"LAUNCHPAD_ROLLOUT": rollout},
        )
        return reading_in(*said)

    def migrates(self, verb: AnyVerb | None = None) -> bool:
        made = self._settings.migrations
        return made is not None and (verb is None or verb in made.verbs)

    def plan_migration(
        self, verb: Verb, launch: Launch, params: Mapping[str, str], applied: MigrationFact | None
    ) -> PlannedStep:
        return self._migrations.plan(verb, launch, params, applied)

    async def read_migrations(self, launch: Launch) -> MigrationsReading:
        return await self._migrations.read(launch)

    @property
    def _migrations(self) -> Migrating:
        if self._migrating is None:
            raise Refused(
                f"{self._name} can't migrate", hint="give it programs: `migrations: {status, up, …}`"
            )
        return self._migrating

    @property
    def _rollout(self) -> CommandRollout:
        if self._settings.rollout is None:
            raise Refused(f"{self._name} can't roll out", hint="give it programs: `rollout: {read, set, …}`")
        return self._settings.rollout

    def _rollout_operation(self, verb: RolloutVerb) -> RolloutOperation:
        operation = self._rollout.operation(verb)
        if operation is None:
            raise Refused(f"{self._name} can't {verb} a rollout", hint="add a program for it")
        return operation

    async def start(self, job: Job) -> str:
        if self._follows_migrations(job):
            return await self._start_migration(job)
        if job.aim is None:
            spec = self._programs.spec(self._operation(job.verb), job)
            return await self._minded.start(job.nonce, spec)
        environ = {"LAUNCHPAD_ROLLOUT": job.aim.rollout}
        if job.aim.percent is not None:
            environ["LAUNCHPAD_PERCENT"] = f"{job.aim.percent:g}"
        asked = replace(job, params=dict(_params(job.settings)))
        operation = self._rollout_operation(job.aim.verb)
        spec = self._programs.spec(operation, asked, _of_rollout(job.aim), environ)
        return await self._minded.start(job.nonce, spec)

    async def _start_migration(self, job: Job) -> str:
        await self._migrations.still(job)
        if idle(job):
            return await self._minded.start(job.nonce, self._programs.nothing())
        made = self._settings.migrations
        operation = made.operation(job.verb) if made is not None else None
        assert operation is not None, "asked of verbs that migrate"
        spec = self._programs.spec(operation, job, values_of(job.bound))
        return await self._minded.start(job.nonce, spec)

    def _follows_migrations(self, job: Job) -> bool:
        return job.aim is None and self.migrates(job.verb)

    async def follow(self, provider_id: str, job: Job, emit: Emit) -> Ending:
        ending = await self._minded.follow(provider_id, emit)
        if self._follows_migrations(job) and ending.state != "unknown":
            return await self._migrations.judged(ending, job)
        return ending

    async def find(self, job: Job) -> Found:
        found = await self._minded.find(job.nonce)
        return await self._migrations.asked(found, job) if self._follows_migrations(job) else found

    async def cancel(self, provider_id: str, job: Job) -> None:  # noqa: ARG002  # the id says it all
        await self._minded.cancel(provider_id)

    def _operation(self, verb: AnyVerb) -> CommandOperation:
        operation = next((one for name, one in self._settings.operations.items() if name == verb), None)
        if operation is None:
            raise Refused(
                f"{self._name} has no operation `{verb}`", hint="add it to the provider's operations"
            )
        return operation


def _params(settings: Mapping[str, Any]) -> Mapping[str, str]:
    """The parameters that a rollout gives to its programs."""
    return msgspec.convert(settings, CommandRolloutSettings).params


def _of_rollout(aim: RolloutAim) -> dict[str, str]:
    """What placeholders stand for in programs that change a rollout."""
    values = {"rollout.name": aim.rollout}
    if aim.percent is not None:
        values["rollout.percent"] = f"{aim.percent:g}"
    return values
