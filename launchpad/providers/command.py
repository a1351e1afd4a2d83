"""The `command` provider: a team's own programs as the operations of a plan."""

import asyncio
import os
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from msgspec.structs import replace

from launchpad.errors import Refused, Unreachable
from launchpad.model.command import (
    CommandOperation,
    CommandRollout,
    CommandRolloutSettings,
    CommandSettings,
    Program,
    RolloutOperation,
    filled,
)
from launchpad.model.definition import AnyVerb, Launch, RolloutVerb, Verb
from launchpad.model.lifecycles import RolloutStatus
from launchpad.model.plan import PlannedStep
from launchpad.model.rollouts import RolloutAim, RolloutReading
from launchpad.model.values import is_secret_reference
from launchpad.probes.program import ended
from launchpad.providers.capabilities import Emit, Ending, Found, Job, Surroundings
from launchpad.providers.command_reading import reading_in
from launchpad.providers.minded import Minded


class CommandProvider:
    """Runs each operation under a minder (see `minder`), which a later engine on this host finds again."""

    settings: ClassVar[type[CommandSettings]] = CommandSettings

    def __init__(self, name: str, settings: CommandSettings, surroundings: Surroundings) -> None:
        self._name = name
        self._operations = settings.operations
        self._rollout = settings.rollout
        self._around = surroundings
        self._minded = Minded(name, surroundings)

    def plan(self, verb: Verb, launch: Launch, params: Mapping[str, str]) -> PlannedStep:
        return self._planned(verb, self._operation(verb), _values(launch, params))

    def edges(self) -> frozenset[tuple[RolloutStatus, RolloutVerb]]:
        return self._programs.edges

    def plan_rollout(self, aim: RolloutAim, launch: Launch, settings: Mapping[str, Any]) -> PlannedStep:
        values = _values(launch, _params(settings), aim.rollout, aim.percent)
        step = self._planned(aim.verb, self._rollout_operation(aim.verb), values)
        return replace(step, does=step.does if self._rollout_operation(aim.verb).title else aim.sentence)

    async def read_rollout(self, rollout: str, launch: Launch, settings: Mapping[str, Any]) -> RolloutReading:
        program = self._programs.read
        argv = _argv(program, _values(launch, _params(settings), rollout))
        cwd, environ = self._cwd(program), self._environ(program, launch, rollout)
        try:
            async with asyncio.timeout(program.timeout):
                code, output = await ended(
                    [_program(argv[0], cwd, environ), *argv[1:]], cwd=cwd, environ=environ
                )
        except TimeoutError:
            raise Unreachable(f"{argv[0]} did not answer within {program.timeout:g} s") from None
        except (OSError, ValueError) as error:
            raise Unreachable(f"{argv[0]} can't be started: {error}") from None
        return reading_in(argv[0], code, output)

    @property
    def _programs(self) -> CommandRollout:
        if self._rollout is None:
            raise Refused(f"{self._name} can't roll out", hint="give it programs: `rollout: {read, set, …}`")
        return self._rollout

    def _rollout_operation(self, verb: RolloutVerb) -> RolloutOperation:
        operation = self._programs.operation(verb)
        if operation is None:
            raise Refused(f"{self._name} can't {verb} a rollout", hint="add a program for it")
        return operation

    def _planned(self, verb: AnyVerb, operation: CommandOperation, values: Mapping[str, str]) -> PlannedStep:
        argv = _argv(operation, values)
        title, undo = _filled((operation.title, operation.undo or ""), values)
        # Said now, not when people have approved and wait.
        _program(argv[0], self._cwd(operation), {**self._around.environ, **operation.env})
        given = " ".join(f"{name}=<{value}>" for name, value in operation.env.items())
        return PlannedStep(
            verb=verb,
            provider=self._name,
            does=title or f"{verb} by running {argv[0]}",
            command=f"{given} {shlex.join(argv)}".strip(),
            undo=undo or None,
            timeout=operation.timeout,
            stuck_after=operation.stuck_after,
        )

    async def start(self, job: Job) -> str:
        operation, argv = self._asked(job)
        cwd = self._cwd(operation)
        environ = self._environ(operation, job.launch, job.aim.rollout if job.aim else "")
        if job.aim is not None and job.aim.percent is not None:
            environ["LAUNCHPAD_PERCENT"] = f"{job.aim.percent:g}"
        environ |= {"LAUNCHPAD_RUN": job.run, "LAUNCHPAD_NONCE": job.nonce}
        program = _program(argv[0], cwd, environ)
        spec = {"argv": [program, *argv[1:]], "env": environ, "cwd": str(cwd)}
        return await self._minded.start(job.nonce, spec)

    def _asked(self, job: Job) -> tuple[CommandOperation, tuple[str, ...]]:
        """The operation that a job asks for, and its arguments."""
        if job.aim is None:
            operation = self._operation(job.verb)
            return operation, _argv(operation, _values(job.launch, job.params))
        changing = self._rollout_operation(job.aim.verb)
        values = _values(job.launch, _params(job.settings), job.aim.rollout, job.aim.percent)
        return changing, _argv(changing, values)

    def _environ(self, program: Program, launch: Launch, rollout: str = "") -> dict[str, str]:
        environ = {
            **self._around.environ,
            "LAUNCHPAD_VERSION": launch.version,
            "LAUNCHPAD_ENVIRONMENT": launch.environment,
        }
        if rollout:
            environ["LAUNCHPAD_ROLLOUT"] = rollout
        for name, value in program.env.items():
            environ[name] = self._around.resolve(value) if is_secret_reference(value) else value
        return environ

    async def follow(self, provider_id: str, job: Job, emit: Emit) -> Ending:  # noqa: ARG002  # the id says it all
        return await self._minded.follow(provider_id, emit)

    async def find(self, job: Job) -> Found:
        return await self._minded.find(job.nonce)

    async def cancel(self, provider_id: str, job: Job) -> None:  # noqa: ARG002  # the id says it all
        await self._minded.cancel(provider_id)

    def _operation(self, verb: AnyVerb) -> CommandOperation:
        operation = next((one for name, one in self._operations.items() if name == verb), None)
        if operation is None:
            raise Refused(
                f"{self._name} has no operation `{verb}`", hint="add it to the provider's operations"
            )
        return operation

    def _cwd(self, program: Program) -> Path:
        return self._around.base_dir / (program.cwd or ".")


