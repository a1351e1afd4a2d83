"""A primary that dies and a standby that is promoted, both real."""

import threading
import time

import pytest

from launchpad.errors import LaunchpadError, Unreachable
from launchpad.store import open_store
from launchpad.store.archive import verify_store
from launchpad.testing.drafts import note, opening
from tests.support.postgres import primary_and_standby

pytestmark = [pytest.mark.slow]
LAUNCH = "acme-1"
WRITERS = 4


@pytest.fixture
def standby():
    with primary_and_standby() as second:
        yield second


def test_nothing_that_was_acknowledged_is_lost_or_doubled(standby):
    store = open_store(standby.url_of_both, create=True)
    store.append(LAUNCH, [opening()])
    acknowledged: list[str] = []
    over, promoted = threading.Event(), threading.Event()
    after = threading.Semaphore(0)

    def write() -> None:
        writer = open_store(standby.url_of_both)
        try:
            while not over.is_set():
                draft = note("on and on")
                while not over.is_set():
                    try:
                        [done] = writer.append(LAUNCH, [draft])
                    except LaunchpadError:
                        continue  # in doubt: the same again
                    acknowledged.append(done.id)
                    if promoted.is_set():
                        after.release()
                    break
        finally:
            writer.close()

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    for each in writers:
        each.start()
    try:
        _enough(acknowledged, 50)
        standby.primary.crash()
        standby.promote()
        promoted.set()
        for _ in range(20):
            assert after.acquire(timeout=120), "nobody can write after the promotion"
    finally:
        over.set()
        for each in writers:
            each.join(60)
    recorded = [event.id for event in store.read(LAUNCH, limit=100_000)]
    assert len(recorded) == len(set(recorded))
    assert set(acknowledged) <= set(recorded)
    assert verify_store(store, LAUNCH).seq == len(recorded)
    store.close()


def test_a_primary_that_hangs_is_left_for_the_promoted_standby(standby):
    store = open_store(standby.url_of_both, create=True)
    store.append(LAUNCH, [opening()])
    before = note("before")
    store.append(LAUNCH, [before])
    standby.primary.freeze()
    standby.promote()
    draft = note("after")
    with pytest.raises(Unreachable):
        store.append(LAUNCH, [draft])
    [done] = store.append(LAUNCH, [draft])
    recorded = [event.id for event in store.read(LAUNCH)]
    assert recorded[1:] == [before.id, done.id]
    assert verify_store(store, LAUNCH).seq == 3
    store.close()


def _enough(acknowledged: list[str], count: int) -> None:
    deadline = time.monotonic() + 60
    while len(acknowledged) < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_the_standby_has_not_got_is_not_acknowledged(standby):
    store = open_store(standby.url_of_both, create=True)
    store.append(LAUNCH, [opening()])
    standby.stop()
    draft = note("only here")
    with pytest.raises(Unreachable, match="standby"):
        store.append(LAUNCH, [draft])
    standby.start()
    [done] = store.append(LAUNCH, [draft])
    standby.primary.crash()
    standby.promote()
    assert [event.id for event in store.read(LAUNCH)][-1] == done.id
    store.close()
