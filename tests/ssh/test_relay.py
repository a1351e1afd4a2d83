"""The relay over a real pair of sockets and a real store: the same answers as without it, and no more."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time

import msgspec
import pytest

from launchpad.desk import LocalDesk, open_launch
from launchpad.errors import BadInput, BrokenJournal, Conflict, LaunchpadError, Refused, Unreachable
from launchpad.model import commands as cmd
from launchpad.model.commands import Identity
from launchpad.model.definition import Definition, Item, Launch, Operator
from launchpad.model.events import LossAccepted, NoteWritten, Unknown
from launchpad.model.journal import Draft
from launchpad.model.samples import LogLine, Presence, Sample
from launchpad.model.state import State
from launchpad.session import Session
from launchpad.ssh import protocol, relay
from launchpad.ssh.protocol import Answer, News, Page, Seat
from launchpad.ssh.relay import RelayServer
from launchpad.ssh.relayed import Link, RelayedDesk, RelayedSource, _Newest
from launchpad.ssh.tail import Tail
from launchpad.store import open_store
from tests.support.following import unbroken
from tests.support.losses import cut
from tests.support.war_room import until

LAUNCH, OTHER = "acme-4.2.0", "acme-5"
LEAD = Identity(name="lead", role="director", auth="key")
EVA = Identity(name="eva", role="engineer", auth="key")
GUEST = Identity(name="guest", role="viewer", auth="key")


@pytest.fixture
def store(tmp_path):
    definition = Definition(
        launch=Launch(product="Acme", version="4.2.0"),
        operators=(Operator(name="lead", role="director"),),
        items=(Item(id="dns", title="DNS points at us"), Item(id="db", title="Database is warm")),
    )
    store = open_store(f"sqlite:///{tmp_path}/journal.db")
    for launch in (LAUNCH, OTHER):
        open_launch(store, LEAD, cmd.OpenLaunch(launch=launch, definition=definition))
    yield store
    store.close()


class Ends:
    """Both ends of one relay."""

    def __init__(self, store, identity, via="ssh 203.0.113.7", tail=None):
        self.ours, self.theirs = socket.socketpair()
        self.ended = threading.Event()
        seat = Seat(launch=LAUNCH, identity=identity, via=via)
        desk = LocalDesk(store, Session(store, LAUNCH), identity)
        self.tail = tail or Tail(store, LAUNCH)
        self.server = RelayServer(store, self.tail, desk, seat, self.ours)
        self.server.start()
        self.link = Link(self.theirs, on_end=self.ended.set)
        self.source = RelayedSource(self.link, LAUNCH)
        self.desk = RelayedDesk(self.link, identity, State)

    def close(self):
        self.link.close()
        self.server.close()
        self.server.join(60)
        self.tail.close()
        self.ours.close()
        self.theirs.close()


@pytest.fixture
def connect(store):
    made = []

    def connect(identity=EVA, **more):
        made.append(Ends(store, identity, **more))
        return made[-1]

    yield connect
    for ends in made:
        ends.close()


def note(number):
    return Draft(id=f"n{number}", event=NoteWritten(), actor="lead", auth="key", text=f"line {number}")


def test_events_come_through_as_they_are_recorded(store, connect):
    store.append(LAUNCH, [note(n) for n in range(2500)])
    later = Unknown(kind="rollout.bumped", raw='{"kind":"rollout.bumped","percent":[5]}')
    store.append(LAUNCH, [Draft(id="later", event=later, actor="engine", auth="engine")])
    source = connect().source
    seen = []
    while page := source.read(LAUNCH, after=len(seen), limit=1000):
        seen += page
        assert len(page) == 1000 or seen[-1].seq == 2502
    assert seen == [*store.read(LAUNCH, limit=5000)]
    assert seen[-1].event == later
    session = Session(source, LAUNCH)
    assert session.state == Session(store, LAUNCH).state
    assert session.state.read_only


@pytest.mark.parametrize("since", [0, 1, 3])
def test_a_journal_that_has_lost_events_is_noticed_through_it(store, connect, since):
    store.append(LAUNCH, [note(1), note(2)])
    session = Session(connect().source, LAUNCH)
    told, heard = [], threading.Event()

    def on_change(why):
        told.append(why)
        heard.set()

    with session.following(on_change, unbroken):
        cut(store.url, LAUNCH, 2)
        if since:
            store.append(LAUNCH, [note(10 + n) for n in range(since)])
        assert heard.wait(60)
    assert f"lost event 3 of {LAUNCH}" in told[0]
    store.append(
        LAUNCH, [Draft(id="l", event=LossAccepted(head="0" * 64), actor="lead", auth="key", text="x")]
    )
    session.refresh()
    assert [event.id for event in session.events] == [event.id for event in store.read(LAUNCH)]


@pytest.mark.parametrize("since", [0, 1])
def test_a_loss_between_reading_and_following_is_noticed_too(store, connect, since):
    store.append(LAUNCH, [note(1), note(2)])
    session = Session(connect().source, LAUNCH)
    cut(store.url, LAUNCH, 2)
    if since:
        store.append(LAUNCH, [note(10)])
    told = []
    with session.following(told.append, unbroken):
        until(lambda: told)
    assert f"lost event 3 of {LAUNCH}" in told[0]


@pytest.mark.parametrize("later", [False, True])
def test_a_loss_that_is_told_while_nobody_waits_is_raised_all_the_same(store, later):
    newest = _Newest(3)
    newest.take(Answer(id=1, failure=protocol.to_failure(BrokenJournal("event 3 is gone"))))
    if later:
        store.append(LAUNCH, [note(1)])
        page = Page(rows=store.rows(LAUNCH, after=0, limit=10), more=False)
        news = News(page=page, beside=store.glance(LAUNCH))
        newest.take(Answer(id=1, value=msgspec.Raw(msgspec.json.encode(news))))
    with pytest.raises(BrokenJournal):
        newest.wait(3, 0.1)
    assert not newest.wait(3, 0.0), "it is told once"


class Held:
    """The store, at which calls of some names wait until they are let through."""

    def __init__(self, store, *names):
        self._store = store
        self._gates = {name: threading.Event() for name in names}
        self.waits = ""
        """The name of the call that waits."""

    def let(self, name):
        self._gates[name].set()

    def __getattr__(self, name):
        if (gate := self._gates.get(name)) is not None and not gate.is_set():
            self.waits = name
            gate.wait(60)
            self.waits = ""
        return getattr(self._store, name)


@pytest.mark.slow
def test_what_comes_after_a_loss_that_was_accepted_before_anybody_noticed_is_told(store, connect):
    store.append(LAUNCH, [note(1), note(2), note(3)])
    held = Held(store, "wait")
    session = Session(connect(tail=Tail(held, LAUNCH)).source, LAUNCH)
    with session.following(lambda _why: None, unbroken):
        until(lambda: held.waits == "wait")
        held._gates["head"] = threading.Event()
        cut(store.url, LAUNCH, 2)
        lost = LossAccepted(head="0" * 64)
        store.append(LAUNCH, [Draft(id="l", event=lost, actor="lead", auth="key", text="x")])
        held.let("wait")
        until(lambda: len(session.events) == 3)
        until(lambda: held.waits == "head")
        store.append(LAUNCH, [note(10)])
        held.let("head")
        until(lambda: len(session.events) == 4)
    assert session.events == [*store.read(LAUNCH)]


def test_large_events_make_small_pages(store, connect):
    big = [
        Draft(id=f"b{n}", event=NoteWritten(), actor="a", auth="key", text="x" * 2_000_000) for n in range(8)
    ]
    for draft in big:
        store.append(LAUNCH, [draft])
    ends = connect()
    page = ends.link.ask(protocol.Read(after=0, limit=1000), msgspec.json.Decoder(protocol.Page))
    assert page.more
    assert len(page.rows) < 9
    assert ends.source.read(LAUNCH) == store.read(LAUNCH)


def test_samples_logs_lease_locks_and_clock_are_the_stores(store, connect):
    now = store.now()
    samples = [
        Sample(
            signal=f"s{n % 2}",
            observed=now + n,
            received=now + n,
            verdict="ok",
            duration=0.1,
            phases=(None, 0.5),
        )
        for n in range(12_000)
    ]
    store.add_samples(LAUNCH, samples)
    store.add_log(LAUNCH, [LogLine(run="r", n=n, at=now, step=0, text=f"l{n}") for n in range(1, 5001)])
    store.take_lease(LAUNCH, "vm:1:x", 60)
    store.take_lock(LAUNCH, "site", "lead", "careful", 60)
    source = connect().source
    for limit in (100_000, 7000, 5000, 3):
        assert source.samples(LAUNCH, limit=limit) == store.samples(LAUNCH, limit=limit)
    asked = {"since": now + 100, "until": now + 9000, "signals": ["s1"]}
    assert source.samples(LAUNCH, **asked) == store.samples(LAUNCH, **asked)
    cursor = store.samples(LAUNCH, limit=11_990).cursor
    assert len(source.samples(LAUNCH, cursor=cursor).samples) == 10
    assert source.samples(LAUNCH, signals=[]) == store.samples(LAUNCH, signals=[])
    for after, limit in ((0, 1000), (0, 10_000), (4990, 1000), (-7, 1000), (-7, 3)):
        assert source.log(LAUNCH, "r", after=after, limit=limit) == store.log(
            LAUNCH, "r", after=after, limit=limit
        )
    beside = source.glance(LAUNCH)
    assert (beside.lease.holder, beside.lease.epoch) == ("vm:1:x", 1)
    assert [lock.target for lock in beside.locks] == ["site"]
    assert beside.newest == store.samples(LAUNCH).cursor
    assert abs(source.now() - store.now()) < 2_000_000


def test_waiting_ends_with_the_event_or_the_time(store, connect):
    source = connect().source
    began = time.monotonic()
    assert not source.wait(LAUNCH, 1, 0.1)
    assert 0.1 <= time.monotonic() - began < 1
    threading.Timer(0.2, store.append, (LAUNCH, [note(1)])).start()
    assert source.wait(LAUNCH, 1, 20)
    assert time.monotonic() - began < 3


def test_news_bring_what_stands_beside_the_journal_along(store, connect):
    source = connect().source
    assert not source.wait(LAUNCH, 1, 0.1)
    store.take_lock(LAUNCH, "site", "lead", "careful", 60)
    store.append(LAUNCH, [note(1)])
    assert source.wait(LAUNCH, 1, 60)
    assert [lock.target for lock in source.glance(LAUNCH).locks] == ["site"]
    assert [recorded.seq for recorded in source.read(LAUNCH, after=1)] == [2]


@pytest.mark.slow
def test_all_seats_are_told_everything_by_one_reader(store, connect):
    tail = Tail(store, LAUNCH)
    seats = [connect(tail=tail) for _ in range(5)]
    sessions = [Session(seat.source, LAUNCH) for seat in seats]
    with contextlib.ExitStack() as followed:
        for session in sessions:
            followed.enter_context(session.following(lambda _why: None, unbroken))
        for n in range(600):  # more than one page, while they are told of the first ones
            store.append(LAUNCH, [note(n)])
        until(lambda: all(len(session.events) == 601 for session in sessions))
    assert all(session.events == [*store.read(LAUNCH)] for session in sessions)
    late = connect(tail=tail)
    assert late.source.wait(LAUNCH, 500, 60), "what came before it followed is told too"
    assert late.source.read(LAUNCH, after=500)[0].seq == 501


def test_a_seat_follows_once(connect):
    ends = connect()
    assert not ends.source.wait(LAUNCH, 1, 0.1)
    with pytest.raises(BadInput, match="follows already"):
        ends.link.ask(protocol.Follow(after=1), msgspec.json.Decoder(protocol.News))


@pytest.mark.slow
def test_journal_that_cannot_be_read_is_told_and_nothing_is_missed_after(store, tmp_path, connect):
    """The first look of all fails too: a seat that is behind gets what it lacks once the store is back."""
    ends = connect()
    session = Session(ends.source, LAUNCH)
    store.append(LAUNCH, [note(1)])
    journal, aside = tmp_path / "journal.db", tmp_path / "aside.db"
    journal.rename(aside)
    troubles = []
    with session.following(lambda why: troubles.append(why) if why else None, unbroken):
        until(lambda: troubles)
        assert len(session.events) == 1
        aside.rename(journal)
        until(lambda: len(session.events) == 2)
        journal.rename(aside)
        told = len(troubles)
        until(lambda: len(troubles) > told)
        aside.rename(journal)
        store.append(LAUNCH, [note(2)])
        until(lambda: len(session.events) == 3)


@pytest.mark.parametrize("call", ["wait", "glance"])
def test_a_fault_of_the_server_is_told_and_nothing_is_missed(store, connect, call):
    class Faulty:
        """The store; one thing that it is asked ends in what nobody thought of."""

        broken = True

        def __getattr__(self, name):
            if name == call and self.broken:
                raise KeyError("nobody thought of this")
            return getattr(store, name)

    faulty = Faulty()
    tail = Tail(faulty, LAUNCH)
    session = Session(connect(tail=tail).source, LAUNCH)
    troubles = []
    with session.following(lambda why: troubles.append(why) if why else None, unbroken):
        until(lambda: tail.next(0, 0.0))
        store.append(LAUNCH, [note(1)])
        until(lambda: troubles)
        assert "the server failed" in troubles[0]
        faulty.broken = False
        until(lambda: len(session.events) == 2)


def test_a_seat_that_can_be_told_nothing_any_more_ends(store, connect):
    class Odd(Tail):
        def next(self, seen, timeout):
            raise KeyError("nobody thought of this")

    ends = connect(tail=Odd(store, LAUNCH))
    with pytest.raises(Unreachable):
        ends.source.wait(LAUNCH, 1, 60)
    assert ends.ended.wait(60)


def test_many_threads_ask_at_once(connect):
    source = connect().source
    waiting = [threading.Thread(target=source.wait, args=(LAUNCH, 1, 0.5)) for _ in range(30)]
    before = threading.active_count()
    for thread in waiting:
        thread.start()
    assert threading.active_count() - before <= 30 + 3, "to tell, to read, to hear the bell"
    assert len(source.read(LAUNCH)) == 1
    for thread in waiting:
        thread.join(20)
        assert not thread.is_alive()


def test_commands_are_performed_by_the_servers_desk_in_the_keys_name(store, connect):
    done = connect(EVA).desk.perform(cmd.Tick(item="dns"))
    assert done.subject == "item:dns"
    last = store.read(LAUNCH, after=1)[-1]
    assert (last.kind, last.actor, last.auth, last.seq) == ("item.ticked", "eva", "key", done.seq)
    again = connect(LEAD).desk.perform(cmd.Tick(item="dns"))
    assert again.already


def test_refusals_come_back_as_what_they_are(store, connect):
    ends = connect(LEAD)
    ends.desk.perform(cmd.Tick(item="dns"))
    ends.desk.perform(cmd.Untick(item="dns"))
    with pytest.raises(Conflict) as conflict:
        ends.desk.perform(cmd.Skip(item="dns", text="no", expect=2))
    assert (conflict.value.subject, conflict.value.seq) == ("item:dns", 3)
    for command in (
        cmd.Fail(item="db", text=""),
        cmd.Tick(item="nowhere"),
        cmd.ConfirmRun(run="r", digest="d"),
    ):
        for identity in (LEAD, GUEST):
            local = LocalDesk(store, Session(store, LAUNCH), identity)
            assert outcome(connect(identity).desk, command) == outcome(local, command)


def outcome(desk, command):
    try:
        return desk.perform(command).message
    except LaunchpadError as error:
        return type(error), error.message, error.hint


def test_viewer_is_refused_whatever_its_process_believes(store, connect):
    ends = connect(GUEST)
    liar = RelayedDesk(ends.link, LEAD, State)
    assert liar.may("tick")
    with pytest.raises(Refused, match="guest is viewer"):
        liar.perform(cmd.Tick(item="dns"))
    assert store.head(LAUNCH).seq == 1


def test_texts_that_cannot_be_sent_are_said_to_be_so(connect):
    desk = connect().desk
    with pytest.raises(BadInput, match="not valid Unicode"):
        desk.perform(cmd.WriteNote(text="\ud800"))
    with pytest.raises(BadInput, match="too long to be sent"):
        desk.perform(cmd.WriteNote(text="x" * 2_000_000))
    assert desk.perform(cmd.WriteNote(text="short")).seq


def test_seat_is_of_one_launch(store, connect):
    ends = connect()
    for ask in (ends.source.read, ends.source.glance, ends.source.samples):
        with pytest.raises(BadInput, match="this seat is for acme"):
            ask(OTHER)
    with pytest.raises(LaunchpadError):
        ends.desk.perform(cmd.OpenLaunch(launch="mine", definition=Session(store, LAUNCH).state.definition))
    assert {entry.launch for entry in store.launches()} == {LAUNCH, OTHER}


def test_presence_is_what_the_server_knows(store, connect):
    ends, other = connect(EVA), connect(LEAD, via="ssh 198.51.100.9")
    lie = Presence(
        seat="f00", operator="lead", role="director", via="local", looking_at="\x1b[31mitems" + "x" * 99
    )
    ends.source.announce(LAUNCH, lie)
    other.source.announce(LAUNCH, Presence(seat="f00", operator="lead", role="viewer", via=""))
    eva, lead = sorted(store.present(LAUNCH), key=lambda who: who.operator)
    assert (eva.operator, eva.role, eva.via) == ("eva", "engineer", "ssh 203.0.113.7")
    assert eva.looking_at == "items" + "x" * 74 + "…"
    assert (lead.operator, lead.role, lead.via) == ("lead", "director", "ssh 198.51.100.9")
    assert eva.seat != lead.seat
    # Each finds itself, and only itself, under its own name.
    assert [who.operator for who in ends.source.glance(LAUNCH).people if who.seat == "f00"] == ["eva"]
    assert [who.operator for who in other.source.glance(LAUNCH).people if who.seat == "f00"] == ["lead"]
    ends.source.leave(LAUNCH, lead.seat)
    assert [who.operator for who in store.present(LAUNCH)] == ["lead"]
    other.link.close()
    until(lambda: not store.present(LAUNCH))


@pytest.mark.parametrize(
    "bytes_",
    [
        b"\xff\xff\xff\xff",
        (protocol.MAX_ASK + 1).to_bytes(4, "big"),
        b"\x00\x00\x00\x02no",
        b"\x00\x00\x00\x10" + b'{"id":-1,"ask":1}'[:16],
        b"\x00\x00\x00\x02[]",
    ],
)
def test_noise_ends_the_relay_of_that_seat_alone(connect, bytes_):
    ends, other = connect(EVA), connect(LEAD)
    ends.source.now()
    ends.theirs.sendall(bytes_)
    assert ends.ended.wait(60)
    with pytest.raises(Unreachable):
        ends.source.read(LAUNCH)
    assert other.source.read(LAUNCH)


@pytest.mark.parametrize(
    "ask",
    [
        b'{"ask":"shell"}',
        b'{"ask":"log","run":"\xff\xfe","after":0,"limit":1}',
        b'{"ask":"log","run":"\\ud800","after":0,"limit":1}',
        b'{"ask":"read","after":-5,"limit":1}',
        b'{"ask":"read","after":0,"limit":99999999999999999999}',
        b'{"ask":"follow","after":-1}',
        b'{"ask":"perform","command":{"verb":"sudo"}}',
        b'{"ask":"perform","command":{"verb":"phase","phase":"orbit"}}',
        b'{"ask":"announce","seat":"' + b"x" * 101 + b'","looking_at":""}',
        b"[" * 50_000 + b"]" * 50_000,
    ],
)
def test_bad_questions_are_answered_and_the_relay_goes_on(connect, ask):
    ends = connect()
    payload = b'{"id":4711,"ask":' + ask + b"}"
    answers = []
    ends.link._open[4711] = Catch(answers)
    ends.theirs.sendall(len(payload).to_bytes(4, "big") + payload)
    until(lambda: answers or ends.ended.is_set())
    if ends.ended.is_set():  # no JSON, or too deep even to be skipped
        assert ask.startswith(b"[[") or b"ud800" in ask
    else:
        assert answers[0].failure.error == "BadInput"
        assert ends.source.read(LAUNCH)


class Catch:
    def __init__(self, answers):
        self.set_result = answers.append

    def set_exception(self, error):
        pass


@pytest.mark.slow
def test_hoarder_of_answers_holds_no_more_than_its_places(store, connect):
    store.append(LAUNCH, [Draft(id="big", event=NoteWritten(), actor="a", auth="key", text="x" * 1_000_000)])
    before = threading.active_count()
    hoarder, other = connect(EVA), connect(LEAD)
    hoarder.link._sending.acquire()  # nothing but what follows is sent
    question = msgspec.json.encode({"id": 1, "ask": {"ask": "read", "after": 0, "limit": 1000}})
    frame = len(question).to_bytes(4, "big") + question
    hoarder.theirs.settimeout(0.5)
    hoarder.link._open = {}
    stuck = threading.Lock()
    stuck.acquire()
    hoarder.link._guard = stuck  # the seat takes in no answer any more
    with pytest.raises(TimeoutError):
        hoarder.theirs.sendall(frame * 100_000)
    assert threading.active_count() - before <= 4 + relay._IN_FLIGHT
    assert other.source.read(LAUNCH)
    stuck.release()
    hoarder.link._sending.release()


def test_a_store_that_does_not_answer_is_unreachable_in_the_seat_too(store, connect):
    ends = connect()
    ends.source.now()
    store.close()
    with pytest.raises(Unreachable):
        ends.source.now()


def test_server_that_goes_leaves_nobody_waiting(connect):
    ends = connect()
    failed = []

    def wait():
        try:
            ends.source.wait(LAUNCH, 1, 60)
        except Unreachable as error:
            failed.append(str(error))

    thread = threading.Thread(target=wait)
    thread.start()
    until(lambda: ends.link._followed)
    ends.server.close()
    thread.join(60)
    assert failed == ["the server of this seat has gone"]
    assert ends.ended.wait(60)


def test_process_of_its_own_acts_through_the_socket(store):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        seat = Seat(launch=LAUNCH, identity=EVA, via="ssh x")
        desk = LocalDesk(store, Session(store, LAUNCH), EVA)
        server = RelayServer(store, Tail(store, LAUNCH), desk, seat, ours)
        server.start()
        ended = subprocess.run(
            [sys.executable, "-m", "tests.ssh.relay_child", str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=30,
        )
        theirs.close()
        server.join(60)
    assert (ended.stdout, ended.returncode) == ("eva item:dns 2\n", 0)
    assert store.read(LAUNCH, after=1)[0].actor == "eva"


def test_a_definition_that_nobody_has_checked_is_not_taken_from_a_seat(store, connect):
    held = Session(store, LAUNCH).state.definition
    wish = cmd.Amend(definition=msgspec.structs.replace(held, items=()), base=held.digest(), text="why")
    with pytest.raises(Refused, match="launchpad amend"):
        connect(LEAD).desk.perform(wish)
    assert store.head(LAUNCH).seq == 1
