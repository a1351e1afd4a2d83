"""SQLite: the behaviour of every store, and what is its own: files, locks, bells."""

import fcntl
import random
import re
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from launchpad.errors import BadInput, BrokenJournal, Refused, Unreachable
from launchpad.model.events import TextRedacted
from launchpad.model.samples import Presence
from launchpad.store import migrations, open_store, sqlite_writer
from launchpad.store.archive import verify_store
from launchpad.testing.drafts import draft, note, opening
from launchpad.testing.stores import StoreBehaviour
from tests.store.older_locks import OlderLocks

LAUNCH = "shop-2.4"


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite://"))


def stored_bytes(url: str) -> bytes:
    return b"".join(file.read_bytes() for file in path_of(url).parent.iterdir() if file.is_file())


def raw(url: str) -> sqlite3.Connection:
    return sqlite3.connect(path_of(url), isolation_level=None)


class TestSqlite(OlderLocks, StoreBehaviour):
    @pytest.fixture
    def url(self, tmp_path):
        return f"sqlite://{tmp_path / 'store' / 'launchpad.db'}"

    def execute(self, url, *statements):
        connection = raw(url)
        try:
            for statement in statements:
                connection.execute(statement)
        finally:
            connection.close()

    def tamper(self, url, *statements):
        connection = raw(url)
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        connection.close()
        self.execute(url, *(f"DROP TRIGGER {trigger}" for (trigger,) in triggers), *statements)

    def stored_bytes(self, url):
        return stored_bytes(url)


@pytest.fixture
def url(tmp_path_factory):
    # A socket's path is short: the name of the test has no room in it.
    return f"sqlite://{tmp_path_factory.mktemp('s') / 'store' / 'launchpad.db'}"


def test_only_the_owner_can_read_what_is_stored(url, opened):
    store = opened(url)
    store.append(LAUNCH, [opening()])
    store.wait(LAUNCH, 1, 0.0)
    folder = path_of(url).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert files.pop("launchpad.db.bells") == 0o700
    assert files.keys() >= {"launchpad.db", "launchpad.db-wal", "launchpad.db.lock"}
    assert set(files.values()) == {0o600}


def test_a_symbolic_link_leads_to_the_same_store(url, opened, tmp_path):
    store = opened(url)
    link = tmp_path / "link.db"
    link.symlink_to(path_of(url))
    again = opened(f"sqlite://{link}")
    assert again.url == store.url
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(store.wait, LAUNCH, 0, 30)
        again.append(LAUNCH, [opening()])
        assert waiting.result()


def test_its_url_names_it(tmp_path, opened):
    store = opened(f"sqlite://{tmp_path}/my%20launch.db")
    store.append(LAUNCH, [opening()])
    assert (tmp_path / "my launch.db").exists()
    assert opened(store.url).head(LAUNCH).seq == 1


@pytest.mark.parametrize(
    "url",
    [
        "",
        "launch.db",
        "mysql://localhost/launch",
        "sqlite:",
        "sqlite:///",
        "sqlite://relative.db",
        "sqlite:///tmp/",
        "sqlite:///tmp/x.db?mode=ro",
        "sqlite:///tmp/%00.db",
        "sqlite:///dev/null/x.db",
        "sqlite:///tmp",
        "sqlite:///proc/launch/x.db",
    ],
)
def test_what_is_no_url_of_a_store_gets_one_line(url):
    with pytest.raises(BadInput) as error:
        open_store(url)
    assert "\n" not in str(error.value)


def test_a_circle_of_links_gets_one_line(tmp_path):
    (tmp_path / "x.db").symlink_to(tmp_path / "x.db")
    with pytest.raises(BadInput, match=r"leads nowhere|can.t be opened"):
        open_store(f"sqlite://{tmp_path}/x.db")


def test_a_missing_store_is_made_only_when_asked(url, opened):
    with pytest.raises(BadInput, match="there is no store"):
        open_store(url, create=False)
    assert not path_of(url).parent.exists()
    opened(url).close()
    open_store(url, create=False).close()


