"""Which probe runs which check, and what it is given from the engine."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from launchpad.model.http import HttpCheck
from launchpad.model.network import TcpCheck
from launchpad.model.probe import Probe
from launchpad.model.values import Value
from launchpad.probes.attempt import Runnable
from launchpad.probes.control import Control
from launchpad.probes.http import HttpProbe
from launchpad.probes.tcp import TcpProbe


class Means(Value):
    """What probes work with, besides what a check says."""

    control: Control
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


_MAKERS: dict[type[Probe], Callable[[Any, Means], Runnable]] = {HttpCheck: _http, TcpCheck: _tcp}
"""Every kind of check that a definition may hold."""
