"""The right to act for a launch: one holder at a time, a higher epoch at every taking."""

from typing import NamedTuple

from launchpad.errors import LeaseLost
from launchpad.model.samples import Lease
from launchpad.model.values import SECOND
from launchpad.store.database import Reader, Transaction

LEASE = "SELECT holder, epoch, expires, ttl FROM lp_lease WHERE launch = ?"
_TICKS = "SELECT lp_ticks()"
_TAKE = """
    INSERT INTO lp_lease VALUES (?, ?, ?, ?, ?) ON CONFLICT (launch) DO UPDATE
    SET holder = excluded.holder, epoch = excluded.epoch, expires = excluded.expires, ttl = excluded.ttl
"""
_RENEW = "UPDATE lp_lease SET expires = ?, ttl = ? WHERE launch = ?"
_RELEASE = "UPDATE lp_lease SET holder = NULL WHERE launch = ? AND holder = ? AND epoch = ?"


class LeaseRecord(NamedTuple):
    """A lease as stored; times in microseconds of `lp_ticks()`."""

    holder: str | None
    """None: released."""
    epoch: int
    expires: int
    ttl: int

    def left(self, ticks: int) -> int:
        """Microseconds left, negative once it has lapsed.

        One that would outlast its own ttl was taken before the clock began anew: it is void.
        """
        left = self.expires - ticks
        return left if left <= self.ttl else -self.ttl


def micros(seconds: float) -> int:
    return round(seconds * SECOND)


def look(reader: Reader, launch: str) -> tuple[LeaseRecord | None, int]:
    """The lease as stored, and the clock's ticks."""
    found, ticks = reader.run((LEASE, (launch,)), (_TICKS, ()))
    return LeaseRecord(*found[0]) if found else None, ticks[0][0]


def present(reader: Reader, launch: str) -> Lease | None:
    """The present or last lease; None if there never was one or it was released."""
    record, ticks = look(reader, launch)
    if record is None or record.holder is None:
        return None
    left = record.left(ticks) / SECOND
    return Lease(launch=launch, holder=record.holder, epoch=record.epoch, expires_in=left)


def take(transaction: Transaction, launch: str, holder: str, ttl: float) -> Lease | None:
    """The lease with a higher epoch, or None while somebody else's has not lapsed."""
    record, ticks = look(transaction, launch)
    if record and record.holder not in (None, holder) and record.left(ticks) > 0:
        return None
    epoch = record.epoch + 1 if record else 1
    transaction.run((_TAKE, (launch, holder, epoch, ticks + micros(ttl), micros(ttl))))
    return Lease(launch=launch, holder=holder, epoch=epoch, expires_in=ttl)


def renew(transaction: Transaction, lease: Lease, ttl: float) -> Lease:
    """The lease with `ttl` seconds from now. Raises `LeaseLost`."""
    record, ticks = look(transaction, lease.launch)
    if record is None or (record.holder, record.epoch) != (lease.holder, lease.epoch):
        raise LeaseLost(f"another engine has taken the lease of {lease.launch}")
    if record.left(ticks) <= 0:
        raise LeaseLost(f"the lease of {lease.launch} lapsed before it was renewed")
    transaction.run((_RENEW, (ticks + micros(ttl), micros(ttl), lease.launch)))
    return Lease(launch=lease.launch, holder=lease.holder, epoch=lease.epoch, expires_in=ttl)


def release(transaction: Transaction, lease: Lease) -> None:
    """Lets a successor act at once; does nothing if the lease was lost."""
    transaction.run((_RELEASE, (lease.launch, lease.holder, lease.epoch)))
