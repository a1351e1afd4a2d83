"""A PostgreSQL database, for several machines.

Every write is one short transaction: it begins by locking its guard's row, so that the order of sequence
numbers is the order of commits, and costs two round trips and the commit. Nothing is kept in the server
session (no prepared statements, no settings), so that a pooler may stand in between.
"""

import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from launchpad.errors import BadInput, BrokenJournal, Unreachable
from launchpad.model.text import clean
from launchpad.store import migrations
from launchpad.store.alarm import Alarm
from launchpad.store.database import Reader, Record, Statement, Transaction
from launchpad.store.pool import Pool
from launchpad.store.postgres_connection import SILENCE, Connection, SilentServer
from launchpad.store.postgres_listener import CHANNEL, PostgresListener

PATIENCE = 10.0
"""Seconds for which a lost server is waited for."""
_CONNECTIONS = 5
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0
_TRANSIENT = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.IdleInTransactionSessionTimeout,
    psycopg.errors.ReadOnlySqlTransaction,
)
"""What may pass: a restart, a lost connection, a deadlock, a standby about to be promoted."""
_SETTINGS: dict[str, Any] = {
    "application_name": "launchpad",
    "client_encoding": "utf8",
    "connect_timeout": 5,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_DURABLY = """
    SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'
"""
# A stopped client must not keep the others waiting, nor a server with lax durability lose what was said
# to be written.
_BEGIN: tuple[Statement, ...] = (
    ("BEGIN ISOLATION LEVEL READ COMMITTED", ()),
    ("SET LOCAL statement_timeout = '10s'", ()),
    ("SET LOCAL idle_in_transaction_session_timeout = '3s'", ()),
    (_DURABLY, ()),
    # No time limit of the server's ends a commit that waits for a synchronous standby.
    ("SELECT current_setting('synchronous_standby_names') <> ''", ()),
)
_GUARD = "INSERT INTO lp_guard VALUES (?) ON CONFLICT DO NOTHING"
_TAKE_GUARD = "SELECT 1 FROM lp_guard WHERE name = ? FOR UPDATE"
_NOTIFY = "SELECT pg_notify(?, ?)"
_MIGRATING = 0x4C50_5343_4845_4D41
"""Advisory lock under which the schema is brought up to date."""

T = TypeVar("T")


class PostgresDatabase:
    """See `store.database.Database`."""

    def __init__(self, url: str, *, create: bool) -> None:
        parameters = _parameters(url)
        self._conninfo = make_conninfo(**{**_SETTINGS, **parameters})
        self._name = _name(parameters)
        self.url = _url(parameters)
        self.alarm = Alarm()
        self._pool = Pool(
            self._connect,
            name=self._name,
            size=_CONNECTIONS,
            patience=PATIENCE,
            sound=lambda connection: connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE,
        )
        self._closed = threading.Event()
        self._listener = PostgresListener(self._connect, self.alarm)
        try:
            with self._told():
                self._migrate(create=create)
        except BaseException:
            self.close()
            raise

    def write(self, work: Callable[[Transaction], T], *, guard: str | None, retry: bool = True) -> T:
        def attempt(connection: Connection) -> T:
            transaction = _PostgresTransaction(connection, guard)
            try:
                result = work(transaction)
                transaction.commit()
            except BaseException:
                with contextlib.suppress(psycopg.Error):
                    connection.rollback()
                raise
            # Who waits in this process need not be told by the server, which a pooler may keep from telling.
            for launch in transaction.rung:
                self.alarm.ring(launch)
            return result

        return self._patiently(attempt, patience=PATIENCE if retry else 0.0)

    def read(self, work: Callable[[Reader], T]) -> T:
        return self._patiently(lambda connection: work(_PostgresReader(connection)), patience=PATIENCE)

    def listen(self) -> None:
        if not self._closed.is_set():
            self._listener.start()

    def close(self) -> None:
        self._closed.set()
        self._listener.close()
        self._pool.close()
        self.alarm.ring()

    def _patiently(self, attempt: Callable[[Connection], T], *, patience: float) -> T:
        """Tries again while the server may come back. An attempt that was cut off may have been done."""
        deadline = time.monotonic() + patience
        pause = _FIRST_PAUSE
        while True:
            try:
                with self._told(), self._pool.connection() as connection:
                    return attempt(connection)
            except Unreachable as fault:
                transient = isinstance(fault.__cause__, _TRANSIENT)
                if transient:
                    self._pool.drop_idle()
                if not transient or time.monotonic() + pause > deadline or self._closed.is_set():
                    raise
            self._closed.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Turns what the driver raises into what an operator reads."""
        try:
            yield
        except psycopg.errors.DiskFull as error:
            raise Unreachable(f"the disk of {self._name} is full", hint="make room") from error
        except _TRANSIENT as error:
            raise Unreachable(f"{self._name} does not answer: {_line(error)}") from error
        except (psycopg.IntegrityError, psycopg.errors.RaiseException) as error:
            raise BrokenJournal(f"{self._name} refused an event: {_line(error)}") from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise BadInput(f"{self._name} does not let this user in: {_line(error)}") from error

    def _connect(self) -> Connection:
        connection: Connection = Connection.connect(
            self._conninfo, autocommit=True, prepare_threshold=None, cursor_factory=psycopg.ClientCursor
        )
        return connection

    def _migrate(self, *, create: bool) -> None:
        """Brings the schema up to date; those who open the store at once take turns."""
        with self._pool.connection() as connection:
            self._check_encoding(connection)
            if not migrations.missing("postgres", self._version(connection, create=create), self._name):
                return
            connection.patience = math.inf  # others may be at it, and what is large takes its time
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATING,))
                connection.execute(migrations.CREATE_TABLE)
                version = self._version(connection, create=create)
                for number, script in migrations.missing("postgres", version, self._name).items():
                    connection.execute(script)
                    applied = migrations.APPLIED.format(version=number, now="lp_now()")
                    connection.execute(applied)
            connection.patience = SILENCE

    def _version(self, connection: Connection, *, create: bool) -> int:
        [(table,)] = connection.execute("SELECT to_regclass('lp_schema')").fetchall()
        if table is None:
            if not create:
                raise BadInput(f"there is no store in {self._name}")
            return 0
        [(version,)] = connection.execute(migrations.VERSION).fetchall()
        return int(version or 0)

    def _check_encoding(self, connection: Connection) -> None:
        [(encoding,)] = connection.execute("SHOW server_encoding").fetchall()
        if encoding != "UTF8":
            raise BadInput(f"{self._name} keeps text as {encoding}", hint="a store needs a UTF8 database")


class _PostgresReader:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def run(self, *statements: Statement) -> list[list[Record]]:
        """All statements go to the server as one message."""
        if not statements:
            return []
        sql = ";".join(_translated(text) for text, _ in statements)
        cursor = self._connection.execute(sql, [value for _, values in statements for value in values])
        results = []
        for _ in statements:
            results.append(cursor.fetchall() if cursor.description else [])
            cursor.nextset()
        return results


class _PostgresTransaction(_PostgresReader):
    def __init__(self, connection: Connection, guard: str | None) -> None:
        super().__init__(connection)
        self._prelude = _BEGIN
        if guard is not None:
            self._prelude += ((_GUARD, (guard,)), (_TAKE_GUARD, (guard,)))
        self.rung: set[str] = set()
        """The launches whose journal it appends to."""
        self._copied = False
        """Whether a standby has to confirm what is committed."""

    def run(self, *statements: Statement) -> list[list[Record]]:
        prelude, self._prelude = self._prelude, ()
        results = super().run(*prelude, *statements)
        if prelude:
            [(self._copied,)] = results[len(_BEGIN) - 1]
        return results[len(prelude) :]

    def ring(self, launch: str) -> None:
        self.rung.add(launch)

    def shred(self, table: str) -> None:
        """Nothing to do: deleted rows leave the server's files by its own vacuum."""

    def commit(self) -> None:
        bells = [(_NOTIFY, (CHANNEL, launch)) for launch in sorted(self.rung)]
        try:
            self.run(*bells, ("COMMIT", ()))
        except SilentServer as error:
            if not self._copied:
                raise
            raise psycopg.OperationalError(
                f"no standby has confirmed within {SILENCE:.0f} s what was to be recorded"
            ) from error


@lru_cache(maxsize=256)
def _translated(sql: str) -> str:
    return sql.replace("?", "%s")


def _parameters(url: str) -> dict[str, Any]:
    """What a URL says. Raises `BadInput`, which does not repeat it: there may be a password in it."""
    try:
        parameters = conninfo_to_dict(url)
        for port in str(parameters.get("port", "")).split(","):
            int(port or 0)
    except (psycopg.ProgrammingError, ValueError):
        raise BadInput(
            "the store's URL can't be read", hint="expected postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
        ) from None
    return parameters


def _line(error: psycopg.Error) -> str:
    return clean(str(error).partition("\n")[0])


def _name(parameters: dict[str, Any]) -> str:
    where = parameters.get("host") or parameters.get("hostaddr") or "this machine"
    return f"PostgreSQL {parameters.get('dbname', '')} on {where}"


def _url(parameters: dict[str, Any]) -> str:
    user = f"{parameters['user']}@" if "user" in parameters else ""
    port = f":{parameters['port']}" if "port" in parameters else ""
    return f"postgresql://{user}{parameters.get('host', '')}{port}/{parameters.get('dbname', '')}"
