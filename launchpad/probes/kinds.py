"""Which probe runs which check, and what it is given from the engine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from launchpad.model.dns import DnsCheck
from launchpad.model.http import HttpCheck
from launchpad.model.network import TcpCheck, TlsCheck
from launchpad.model.probe import Probe
from launchpad.model.values import Value
from launchpad.probes.attempt import Runnable
from launchpad.probes.control import Control
from launchpad.probes.dns import DnsProbe
from launchpad.probes.http import HttpProbe
from launchpad.probes.tcp import TcpProbe
from launchpad.probes.tls import TlsProbe


class Means(Value):
    """What probes work with, besides what a check says."""

    control: Control
    base_dir: Path
    """The definition's folder, where relative paths start."""
    environ: dict[str, str]
    """What programs get: no secret in it."""
    resolve: Callable[[str], str]
    """The secret that a reference names; any other text as it is."""

    def resolved(self, texts: dict[str, str]) -> dict[str, str]:
        """`texts` with secrets in the place of their references."""
        return {name: self.resolve(text) for name, text in texts.items()}


def runnable(check: Probe, means: Means) -> Runnable:
    """What runs `check`. Raises ValueError if it can't be run at all."""
    make = next(make for kind, make in _MAKERS.items() if isinstance(check, kind))
    return make(check, means)


def _http(check: HttpCheck, means: Means) -> Runnable:
    return HttpProbe(replace(check, headers=means.resolved(check.headers)), control=means.control)


def _tcp(check: TcpCheck, means: Means) -> Runnable:
    return TcpProbe(check, control=means.control)


def _tls(check: TlsCheck, means: Means) -> Runnable:
    return TlsProbe(check, base_dir=means.base_dir, control=means.control)


def _dns(check: DnsCheck, means: Means) -> Runnable:
    return DnsProbe(check, control=means.control)


_MAKERS: dict[type[Probe], Callable[[Any, Means], Runnable]] = {
    HttpCheck: _http,
    TcpCheck: _tcp,
    TlsCheck: _tls,
    DnsCheck: _dns,
}
"""Every kind of check that a definition may hold."""