def test_what_is_not_a_store_is_left_alone(tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("not a database " * 1000, encoding="ascii")
    foreign = tmp_path / "foreign.db"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE things (id)")
    connection.close()
    for file in (text, foreign):
        before = file.read_bytes()
        with pytest.raises(BadInput, match="not a Launchpad store"):
            open_store(f"sqlite://{file}")
        assert file.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == {"notes.txt", "foreign.db"}


def test_a_store_of_a_later_version_is_refused(url, opened):
    opened(url).close()
    connection = raw(url)
    connection.execute("INSERT INTO lp_schema VALUES (999, 0)")
    connection.close()
    with pytest.raises(BadInput, match=r"later Launchpad \(schema 999.*update Launchpad"):
        open_store(url)


def test_a_damaged_file_is_named(url, opened):
    store = opened(url)
    store.append(LAUNCH, [opening(), *(note("x" * 2000) for _ in range(50))])
    store.close()
    content = path_of(url).read_bytes()
    path_of(url).write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(BrokenJournal, match="damaged"):
        opened(url).read(LAUNCH)


@pytest.mark.parametrize("mode", [0o000, 0o555])
@pytest.mark.parametrize("there", [False, True])
def test_without_permission_there_is_one_line(mode, there):
    script = (
        "import os, sys\n"
        "from launchpad.errors import BadInput\n"
        "from launchpad.store import open_store, sqlite\n"
        "if os.geteuid() == 0: os.setresuid(65534, 65534, 65534)\n"
        "try: open_store(sys.argv[1])\n"
        "except BadInput as error: print(error)"
    )
    with tempfile.TemporaryDirectory() as folder:
        if there:
            Path(folder, "x.db").touch(mode=0o444)
        Path(folder).chmod(mode)
        url = f"sqlite://{folder}/x.db"
        done = subprocess.run([sys.executable, "-c", script, url], capture_output=True, text=True)
        Path(folder).chmod(0o700)
    assert done.stderr == ""
    assert re.fullmatch(
        f"the store {folder}/x.db can't be opened: .*permission .*\n", done.stdout, re.IGNORECASE
    )


@pytest.mark.parametrize("lost", ["launchpad.db", "launchpad.db-wal"])
@pytest.mark.parametrize("replaced", [False, True])
def test_nothing_is_acknowledged_or_shown_from_a_file_that_has_lost_its_name(url, opened, lost, replaced):
    store = opened(url)
    store.append(LAUNCH, [opening()])
    file = path_of(url).with_name(lost)
    kept = file.rename(file.with_name("elsewhere"))
    if replaced:
        file.write_bytes(kept.read_bytes())
    for use in (lambda: store.append(LAUNCH, [note("lost")]), lambda: store.read(LAUNCH)):
        with pytest.raises(Unreachable, match=f"{lost} has been {'replaced' if replaced else 'removed'}"):
            use()
    kept.rename(file)
    store.append(LAUNCH, [note("kept")])
    assert [row.text for row in store.read(LAUNCH)] == ["", "kept"]


def test_a_folder_that_is_none_any_more_gets_one_line(url, opened):
    store = opened(url)
    store.append(LAUNCH, [opening()])
    folder = path_of(url).parent
    kept = folder.rename(folder.with_name("elsewhere"))
    folder.touch()
    for use in (lambda: store.append(LAUNCH, [note("lost")]), lambda: store.read(LAUNCH)):
        with pytest.raises(Unreachable, match="can't be read or written"):
            use()
    folder.unlink()
    kept.rename(folder)


def test_opening_again_keeps_the_locks_of_the_first(url, opened):
    """Closing any descriptor of a file drops all POSIX locks that the process has on it. Without them,
    another process takes itself for the last, and removes the write-ahead log from under us."""
    store = opened(url)
    store.append(LAUNCH, [opening()])
    opened(url).append(LAUNCH, [note("one")])
    script = "import sys; from launchpad.store import open_store; open_store(sys.argv[1]).close()"
    subprocess.run([sys.executable, "-c", script, url], check=True)
    assert Path(f"{path_of(url)}-wal").exists()
    store.append(LAUNCH, [note("two")])
    assert verify_store(opened(url), LAUNCH).seq == 3


@pytest.mark.slow
def test_many_may_open_a_new_store_at_once(url):
    script = "import sys; from launchpad.store import open_store; open_store(sys.argv[1]).close()"
    processes = [
        subprocess.Popen([sys.executable, "-c", script, url], stderr=subprocess.PIPE) for _ in range(6)
    ]
    assert [(process.communicate()[1], process.returncode) for process in processes] == [(b"", 0)] * 6


def test_a_full_disk_loses_nothing_that_was_acknowledged(url, opened):
    store = opened(url)
    store.append(LAUNCH, [opening()])
    writer = store._database._writer
    pages = writer._connection.execute("PRAGMA page_count").fetchone()[0]
    writer._connection.execute(f"PRAGMA max_page_count = {pages + 20}")
    acknowledged = [1]

    def fill():
        while True:
            acknowledged.append(store.append(LAUNCH, [note("x" * 3000)])[0].seq)

    with pytest.raises(Unreachable, match=r"disk that holds .* is full"):
        fill()
    assert len(acknowledged) > 2
    assert verify_store(store, LAUNCH).seq == acknowledged[-1]
    writer._connection.execute(f"PRAGMA max_page_count = {pages + 1000}")
    assert store.append(LAUNCH, [note("there is room again")])[0].seq == acknowledged[-1] + 1


def test_one_failure_in_a_group_leaves_the_others_unharmed(url, opened):
    """Works that are committed together, one of them after it has written."""
    database = opened(url)._database

    def insert(n):
        def work(transaction):
            transaction.run(("INSERT INTO lp_lock VALUES (?, 'ada', '', 0, 0)", (str(n),)))
            if n % 3 == 0:
                raise Refused(str(n))
            return n

        return work

    held_up, go_on = threading.Event(), threading.Event()
    with ThreadPoolExecutor(20) as pool:
        blocker = pool.submit(database.write, lambda _: (held_up.set(), go_on.wait(30)), guard=None)
        assert held_up.wait(30)
        writes = [pool.submit(database.write, insert(n), guard=None) for n in range(12)]
        while database._writer._jobs.qsize() < 12:
            time.sleep(0.01)
        go_on.set()
        blocker.result()
        outcomes = [repr(write.exception() or write.result()) for write in writes]
    assert outcomes == [repr(Refused(str(n)) if n % 3 == 0 else n) for n in range(12)]
    kept = database.read(lambda reader: reader.run(("SELECT target FROM lp_lock", ()))[0])
    assert {target for (target,) in kept} == {str(n) for n in range(12) if n % 3}


def test_a_process_that_keeps_the_lock_is_reported(url, opened, monkeypatch):
    store = opened(url)
    store.append(LAUNCH, [opening()])
    monkeypatch.setattr(sqlite_writer, "PATIENCE", 0.3)
    with Path(f"{path_of(url)}.lock").open("r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Unreachable, match="another process has kept"):
            store.append(LAUNCH, [note("stuck")])
        assert store.head(LAUNCH).seq == 1  # reading goes on
    monkeypatch.undo()
    assert store.append(LAUNCH, [note("free again")])[0].seq > 1


def test_a_closed_store_says_so(url, opened):
    store = opened(url)
    store.close()
    store.close()
    for call in (lambda: store.append(LAUNCH, [opening()]), lambda: store.head(LAUNCH)):
        with pytest.raises(Unreachable, match="has been closed"):
            call()


def test_closing_wakes_those_who_wait(url, opened):
    store = opened(url)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(store.wait, LAUNCH, 0, 30)
        while not (path_of(url).with_name("launchpad.db.bells")).exists():
            time.sleep(0.01)
        store.close()
        with pytest.raises(Unreachable, match="closed"):
            waiting.result(60)


def test_a_lease_from_before_a_restart_of_the_machine_is_void(url, opened):
    store = opened(url)
    lease = store.take_lease(LAUNCH, "before", 30)
    # The clock that counts from the start of the machine has begun anew: the expiry lies far ahead.
    connection = raw(url)
    connection.execute("UPDATE lp_lease SET expires = expires + 86400000000")
    connection.close()
    assert store.lease(LAUNCH).expires_in < 0
    assert store.take_lease(LAUNCH, "after", 30).epoch == lease.epoch + 1


@pytest.mark.slow
def test_redacted_texts_leave_no_trace_in_any_file(url, opened):
    """Rows are moved between pages as the table grows, and every place they were in must be emptied."""
    store = opened(url)
    random_ = random.Random(1)  # of these sizes, redaction by deletion alone leaves a text behind
    others = [f"other-{n}" for n in range(20)]
    for launch in (LAUNCH, *others):
        store.append(launch, [opening()])
    kept = {}
    for _ in range(6):
        secrets_ = [_secret(random_) for _ in range(60)]
        for event in store.append(LAUNCH, secrets_):
            kept[event.seq] = event.text.partition(" ")[0].encode()
        for launch in others:
            store.append(launch, [note("x" * random_.randrange(3000))])
        gone = random_.sample(sorted(kept), 40)
        redacted = [kept.pop(seq) for seq in gone]
        for seq in gone:
            store.append(LAUNCH, [draft(TextRedacted(seq=seq))])
        stored = stored_bytes(url)
        assert [mark for mark in redacted if mark in stored] == []
        assert [mark for mark in kept.values() if mark not in stored] == []
    assert verify_store(store, LAUNCH) == store.head(LAUNCH)


def _secret(random_):
    return note(f"{random_.randbytes(12).hex()} " * random_.choice([1, 3, 20, 100, 300]))


def test_a_redaction_waits_for_readers_of_the_old_state(url, opened):
    store = opened(url)
    store.append(LAUNCH, [opening(), note("secret-7319")])
    reader = raw(url)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM lp_text").fetchall()
    with ThreadPoolExecutor(1) as pool:
        redacting = pool.submit(store.append, LAUNCH, [draft(TextRedacted(seq=2))])
        while store.head(LAUNCH).seq < 3:
            time.sleep(0.01)
        assert b"secret-7319" in stored_bytes(url)
        reader.close()
        redacting.result(20)
    assert b"secret-7319" not in stored_bytes(url)


def test_a_log_that_can_not_be_emptied_is_told_to_who_redacts_alone_and_emptied_later(url, opened):
    store = opened(url)
    store.append(LAUNCH, [opening(), note("secret-7319")])
    connection = store._database._writer._connection
    connection.set_authorizer(
        lambda _action, what, *_: sqlite3.SQLITE_DENY if what == "wal_checkpoint" else sqlite3.SQLITE_OK
    )
    with pytest.raises(Unreachable, match=r"what was removed is still in the log of .*launchpad\.db"):
        store.append(LAUNCH, [draft(TextRedacted(seq=2))])
    assert connection.execute("PRAGMA busy_timeout").fetchone() == (10_000,)
    # It stands, and so does what others append.
    assert store.append(LAUNCH, [note("goes on")])[0].seq == 4
    assert b"secret-7319" in stored_bytes(url)
    connection.set_authorizer(None)
    store.append(LAUNCH, [note("goes on")])
    assert b"secret-7319" not in stored_bytes(url)


def test_the_bells_of_the_dead_are_removed(url, opened):
    store = opened(url)
    bells = path_of(url).with_name("launchpad.db.bells")
    store.wait(LAUNCH, 0, 0.0)
    [own] = bells.iterdir()
    dead = bells / "4711-dead"
    left = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    left.bind(str(dead))
    left.close()
    store.append(LAUNCH, [opening()])
    while dead.exists():
        time.sleep(0.01)
    assert list(bells.iterdir()) == [own]
    store.close()
    assert not bells.exists()


def test_a_flood_of_rings_blocks_nobody(url, opened):
    """A listener that does not take its rings, as when its process is stopped."""
    store = opened(url)
    bells = path_of(url).with_name("launchpad.db.bells")
    bells.mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(str(bells / "1-deaf"))
        store.append(LAUNCH, [opening()])
        for n in range(600):
            store.append(LAUNCH, [note(str(n))])
    assert store.head(LAUNCH).seq == 601


def test_where_no_socket_can_be_polling_serves(tmp_path, opened):
    """The path is too long for the name of a socket."""
    folder = tmp_path / ("long" * 30)
    store, other = (opened(f"sqlite://{folder}/launchpad.db") for _ in range(2))
    with ThreadPoolExecutor(1) as pool:
        for n in range(5):
            waiting = pool.submit(store.wait, LAUNCH, n, 30)
            time.sleep(0.15)
            other.append(LAUNCH, [note(str(n)) if n else opening()])
            started = time.monotonic()
            assert waiting.result()
            assert time.monotonic() - started < 0.9  # the safety net's second was not needed
    assert list((folder / "launchpad.db.bells").iterdir()) == []


def test_many_threads_share_one_store(url, opened):
    store = opened(url)
    store.append(LAUNCH, [opening()])
    with ThreadPoolExecutor(20) as pool:
        waiting = [pool.submit(store.wait, LAUNCH, 100, 30) for _ in range(4)]
        writing = [pool.submit(store.append, LAUNCH, [note(str(n))]) for n in range(100)]
        reading = [pool.submit(store.read, LAUNCH) for _ in range(50)]
        assert sorted(write.result()[0].seq for write in writing) == list(range(2, 102))
        assert all(read.result() for read in reading)
        assert all(wait.result() for wait in waiting)
    assert verify_store(store, LAUNCH).seq == 101


def test_a_store_of_the_first_schema_is_brought_up_to_date(tmp_path, opened):
    """What was kept stays, and who is present can say more."""
    file = tmp_path / "old.db"
    connection = sqlite3.connect(file)
    for name in ("lp_now", "lp_ticks"):
        connection.create_function(name, 0, lambda: 0)
    connection.executescript(migrations.CREATE_TABLE + ";" + migrations.scripts("sqlite")[1])
    connection.execute(migrations.APPLIED.format(version=1, now="0"))
    connection.execute("INSERT INTO lp_presence VALUES ('x', '1', 'ada', 'director', 'local', '', 0)")
    connection.commit()
    connection.close()
    store = opened(f"sqlite:///{file}")
    store.append(LAUNCH, [opening()])
    store.announce(
        LAUNCH, Presence(seat="2", operator="bo", role="viewer", via="local", subject="item:dns", idle=7.5)
    )
    [bo] = store.present(LAUNCH)
    assert (bo.subject, bo.idle) == ("item:dns", 7.5)
    connection = sqlite3.connect(file)
    assert connection.execute("SELECT version FROM lp_schema").fetchall() == [(1,), (2,), (3,), (4,)]
    connection.close()
