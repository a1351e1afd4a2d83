"""The Redis probe: AUTH and SELECT where the URL has them, and a PING, in the protocol's own words.

Protocol: https://redis.io/docs/latest/develop/reference/protocol-spec/ (RESP2, simple strings and errors).
"""

import ssl
from urllib.parse import unquote, urlsplit

from launchpad.model.http import parse_host
from launchpad.model.services import RedisCheck
from launchpad.model.text import clean
from launchpad.model.values import Value
from launchpad.probes.attempt import Trace, attempt
from launchpad.probes.control import Control
from launchpad.probes.result import Blame, ProbeFailure, ProbeResult, Saying
from launchpad.probes.wire import Wire

_PORT = 6379
_MAX_LINE = 4096
"""Bytes of one reply."""
_SHOWN = 200
"""Characters of a server's own words that a reason quotes."""


class _Place(Value):
    """Where it is and how one gets in."""

    host: str
    port: int
    tls: bool = False
    commands: tuple[tuple[str, ...], ...] = ()
    """What comes before the PING."""


class RedisProbe:
    """Runs a `RedisCheck` whose `url` is the URL itself. `tls` replaces the system's authorities.

    What is wrong with that URL is told when it is run, and without quoting it.
    """

    def __init__(
        self,
        check: RedisCheck,
        *,
        control: Control | None = None,
        tls: ssl.SSLContext | None = None,
        saying: Saying = clean,
    ) -> None:
        self._check = check
        self._control = control or Control()
        self._tls = tls
        self._saying = saying
        self._place, self._fault = _place(check)

    async def run(self) -> ProbeResult:
        return await attempt(self._ask, limit=self._check.timeout, control=self._control)

    async def _ask(self, trace: Trace) -> str:
        place = self._place
        if place is None:
            raise ProbeFailure(Blame.OURS, self._fault)
        wire = await trace.reach(place.host, place.port, self._control)
        try:
            if place.tls:
                await trace.secure(wire, self._tls or ssl.create_default_context(), place.host)
            replies = _Replies(wire)
            for command in (*place.commands, ("PING",)):
                trace.doing = f"waiting for the answer to {command[0]}"
                await wire.send(_encoded(command))
                self._judge(command, await replies.next())
        finally:
            wire.close()
        return "answered PONG"

    def _judge(self, command: tuple[str, ...], reply: str) -> None:
        if reply == ("+PONG" if command[0] == "PING" else "+OK"):
            return
        for secret in command[1:]:
            # The URL is known as a secret, its password alone is not.
            reply = reply.replace(secret, "•••") if command[0] == "AUTH" else reply
        said = self._saying(reply.lstrip("-+"), _SHOWN)
        raise ProbeFailure(Blame.TARGET, f"{command[0]} is answered with '{said}'")


class _Replies:
    """Replies of one line each."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._rest = b""

    async def next(self) -> str:
        while b"\r\n" not in self._rest:
            data = await self._wire.receive()
            if not data:
                raise ProbeFailure(Blame.TARGET, "connection closed without an answer")
            self._rest += data
            if len(self._rest) > _MAX_LINE:
                raise ProbeFailure(Blame.TARGET, "not an answer of Redis")
        line, _, self._rest = self._rest.partition(b"\r\n")
        return line.decode(errors="replace")


def _encoded(command: tuple[str, ...]) -> bytes:
    parts = [word.encode() for word in command]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


def _place(check: RedisCheck) -> tuple[_Place | None, str]:
    """Where to go; or None and why not, without a word of the URL."""
    if check.url is None:
        return _Place(host=parse_host(check.host or ""), port=check.port), ""
    fault = "its url is none of redis://HOST:PORT/NUMBER and rediss://…"
    try:
        url = urlsplit(check.url)
        host, port = parse_host(url.hostname or ""), url.port or _PORT
    except ValueError:
        return None, fault
    number = url.path.strip("/")
    if url.scheme not in ("redis", "rediss") or not (number.isdecimal() or not number):
        return None, fault
    commands: list[tuple[str, ...]] = []
    if url.password:
        names = (unquote(url.username),) if url.username else ()
        commands.append(("AUTH", *names, unquote(url.password)))
    if number:
        commands.append(("SELECT", number))
    return _Place(host=host, port=port, tls=url.scheme == "rediss", commands=tuple(commands)), ""
