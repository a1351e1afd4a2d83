"""The PostgreSQL probe: a fresh connection, one query that can't write, the first value of its answer."""

from time import perf_counter
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from launchpad.model.http import parse_host
from launchpad.model.services import PostgresCheck
from launchpad.model.text import clean
from launchpad.probes.attempt import Trace, attempt
from launchpad.probes.control import Control
from launchpad.probes.result import Blame, ProbeFailure, ProbeResult, Saying

_SHOWN = 200
"""Characters of a server's own words that a reason quotes."""
_PORT = 5432


class PostgresProbe:
    """Runs a `PostgresCheck` whose `dsn` is the connection string itself.

    What is wrong with that string is told when it is run, and without quoting it.
    """

    def __init__(
        self, check: PostgresCheck, *, control: Control | None = None, saying: Saying = clean
    ) -> None:
        self._check = check
        self._control = control or Control()
        self._saying = saying

    async def run(self) -> ProbeResult:
        return await attempt(self._ask, limit=self._check.timeout, control=self._control)

    async def _ask(self, trace: Trace) -> str:
        try:
            settings: dict[str, Any] = dict(conninfo_to_dict(self._check.dsn))
        except psycopg.Error:
            raise ProbeFailure(Blame.OURS, "its dsn is no connection string of PostgreSQL") from None
        await self._locate(trace, settings)
        trace.doing = "connecting"
        now = perf_counter()
        # libpq knows whole seconds only; the check's own limit is the one that counts.
        settings["connect_timeout"] = int(self._check.timeout) + 2
        try:
            connection = await psycopg.AsyncConnection.connect(**settings)
        except psycopg.Error as error:
            await self._reach(trace, settings)
            # The port takes connections, so it is the server that does not.
            raise ProbeFailure(Blame.TARGET, f"can't log in: {self._said(error)}") from None
        async with connection:
            trace.took("connect", now)
            trace.doing = "waiting for the answer"
            value = await self._first_value(connection)
        trace.whole()
        return self._judge(value)

    async def _locate(self, trace: Trace, settings: dict[str, Any]) -> None:
        """Resolves the host by our own resolver, which may hang without harm."""
        host, port = _single_host(settings), _ports(settings)[0]
        trace.local = not (settings.get("host") or settings.get("hostaddr")) or _is_socket(settings)
        if host is None:
            return
        addresses = await trace.resolve(host, self._control)
        count = len(addresses)
        settings.update(
            host=",".join([host] * count),
            hostaddr=",".join(address for _, address, _ in addresses),
            port=",".join([str(port)] * count),
        )

    async def _reach(self, trace: Trace, settings: dict[str, Any]) -> None:
        """Raises ProbeFailure if the port itself can't be reached: then the network may be to blame."""
        place = str(settings.get("host") or settings.get("hostaddr") or "")
        if place and not trace.local:
            host, _, _ = place.partition(",")
            wire = await trace.reach(host, _ports(settings)[0], self._control)
            wire.close()

    async def _first_value(self, connection: psycopg.AsyncConnection[Any]) -> Any:
        """What the query answers; `...` where it has no row. Raises ProbeFailure."""
        await connection.set_read_only(True)
        limit = str(max(1, int(self._check.timeout * 1000)))
        try:
            async with connection.cursor() as cursor:
                # The server gives up too when nobody waits any longer.
                await cursor.execute("SELECT set_config('statement_timeout', %s, true)", [limit])
                async for row in cursor.stream(self._check.query.encode(), size=1):
                    return row[0] if row else ...
        except psycopg.Error as error:
            raise ProbeFailure(Blame.TARGET, f"the query failed: {self._said(error)}") from None
        return ...

    def _judge(self, value: Any) -> str:
        """Raises ProbeFailure where the value is not what is expected."""
        expected = self._check.expect
        if expected is None:
            return "answered"
        if value is ...:
            raise ProbeFailure(Blame.TARGET, f"no row, expected '{clean(expected, _SHOWN)}'")
        found = "" if value is None else str(value)
        if isinstance(value, bool):
            found = found.lower()
        if found != expected:
            said = self._saying(found, _SHOWN)
            raise ProbeFailure(Blame.TARGET, f"answered '{said}', expected '{clean(expected, _SHOWN)}'")
        return f"answered '{clean(expected, _SHOWN)}'"

    def _said(self, error: psycopg.Error) -> str:
        return self._saying(error.diag.message_primary or str(error), _SHOWN)


def _ports(settings: dict[str, Any]) -> list[int]:
    """One for each host, or one for all. Raises ProbeFailure for what is none."""
    texts = str(settings.get("port") or "").split(",")
    if not all(text.isdecimal() and 0 < int(text) < 65536 for text in texts if text):
        raise ProbeFailure(Blame.OURS, "its dsn names a port that there can't be")
    return [int(text or _PORT) for text in texts]


def _is_socket(settings: dict[str, Any]) -> bool:
    return str(settings.get("host") or "").startswith(("/", "@"))


def _single_host(settings: dict[str, Any]) -> str | None:
    """The host to resolve, if it is one and no socket in the file system."""
    host = str(settings.get("host") or "")
    if not host or "," in host or _is_socket(settings) or settings.get("hostaddr"):
        return None
    try:
        return parse_host(host)
    except ValueError:
        raise ProbeFailure(Blame.OURS, "its dsn names no host that there can be") from None
