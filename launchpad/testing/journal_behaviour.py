"""How a journal behaves; see `launchpad.testing.stores`."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from launchpad.errors import BadInput, BrokenJournal, Conflict, LeaseLost, Refused
from launchpad.model.events import ItemTicked, LaunchClosed, NoteWritten, Unknown
from launchpad.model.journal import Draft, Head, Row, seal, verify
from launchpad.model.store import Store
from launchpad.testing.drafts import draft, note, opening

LAUNCH = "shop-2.4"
EVERYTHING = 1_000_000
PATIENCE = 30.0


def writers(url: str, names: Sequence[str], *options: str) -> list["subprocess.Popen[str]"]:
    """Processes of `launchpad.testing.writers`, ready to write."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "launchpad.testing.writers", url, LAUNCH, name, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    return processes


def rest_of(process: "subprocess.Popen[str]") -> list[str]:
    """What a process acknowledges until it ends."""
    assert process.stdout is not None
    with process:
        return [line.rstrip("\n") for line in process.stdout if line.endswith("\n")]


class JournalBehaviour:
    """Appending, reading, waiting."""

    def test_there_is_nothing_at_first(self, store: Store) -> None:
        assert store.head(LAUNCH) == Head()
        assert store.read(LAUNCH) == ()
        assert store.launches() == ()
        assert not store.wait(LAUNCH, 0, 0.0)

    def test_events_come_back_as_they_were_appended(self, store: Store) -> None:
        first = opening()
        tick = draft(ItemTicked(item="dns"), "resolves\nfrom everywhere \N{GLOBE WITH MERIDIANS}", actor="bo")
        appended = store.append(LAUNCH, [first]) + store.append(LAUNCH, [tick])
        assert store.read(LAUNCH) == appended
        assert [(event.seq, event.id, event.event, event.text) for event in appended] == [
            (1, first.id, first.event, ""),
            (2, tick.id, tick.event, tick.text),
        ]
        assert (appended[1].actor, appended[1].auth, appended[1].redacted) == ("bo", "key", False)
        assert store.head(LAUNCH) == Head(seq=2, hash=appended[1].hash)

    def test_sequence_has_no_gaps_and_the_chain_verifies(self, store: Store) -> None:
        store.append(LAUNCH, [opening()])
        for n in range(30):
            store.append(LAUNCH, [note(f"{n}.{m}") for m in range(n % 4)])
        rows = store.rows(LAUNCH)
        assert [row.seq for row in rows] == list(range(1, 1 + 1 + sum(n % 4 for n in range(30))))
        assert verify(LAUNCH, rows) == store.head(LAUNCH)

    def test_reading_in_pages(self, store: Store) -> None:
        store.append(LAUNCH, [opening(), *(note(str(n)) for n in range(9))])
        assert [event.seq for event in store.read(LAUNCH, 3, 4)] == [4, 5, 6, 7]
        assert [event.seq for event in store.read(LAUNCH, 7, 4)] == [8, 9, 10]
        assert store.read(LAUNCH, 10) == ()

    def test_time_never_runs_backwards(self, store: Store) -> None:
        before = store.now()
        store.append(LAUNCH, [opening()])
        for n in range(20):
            store.append(LAUNCH, [note(str(n))])
        stamps = [event.at for event in store.read(LAUNCH)]
        assert stamps == sorted(stamps)
        assert before <= stamps[0] <= stamps[-1] <= store.now()

    def test_an_event_is_never_stamped_before_its_predecessor(self, store: Store) -> None:
        future = store.now() + 3_600_000_000
        store.import_rows(LAUNCH, [seal(LAUNCH, opening(), previous=Head(), at=future, salt="")])
        [event] = store.append(LAUNCH, [note("the clock was set back")])
        assert event.at == future

    def test_only_the_first_event_opens(self, store: Store) -> None:
        with pytest.raises(Refused, match="no launch"):
            store.append(LAUNCH, [note("too early")])
        store.append(LAUNCH, [opening()])
        with pytest.raises(Refused, match="open already"):
            store.append(LAUNCH, [note("fine"), opening()])
        assert store.head(LAUNCH).seq == 1

    def test_launches_do_not_mix(self, store: Store) -> None:
        store.append(LAUNCH, [opening(), note("one")])
        store.append("other", [opening(product="App", version="7", environment="staging")])
        assert [event.seq for event in store.read("other")] == [1]
        store.append("other", [draft(LaunchClosed(outcome="success"))])
        last, first = store.launches()
        assert (first.launch, first.product, first.version, first.environment) == (
            LAUNCH,
            "Shop",
            "2.4.0",
            "production",
        )
        assert (first.closed, last.closed) == (None, "success")
        assert (last.launch, last.environment, last.seq) == ("other", "staging", 2)
        assert (last.seq, last.hash) == (store.head("other").seq, store.head("other").hash)
        assert last.opened_at == store.read("other")[0].at

    def test_expectations_are_by_subject(self, store: Store) -> None:
        store.append(LAUNCH, [opening()])
        [tick] = store.append(LAUNCH, [draft(ItemTicked(item="dns"))], expect={"item:dns": 0})
        store.append(LAUNCH, [draft(ItemTicked(item="tls"))], expect={"item:tls": 0})
        with pytest.raises(Conflict) as conflict:
            store.append(LAUNCH, [draft(ItemTicked(item="dns"))], expect={"item:tls": 3, "item:dns": 0})
        assert (conflict.value.subject, conflict.value.seq) == ("item:dns", tick.seq)
        assert store.head(LAUNCH).seq == 3
        store.append(LAUNCH, [draft(ItemTicked(item="dns"))], expect={"item:dns": tick.seq})
        [last] = store.append(LAUNCH, [draft(ItemTicked(item="dns"))])
        with pytest.raises(Conflict):
            store.append(LAUNCH, [draft(ItemTicked(item="dns"))], expect={"item:dns": last.seq - 1})

    def test_of_two_who_tick_at_once_one_is_told(self, open_again: Callable[[], Store]) -> None:
        stores = [open_again(), open_again()]
        stores[0].append(LAUNCH, [opening()])
        together = threading.Barrier(2)

        def tick(store: Store, n: int) -> int:
            together.wait(PATIENCE)
            subject = {f"item:{n}": 0}
            try:
                return len(store.append(LAUNCH, [draft(ItemTicked(item=str(n)))], expect=subject))
            except Conflict:
                return 0

        with ThreadPoolExecutor(2) as pool:
            for n in range(10):
                assert sum(pool.map(tick, stores, [n, n])) == 1
        assert stores[0].head(LAUNCH).seq == 11

    def test_a_batch_is_recorded_as_a_whole_or_not_at_all(self, store: Store) -> None:
        store.append(LAUNCH, [opening()])
        for bad in (opening(), note("nul \0"), note("half a pair \ud800")):
            with pytest.raises((Refused, BadInput)):
                store.append(LAUNCH, [note("good"), bad])
        twin = note("twin")
        with pytest.raises(Refused, match="same id"):
            store.append(LAUNCH, [twin, twin])
        assert store.head(LAUNCH).seq == 1
        assert store.append(LAUNCH, []) == ()

    def test_appending_again_changes_nothing(self, open_again: Callable[[], Store]) -> None:
        store = open_again()
        first, batch = opening(), [note("one"), note("two")]
        opened = store.append(LAUNCH, [first])
        appended = store.append(LAUNCH, batch)
        store.append(LAUNCH, [draft(ItemTicked(item="dns"))])
        again = open_again()
        assert again.append(LAUNCH, [first]) == opened
        # What is recorded is recorded, whatever has happened since.
        assert again.append(LAUNCH, batch, expect={"item:dns": 0}, epoch=7) == appended
        assert store.head(LAUNCH).seq == 4
        with pytest.raises(Refused, match="some are not"):
            again.append(LAUNCH, [*batch, note("three")])
        assert store.head(LAUNCH).seq == 4

    def test_a_fenced_append_needs_the_present_lease(self, store: Store) -> None:
        store.append(LAUNCH, [opening()])
        with pytest.raises(LeaseLost):
            store.append(LAUNCH, [note("never had it")], epoch=1)
        lease = store.take_lease(LAUNCH, "one", 60)
        assert lease is not None
        store.append(LAUNCH, [note("mine")], epoch=lease.epoch)
        successor = store.take_lease(LAUNCH, "one", 60)
        assert successor is not None
        with pytest.raises(LeaseLost):
            store.append(LAUNCH, [note("an old epoch")], epoch=lease.epoch)
        store.append(LAUNCH, [note("mine again")], epoch=successor.epoch)
        store.release_lease(successor)
        with pytest.raises(LeaseLost):
            store.append(LAUNCH, [note("released")], epoch=successor.epoch)
        assert store.head(LAUNCH).seq == 3

    def test_a_lapsed_lease_appends_nothing(self, store: Store) -> None:
        store.append(LAUNCH, [opening()])
        lease = store.take_lease(LAUNCH, "one", 0.2)
        assert lease is not None
        while (present := store.lease(LAUNCH)) and present.expires_in > 0:
            time.sleep(0.02)
        with pytest.raises(LeaseLost, match="lapsed"):
            store.append(LAUNCH, [note("too late")], epoch=lease.epoch)
        assert store.head(LAUNCH).seq == 1

    def test_events_of_a_later_version_are_kept_and_read(self, store: Store) -> None:
        rows: list[Row] = []
        later = Unknown(kind="moon.landed", raw='{"kind":"moon.landed","crew":3}')
        for new in (opening(), Draft(id="later", event=later, actor="zoe", auth="key"), note("after it")):  # type: ignore[arg-type]
            previous = Head(seq=rows[-1].seq, hash=rows[-1].hash) if rows else Head()
            rows.append(seal(LAUNCH, new, previous=previous, at=1, salt="s"))
        store.import_rows(LAUNCH, rows)
        assert store.rows(LAUNCH) == tuple(rows)
        opened, unknown, after = store.read(LAUNCH)
        assert unknown.event == later
        assert (unknown.kind, unknown.subject, opened.seq, after.text) == (
            "moon.landed",
            "unknown",
            1,
            "after it",
        )
        assert store.append(LAUNCH, [note("goes on")])[0].seq == 4
        assert verify(LAUNCH, store.rows(LAUNCH)).seq == 4

    def test_waiting_ends_with_an_event_or_with_the_time(self, open_again: Callable[[], Store]) -> None:
        store, other = open_again(), open_again()
        store.append(LAUNCH, [opening()])
        assert store.wait(LAUNCH, 0, 0.0)
        started = time.monotonic()
        assert not store.wait(LAUNCH, 1, 0.2)
        assert time.monotonic() - started >= 0.2
        with ThreadPoolExecutor(3) as pool:
            waiting = [pool.submit(store.wait, LAUNCH, 1, PATIENCE) for _ in range(3)]
            other.append(LAUNCH, [note("now")])
            assert all(each.result(PATIENCE) for each in waiting)

    @pytest.mark.slow
    def test_an_append_is_heard_in_other_processes_at_once(self, store: Store, url: str) -> None:
        store.append(LAUNCH, [opening()])
        rounds, waited = 10, 0.0
        [process] = writers(url, ["w"], "--on-input")
        with ThreadPoolExecutor(1) as pool, process:
            assert process.stdin is not None
            store.wait(LAUNCH, 1, 0.1)
            for n in range(rounds):
                waiting = pool.submit(store.wait, LAUNCH, n + 1, PATIENCE)
                time.sleep(0.05)  # let it wait
                started = time.monotonic()
                process.stdin.write("go\n")
                process.stdin.flush()
                assert waiting.result(PATIENCE)
                waited += time.monotonic() - started
            process.stdin.close()
        # Polling once a second would take about as many seconds as there are rounds.
        assert waited < rounds / 2

    @pytest.mark.slow
    def test_twenty_writers_in_four_processes(self, store: Store, url: str) -> None:
        store.append(LAUNCH, [opening()])
        processes = writers(url, ["p0", "p1", "p2", "p3"], "--threads", "5", "--events", "10")
        acknowledged = [id_ for process in processes for id_ in rest_of(process)]
        assert [process.returncode for process in processes] == [0] * 4
        assert len(acknowledged) == 4 * 5 * 10
        rows = store.rows(LAUNCH, 0, EVERYTHING)
        assert {row.id for row in rows[1:]} == set(acknowledged)
        assert verify(LAUNCH, rows) == store.head(LAUNCH) == Head(seq=201, hash=rows[-1].hash)

    def test_a_first_event_is_opened_once_by_many(self, open_again: Callable[[], Store]) -> None:
        stores = [open_again() for _ in range(4)]
        together = threading.Barrier(4)

        def open_launch(store: Store) -> int:
            together.wait(PATIENCE)
            try:
                return len(store.append(LAUNCH, [opening()]))
            except Refused:
                return 0

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(open_launch, stores)) == 1
        assert store_kinds(stores[0]) == ["launch.opened"]

    def test_importing_a_journal(self, store: Store) -> None:
        rows: list[Row] = []
        for new in (opening(), note("one"), draft(NoteWritten())):
            previous = Head(seq=rows[-1].seq, hash=rows[-1].hash) if rows else Head()
            rows.append(seal(LAUNCH, new, previous=previous, at=5, salt="s"))
        for broken in ([], rows[1:], [rows[0], rows[2]]):
            with pytest.raises((BadInput, BrokenJournal)):
                store.import_rows(LAUNCH, broken)
        assert store.head(LAUNCH) == Head()
        store.import_rows(LAUNCH, rows)
        assert store.rows(LAUNCH) == tuple(rows)
        assert store.launches()[0].seq == 3
        with pytest.raises(Refused, match="already"):
            store.import_rows(LAUNCH, rows)


def store_kinds(store: Store) -> list[str]:
    return [event.kind for event in store.read(LAUNCH)]
