"""The TLS probe: whether the certificate is for the name, signed by whom we believe, and still holds."""

import ssl
from pathlib import Path
from time import time

from launchpad.model.http import parse_host
from launchpad.model.network import TlsCheck
from launchpad.model.values import format_duration
from launchpad.probes.attempt import Trace, attempt
from launchpad.probes.control import Control
from launchpad.probes.result import Blame, ProbeFailure, ProbeResult

_DAY = 86400.0


class TlsProbe:
    """Runs a `TlsCheck`. Raises ValueError if it can't be run at all.

    `base_dir` is where a relative `trust` starts.
    """

    def __init__(self, check: TlsCheck, *, base_dir: Path, control: Control | None = None) -> None:
        self._check = check
        self._host = parse_host(check.host)
        self._name = parse_host(check.servername or check.host).removesuffix(".")
        self._trust = base_dir / check.trust if check.trust else None
        self._control = control or Control()

    async def run(self) -> ProbeResult:
        return await attempt(self._ask, limit=self._check.timeout, control=self._control, notable=True)

    async def _ask(self, trace: Trace) -> str:
        # Read each time, as authorities are replaced on long days too.
        context = self._context()
        wire = await trace.reach(self._host, self._check.port, self._control)
        try:
            await trace.secure(wire, context, self._name)
            trace.whole()
            left = wire.certificate_until() - time()
        finally:
            wire.close()
        if left < self._check.expires_after:
            wanted = format_duration(self._check.expires_after)
            raise ProbeFailure(
                Blame.TARGET,
                f"the certificate of {self._name} expires in {_left(left)}, expected at least {wanted}",
            )
        return f"the certificate of {self._name} holds for {_left(left)}"

    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._trust)
        except OSError as error:
            reason = error.strerror if not isinstance(error, ssl.SSLError) else "no certificate in it"
            raise ProbeFailure(
                Blame.OURS, f"the authorities in {self._check.trust} can't be read: {reason}"
            ) from None


def _left(seconds: float) -> str:
    """Days, as certificates are thought of in days; less than two in hours too."""
    days = int(seconds // _DAY)
    return f"{days} days" if days > 1 else format_duration(max(0.0, seconds // 60 * 60))
