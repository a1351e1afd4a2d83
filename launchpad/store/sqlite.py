"""A SQLite file as a database: one machine, any number of processes and threads."""

import contextlib
import fcntl
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from launchpad.errors import BadInput, Unreachable
from launchpad.store import migrations
from launchpad.store.alarm import Alarm
from launchpad.store.bells import Bells
from launchpad.store.database import Reader, Transaction
from launchpad.store.pool import Pool
from launchpad.store.sqlite_files import BUSY_MS, HeldFiles, fault, path_of, prepare, private_file, url_of
from launchpad.store.sqlite_writer import PATIENCE, SqliteReader, SqliteWriter
from launchpad.threads import join

_READERS = 8
_POLL_SECONDS = 0.1
# A clock that goes on while the machine sleeps, or a lease would outlive its time.
_LEASE_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

_log = logging.getLogger(__name__)
T = TypeVar("T")


class SqliteDatabase:
    """See `store.database.Database`. The file must lie on a local file system."""

    def __init__(self, url: str, *, create: bool, clock: Callable[[], int] | None = None) -> None:
        """`clock` gives microseconds since the epoch; absent, this machine's."""
        self._path = path_of(url)
        self._clock = clock or (lambda: time.time_ns() // 1000)
        self.alarm = Alarm()
        prepare(self._path, create=create)
        try:
            self._migrate()
            connection = self._connect()
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA wal_autocheckpoint = 10000")  # the writer sees to it earlier
            # macOS: only this reaches the medium.
            connection.execute("PRAGMA fullfsync = ON")
            # A first look opens the write-ahead log, which stays for as long as this connection does.
            connection.execute(migrations.VERSION).fetchone()
            self._files = HeldFiles(self._path)
        except (sqlite3.Error, OSError) as error:
            raise fault(error, self._path) from error
        self._bells = Bells(self._path.with_name(f"{self._path.name}.bells"))
        self._writer = SqliteWriter(connection, self._path, self._files, self._rung)
        self._readers = Pool(
            self._connect_reader,
            name=str(self._path),
            size=_READERS,
            patience=PATIENCE,
            sound=lambda connection: not connection.in_transaction,
        )
        self._listening = threading.Lock()
        self._listens = False
        self._closed = threading.Event()
        self._poller: threading.Thread | None = None

    @property
    def url(self) -> str:
        return url_of(self._path)

    def write(self, work: Callable[[Transaction], T], *, guard: str | None, retry: bool = True) -> T:
        del guard, retry  # one writes at a time anyway, and no connection is ever lost
        return self._writer.write(work)

    def read(self, work: Callable[[Reader], T]) -> T:
        with self._readers.connection() as connection:
            try:
                self._check_files()
                connection.execute("BEGIN")
                try:
                    return work(SqliteReader(connection))
                finally:
                    connection.execute("ROLLBACK")
            except sqlite3.Error as error:
                raise fault(error, self._path) from error

    def listen(self) -> None:
        with self._listening:
            if self._listens or self._closed.is_set():
                return
            self._listens = True
            try:
                self._bells.listen(self.alarm.ring)
            except OSError as error:
                _log.debug("no doorbell beside %s (%s), polling", self._path, error)
                self._poller = threading.Thread(target=self._poll, name="launchpad-poll", daemon=True)
                self._poller.start()

    def close(self) -> None:
        with self._listening:
            self._closed.set()
        self._writer.close()
        if self._poller is not None:
            join(self._poller)
        self._bells.close()
        self._readers.close()
        self.alarm.ring()

    def _rung(self, launches: set[str]) -> None:
        self._bells.ring()
        for launch in launches:
            self.alarm.ring(launch)

    def _poll(self) -> None:
        """Rings when another connection has committed, where bells can't be."""
        connection = self._connect()
        seen = None
        while not self._closed.wait(_POLL_SECONDS):
            with contextlib.suppress(sqlite3.Error):
                [version] = connection.execute("PRAGMA data_version").fetchone()
                if version != seen:
                    self.alarm.ring()
                seen = version
        connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False
        )
        connection.create_function("lp_now", 0, self._clock)
        connection.create_function("lp_ticks", 0, lambda: time.clock_gettime_ns(_LEASE_CLOCK) // 1000)
        return connection

    def _check_files(self) -> None:
        try:
            self._files.check()
        except Unreachable:
            if self._closed.is_set():  # then the log may be gone by right
                raise Unreachable(f"{self._path} has been closed") from None
            raise

    def _connect_reader(self) -> sqlite3.Connection:
        self._check_files()  # or SQLite would make an empty file
        connection = self._connect()
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _migrate(self) -> None:
        """Brings the schema up to date; processes that open the store at once take turns."""
        with contextlib.closing(self._connect()) as connection:
            if not migrations.missing("sqlite", _version(connection, self._path), str(self._path)):
                return
            with _opening(self._path):
                connection.execute("PRAGMA journal_mode = WAL")
                version = _version(connection, self._path)
                for number, script in migrations.missing("sqlite", version, str(self._path)).items():
                    applied = migrations.APPLIED.format(version=number, now="lp_now()")
                    connection.executescript(
                        f"BEGIN IMMEDIATE;{migrations.CREATE_TABLE};{script};{applied};COMMIT;"
                    )


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """The schema's version, 0 for an empty file. Raises `BadInput` for a file of somebody else."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "lp_schema" in tables:
        return int(connection.execute(migrations.VERSION).fetchone()[0])
    if tables:
        raise BadInput(f"{path} is a SQLite file, but not a Launchpad store")
    return 0


@contextlib.contextmanager
def _opening(path: Path) -> Iterator[None]:
    """The same turn that writers take, waited for with patience."""
    with contextlib.closing(private_file(path.with_name(f"{path.name}.lock"))) as turns:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(turns, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Unreachable(f"another process has kept {path} locked for {PATIENCE:g} s") from None
                time.sleep(0.01)
        yield
