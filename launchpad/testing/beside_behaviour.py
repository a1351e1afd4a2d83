"""How what stands beside the journal behaves; see `launchpad.testing.stores`."""

import time
from collections.abc import Callable

import pytest

from launchpad.errors import Conflict, LeaseLost, Refused
from launchpad.model.samples import Glance, Lease, LogLine, Presence, Sample, Standby
from launchpad.model.store import Store
from launchpad.testing.drafts import note, opening

LAUNCH = "shop-2.4"
SHORT = 0.2
"""Seconds that a lease of these tests lasts when it is meant to lapse."""


def sample(signal: str, observed: int, received: int | None = None) -> Sample:
    received = observed if received is None else received
    return Sample(signal=signal, observed=observed, received=received, verdict="ok", duration=0.25)


def line(n: int, *, run: str = "deploy-1", at: int = 0) -> LogLine:
    return LogLine(run=run, n=n, at=at, step=0, text=f"line {n}")


def until_lapsed(store: Store) -> None:
    while (lease := store.lease(LAUNCH)) and lease.expires_in > 0:
        time.sleep(0.02)


def taken(lease: Lease | None) -> Lease:
    assert lease is not None
    return lease


class BesideBehaviour:
    """Samples, logs, leases, locks, presence, retention."""

    def test_samples_keep_the_order_of_receipt(self, open_again: Callable[[], Store]) -> None:
        store, other = open_again(), open_again()
        full = Sample(
            signal="home",
            observed=50,
            received=60,
            verdict="bad",
            duration=1.5,
            phases=(None, 0.125, 0.25, 1.0),
            reason="answered 500",
        )
        silent = Sample(signal="home", observed=40, received=61, verdict="unknown")
        store.add_samples(LAUNCH, [full, silent])
        first = other.samples(LAUNCH)
        assert first.samples == (full, silent)
        other.add_samples(LAUNCH, [sample("api", 10, 70)])
        rest = store.samples(LAUNCH, cursor=first.cursor)
        assert rest.samples == (sample("api", 10, 70),)
        assert store.samples(LAUNCH, cursor=rest.cursor).samples == ()
        assert store.samples(LAUNCH, cursor=rest.cursor).cursor == rest.cursor
        assert store.samples("other").samples == ()

    def test_samples_by_time_signal_and_number(self, store: Store) -> None:
        store.add_samples(LAUNCH, [sample(name, at) for at in (10, 20, 30, 40) for name in ("a", "b")])

        def observed(**which: object) -> list[tuple[str, int]]:
            return [(one.signal, one.observed) for one in store.samples(LAUNCH, **which).samples]  # type: ignore[arg-type]

        assert observed(since=20, until=40) == [("a", 20), ("b", 20), ("a", 30), ("b", 30)]
        assert observed(signals=["b"], since=30) == [("b", 30), ("b", 40)]
        assert observed(signals=[]) == []
        batch = store.samples(LAUNCH, limit=3)
        assert [one.observed for one in batch.samples] == [10, 10, 20]
        assert observed(cursor=batch.cursor, limit=2) == [("b", 20), ("a", 30)]
        assert observed(cursor=batch.cursor, since=40, signals=["a"]) == [("a", 40)]

    def test_a_reading_brought_twice_is_kept_once(self, store: Store) -> None:
        store.add_samples(LAUNCH, [sample("a", 1), sample("a", 2)])
        store.add_samples(LAUNCH, [sample("a", 2), sample("a", 3)])
        assert [one.observed for one in store.samples(LAUNCH).samples] == [1, 2, 3]

    def test_run_logs(self, store: Store) -> None:
        store.add_log(LAUNCH, [line(n) for n in range(1, 8)])
        store.add_log(LAUNCH, [line(7), line(8), line(1, run="deploy-2")])
        assert [one.n for one in store.log(LAUNCH, "deploy-1")] == [1, 2, 3, 4, 5, 6, 7, 8]
        assert store.log(LAUNCH, "deploy-1", 6, 1) == (line(7),)
        assert [one.n for one in store.log(LAUNCH, "deploy-1", -3)] == [6, 7, 8]
        assert [one.n for one in store.log(LAUNCH, "deploy-1", -99)] == [1, 2, 3, 4, 5, 6, 7, 8]
        assert store.log(LAUNCH, "deploy-2") == (line(1, run="deploy-2"),)
        assert store.log("other", "deploy-1") == ()

    def test_one_holds_the_lease(self, open_again: Callable[[], Store]) -> None:
        store, other = open_again(), open_again()
        assert store.lease(LAUNCH) is None
        lease = taken(store.take_lease(LAUNCH, "one", 60))
        assert (lease.holder, lease.epoch) == ("one", 1)
        assert other.take_lease(LAUNCH, "two", 60) is None
        seen = taken(other.lease(LAUNCH))
        assert (seen.holder, seen.epoch) == ("one", 1)
        assert 50 < seen.expires_in <= 60
        assert taken(other.take_lease("other", "two", 60)).epoch == 1

    def test_a_lease_is_renewed_in_time(self, store: Store) -> None:
        lease = taken(store.take_lease(LAUNCH, "one", 5))
        renewed = store.renew_lease(lease, 60)
        assert renewed.epoch == lease.epoch
        assert taken(store.lease(LAUNCH)).expires_in > 50
        assert store.take_lease(LAUNCH, "two", 60) is None

    def test_a_lapsed_lease_goes_to_a_successor_with_a_higher_epoch(
        self, open_again: Callable[[], Store]
    ) -> None:
        store, other = open_again(), open_again()
        lease = taken(store.take_lease(LAUNCH, "one", SHORT))
        until_lapsed(other)
        lapsed = taken(other.lease(LAUNCH))
        assert (lapsed.holder, lapsed.epoch) == ("one", 1)
        assert lapsed.expires_in <= 0
        with pytest.raises(LeaseLost, match="lapsed"):
            store.renew_lease(lease, 60)
        successor = taken(other.take_lease(LAUNCH, "two", 60))
        assert successor.epoch == 2
        with pytest.raises(LeaseLost):
            store.renew_lease(lease, 60)
        store.release_lease(lease)
        assert taken(store.lease(LAUNCH)).holder == "two"

    def test_a_released_lease_is_free_at_once(self, open_again: Callable[[], Store]) -> None:
        store, other = open_again(), open_again()
        lease = taken(store.take_lease(LAUNCH, "one", 60))
        store.release_lease(lease)
        assert other.lease(LAUNCH) is None
        with pytest.raises(LeaseLost):
            store.renew_lease(lease, 60)
        assert taken(other.take_lease(LAUNCH, "two", 60)).epoch == 2

    def test_the_same_holder_may_take_the_lease_anew(self, store: Store) -> None:
        lease = taken(store.take_lease(LAUNCH, "one", 60))
        assert taken(store.take_lease(LAUNCH, "one", 60)).epoch == 2
        with pytest.raises(LeaseLost):
            store.renew_lease(lease, 60)

    def test_one_owner_holds_a_lock(self, open_again: Callable[[], Store]) -> None:
        store, other = open_again(), open_again()
        lock = store.take_lock(LAUNCH, "shop", "ada", "deploying 2.4", 600)
        assert (lock.target, lock.owner, lock.reason) == ("shop", "ada", "deploying 2.4")
        with pytest.raises(Refused, match="ada: deploying 2"):
            other.take_lock(LAUNCH, "shop", "bo", "me too", 600)
        other.take_lock(LAUNCH, "app", "bo", "elsewhere", 600)
        store.take_lock(LAUNCH, "shop", "ada", "still deploying", 900)
        assert [(held.target, held.owner, held.reason) for held in other.locks(LAUNCH)] == [
            ("app", "bo", "elsewhere"),
            ("shop", "ada", "still deploying"),
        ]
        assert 800 < other.locks(LAUNCH)[1].expires_in <= 900

    def test_a_lock_passes_from_the_owner_that_is_named(self, open_again: Callable[[], Store]) -> None:
        store, other = open_again(), open_again()
        store.take_lock(LAUNCH, "shop", "ada", "deploying", 600)
        with pytest.raises(Refused, match="ada: deploying"):
            other.take_lock(LAUNCH, "shop", "bo", "me too", 600, over="cy")
        other.take_lock(LAUNCH, "shop", "bo", "rolled back", 900, over="ada")
        assert [(held.owner, held.reason) for held in store.locks(LAUNCH)] == [("bo", "rolled back")]
        with pytest.raises(Refused, match="bo: rolled back"):
            store.take_lock(LAUNCH, "shop", "ada", "still deploying", 600)
        assert other.take_lock(LAUNCH, "app", "bo", "free", 600, over="ada").owner == "bo"

    def test_a_lock_holds_for_one_product_in_one_environment(self, store: Store) -> None:
        store.append(LAUNCH, [opening()])
        store.append("shop-2.5", [opening(version="2.5.0")])
        store.append("shop-2.4-staging", [opening(environment="staging")])
        store.append("blog-2.4", [opening(product="Blog")])
        store.take_lock("shop-2.4-staging", "shop", "bo", "rehearsed", 600)
        store.take_lock("blog-2.4", "shop", "cy", "another's", 600)
        assert store.locks(LAUNCH) == ()
        store.take_lock(LAUNCH, "shop", "ada", "deploying", 600)
        assert [held.owner for held in store.locks("shop-2.5")] == ["ada"]
        assert [held.owner for held in store.glance("shop-2.4-staging").locks] == ["bo"]
        with pytest.raises(Refused, match="ada: deploying"):
            store.take_lock("shop-2.5", "shop", "bo", "me too", 600)
        assert not store.release_lock(LAUNCH, "shop", "bo")
        with pytest.raises(Conflict, match="lock:shop"):
            store.append(LAUNCH, [note("not there")], releases=("shop", "bo"))
        assert store.release_lock("shop-2.5", "shop", "ada")
        assert [held.owner for held in store.locks("blog-2.4")] == ["cy"]

    def test_a_lock_is_released_by_its_owner(self, store: Store) -> None:
        store.take_lock(LAUNCH, "shop", "ada", "deploying", 600)
        assert not store.release_lock(LAUNCH, "shop", "bo")
        assert not store.release_lock(LAUNCH, "app", "ada")
        assert store.release_lock(LAUNCH, "shop", "ada")
        assert not store.release_lock(LAUNCH, "shop", "ada")
        assert store.locks(LAUNCH) == ()

    def test_a_lock_is_released_together_with_the_event_that_tells_it(self, store: Store) -> None:
        store.append(LAUNCH, [opening()])
        store.take_lock(LAUNCH, "shop", "ada", "deploying", 600)
        with pytest.raises(Conflict, match="lock:shop"):
            store.append(LAUNCH, [note("not mine")], releases=("shop", "bo"))
        with pytest.raises(Conflict, match="launch has changed"):
            store.append(LAUNCH, [note("too late")], expect={"launch": 0}, releases=("shop", "ada"))
        assert (store.head(LAUNCH).seq, [held.owner for held in store.locks(LAUNCH)]) == (1, ["ada"])
        told = note("released")
        assert store.append(LAUNCH, [told], releases=("shop", "ada"))[0].seq == 2
        assert store.locks(LAUNCH) == ()
        assert store.append(LAUNCH, [told], releases=("shop", "ada"))[0].seq == 2

    def test_an_expired_lock_is_no_lock(self, store: Store) -> None:
        store.take_lock(LAUNCH, "shop", "ada", "deploying", SHORT)
        while store.locks(LAUNCH):
            time.sleep(0.02)
        assert not store.release_lock(LAUNCH, "shop", "ada")
        assert store.take_lock(LAUNCH, "shop", "bo", "my turn", 600).owner == "bo"

    def test_who_is_present(self, open_again: Callable[[], Store]) -> None:
        store, other = open_again(), open_again()
        store.announce(LAUNCH, Presence(seat="1", operator="ada", role="director", via="local"))
        other.announce(LAUNCH, Presence(seat="2", operator="bo", role="viewer", via="ssh 203.0.113.7"))
        store.announce(
            LAUNCH, Presence(seat="1", operator="ada", role="director", via="local", looking_at="alerts")
        )
        ada, bo = other.present(LAUNCH)
        assert (ada.operator, ada.role, ada.via, ada.looking_at) == ("ada", "director", "local", "alerts")
        assert (bo.seat, bo.operator, bo.role) == ("2", "bo", "viewer")
        assert 0 <= ada.age < 10
        assert store.present("other") == ()
        store.leave(LAUNCH, "1")
        assert [seat.operator for seat in other.present(LAUNCH)] == ["bo"]

    def test_one_glance_sees_what_each_question_would(self, store: Store) -> None:
        assert store.glance(LAUNCH) == Glance(lease=None, people=(), locks=(), newest=0)
        store.append(LAUNCH, [opening()])
        store.take_lease(LAUNCH, "one", 60)
        store.take_lock(LAUNCH, "site", "ada", "deploying", 60)
        store.announce(LAUNCH, Presence(seat="1", operator="ada", role="director", via="local"))
        store.add_samples(LAUNCH, [sample("a", at) for at in range(3)])
        store.add_samples("other", [sample("a", at) for at in range(5)])
        seen = store.glance(LAUNCH)
        assert taken(seen.lease).holder == "one"
        assert [lock.target for lock in seen.locks] == ["site"]
        assert [person.operator for person in seen.people] == ["ada"]
        assert seen.newest == store.samples(LAUNCH).cursor

    def test_engines_that_wait_to_take_over(self, open_again: Callable[[], Store]) -> None:
        store, other = open_again(), open_again()
        lease = taken(store.take_lease(LAUNCH, "a:1:x", 60))
        for holder in ("a:1:x", "b:2:y", "c:3:z"):
            store.stand_by(LAUNCH, Standby(holder=holder))
        other.stand_by(LAUNCH, Standby(holder="c:3:z", lacks="env:TOKEN is not set"))
        other.stand_by("other", Standby(holder="d:4:w"))
        seen = other.glance(LAUNCH).standbys
        assert [(one.host, one.lacks) for one in seen] == [("b", ""), ("c", "env:TOKEN is not set")]
        assert all(0 <= one.age < 10 for one in seen)
        store.stand_down(LAUNCH, "b:2:y")
        store.release_lease(lease)
        assert [one.holder for one in store.glance(LAUNCH).standbys] == ["a:1:x", "c:3:z"]

    def test_who_is_not_heard_of_is_not_present(self, store: Store) -> None:
        store.announce(LAUNCH, Presence(seat="1", operator="ada", role="director", via="local"))
        while store.present(LAUNCH, 0.1):
            time.sleep(0.02)
        assert len(store.present(LAUNCH)) == 1

    def test_what_has_outlived_its_retention_is_forgotten(self, store: Store) -> None:
        store.append(LAUNCH, [opening()])
        head = store.head(LAUNCH)
        store.add_samples(LAUNCH, [sample("a", at) for at in range(6000)])
        store.add_log(LAUNCH, [line(n, at=n) for n in range(1, 6001)])
        store.prune(samples_before=5990, logs_before=5500)
        assert [one.observed for one in store.samples(LAUNCH).samples] == list(range(5990, 6000))
        assert store.log(LAUNCH, "deploy-1", 0, 1)[0].n == 5500
        assert store.head(LAUNCH) == head

    def test_cursors_hold_when_all_samples_are_forgotten(self, store: Store) -> None:
        store.append(LAUNCH, [opening()])
        store.add_samples(LAUNCH, [sample("a", at) for at in range(10)])
        cursor = store.samples(LAUNCH).cursor
        store.prune(samples_before=1000, logs_before=1000)
        assert len(store.samples(LAUNCH).samples) <= 1
        store.add_samples(LAUNCH, [sample("a", 2000)])
        assert store.samples(LAUNCH, cursor=cursor).samples == (sample("a", 2000),)

    def test_the_clock_tells_the_time(self, store: Store) -> None:
        first = store.now()
        assert abs(first / 1_000_000 - time.time()) < 60
        assert store.now() >= first
