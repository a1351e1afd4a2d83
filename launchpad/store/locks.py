"""Deploy locks: each holds in the launches that were opened for one product in one environment."""

from launchpad.errors import Refused
from launchpad.model.samples import LockInfo
from launchpad.model.values import SECOND, format_duration
from launchpad.store.database import Reader, Transaction
from launchpad.store.leases import micros

# A launch that is not in the store has neither product nor environment.
_SCOPE = "SELECT coalesce(max(product), ''), coalesce(max(environment), '') FROM lp_launch WHERE launch = ?"
_HERE = f"(product, environment) = ({_SCOPE})"
_TAKE = """
    INSERT INTO lp_scoped_lock
    SELECT coalesce(max(product), ''), coalesce(max(environment), ''), ?, ?, ?, lp_now() + ?, ?
    FROM lp_launch WHERE launch = ?
    ON CONFLICT (product, environment, target) DO UPDATE
    SET owner = excluded.owner, reason = excluded.reason, expires = excluded.expires, ttl = excluded.ttl
"""
_HOLD_STILL = f"UPDATE lp_scoped_lock SET owner = owner WHERE {_HERE} AND target = ?"  # noqa: S608  # ours
_RELEASE = f"DELETE FROM lp_scoped_lock WHERE {_HERE} AND target = ? AND owner = ?"  # noqa: S608  # ours
# What processes of an older version have locked, which holds in every launch.
_HOLD_OLDER_STILL = "UPDATE lp_lock SET owner = owner WHERE target = ?"
_RELEASE_OLDER = "DELETE FROM lp_lock WHERE target = ? AND owner = ?"
_HOLDING = f"""
    SELECT target, owner, reason, expires - lp_now(), ttl FROM lp_scoped_lock
    WHERE {_HERE} AND expires > lp_now()
    UNION ALL SELECT target, owner, reason, expires - lp_now(), ttl FROM lp_lock WHERE expires > lp_now()
    ORDER BY target
"""  # noqa: S608  # ours


def take(
    transaction: Transaction, launch: str, target: str, owner: str, reason: str, ttl: float, over: str = ""
) -> LockInfo:
    """Takes, renews (for the same owner) or takes over from the owner `over`; raises `Refused` naming the
    holder and the reason."""
    held = _held(transaction, launch, target)
    if foreign := next((lock for lock in held if lock.owner not in (owner, over)), None):
        raise Refused(
            f"{target} is locked by {foreign.owner}: {foreign.reason}",
            hint=f"it expires in {format_duration(foreign.expires_in)}",
        )
    transaction.run(
        (_TAKE, (target, owner, reason, micros(ttl), micros(ttl), launch)),
        *((_RELEASE_OLDER, (target, lock.owner)) for lock in held),
    )
    return LockInfo(target=target, owner=owner, reason=reason, expires_in=ttl)


def release(transaction: Transaction, launch: str, target: str, owner: str) -> bool:
    """Releases it if `owner` holds it. False if there was nothing to release."""
    # An append releases it under the guard of its launch: until then it must pass to nobody.
    transaction.run((_HOLD_STILL, (launch, target)), (_HOLD_OLDER_STILL, (target,)))
    if all(lock.owner != owner for lock in _held(transaction, launch, target)):
        return False
    transaction.run((_RELEASE, (launch, target, owner)), (_RELEASE_OLDER, (target, owner)))
    return True


def holding(reader: Reader, launch: str) -> tuple[LockInfo, ...]:
    """Locks that hold in a launch and have not expired. A clock set back lengthens none beyond its ttl."""
    [found] = reader.run((_HOLDING, (launch,)))
    return tuple(
        LockInfo(target=target, owner=owner, reason=reason, expires_in=min(left, ttl) / SECOND)
        for target, owner, reason, left, ttl in found
    )


def _held(reader: Reader, launch: str, target: str) -> list[LockInfo]:
    return [lock for lock in holding(reader, launch) if lock.target == target]
