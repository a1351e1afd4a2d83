"""The one thread of a process that writes to a SQLite journal.

Works that wait together are committed together. Processes take turns by `flock`, which queues them;
SQLite's own lock lets them sleep and race, and under load the unlucky one waits for seconds.
"""

import contextlib
import fcntl
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from launchpad.errors import Unreachable
from launchpad.store.database import Record, Statement, Transaction, marks
from launchpad.store.sqlite_files import BUSY_MS, HeldFiles, fault, private_file
from launchpad.threads import join

PATIENCE = 15.0
"""Seconds until a caller gives up; longer than the 10 s for which SQLite waits for its own lock."""
_TOGETHER = 256
_CHECKPOINT_EVERY = 100
"""Commits after which the write-ahead log is emptied, while no caller waits; SQLite would do it inside
the commit that fills the log, and that caller would wait for it."""
_SHRED_SECONDS = 10.0
_SCHEMA = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type <> 'table'"

T = TypeVar("T")


class SqliteReader:
    """Runs statements on a connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, *statements: Statement) -> list[list[Record]]:
        return [self._connection.execute(sql, tuple(values)).fetchall() for sql, values in statements]


class _SqliteTransaction(SqliteReader):
    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self.rung: set[str] = set()
        self.shredding = False

    def ring(self, launch: str) -> None:
        self.rung.add(launch)

    def shred(self, table: str) -> None:
        """Builds the table anew: what its pages keep of rows that were moved in them is zeroed with them."""
        [schema, rows] = self.run((_SCHEMA, (table,)), (f"SELECT * FROM {table}", ()))  # noqa: S608  # ours
        self.run((f"DROP TABLE {table}", ()), *((sql, ()) for (sql,) in schema))
        self.run(*((f"INSERT INTO {table} VALUES ({marks(row)})", row) for row in rows))  # noqa: S608  # ours
        self.shredding = True


class _Job:
    def __init__(self, work: Callable[[Transaction], Any]) -> None:
        self.work = work
        self.future: Future[Any] = Future()
        self.result: Any = None
        self.error: BaseException | None = None
        self.rung: set[str] = set()
        self.shredding = False


class SqliteWriter:
    """Runs works in transactions, several to a commit. `rung` is called with the launches that grew."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        files: HeldFiles,
        rung: Callable[[set[str]], None],
    ) -> None:
        self._connection = connection
        self._path = path
        self._files = files
        self._rung = rung
        self._turns = private_file(path.with_name(f"{path.name}.lock"))
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._to_shred = False
        self._commits = 0
        self._thread = threading.Thread(target=self._serve, name="launchpad-writer", daemon=True)
        self._thread.start()

    def write(self, work: Callable[[Transaction], T]) -> T:
        """What `work` returns, once its transaction is on the disk. Raises what `work` raises."""
        job = _Job(work)
        with self._closing:
            if self._closed:
                raise Unreachable(f"{self._path} has been closed")
            self._jobs.put(job)
        try:
            result: T = job.future.result(PATIENCE)
        except TimeoutError:
            if job.future.done():  # the work itself timed out
                raise
            outcome = "nothing was written" if job.future.cancel() else "whether it was written is not known"
            raise Unreachable(
                f"another process has kept {self._path} locked for {PATIENCE:g} s; {outcome}"
            ) from None
        return result

    def close(self) -> None:
        """Finishes what was asked for."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        join(self._thread, PATIENCE)
        if not self._thread.is_alive():
            self._connection.close()
            self._turns.close()

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch: list[_Job] = [job]
            last = False
            while len(batch) < _TOGETHER and not last:
                try:
                    following = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    last = True
                else:
                    batch.append(following)
            self._commit(batch)
            if last:
                return

    def _commit(self, batch: list[_Job]) -> None:
        jobs = [job for job in batch if job.future.set_running_or_notify_cancel()]
        try:
            with self._turn():
                self._transact(jobs)
        except Exception as error:  # noqa: BLE001  # handed to the callers' threads
            for job in jobs:
                job.error = job.error or error
        else:
            if self._to_shred:
                self._shred(jobs)
        self._deliver(jobs)
        self._commits += 1
        if self._commits % _CHECKPOINT_EVERY == 0:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _transact(self, jobs: list[_Job]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for job in jobs:
                self._attempt(job)
            self._files.check()
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _attempt(self, job: _Job) -> None:
        """Runs one work so that its failure leaves the others' unharmed."""
        transaction = _SqliteTransaction(self._connection)
        self._connection.execute("SAVEPOINT job")
        try:
            job.result = job.work(transaction)
            job.rung = transaction.rung
            job.shredding = transaction.shredding
            self._to_shred = self._to_shred or transaction.shredding
        except BaseException as error:  # handed to the caller's thread
            job.error = error
            if not self._connection.in_transaction:
                raise  # a full disk undoes the whole transaction, with what the others wrote
            self._connection.execute("ROLLBACK TO job")
        self._connection.execute("RELEASE job")

    def _deliver(self, jobs: list[_Job]) -> None:
        grown = {launch for job in jobs if job.error is None for launch in job.rung}
        for job in jobs:
            if job.error is None:
                job.future.set_result(job.result)
            elif isinstance(job.error, sqlite3.Error | OSError):
                job.future.set_exception(fault(job.error, self._path))
            else:
                job.future.set_exception(job.error)
        if grown:
            self._rung(grown)

    def _shred(self, jobs: list[_Job]) -> None:
        """Empties the write-ahead log, which still holds what was deleted. All that is committed stands: if
        the log can't be emptied, only who deleted hears of it, and the next commit tries again."""
        deadline = time.monotonic() + _SHRED_SECONDS
        try:
            self._connection.execute("PRAGMA busy_timeout = 100")  # others write between two attempts
            while self._to_shred and time.monotonic() < deadline:
                with self._turn():
                    [busy, *_] = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                self._to_shred = bool(busy)
        except (sqlite3.Error, OSError) as error:
            unshredded = Unreachable(
                f"what was removed is still in the log of {self._path}: {fault(error, self._path).message}",
                hint="mend that, then end all that uses it: whoever closes it last empties the log",
            )
            for job in jobs:
                if job.shredding:
                    job.error = job.error or unshredded
        finally:
            self._connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        fcntl.flock(self._turns, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._turns, fcntl.LOCK_UN)
