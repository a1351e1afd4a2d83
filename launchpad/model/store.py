"""The protocol that every store fulfils, proven by `launchpad.testing.stores`.

Methods block and may be called from any thread. Each raises `Unreachable` when the store does not
answer; whether an append that ended so was recorded is in doubt, and appending the same drafts again
(same ids) settles it.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from launchpad.model.journal import Draft, Head, Recorded, Row
from launchpad.model.samples import (
    HERE,
    Glance,
    LaunchEntry,
    Lease,
    LockInfo,
    LogLine,
    Presence,
    Sample,
    SampleBatch,
    Standby,
)
from launchpad.model.values import Micros


class Journal(Protocol):
    """The append-only, hash-chained events of each launch."""

    def append(
        self,
        launch: str,
        drafts: Sequence[Draft],
        *,
        expect: Mapping[str, int] | None = None,
        epoch: int | None = None,
        releases: tuple[str, str] | None = None,
    ) -> tuple[Recorded, ...]:
        """Records all drafts or none, and returns once they would survive a power cut.

        `expect` maps subjects to the last sequence number the caller has seen of them (0: none); raises
        `Conflict` when one has a later event. `epoch` fences: raises `LeaseLost` unless that lease is
        the present one and has not lapsed. `releases` names a lock by target and owner, which goes in the
        same transaction; raises `Conflict` where that owner does not hold it. Drafts whose ids are recorded
        already are returned as they stand, whatever `expect`, `epoch` and `releases` say. A `TextRedacted`
        event removes the text it names in the same transaction. The first event of a launch must be, and
        only it may be, `LaunchOpened`.
        """
        ...

    def read(self, launch: str, after: int = 0, limit: int = 1000) -> tuple[Recorded, ...]:
        """Events with `seq > after`, oldest first."""
        ...

    def rows(self, launch: str, after: int = 0, limit: int = 1000) -> tuple[Row, ...]:
        """The same as they are stored, for verification and export."""
        ...

    def import_rows(self, launch: str, rows: Sequence[Row]) -> None:
        """Brings in a whole journal whose chain holds; raises `Refused` if the launch exists."""
        ...

    def head(self, launch: str) -> Head:
        """Where the journal ends; `Head()` for a launch that does not exist."""
        ...

    def wait(self, launch: str, after: int, timeout: float, known: str = "") -> bool:
        """Blocks until the journal no longer ends with event `after`, whose hash is `known` where that is
        given (True), or `timeout` seconds have passed. A journal that ends sooner has lost something."""
        ...

    def launches(self) -> tuple[LaunchEntry, ...]:
        """All launches, the latest opened first."""
        ...


class Beside(Protocol):
    """What is kept beside the journal and not chained."""

    def add_samples(self, launch: str, samples: Sequence[Sample]) -> None: ...

    def samples(
        self,
        launch: str,
        *,
        cursor: int = 0,
        since: Micros | None = None,
        until: Micros | None = None,
        signals: Sequence[str] | None = None,
        limit: int = 100_000,
    ) -> SampleBatch:
        """Samples after `cursor` in order of receipt, observed at or after `since` and before `until`."""
        ...

    def add_log(self, launch: str, lines: Sequence[LogLine]) -> None: ...

    def log(self, launch: str, run: str, after: int = 0, limit: int = 1000) -> tuple[LogLine, ...]:
        """Lines with `n > after`; a negative `after` means the last `-after` lines."""
        ...

    def take_lease(self, launch: str, holder: str, ttl: float) -> Lease | None:
        """The lease with a higher epoch, or None while somebody else's has not lapsed."""
        ...

    def renew_lease(self, lease: Lease, ttl: float) -> Lease:
        """Raises `LeaseLost` when the epoch is no longer the present one or the lease has lapsed."""
        ...

    def release_lease(self, lease: Lease) -> None:
        """Lets a successor act at once; does nothing if the lease was lost."""
        ...

    def lease(self, launch: str) -> Lease | None:
        """The present or last lease; None if there never was one or it was released."""
        ...

    def take_lock(
        self, launch: str, target: str, owner: str, reason: str, ttl: float, *, over: str = ""
    ) -> LockInfo:
        """Takes, renews (for the same owner) or takes over from the owner `over`, in one go; raises `Refused`
        naming the holder and the reason.

        It holds in the launches that were opened for the same product and environment.
        """
        ...

    def release_lock(self, launch: str, target: str, owner: str) -> bool:
        """Releases it if `owner` holds it. False if there was nothing to release."""
        ...

    def locks(self, launch: str) -> tuple[LockInfo, ...]:
        """Locks that hold in a launch and have not expired."""
        ...

    def announce(self, launch: str, presence: Presence) -> None:
        """Says that this seat is here; it is forgotten when not repeated."""
        ...

    def leave(self, launch: str, seat: str) -> None: ...

    def present(self, launch: str, within: float = HERE) -> tuple[Presence, ...]:
        """Seats heard of in the last `within` seconds."""
        ...

    def stand_by(self, launch: str, standby: Standby) -> None:
        """Says that this engine waits to take over; it is forgotten when not repeated."""
        ...

    def stand_down(self, launch: str, holder: str) -> None:
        """It waits no more."""
        ...

    def glance(self, launch: str) -> Glance:
        """Lease, standby engines, people, locks and how far the samples have got, at once."""
        ...

    def prune(self, *, samples_before: Micros, logs_before: Micros) -> None:
        """Forgets what has outlived its retention."""
        ...

    def now(self) -> Micros:
        """The store's clock."""
        ...


class Store(Journal, Beside, Protocol):
    """Everything a launch keeps."""

    @property
    def url(self) -> str:
        """Where it is, without any password."""
        ...

    def close(self) -> None: ...
