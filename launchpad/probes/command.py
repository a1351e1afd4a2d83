"""The command probe: a program of the team's own, its exit status and its last words.

Whatever it starts ends with it.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping
from pathlib import Path

from launchpad.model.services import CommandCheck
from launchpad.model.text import clean
from launchpad.probes.attempt import Trace, attempt
from launchpad.probes.control import Control
from launchpad.probes.result import Blame, ProbeFailure, ProbeResult, Saying

_KEPT = 64 * 1024
"""Bytes of the output's end that are kept for the last line."""
_SHOWN = 200
"""Characters of the last line that a reason quotes."""
_LINGER = 0.5
"""Seconds to wait for the output of something that has escaped its group."""


class CommandProbe:
    """Runs a `CommandCheck`; `environ` is all that the program gets. `base_dir` is where paths start."""

    def __init__(
        self,
        check: CommandCheck,
        *,
        environ: Mapping[str, str],
        base_dir: Path,
        control: Control | None = None,
        saying: Saying = clean,
    ) -> None:
        self._check = check
        self._environ = environ
        self._cwd = base_dir / (check.cwd or ".")
        self._control = control or Control()
        self._saying = saying

    async def run(self) -> ProbeResult:
        return await attempt(self._ask, limit=self._check.timeout, control=self._control)

    async def _ask(self, trace: Trace) -> str:
        program = clean(self._check.argv[0], 60)
        trace.doing, trace.local = f"running {program}", True
        code, output = await self._ended(program)
        trace.whole()
        last = self._last_line(output)
        if code == 0:
            return "exit status 0"
        how = f"died of signal {-code}" if code < 0 else f"exit status {code}"
        raise ProbeFailure(Blame.TARGET, f"{program}: {how}, {last}" if last else f"{program}: {how}")

    async def _ended(self, program: str) -> tuple[int, bytes]:
        """Exit status, negative for a signal, and the end of the output."""
        # A pipe of our own: asyncio's would hold back the exit for as long as anybody holds the pipe.
        read, write = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                self._program(),
                *self._check.argv[1:],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=write,
                stderr=write,
                cwd=self._cwd,
                env=dict(self._environ),
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            os.close(read)
            reason = getattr(error, "strerror", None) or "not a command"
            raise ProbeFailure(Blame.OURS, f"{program} can't be started: {reason}") from None
        except BaseException:
            os.close(read)
            raise
        finally:
            os.close(write)
        hearing = asyncio.create_task(_heard(read))
        try:
            code = await process.wait()
            _end_group(process.pid)
            await asyncio.wait({hearing}, timeout=_LINGER)
        finally:
            _end_group(process.pid)
            hearing.cancel()
            await asyncio.gather(hearing, process.wait(), return_exceptions=True)
        heard = hearing.result() if not hearing.cancelled() else b""
        return code, heard

    def _program(self) -> str:
        """The program's path: from the working directory if written as a path, else looked for on PATH."""
        name = self._check.argv[0]
        return str(self._cwd / name) if "/" in name else name

    def _last_line(self, output: bytes) -> str:
        lines = [line for line in output.decode(errors="replace").splitlines() if line.strip()]
        return self._saying(lines[-1], _SHOWN) if lines else ""


async def _heard(descriptor: int) -> bytes:
    """The end of what comes through a pipe until it is closed."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
        try:
            kept = b""
            while data := await reader.read(_KEPT):
                kept = (kept + data)[-_KEPT:]
            return kept
        finally:
            transport.close()


def _end_group(leader: int) -> None:
    """Ends a process and all that it started, if any of them still lives."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
