"""The TCP probe: whether a port takes a connection, and says what it should."""

import re
from time import perf_counter

from launchpad.model.http import parse_host
from launchpad.model.network import TcpCheck
from launchpad.model.text import clean
from launchpad.probes.attempt import Trace, attempt
from launchpad.probes.control import Control
from launchpad.probes.result import Blame, ProbeFailure, ProbeResult, Saying
from launchpad.probes.wire import Wire

_MAX_HEARD = 64 * 1024
"""Bytes of an answer that are looked through."""
_SHOWN = 100
"""Characters of it that a reason quotes."""


class TcpProbe:
    """Runs a `TcpCheck`. Raises ValueError if it can't be run at all."""

    def __init__(self, check: TcpCheck, *, control: Control | None = None, saying: Saying = clean) -> None:
        self._check = check
        self._host = parse_host(check.host)
        lines = (check.expect or "").replace("\r\n", "\n").encode().split(b"\n")
        # Line ends come as CR LF from most, and as LF from some.
        self._expected = re.compile(rb"\r?\n".join(re.escape(line) for line in lines))
        self._control = control or Control()
        self._saying = saying

    async def run(self) -> ProbeResult:
        return await attempt(self._ask, limit=self._check.timeout, control=self._control)

    async def _ask(self, trace: Trace) -> str:
        wire = await trace.reach(self._host, self._check.port, self._control)
        try:
            if self._check.send is not None:
                trace.doing = "sending"
                await wire.send(self._check.send.replace("\n", "\r\n").encode())
            if not self._check.expect:
                return "connected"
            await self._hear(wire, trace)
        finally:
            wire.close()
        return f"connected and heard '{clean(self._check.expect or '')}'"

    async def _hear(self, wire: Wire, trace: Trace) -> None:
        """Listen until what is expected has come. Raises ProbeFailure where it does not."""
        expected = f"'{clean(self._check.expect or '')}'"
        trace.doing = f"waiting for {expected}"
        heard, since = b"", perf_counter()
        while not self._expected.search(heard):
            data = await wire.receive()
            if not heard:
                trace.took("first_byte", since)
            heard += data
            if data and len(heard) < _MAX_HEARD:
                continue
            trace.whole()
            if self._expected.search(heard):
                return
            said = (
                f"said '{self._saying(heard.decode(errors='replace'), _SHOWN)}'" if heard else "said nothing"
            )
            ending = "and closed" if not data else "and more"
            raise ProbeFailure(Blame.TARGET, f"{said} {ending}, expected {expected}")
