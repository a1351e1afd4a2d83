"""What a small web service does at each moment of a rehearsal: how fast it answers, how often it fails."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from msgspec.structs import replace

from launchpad.model.definition import Name
from launchpad.model.values import Duration, Fraction, Value


class Moment(Value):
    """A stretch of time in which the service behaves otherwise."""

    since: Literal["start", "deploy", "share"]
    """What it is counted from: the start of the rehearsal, the last deploy while that is live, or, while it
    is, the instant at which `percent` of the users may have the new app."""
    percent: float = 100.0
    after: Duration = 0.0
    lasts: Duration | None = None
    """Absent: to the end, or until the release is taken back."""
    latency: Duration | None = None
    """Typical seconds to answer; absent: as ever."""
    errors: Fraction = 0.0
    """Share of checkouts that fail."""
    outlasts_rollback: bool = False

    def covers(self, elapsed: float | None) -> bool:
        """Whether it is on, so many seconds after what it is counted from."""
        if elapsed is None:
            return False
        return self.after <= elapsed and (self.lasts is None or elapsed < self.after + self.lasts)


class Service(Value):
    """The product of a rehearsal, and how its operations fare."""

    version: str
    """The one that is live before the launch."""
    latency: Duration
    """Typical seconds to answer when nothing is up."""
    moments: dict[Name, Moment] = {}
    """Of those that are on, the slowest and the most faulty counts."""
    pager: Literal["up", "down"] = "up"
    deploy: Literal["works", "fails-once"] = "works"
    orders: int = 1200
    """How many the backup copies."""
    netlify: Duration | None = None
    """Seconds that a build takes at the simulated Netlify that hosts the site; absent: there is none, and
    deploy scripts do."""
    google_play: bool = False
    """Whether there is an app as well, in a simulated Google Play."""
    store: Literal["works", "in-review"] = "works"
    """`in-review`: from the first moment of the app's on, another of its changes is in review."""


class Change(Value):
    """What a fault makes of a service; whatever is absent stays."""

    latency: Duration | None = None
    moments: dict[Name, Moment] = {}
    """Beside the service's own, or in the place of one with the same name."""
    pager: Literal["up", "down"] | None = None
    deploy: Literal["works", "fails-once"] | None = None
    store: Literal["works", "in-review"] | None = None

    def applied(self, service: Service) -> Service:
        return replace(
            service,
            latency=service.latency if self.latency is None else self.latency,
            moments={**service.moments, **self.moments},
            pager=self.pager or service.pager,
            deploy=self.deploy or service.deploy,
            store=self.store or service.store,
        )


class Weather(Value):
    """How the service behaves now."""

    latency: float
    """Typical seconds to answer."""
    errors: float
    """Share of checkouts that fail."""
    moments: tuple[str, ...] = ()
    """What is on."""


def weather(
    service: Service,
    elapsed: float,
    *,
    since_deploy: float | None,
    since_first_deploy: float | None,
    since_share: Mapping[str, float] = MappingProxyType({}),
) -> Weather:
    """How it behaves `elapsed` seconds after its start. `since_deploy` is None while the old version is
    live, `since_first_deploy` before there was any deploy. `since_share` has the moments whose share was
    reached, and how long ago."""
    on = []
    for name, moment in service.moments.items():
        deployed = since_first_deploy if moment.outlasts_rollback else since_deploy
        counted = {
            "start": elapsed,
            "deploy": deployed,
            "share": None if deployed is None else since_share.get(name),
        }
        if moment.covers(counted[moment.since]):
            on.append(name)
    moments = [service.moments[name] for name in on]
    slow = [moment.latency for moment in moments if moment.latency is not None]
    return Weather(
        latency=max([service.latency, *slow]),
        errors=max((moment.errors for moment in moments), default=0.0),
        moments=tuple(on),
    )
