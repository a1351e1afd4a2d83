"""What stands beside the journal: samples, run logs, leases, locks, presence."""

from launchpad.model.definition import Role
from launchpad.model.events import ReadingVerdict
from launchpad.model.values import Micros, Value

HERE = 15.0
"""Seconds for which somebody counts as present after they were heard of."""


class Sample(Value, gc=False):
    """One reading of a signal. Appended, never rewritten."""

    signal: str
    observed: Micros
    """When the reading was taken."""
    received: Micros
    """When the store got it: a replay shows what was known then."""
    verdict: ReadingVerdict
    duration: float | None = None
    """Seconds; None where nothing could be measured."""
    phases: tuple[float | None, ...] = ()
    """Seconds spent on resolve, connect, TLS, first byte; empty where not measured."""
    reason: str = ""


class SampleBatch(Value):
    """Samples in the order they were received, and where to read on."""

    samples: tuple[Sample, ...]
    cursor: int


class LogLine(Value):
    """A line of a run's output, stripped and redacted."""

    run: str
    n: int
    """1, 2, 3 … within the run."""
    at: Micros
    step: int
    text: str


class Lease(Value):
    """The right to act for a launch. Every taking raises `epoch`."""

    launch: str
    holder: str
    epoch: int
    expires_in: float
    """Seconds left on the store's clock; negative once it has lapsed."""


class LockInfo(Value):
    """A deploy lock on a target."""

    target: str
    owner: str
    reason: str
    expires_in: float


class Presence(Value):
    """Somebody with a face open."""

    seat: str
    """Identifies one face process."""
    operator: str
    role: Role
    via: str
    """`local`, `ssh 203.0.113.7` …"""
    looking_at: str = ""
    age: float = 0.0
    """Seconds since last heard of; filled in by the store."""
    subject: str = ""
    """What this person works on, such as `item:dns`; empty: nothing in particular."""
    idle: float = 0.0
    """Seconds for which nothing had been typed when last heard of."""


class Standby(Value):
    """An engine that waits to take over."""

    holder: str
    """`host:pid:nonce`, as a lease names it."""
    lacks: str = ""
    """What it could not do for something that it can't have; empty: it is ready."""
    age: float = 0.0
    """Seconds since last heard of; filled in by the store."""

    @property
    def host(self) -> str:
        return self.holder.partition(":")[0]


class Glance(Value):
    """What stands beside the journal at one instant, but for the samples and the logs themselves."""

    lease: Lease | None
    people: tuple[Presence, ...]
    locks: tuple[LockInfo, ...]
    newest: int
    """The cursor of the newest sample; 0 without any."""
    standbys: tuple[Standby, ...] = ()
    """Engines that were heard of lately; who holds the lease is none of them."""


class LaunchEntry(Value):
    """A launch in the store."""

    launch: str
    product: str
    version: str
    environment: str
    opened_at: Micros
    seq: int
    hash: str
    closed: str | None = None
    """Its outcome, once closed."""
