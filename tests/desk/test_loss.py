"""A journal that has lost what was read of it: nobody goes on with it unasked."""

import threading

import pytest

from launchpad.desk import LocalDesk, open_launch
from launchpad.errors import BadInput, BrokenJournal
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.session import Session
from launchpad.store import open_store
from launchpad.store.archive import verify_store
from tests.support.following import unbroken
from tests.support.histories import LAUNCH, PEOPLE, definition
from tests.support.losses import cut


@pytest.fixture
def url(tmp_path):
    return f"sqlite://{tmp_path}/journal.db"


@pytest.fixture
def store(url):
    made = open_store(url)
    open_launch(made, PEOPLE["lead"], cmd.OpenLaunch(launch=LAUNCH, definition=definition()))
    yield made
    made.close()


def does(store, name, *commands):
    """Performs commands as somebody who has seen nothing before."""
    desk = LocalDesk(store, Session(store, LAUNCH), PEOPLE[name])
    return [desk.perform(command) for command in commands][-1]


def notes(store, *texts):
    does(store, "eva", *(cmd.WriteNote(text=text) for text in texts))


@pytest.mark.parametrize("since", [(), ("d",), ("d", "e"), ("d", "e", "f")])
def test_it_is_noticed_however_many_came_in_place_of_what_was_lost(store, url, since):
    notes(store, "a", "b", "c")
    session = Session(store, LAUNCH)
    desk = LocalDesk(store, session, PEOPLE["eva"])
    cut(url, LAUNCH, 2)
    if since:
        notes(store, *since)
    before = store.head(LAUNCH)
    for asked in (session.refresh, session.view, lambda: desk.perform(cmd.WriteNote(text="unseen"))):
        with pytest.raises(BrokenJournal, match=f"lost events 3 to 4 of {LAUNCH}, read here before"):
            asked()
    assert store.head(LAUNCH) == before
    # What is left holds, so that it takes somebody who has seen more.
    assert verify_store(store, LAUNCH) == before
    assert [event.text for event in session.events[1:]] == ["a", "b", "c"]


@pytest.mark.parametrize("since", [(), ("b",)])
def test_a_follower_that_waits_is_told(store, url, since):
    notes(store, "a")
    session = Session(store, LAUNCH)
    told, heard = [], threading.Event()

    def on_change(why):
        told.append(why)
        heard.set()

    with session.following(on_change, unbroken):
        cut(url, LAUNCH, 1)
        if since:
            notes(store, *since)
        assert heard.wait(60)
    assert f"lost event 2 of {LAUNCH}" in told[0]
    assert f"launchpad accept-loss {session.events[-1].hash}" in told[0]


def test_it_is_forgotten_once_it_is_there_again(store, url):
    notes(store, "a")
    session = Session(store, LAUNCH)
    restore = cut(url, LAUNCH, 1)
    with pytest.raises(BrokenJournal):
        session.refresh()
    restore()
    session.refresh()
    assert session.view().state.seq == 2


def test_whoever_follows_begins_anew_once_a_director_has_accepted_it(store, url):
    notes(store, "a", "b")
    session = Session(store, LAUNCH)
    firm = Session(store, LAUNCH, begins_anew=False)
    cut(url, LAUNCH, 1)
    does(store, "lead", cmd.AcceptLoss(head=session.events[-1].hash, text="the primary died"))
    notes(store, "c", "d", "e")
    assert session.refresh(), "all of it is news"
    assert [event.text for event in session.events[1:]] == ["the primary died", "c", "d", "e"]
    assert session.view().state.seq == 5
    with pytest.raises(BrokenJournal):
        firm.refresh()
    # It was accepted for what was lost then, and not for ever.
    cut(url, LAUNCH, 3)
    with pytest.raises(BrokenJournal):
        session.refresh()


def test_nothing_is_accepted_as_lost_that_is_there(store):
    """It would stop every run for nothing, whoever asks: a seat does not go through the shell."""
    notes(store, "a", "b")
    head = Session(store, LAUNCH).events[1].hash
    with pytest.raises(BadInput, match="nothing is lost: the journal holds that head, as event 2"):
        does(store, "lead", cmd.AcceptLoss(head=head, text="a misreading"))
    assert store.head(LAUNCH).seq == 3


def test_nothing_goes_on_by_itself_after_it(store):
    """More may have been done of a run, and a go may have been taken back, than is recorded."""
    for action in ("backup", "rollback"):
        does(store, "ops", cmd.RequestRun(action=action))
    asked = sorted(Session(store, LAUNCH).state.runs)
    does(store, "lead", cmd.AcceptLoss(head="5f" * 32, text="the primary died"))
    after = Session(store, LAUNCH).state
    assert [after.runs[run].status for run in asked] == ["refused", "refused"]
    assert "lost events" in after.runs[asked[0]].reason
    assert isinstance(Session(store, LAUNCH).events[-1].event, ev.LossAccepted)