def _argv(program: Program, values: Mapping[str, str]) -> tuple[str, ...]:
    if program.shell is not None:
        return ("/bin/sh", "-c", program.shell)
    return _filled(program.argv, values)


def _params(settings: Mapping[str, Any]) -> Mapping[str, str]:
    """The parameters that a rollout gives to its programs."""
    return msgspec.convert(settings, CommandRolloutSettings).params


def _values(
    launch: Launch, params: Mapping[str, str], rollout: str = "", percent: float | None = None
) -> dict[str, str]:
    """What placeholders stand for."""
    values = {
        "launch.product": launch.product,
        "launch.version": launch.version,
        "launch.environment": launch.environment,
        **{f"param.{name}": value for name, value in params.items()},
    }
    if rollout:
        values["rollout.name"] = rollout
    if percent is not None:
        values["rollout.percent"] = f"{percent:g}"
    return values


def _filled(texts: tuple[str, ...], values: Mapping[str, str]) -> tuple[str, ...]:
    """The texts with their placeholders filled. Raises `Refused` for a parameter that was not given."""
    try:
        return filled(texts, values)
    except KeyError as error:
        raise Refused(
            f"the command needs a value for {error.args[0]}",
            hint=f"give it: --param {str(error.args[0]).removeprefix('param.')}=…",
        ) from None


def _program(name: str, cwd: Path, environ: Mapping[str, str]) -> str:
    """The program's path: beside the definition if written as a path, else from PATH. Raises Refused."""
    found = shutil.which(str(cwd / name) if "/" in name else name, path=environ.get("PATH", os.defpath))
    if found is None:
        raise Refused(f"there is no program {name}", hint=f"looked from {cwd} and on PATH")
    return found
