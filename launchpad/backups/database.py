"""The database: one instant of it held still, what its tables hold, and databases to try things in."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from launchpad.backups.programs import say
from launchpad.backups.task import Fault, TableValue
from launchpad.model.text import clean
from launchpad.model.values import SECOND, Micros, Value

SCRATCH = "launchpad_trial_"
"""How the databases begin that backups are tried in."""
_READ_WHOLE = 1 << 30
"""Bytes up to which a table's content is compared too; of bigger ones only the rows are counted."""
_SECRET = {"password": "PGPASSWORD", "sslpassword": "PGSSLPASSWORD"}
"""What of a connection string is secret, and the variable that PostgreSQL's programs read it from."""
_PATIENCE = 15
"""Seconds for a connection."""
# Whatever changes how a row is written as text, and whatever would end a transaction that waits for pg_dump.
_SETTINGS: LiteralString = """
    SET search_path = ''; SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres';
    SET bytea_output = 'hex'; SET extra_float_digits = 1; SET row_security = off;
    SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = 0
"""
_TABLES: LiteralString = """
    SELECT n.nspname, c.relname, pg_catalog.pg_total_relation_size(c.oid)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname <> 'information_schema'
      AND n.nspname !~ '^pg_'
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                      WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                        AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1, 2
"""


class Instant(Value):
    """A database as of one instant that pg_dump can be pointed at."""

    snapshot: str
    taken_at: Micros
    database: str
    server: str
    major: int
    size: int
    """Bytes that the database takes on its server."""


class Access:
    """A connection string, for our own connections and for PostgreSQL's programs."""

    def __init__(self, dsn: str) -> None:
        """Raises `Fault`, without quoting what may hold a password."""
        try:
            self._parts: dict[str, Any] = dict(conninfo_to_dict(dsn))
        except psycopg.Error:
            raise Fault("its dsn is no connection string of PostgreSQL") from None
        self._secrets = {name: self._parts[name] for name in _SECRET if name in self._parts}

    def at(self, database: str) -> "Access":
        """Another database of the same server."""
        return Access(make_conninfo(**{**self._parts, "dbname": database}))

    @property
    def argument(self) -> str:
        """For a program's command line: without secrets."""
        return make_conninfo(**{name: v for name, v in self._parts.items() if name not in self._secrets})

    @property
    def environ(self) -> dict[str, str]:
        """What such a program must find in its environment."""
        patience = {} if "connect_timeout" in self._parts else {"PGCONNECT_TIMEOUT": str(_PATIENCE)}
        return {_SECRET[name]: str(value) for name, value in self._secrets.items()} | patience

    @property
    def parameters(self) -> Mapping[str, Any]:
        return {"connect_timeout": _PATIENCE, **self._parts, "application_name": "launchpad backup"}

    async def connect(self, *, autocommit: bool = False) -> "psycopg.AsyncConnection[Any]":
        """Raises `Fault`."""
        with told("can't be reached"):
            return await psycopg.AsyncConnection.connect(**self.parameters, autocommit=autocommit)


@contextmanager
def told(what: str) -> Iterator[None]:
    """PostgreSQL's errors as sentences."""
    try:
        yield
    except psycopg.Error as error:
        raise Fault(f"the database {what}: {clean(error.diag.message_primary or str(error), 300)}") from None


@asynccontextmanager
async def held(access: Access) -> "AsyncIterator[tuple[psycopg.AsyncConnection[Any], Instant]]":
    """Holds an instant of the database for as long as it is open. Raises `Fault`."""
    connection = await access.connect()
    try:
        with told("can't be held still"):
            await connection.execute(_SETTINGS)
            await connection.commit()
            await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
            await connection.set_read_only(True)
            cursor = await connection.execute(
                "SELECT pg_catalog.pg_export_snapshot(),"
                " extract(epoch FROM pg_catalog.transaction_timestamp()), pg_catalog.current_database(),"
                " pg_catalog.current_setting('server_version'),"
                " pg_catalog.current_setting('server_version_num')::int / 10000,"
                " pg_catalog.pg_database_size(pg_catalog.current_database())"
            )
            row = await cursor.fetchone()
        assert row is not None, "an expression has a value"
        yield (
            connection,
            Instant(
                snapshot=row[0],
                taken_at=int(row[1] * SECOND),
                database=row[2],
                server=row[3],
                major=row[4],
                size=row[5],
            ),
        )
    finally:
        await connection.close()


async def table_values(
    connection: "psycopg.AsyncConnection[Any]", like: Mapping[str, TableValue] | None = None
) -> dict[str, TableValue]:
    """What each table holds; with `like`, each that is there, and its content where that was read there.
    Others may not be ours to read. Raises `Fault`."""
    values: dict[str, TableValue] = {}
    with told("can't be read"):
        cursor = await connection.execute(_TABLES)
        for schema, table, size in await cursor.fetchall():
            name = f"{schema}.{table}"
            known = like.get(name) if like is not None else None
            if like is not None and known is None:
                continue
            whole = size <= _READ_WHOLE if known is None else known.digest is not None
            digest = "sum(pg_catalog.hashtextextended(t::text, 0)::numeric)::text" if whole else "NULL"
            query = sql.SQL("SELECT count(*), coalesce({}, '0') FROM ONLY {} t").format(
                sql.SQL(digest), sql.Identifier(schema, table)
            )
            row = await (await connection.execute(query)).fetchone()
            assert row is not None, "an aggregate has a row"
            values[name] = TableValue(rows=row[0], digest=row[1] if whole else None)
    return values


async def values_of(access: Access, like: Mapping[str, TableValue]) -> dict[str, TableValue]:
    """What the tables of a database hold now. Raises `Fault`."""
    async with held(access) as (connection, _):
        return await table_values(connection, like)


def differences(saved: Mapping[str, TableValue], found: Mapping[str, TableValue]) -> list[str]:
    """What is not as it was saved, a phrase for each table."""
    said = []
    for name, was in saved.items():
        now = found.get(name)
        if now is None:
            said.append(f"{name} is missing")
        elif now.rows != was.rows:
            said.append(f"{name} has {now.rows} rows instead of {was.rows}")
        elif None not in (now.digest, was.digest) and now.digest != was.digest:
            said.append(f"{name} holds something else")
    return said


class Scratch:
    """A database to try a backup in."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self.left = ""
        """Why it is there still, once it should not be."""


@asynccontextmanager
async def scratch(server: Access, like: Access, nonce: str) -> AsyncIterator[Scratch]:
    """An empty database of the same encoding, dropped afterwards, whatever happens. Raises `Fault`; but not
    where it can't be dropped, which says nothing about what was tried in it."""
    name = SCRATCH + re.sub(r"[^a-z0-9]", "_", nonce.lower())
    async with await like.connect() as connection:
        with told("can't be read"):
            row = await (
                await connection.execute(
                    "SELECT pg_catalog.pg_encoding_to_char(encoding), datcollate, datctype"
                    " FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()"
                )
            ).fetchone()
    assert row is not None, "one is connected to it"
    made = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}")
    dropped = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    trial = Scratch(server.at(name))
    connection = await server.connect(autocommit=True)
    try:
        with told("does not let a backup be tried"):
            await connection.execute(made.format(sql.Identifier(name), *row))
        yield trial
    finally:
        try:
            if connection.closed or connection.broken:
                connection = await server.connect(autocommit=True)
            with told("says"):
                await connection.execute(dropped)
        except Fault as error:
            trial.left = f"{name} could not be dropped: drop it by hand, {error}"
            say(trial.left)
        await connection.close()
