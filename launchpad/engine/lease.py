"""Holding the right to act, and knowing at every moment whether we still do."""

import asyncio
import os
import secrets
import socket

from launchpad.clock import boot_seconds
from launchpad.errors import LeaseLost, Refused, Unreachable
from launchpad.model.samples import Lease
from launchpad.model.store import Store

TTL = 10.0
"""Seconds a lease lasts unless renewed."""


def holder_name() -> str:
    """`host:pid:nonce`: names this engine and lets an operator on the same host stop it."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class LeaseKeeper:
    """Takes the lease, renews it, and says when it is gone.

    The deadline is counted from before the renewal was asked for, on a clock that goes on during suspend,
    so that it never outlasts what the store granted.
    """

    def __init__(self, store: Store, launch: str, holder: str, *, ttl: float = TTL) -> None:
        self._store = store
        self._launch = launch
        self._ttl = ttl
        self._lease: Lease | None = None
        self._deadline = 0.0
        self.holder = holder
        self.took_over = False
        """Whether the lease was let lapse by another engine instead of released."""

    @property
    def epoch(self) -> int:
        if self._lease is None:
            raise LeaseLost(f"this engine does not hold the lease of {self._launch}")
        return self._lease.epoch

    @property
    def held(self) -> bool:
        return self._lease is not None and boot_seconds() < self._deadline

    def ensure(self) -> None:
        """Raises LeaseLost unless the lease is certainly ours at this moment."""
        if not self.held:
            raise self._lost()

    async def take(self, *, wait: bool) -> None:
        """Takes the lease. While another engine holds it: waits, or raises Refused."""
        while True:
            before = await asyncio.to_thread(self._store.lease, self._launch)
            asked = boot_seconds()
            lease = await asyncio.to_thread(self._store.take_lease, self._launch, self.holder, self._ttl)
            if lease is not None:
                self._lease, self._deadline = lease, asked + self._ttl
                self.took_over = before is not None
                return
            if not wait:
                holder = before.holder if before else "another engine"
                raise Refused(
                    f"{holder} watches {self._launch} already", hint="stop it first, or start with --standby"
                )
            await asyncio.sleep(min(1.0, self._ttl / 4))

    async def keep(self) -> None:
        """Renews the lease for ever; raises LeaseLost as soon as it can't be held."""
        while True:
            await asyncio.sleep(self._ttl / 4)
            asked = boot_seconds()
            lease = self._held_lease()
            try:
                # A store that hangs must not keep us from knowing that the lease is gone.
                async with asyncio.timeout(self._deadline - asked):
                    self._lease = await asyncio.to_thread(self._store.renew_lease, lease, self._ttl)
                self._deadline = asked + self._ttl
            except Unreachable:
                self.ensure()
            except TimeoutError:
                raise self._lost() from None

    async def release(self) -> None:
        """Lets a successor act at once."""
        if self._lease is not None:
            await asyncio.to_thread(self._store.release_lease, self._lease)
            self._lease = None

    def _lost(self) -> LeaseLost:
        return LeaseLost(f"this engine lost the lease of {self._launch}", hint="another one may act now")

    def _held_lease(self) -> Lease:
        self.ensure()
        assert self._lease is not None, "ensured"
        return self._lease
