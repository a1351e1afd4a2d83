"""A server that is cut off without a word: connections stay open, and nothing comes."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from launchpad.desk import LocalDesk, open_launch
from launchpad.errors import Unreachable
from launchpad.model import commands as cmd
from launchpad.session import Session
from launchpad.store.archive import verify_store
from launchpad.testing.drafts import note, opening
from tests.support.histories import PEOPLE, definition
from tests.support.wires import wired

pytestmark = pytest.mark.slow
LAUNCH = "acme-1"


@pytest.fixture
def wire(postgres_database):
    with wired(postgres_database) as made:
        yield made


def test_what_was_in_doubt_is_told_in_time_and_recorded_once(wire, opened):
    cable, url = wire
    store = opened(url)
    store.append(LAUNCH, [opening()])
    draft = note("in doubt")
    cable.cut()
    with pytest.raises(Unreachable, match="nothing was heard for 12 s"):
        store.append(LAUNCH, [draft])
    cable.mend()
    [done] = store.append(LAUNCH, [draft])
    assert [event.id for event in store.read(LAUNCH)][1:] == [done.id]
    assert verify_store(store, LAUNCH).seq == 2


def test_connections_of_before_are_not_tried_one_after_the_other(wire, opened):
    cable, url = wire
    store = opened(url)
    store.append(LAUNCH, [opening()])
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda n: store.append(LAUNCH, [note(str(n))]), range(20)))
    cable.cut()
    with pytest.raises(Unreachable):
        store.head(LAUNCH)
    cable.mend(old=False)
    assert store.head(LAUNCH).seq == 21


def test_who_waits_is_woken_again_after_it(wire, opened, postgres_database):
    cable, url = wire
    store, elsewhere = opened(url), opened(postgres_database)
    store.append(LAUNCH, [opening()])
    assert not store.wait(LAUNCH, 1, 0.0)
    cable.cut()
    with pytest.raises(Unreachable):
        store.wait(LAUNCH, 1, 60)
    elsewhere.append(LAUNCH, [note("meanwhile")])
    cable.mend(old=False)
    assert store.wait(LAUNCH, 1, 60)


def test_a_lock_whose_release_was_not_answered_stands_in_the_journal_as_released(wire, opened):
    """It was released and the answer was lost: asked again, the store holds no such lock any more."""
    cable, url = wire
    store = opened(url)
    open_launch(store, PEOPLE["lead"], cmd.OpenLaunch(launch=LAUNCH, definition=definition()))
    desk = LocalDesk(store, Session(store, LAUNCH), PEOPLE["ops"])
    desk.perform(cmd.Lock(target="site", text="mine", seconds=600.0))
    cable.lose_answer(b"COMMIT\0")
    done = desk.perform(cmd.Unlock(target="site"))
    assert (done.message, done.already) == ("unlocked site", False)
    assert store.locks(LAUNCH) == ()
    assert [event.event.held for event in store.read(LAUNCH)[1:]] == [True, False]
    assert verify_store(store, LAUNCH).seq == 3
