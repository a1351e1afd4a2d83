"""The `command` provider: a team's own programs as the operations of a plan."""

import asyncio
import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
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
from launchpad.providers import minder
from launchpad.providers.capabilities import Emit, Ending, Found, Job, Surroundings
from launchpad.providers.command_reading import reading_in

_POLL = 0.1
"""Seconds between two looks at a command's output."""
_STARTED_WITHIN = 10.0
"""Seconds in which a minder must have claimed its step."""
_CHUNK = 65536


class CommandProvider:
    """Runs each operation under a minder (see `minder`), which a later engine on this host finds again."""

    settings: ClassVar[type[CommandSettings]] = CommandSettings

    def __init__(self, name: str, settings: CommandSettings, surroundings: Surroundings) -> None:
        self._name = name
        self._operations = settings.operations
        self._rollout = settings.rollout
        self._around = surroundings

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
        spec = json.dumps({"argv": [program, *argv[1:]], "env": environ, "cwd": str(cwd)})
        try:
            directory = self._directory(job.nonce)
            await asyncio.to_thread(_spawn_minder, directory, spec)
        except OSError as error:
            # A minder that did not get all of it can't begin.
            raise Refused(
                f"{self._name} can't be started on this machine: {error.strerror or error}"
            ) from None
        await self._claimed(directory)
        return job.nonce

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

    async def _claimed(self, directory: Path) -> None:
        for _ in range(int(_STARTED_WITHIN / _POLL * 5)):
            if (directory / "claim").exists():
                return
            await asyncio.sleep(_POLL / 5)
        # Nobody else may start it from here on; if the claim can't be had, the minder has just got it.
        try:
            abandoned = minder.claim(str(directory), "abandoned")
        except OSError as error:
            raise Unreachable(
                f"{self._name} did not begin within {_STARTED_WITHIN:.0f} s: {error.strerror}"
            ) from None
        if abandoned:
            raise Refused(f"{self._name} did not begin within {_STARTED_WITHIN:.0f} s", hint="try again")

    async def follow(self, provider_id: str, job: Job, emit: Emit) -> Ending:  # noqa: ARG002  # the id says it all
        directory = self._directory(provider_id)
        tail = _Tail(directory)
        while True:
            # Read `exit` before the output: what is written by then is complete.
            ending = await asyncio.to_thread(_ending, directory)
            while lines := await asyncio.to_thread(tail.lines, final=ending is not None):
                await emit(lines)
            if ending is not None:
                break
            await asyncio.sleep(_POLL)
        if ending.state != "unknown":
            await asyncio.to_thread(_forget_output, directory)
        return ending

    async def find(self, job: Job) -> Found:
        place, _, _ = job.nonce.rpartition(":")
        if place != self._around.place:
            host, _, _ = place.partition("/")
            return Found(state="unknown", detail=f"it was started on {host} by another engine; look there")
        try:
            directory = self._directory(job.nonce)
            free = minder.claim(str(directory), "abandoned")
            if free or (directory / "claim").read_text() == "abandoned":
                return Found(state="never-started")
        except OSError as error:
            return Found(
                state="unknown", detail=f"its files can't be read: {error.strerror}; look what it did"
            )
        return Found(state="at-work", provider_id=job.nonce)

    async def cancel(self, provider_id: str, job: Job) -> None:  # noqa: ARG002  # the id says it all
        directory = self._directory(provider_id)
        with contextlib.suppress(ProcessLookupError):  # it has just ended
            if (pid := _minder_pid(directory)) is not None:
                os.kill(pid, signal.SIGTERM)
            elif (orphan := _child_pid(directory)) is not None:
                os.killpg(orphan, signal.SIGTERM)

    def _operation(self, verb: AnyVerb) -> CommandOperation:
        operation = next((one for name, one in self._operations.items() if name == verb), None)
        if operation is None:
            raise Refused(
                f"{self._name} has no operation `{verb}`", hint="add it to the provider's operations"
            )
        return operation

    def _cwd(self, program: Program) -> Path:
        return self._around.base_dir / (program.cwd or ".")

    def _directory(self, nonce: str) -> Path:
        directory = self._around.work_dir / nonce.rpartition(":")[2]
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return directory


class _Tail:
    """Reads a growing output."""

    def __init__(self, directory: Path) -> None:
        self._output = directory / "output"
        self._at = 0
        self._rest = b""

    def lines(self, *, final: bool) -> list[str]:
        """The next whole lines; with `final`, an unfinished last one too. Empty: nothing new."""
        try:
            with self._output.open("rb") as file:
                file.seek(self._at + len(self._rest))
                data = self._rest + file.read(_CHUNK)
        except FileNotFoundError:
            return []
        at_end = len(data) - len(self._rest) < _CHUNK
        cut = data.rfind(b"\n") + 1
        if (final and at_end) or (not cut and len(data) >= _CHUNK):
            cut = len(data)
        self._rest = data[cut:]
        self._at += cut
        return data[:cut].decode(errors="replace").splitlines()


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


def _spawn_minder(directory: Path, spec: str) -> None:
    process = subprocess.Popen(  # our own script
        [sys.executable, "-I", "-S", minder.__file__, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={},
    )
    assert process.stdin is not None, "made with a pipe"
    with process.stdin as pipe:
        pipe.write(spec.encode())
    process.wait()


def _minder_pid(directory: Path) -> int | None:
    """The minder's process, if it is the one that made the claim and still lives."""
    return _living(directory / "claim")


def _child_pid(directory: Path) -> int | None:
    """The command's own process, if it still lives."""
    return _living(directory / "child")


def _living(note: Path) -> int | None:
    """The process that a note of the minder's ends with (`… PID START`), if it still lives."""
    try:
        *_, pid, started = note.read_text().split(" ")
        os.kill(int(pid), 0)
        return int(pid) if minder.start_time(int(pid)) == started else None
    except (OSError, ValueError):
        return None


def _ending(directory: Path) -> Ending | None:
    """How the command ended; None while it runs."""
    # The minder's life is looked at first: it writes `exit` before it goes.
    alive = _minder_pid(directory) is not None or _child_pid(directory) is not None
    try:
        raw = json.loads((directory / "exit").read_text())
    except FileNotFoundError:
        if alive:
            return None
        return Ending(state="unknown", detail="it ended, and nobody saw how; look at what it did")
    if "error" in raw:
        return Ending(state="failed", detail=str(raw["error"]))
    if raw.get("signal") == signal.SIGTERM or raw.get("signal") == signal.SIGKILL:
        return Ending(state="aborted", detail=f"ended by {signal.Signals(raw['signal']).name}")
    if "signal" in raw:
        return Ending(state="failed", detail=f"died of signal {raw['signal']}")
    code = raw["code"]
    return Ending(state="failed" if code else "succeeded", detail=f"exit status {code}")


def _forget_output(directory: Path) -> None:
    """The log has it; the file may hold what the log leaves out."""
    (directory / "output").unlink(missing_ok=True)
