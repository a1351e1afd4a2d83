"""The right to act: taken, kept, and known to be gone in time."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from launchpad.clock import boot_seconds
from launchpad.engine.lease import LeaseKeeper
from launchpad.errors import LeaseLost, Refused, Unreachable
from launchpad.store import open_store

LAUNCH = "acme-4.2.0"


@pytest.fixture
def store(tmp_path: Path) -> Any:
    opened = open_store(f"sqlite://{tmp_path}/journal.db")
    yield opened
    opened.close()


class Troubled:
    """The store, whose renewals do as they are told."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.away = self.hangs = False
        self.released = threading.Event()
        self.taking = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def take_lease(self, launch: str, holder: str, ttl: float) -> Any:
        taken = self._store.take_lease(launch, holder, ttl)
        until = boot_seconds() + self.taking
        while boot_seconds() < until:
            self.released.wait(0.01)
        return taken

    def renew_lease(self, lease: Any, ttl: float) -> Any:
        if self.hangs:
            self.released.wait(120)
        if self.away or self.hangs:
            raise Unreachable("the store does not answer")
        return self._store.renew_lease(lease, ttl)


def keeper(store: Any, holder: str, ttl: float = 300.0) -> LeaseKeeper:
    return LeaseKeeper(store, LAUNCH, holder, ttl=ttl)


async def test_one_holds_it_and_the_other_is_told_who_does(store: Any) -> None:
    first, second = keeper(store, "here:1:a"), keeper(store, "there:2:b")
    await first.take(wait=False)
    assert (first.held, first.epoch, first.took_over) == (True, 1, False)
    with pytest.raises(Refused, match=r"here:1:a watches acme-4\.2\.0 already"):
        await second.take(wait=False)
    assert not second.held
    with pytest.raises(LeaseLost):
        second.ensure()
    with pytest.raises(LeaseLost):
        _ = second.epoch


async def test_who_waits_gets_it_once_it_is_released(store: Any) -> None:
    first, second = keeper(store, "here:1:a"), keeper(store, "there:2:b")
    await first.take(wait=False)
    waiting = asyncio.create_task(second.take(wait=True))
    await first.release()
    await asyncio.wait_for(waiting, 60)
    assert (second.held, second.epoch) == (True, 2)
    with pytest.raises(LeaseLost):
        _ = first.epoch
    await first.release()
    assert store.lease(LAUNCH).holder == "there:2:b"


async def test_one_that_was_released_is_not_taken_over(store: Any) -> None:
    first, second = keeper(store, "here:1:a"), keeper(store, "there:2:b")
    await first.take(wait=False)
    await first.release()
    await second.take(wait=False)
    assert (second.epoch, second.took_over) == (2, False)


async def test_one_that_was_let_lapse_is_taken_over_and_said_to_be(store: Any) -> None:
    first, second = keeper(store, "here:1:a", ttl=0.1), keeper(store, "there:2:b")
    await first.take(wait=False)
    await asyncio.wait_for(second.take(wait=True), 60)
    assert (second.epoch, second.took_over) == (2, True)
    assert not first.held
    with pytest.raises(LeaseLost):
        first.ensure()


async def test_what_the_store_took_long_to_grant_is_counted_from_before_it_was_asked(store: Any) -> None:
    slow: Any = Troubled(store)
    slow.taking = 0.6
    late = keeper(slow, "here:1:a", ttl=0.5)
    await late.take(wait=False)
    assert not late.held


@pytest.mark.parametrize("trouble", ["away", "hangs"])
async def test_a_store_that_is_gone_ends_it_no_later_than_its_time(store: Any, trouble: str) -> None:
    troubled: Any = Troubled(store)
    kept = keeper(troubled, "here:1:a", ttl=0.2)
    await kept.take(wait=False)
    setattr(troubled, trouble, True)
    try:
        with pytest.raises(LeaseLost, match="lost the lease"):
            await asyncio.wait_for(kept.keep(), 60)
    finally:
        troubled.released.set()
    assert not kept.held


async def test_who_took_it_meanwhile_ends_it(store: Any) -> None:
    kept = keeper(store, "here:1:a", ttl=0.4)
    await kept.take(wait=False)
    store.release_lease(store_lease := store.take_lease(LAUNCH, "here:1:a", 300.0))
    assert store_lease is not None
    await keeper(store, "there:2:b").take(wait=False)
    with pytest.raises(LeaseLost):
        await asyncio.wait_for(kept.keep(), 60)
