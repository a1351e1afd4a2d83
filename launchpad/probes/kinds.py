"""Which probe runs which check, and what it is given from the engine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from launchpad.model.dns import DnsCheck
from launchpad.model.http import HttpCheck
from launchpad.model.network import TcpCheck, TlsCheck
from launchpad.model.probe import Probe
from launchpad.model.services import CommandCheck, PostgresCheck, RedisCheck
from launchpad.model.values import Value
from launchpad.model.vitals import PlayVitalsCheck
from launchpad.probes.attempt import Runnable
from launchpad.probes.command import CommandProbe
from launchpad.probes.control import Control
from launchpad.probes.dns import DnsProbe
from launchpad.probes.http import HttpProbe
from launchpad.probes.postgres import PostgresProbe
from launchpad.probes.redis import RedisProbe
from launchpad.probes.result import Saying
from launchpad.probes.tcp import TcpProbe
from launchpad.probes.tls import TlsProbe
from launchpad.probes.vitals import VitalsProbe


class Means(Value):
    """What probes work with, besides what a check says."""

    control: Control
    base_dir: Path
    """The definition's folder, where relative paths start."""
    environ: dict[str, str]
    """What programs get: no secret in it."""
    resolve: Callable[[str], str]
    """The secret that a reference names; any other text as it is."""
    saying: Saying

    def resolved(self, texts: dict[str, str]) -> dict[str, str]:
        """`texts` with secrets in the place of their references."""
        return {name: self.resolve(text) for name, text in texts.items()}


def runnable(check: Probe, means: Means) -> Runnable:
    """What runs `check`. Raises ValueError if it can't be run at all."""
    make = next(make for kind, make in _MAKERS.items() if isinstance(check, kind))
    return make(check, means)


def _http(check: HttpCheck, means: Means) -> Runnable:
    check = replace(check, headers=means.resolved(check.headers))
    return HttpProbe(check, control=means.control, saying=means.saying)


def _tcp(check: TcpCheck, means: Means) -> Runnable:
    return TcpProbe(check, control=means.control, saying=means.saying)


def _tls(check: TlsCheck, means: Means) -> Runnable:
    return TlsProbe(check, base_dir=means.base_dir, control=means.control)


def _dns(check: DnsCheck, means: Means) -> Runnable:
    return DnsProbe(check, control=means.control)


def _command(check: CommandCheck, means: Means) -> Runnable:
    return CommandProbe(
        check,
        environ=means.environ | means.resolved(check.env),
        base_dir=means.base_dir,
        control=means.control,
        saying=means.saying,
    )


def _postgres(check: PostgresCheck, means: Means) -> Runnable:
    check = replace(check, dsn=means.resolve(check.dsn))
    return PostgresProbe(check, control=means.control, saying=means.saying)


def _redis(check: RedisCheck, means: Means) -> Runnable:
    check = replace(check, url=check.url and means.resolve(check.url))
    return RedisProbe(check, control=means.control, saying=means.saying)


def _vitals(check: PlayVitalsCheck, means: Means) -> Runnable:
    return VitalsProbe(replace(check, credentials=means.resolve(check.credentials)), saying=means.saying)


_MAKERS: dict[type[Probe], Callable[[Any, Means], Runnable]] = {
    HttpCheck: _http,
    TcpCheck: _tcp,
    TlsCheck: _tls,
    DnsCheck: _dns,
    CommandCheck: _command,
    PostgresCheck: _postgres,
    RedisCheck: _redis,
    PlayVitalsCheck: _vitals,
}
"""Every kind of check that a definition may hold."""
