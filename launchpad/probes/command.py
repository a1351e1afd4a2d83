"""The command probe: a program of the team's own, its exit status and its last words.

Whatever it starts ends with it.
"""

from collections.abc import Mapping
from pathlib import Path

from launchpad.model.services import CommandCheck
from launchpad.model.text import clean
from launchpad.probes.attempt import Trace, attempt
from launchpad.probes.control import Control
from launchpad.probes.program import ended
from launchpad.probes.result import Blame, ProbeFailure, ProbeResult, Saying

_SHOWN = 200
"""Characters of the last line that a reason quotes."""


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
        argv = [self._program(), *self._check.argv[1:]]
        try:
            return await ended(argv, cwd=self._cwd, environ=self._environ)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a command"
            if not self._cwd.is_dir():
                reason = f"there is no directory {clean(self._check.cwd or str(self._cwd), _SHOWN)}"
            raise ProbeFailure(Blame.OURS, f"{program} can't be started: {reason}") from None

    def _program(self) -> str:
        """The program's path: from the working directory if written as a path, else looked for on PATH."""
        name = self._check.argv[0]
        return str(self._cwd / name) if "/" in name else name

    def _last_line(self, output: bytes) -> str:
        lines = [line for line in output.decode(errors="replace").splitlines() if line.strip()]
        return self._saying(lines[-1], _SHOWN) if lines else ""
