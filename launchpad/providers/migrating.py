"""A team's own programs that migrate a database: read before and after, never trusted on their word."""

import asyncio
import hashlib
from collections.abc import Mapping

from msgspec.structs import replace

from launchpad.errors import LaunchpadError, Refused
from launchpad.model.command import CommandMigrations
from launchpad.model.definition import AnyVerb, Launch
from launchpad.model.migrations import NONE_YET, MigrationFact, MigrationsReading
from launchpad.model.plan import PlannedStep
from launchpad.providers.capabilities import Ending, Found, Job
from launchpad.providers.command_reading import migrations_in
from launchpad.providers.programs import Programs

VERSION, BEFORE, PENDING, DESTRUCTIVE, NOTHING = "version", "before", "pending", "destructive", "nothing"
"""What a plan binds: the version found, the one to go back to, what is to be applied, what of it destroys
data, and whether there is nothing to do."""
_BETWEEN = ", "


class Migrating:
    """The migrations of one database."""

    def __init__(self, name: str, settings: CommandMigrations, programs: Programs) -> None:
        self._name = name
        self._settings = settings
        self._programs = programs

    async def read(self, launch: Launch) -> MigrationsReading:
        """How far the database is. Raises `Refused` or `Unreachable`."""
        status = self._settings.status
        name, code, output = await self._programs.answer(status, launch, status.timeout)
        return migrations_in(name, code, output)

    def plan(
        self, verb: AnyVerb, launch: Launch, params: Mapping[str, str], applied: MigrationFact | None
    ) -> PlannedStep:
        """Asks the database. Raises `Refused` or `Unreachable`."""
        reading = asyncio.run(self.read(launch))
        if verb == "migrate":
            return self._plan_up(reading, launch, params)
        return self._plan_down(reading, launch, params, applied)

    def _plan_up(self, reading: MigrationsReading, launch: Launch, params: Mapping[str, str]) -> PlannedStep:
        up, down = self._settings.up, self._settings.down
        bound = {
            VERSION: reading.version,
            PENDING: _digest(reading),
            DESTRUCTIVE: _BETWEEN.join(reading.destructive),
        }
        step = self._programs.planned("migrate", up, launch, params, values_of(bound))
        if not reading.pending:
            return _idle(step, f"nothing is pending {_at(reading.version)}", reading)
        count = f"{len(reading.pending)} migration{'s' * (len(reading.pending) != 1)}"
        does = f"apply {count}, from {reading.version or NONE_YET} to {reading.pending[-1]}"
        does += f": {', '.join(reading.pending)}" if len(reading.pending) > 1 else ""
        does = f"{step.does}: {does}" if up.title else does
        undo = step.undo or ("the step `rollback` runs them backwards" if down is not None else None)
        if reading.destructive:
            does, undo = f"{does}; DESTROYS DATA: {', '.join(reading.destructive)}", None
        return _with(step, does=does, undo=undo, bound=bound, evidence=self._dry_run(launch))

    def _plan_down(
        self,
        reading: MigrationsReading,
        launch: Launch,
        params: Mapping[str, str],
        applied: MigrationFact | None,
    ) -> PlannedStep:
        down = self._settings.down
        assert down is not None, "only offered with it"
        before = applied.before if applied else reading.version
        bound = {VERSION: reading.version, BEFORE: before}
        step = self._programs.planned("rollback", down, launch, params, values_of(bound))
        if applied is None or before == reading.version:
            return _idle(step, f"nothing of this launch is to be put back {_at(reading.version)}", reading)
        if reading.version != applied.after.version:
            left = _at(applied.after.version)
            raise Refused(
                f"{self._name} is {_at(reading.version)}, and this launch left it {left}",
                hint="somebody else migrated it: look, and put it back by hand",
            )
        does = f"put the database back from {reading.version} to {before or NONE_YET}"
        if applied.destroyed:
            does += f"; what {', '.join(applied.destroyed)} destroyed DOES NOT COME BACK"
        return _with(step, does=does, undo=step.undo or "the step `migrate`", bound=bound)

    def _dry_run(self, launch: Launch) -> str:
        """What it prints, its end where that is long. Raises `Refused` if it fails."""
        program = self._settings.dry_run
        if program is None:
            return ""
        name, code, output = asyncio.run(self._programs.answer(program, launch, program.timeout))
        text = output.decode(errors="replace").strip()
        if code:
            last = text.splitlines()[-1] if text else "it printed nothing"
            raise Refused(f"the dry run ({name}) ended with exit status {code}: {last}")
        return text

    async def still(self, job: Job) -> None:
        """Raises `Refused` unless the database is as the plan found it: nothing is applied twice."""
        try:
            now = await self.read(job.launch)
        except LaunchpadError as error:
            raise Refused(f"nothing was done, as its version can't be read: {error}") from None
        planned = job.bound.get(PENDING, _digest(now))
        if now.version != job.bound[VERSION] or _digest(now) != planned:
            raise Refused(
                f"nothing was done: the plan was made {_at(job.bound[VERSION])}, now it is {now.sentence}",
                hint="ask for it anew",
            )

    async def judged(self, ending: Ending, job: Job) -> Ending:
        """How it ended, by what the database says."""
        try:
            now = await self.read(job.launch)
        except LaunchpadError as error:
            told = f"{ending.detail}; how far the database is can't be read: {error}"
            state = "unknown" if ending.state == "succeeded" else ending.state
            return Ending(state=state, detail=told)
        backwards = job.verb == "rollback"
        fact = MigrationFact(
            before=job.bound[VERSION],
            after=now,
            destroyed=tuple(name for name in job.bound.get(DESTRUCTIVE, "").split(_BETWEEN) if name),
            backwards=backwards,
        )
        told = f"{ending.detail}; the database is {now.sentence}"
        moved = fact if fact.moved else None
        if ending.state != "succeeded":
            return Ending(state=ending.state, detail=told, migrated=moved)
        left = now.version != job.bound.get(BEFORE) if backwards else bool(now.pending)
        if left:
            return Ending(
                state="failed", detail=f"it says that it is done, and is not: {told}", migrated=moved
            )
        return Ending(state="succeeded", detail=told, migrated=fact)

    async def asked(self, found: Found, job: Job) -> Found:
        """What became of an attempt, with what the database says where nobody saw it end."""
        if found.state != "unknown":
            return found
        try:
            told = f"the database is {(await self.read(job.launch)).sentence}"
        except LaunchpadError as error:
            told = f"how far the database is can't be read: {error}"
        return Found(
            state="unknown", detail=f"{found.detail}; the plan was made {_at(job.bound[VERSION])}, {told}"
        )


def values_of(bound: Mapping[str, str]) -> dict[str, str]:
    """What the placeholders of a program that migrates stand for."""
    return {
        "migrations.version": bound.get(VERSION, ""),
        "migrations.before": bound.get(BEFORE, bound.get(VERSION, "")),
    }


def idle(job: Job) -> bool:
    """Whether the plan found nothing to do."""
    return NOTHING in job.bound


def _digest(reading: MigrationsReading) -> str:
    """Tells one list of what is pending from another."""
    return hashlib.sha256("\n".join(reading.pending).encode()).hexdigest()[:16]


def _at(version: str) -> str:
    return f"at {version or NONE_YET}"


def _idle(step: PlannedStep, does: str, reading: MigrationsReading) -> PlannedStep:
    bound = {VERSION: reading.version, BEFORE: reading.version, NOTHING: "yes"}
    told = replace(step, affects="nobody: nothing is changed")
    return _with(told, does=does, undo="nothing is changed", bound=bound)


def _with(
    step: PlannedStep, *, does: str, undo: str | None, bound: dict[str, str], evidence: str = ""
) -> PlannedStep:
    return replace(step, does=does, undo=undo, bound=bound, evidence=evidence)
