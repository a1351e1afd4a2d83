"""A team's own programs: how they are found, filled in, planned, asked and started."""

import asyncio
import os
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from launchpad.errors import Refused, Unreachable
from launchpad.model.command import CommandOperation, Program, filled
from launchpad.model.definition import AnyVerb, Launch
from launchpad.model.plan import PlannedStep
from launchpad.model.values import is_secret_reference
from launchpad.probes.program import ended
from launchpad.providers.capabilities import Job, Surroundings

NONE: Mapping[str, str] = MappingProxyType({})
_LEAVES_NOTHING: Mapping[str, str] = MappingProxyType(
    {
        "backup": "not needed: a backup only adds a copy",
        "smoke": "not needed: a smoke test only looks",
    }
)
"""How verbs are undone that by their meaning change nothing of what they are asked for."""


class Programs:
    """Those of one provider."""

    def __init__(self, name: str, surroundings: Surroundings, console: str = "") -> None:
        """`console` is the vendor's, for what names none itself."""
        self._name = name
        self._console = console
        self._around = surroundings

    def planned(
        self,
        verb: AnyVerb,
        operation: CommandOperation,
        launch: Launch,
        params: Mapping[str, str],
        more: Mapping[str, str] = NONE,
    ) -> PlannedStep:
        """What a program would do. `more` is what else its placeholders may stand for. Raises `Refused`."""
        values = values_of(launch, params) | dict(more)
        argv = _argv(operation, values)
        title, undo, affects, vendor, console = _filled(
            (
                operation.title,
                operation.undo or "",
                operation.affects,
                operation.vendor,
                operation.console or self._console,
            ),
            values,
        )
        # Said now, not when people have approved and wait.
        _program(argv[0], self._cwd(operation), {**self._around.environ, **operation.env})
        given = " ".join(f"{name}=<{value}>" for name, value in operation.env.items())
        return PlannedStep(
            verb=verb,
            provider=self._name,
            does=title or f"{verb} by running {argv[0]}",
            command=f"{given} {shlex.join(argv)}".strip(),
            undo=undo or _LEAVES_NOTHING.get(verb),
            timeout=operation.timeout,
            stuck_after=operation.stuck_after,
            affects=affects,
            console="; ".join(filter(None, (vendor, console))),
        )

    async def answer(
        self,
        program: Program,
        launch: Launch,
        timeout: float,  # noqa: ASYNC109  # what the definition says of the program
        more: Mapping[str, str] = NONE,
        environ: Mapping[str, str] = NONE,
    ) -> tuple[str, int, bytes]:
        """Runs a program that changes nothing: its name, exit status and the end of its output. Raises
        `Refused` or `Unreachable` if it can't be run, or does not end within `timeout` seconds."""
        argv = _argv(program, values_of(launch, NONE) | dict(more))
        cwd, everything = self._cwd(program), self._environ(program, launch) | dict(environ)
        try:
            async with asyncio.timeout(timeout):
                code, output = await ended(
                    [_program(argv[0], cwd, everything), *argv[1:]], cwd=cwd, environ=everything
                )
        except TimeoutError:
            raise Unreachable(f"{argv[0]} did not answer within {timeout:g} s") from None
        except (OSError, ValueError) as error:
            raise Unreachable(f"{argv[0]} can't be started: {error}") from None
        return argv[0], code, output

    def spec(
        self,
        operation: CommandOperation,
        job: Job,
        more: Mapping[str, str] = NONE,
        environ: Mapping[str, str] = NONE,
    ) -> dict[str, Any]:
        """How a minder starts a program. Raises `Refused` if it can't."""
        argv = _argv(operation, values_of(job.launch, job.params) | dict(more))
        cwd = self._cwd(operation)
        everything = self._environ(operation, job.launch) | dict(environ)
        everything |= {"LAUNCHPAD_RUN": job.run, "LAUNCHPAD_NONCE": job.nonce}
        program = _program(argv[0], cwd, everything)
        return {"argv": [program, *argv[1:]], "env": everything, "cwd": str(cwd)}

    def nothing(self) -> dict[str, Any]:
        """How a minder starts what does nothing, where there is nothing to do."""
        return {"argv": ["/bin/sh", "-c", ":"], "env": {}, "cwd": str(self._around.base_dir)}

    def _environ(self, program: Program, launch: Launch) -> dict[str, str]:
        environ = {
            **self._around.environ,
            "LAUNCHPAD_VERSION": launch.version,
            "LAUNCHPAD_ENVIRONMENT": launch.environment,
        }
        for name, value in program.env.items():
            environ[name] = self._around.resolve(value) if is_secret_reference(value) else value
        return environ

    def _cwd(self, program: Program) -> Path:
        return self._around.base_dir / (program.cwd or ".")


def values_of(launch: Launch, params: Mapping[str, str]) -> dict[str, str]:
    """What the placeholders of every program stand for."""
    return {
        "launch.product": launch.product,
        "launch.version": launch.version,
        "launch.environment": launch.environment,
        **{f"param.{name}": value for name, value in params.items()},
    }


def _argv(program: Program, values: Mapping[str, str]) -> tuple[str, ...]:
    if program.shell is not None:
        return ("/bin/sh", "-c", program.shell)
    return _filled(program.argv, values)


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
