"""A session over a real store: level with it, told of everything, keeping nothing that was redacted."""

import threading

import pytest
from msgspec.structs import replace

from launchpad.desk import LocalDesk, open_launch
from launchpad.errors import BadInput, BrokenJournal, Refused, Unreachable
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.fold import fold
from launchpad.model.journal import Draft, Head, seal
from launchpad.model.samples import Sample
from launchpad.model.values import SECOND, ZonedTime
from launchpad.session import Session
from launchpad.store import open_store
from tests.support.following import unbroken
from tests.support.histories import LAUNCH, PEOPLE, definition

SECRET = "hunter2"


@pytest.fixture
def store(tmp_path):
    made = open_store(f"sqlite:///{tmp_path}/journal.db")
    open_launch(made, PEOPLE["lead"], cmd.OpenLaunch(launch=LAUNCH, definition=definition()))
    yield made
    made.close()


def test_a_launch_in_a_zone_that_this_machine_does_not_know_is_told_in_a_line(store):
    """As on a host without time zones, or of a journal that somebody made up."""
    of_launch = replace(definition().launch, t0=ZonedTime(at=SECOND, zone="Nowhere/\x1b[31mNowhere"))
    elsewhere = replace(definition(), launch=of_launch)
    open_launch(store, PEOPLE["lead"], cmd.OpenLaunch(launch="elsewhere", definition=elsewhere))
    with pytest.raises(BadInput, match="does not know the time zone of elsewhere: Nowhere/Nowhere; install"):
        Session(store, "elsewhere")


def test_a_redacted_text_is_gone_from_those_who_had_read_it(store):
    reader, writer = Session(store, LAUNCH), Session(store, LAUNCH)
    lead, ops = (LocalDesk(store, writer, PEOPLE[name]) for name in ("lead", "ops"))
    engine = {"actor": "engine", "auth": "engine"}
    store.append(
        LAUNCH,
        [
            Draft(
                id="1",
                event=ev.AlertChanged(alert="slow", status="firing", severity="high", value=1.0, n=1),
                **engine,
            )
        ],
    )
    ops.perform(cmd.RequestRun(action="rollback"))
    texts = [
        ops.perform(cmd.Acknowledge(alert="slow", text=SECRET)),
        ops.perform(cmd.Tick(item="dns", evidence=SECRET)),
        ops.perform(cmd.Comment(item="dns", text=SECRET)),
        ops.perform(cmd.Fail(item="video", text=SECRET)),
        ops.perform(cmd.WriteNote(text=SECRET)),
        ops.perform(cmd.AbortRun(run="rollback-1", text=SECRET)),
    ]
    reader.refresh()
    assert SECRET in repr(reader.state)
    for done in texts:
        lead.perform(cmd.Redact(seq=done.seq, text="a password"))
    for session in (reader, writer):
        session.refresh()
        assert SECRET not in repr(session.events)
        assert SECRET not in repr(session.state)
        assert session.state == fold(store.read(LAUNCH)) == Session(store, LAUNCH).state
    [comment] = reader.state.items["dns"].comments
    assert comment.redacted


def test_a_redaction_of_what_is_not_there_harms_nobody(store):
    odd = [
        Draft(id=f"x{seq}", event=ev.TextRedacted(seq=seq), actor="lead", auth="os") for seq in (-1, 0, 99)
    ]
    opened = Draft(id="o", event=ev.LaunchOpened(definition=definition(), format=1), actor="lead", auth="os")
    rows, head = [], Head()
    for draft in (opened, *odd):
        rows.append(seal("odd", draft, previous=head, at=1, salt=""))
        head = Head(seq=rows[-1].seq, hash=rows[-1].hash)
    store.import_rows("odd", rows)
    assert len(Session(store, "odd").events) == 4


def test_a_follower_is_told_of_what_somebody_else_has_folded(store):
    session = Session(store, LAUNCH)
    told = threading.Event()
    desk = LocalDesk(store, session, PEOPLE["eva"])
    with session.following(lambda _why: told.set(), unbroken):
        for _ in range(20):
            told.clear()
            desk.perform(cmd.WriteNote(text="hm"))
            assert told.wait(60)


@pytest.mark.slow
def test_a_follower_is_told_of_a_damaged_store_and_goes_on(store):
    session = Session(store, LAUNCH)
    told, faults = [], [BrokenJournal("the file is damaged"), Unreachable("it does not answer")]
    heard = threading.Event()

    class Faulty:
        def wait(self, launch, after, timeout, known):
            if faults:
                raise faults.pop(0)
            return store.wait(launch, after, timeout, known)

        def __getattr__(self, name):
            return getattr(store, name)

    def on_change(why):
        told.append(why)
        if not why:
            heard.set()

    session.source = Faulty()
    with session.following(on_change, unbroken):
        LocalDesk(store, Session(store, LAUNCH), PEOPLE["eva"]).perform(cmd.WriteNote(text="hm"))
        assert heard.wait(60)
    assert told == ["the file is damaged", "it does not answer", ""]


def test_a_follower_that_breaks_says_so(store):
    """Or else what is shown would grow old, and nobody would know."""
    session = Session(store, LAUNCH)
    broke, heard = [], threading.Event()

    def failed(error):
        broke.append(error)
        heard.set()

    class Faulty:
        def wait(self, launch, after, timeout, known):
            raise ZeroDivisionError("a fault of our own")

        def __getattr__(self, name):
            return getattr(store, name)

    session.source = Faulty()
    with session.following(lambda _why: None, failed):
        assert heard.wait(60)
    assert [str(error) for error in broke] == ["a fault of our own"]


def test_the_first_look_back_is_no_longer_than_readings_reach(store):
    """Nothing in the window at first: the second look must not read the whole past instead."""
    now = store.now()
    old = now - 7200 * SECOND
    store.add_samples(
        LAUNCH, [Sample(signal="homepage", observed=old, received=old, verdict="ok", duration=0.1)]
    )
    session = Session(store, LAUNCH)
    first, second = session.view(), session.view()
    assert first.objectives[0].reading.age is None
    assert second.objectives[0].reading.age is None
    store.add_samples(
        LAUNCH, [Sample(signal="homepage", observed=now, received=now, verdict="ok", duration=0.1)]
    )
    assert session.view().objectives[0].reading.n == 1


def test_a_launch_that_does_not_exist_or_is_of_the_future(store):
    with pytest.raises(BadInput, match="there is no launch nothing"):
        Session(store, "nothing")
    opened = ev.Unknown(kind="launch.opened", raw='{"kind":"launch.opened","shape":"new"}')
    row = seal("later", Draft(id="o", event=opened, actor="lead", auth="os"), previous=Head(), at=1, salt="")
    store.import_rows("later", [row])
    with pytest.raises(Refused, match="newer Launchpad"):
        Session(store, "later")
