"""The control probe: whether our own network gets through at all.

It is asked when a target refuses or keeps silent. If it gets through, the target is bad; if not, nothing can
be said of the target.
"""

import asyncio
import ipaddress
import secrets
import socket
from collections.abc import Coroutine, Sequence
from pathlib import Path
from time import monotonic

from launchpad.model.http import parse_url
from launchpad.probes.race import first_success
from launchpad.probes.resolve import Resolver
from launchpad.probes.wire import Wire, connect, literal

_KEEP = 2.0
"""Seconds for which an answer holds."""

_RESEND = 0.6
"""Seconds until a datagram is taken for lost and sent again."""

_DNS_PORT = 53
_ANSWERED = frozenset({0, 3})
"""Response codes of a resolver that reached the root: NOERROR and NXDOMAIN."""

Attempt = Coroutine[None, None, None]


class Control:
    """Gets through if any of `targets` takes a TCP connection within `timeout` seconds.

    A target is `host:port`, `tcp://host:port` or a URL. Without targets, the machine's own name servers are
    asked instead. One run serves all who ask at the same time, and those of the next two seconds. Raises
    ValueError for a target that is none.
    """

    def __init__(
        self,
        targets: Sequence[str] = (),
        *,
        resolver: Resolver | None = None,
        timeout: float = 2.0,
        resolv_conf: Path = Path("/etc/resolv.conf"),
    ) -> None:
        self.resolver = resolver or Resolver()
        self._targets = [_target(text) for text in targets]
        self._timeout = timeout
        self._resolv_conf = resolv_conf
        self._flight: asyncio.Task[tuple[bool, str]] | None = None
        self._waiting = 0
        self._asked_at = 0.0

    async def gets_through(self, *, within: float | None = None) -> tuple[bool, str]:
        """Whether we get through, and if not, why nothing can be said.

        An answer is used again only if the run that gave it began `within` the last seconds, two at most:
        of a target that was silent for one second, the network of two seconds ago tells nothing.
        """
        flight = self._flight
        keep = _KEEP if within is None else min(within, _KEEP)
        if flight is None or (flight.done() and monotonic() - self._asked_at > keep):
            self._asked_at = monotonic()
            flight = self._flight = asyncio.create_task(self._run())
            self._waiting = 0
        self._waiting += 1
        try:
            return await asyncio.shield(flight)
        finally:
            self._waiting -= 1
            if not self._waiting and not flight.done():
                # Nobody is left who wants to know.
                flight.cancel()
                self._flight = None

    async def _run(self) -> tuple[bool, str]:
        attempts = self._attempts()
        if not attempts:
            return False, "no name server to tell whether our network gets through"
        try:
            async with asyncio.timeout(self._timeout):
                await first_success(attempts, stagger=0.0, discard=lambda _: None)
        except (TimeoutError, ExceptionGroup):
            return False, "our own network does not get through either"
        return True, ""

    def _attempts(self) -> list[Attempt]:
        if self._targets:
            return [self._takes_connection(host, port) for host, port in self._targets]
        servers = name_servers(self._resolv_conf)
        return [ask(server) for server in servers for ask in (_answers_datagram, _answers_stream)]

    async def _takes_connection(self, host: str, port: int) -> None:
        wire = await self._connect(host, port)
        wire.close()

    async def _connect(self, host: str, port: int) -> Wire:
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return await connect(await self.resolver.lookup(host), port)
        return await connect(literal(host), port)


def name_servers(resolv_conf: Path) -> list[str]:
    """Addresses of the name servers in `resolv_conf`; none if it can't be read."""
    try:
        lines = resolv_conf.read_text(errors="replace").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        match line.split():
            case ["nameserver", address, *_]:
                found.append(address)
    return found


def _target(text: str) -> tuple[str, int]:
    """Host and port. Raises ValueError with what was expected."""
    if text.startswith(("http://", "https://")):
        url = parse_url(text)
        return url.host, url.port
    address = text.removeprefix("tcp://")
    host, separator, port = address.rpartition(":")
    if not separator or not port.isdigit():
        raise ValueError("expected host:port, tcp://host:port or a URL")
    url = parse_url(f"http://{host}:{port}/")
    return url.host, url.port


def _question() -> bytes:
    """A question that only the root can answer: a name directly below it that nobody has asked for before.

    A name server on this machine or in this house would answer everything else from memory, network or not.
    """
    label = secrets.token_hex(8).encode()
    header = secrets.token_bytes(2) + bytes([1, 0, 0, 1, 0, 0, 0, 0, 0, 0])  # recursion desired, one question
    return header + bytes([len(label)]) + label + bytes([0, 0, 1, 0, 1])  # type A, class IN


def _check_reply(question: bytes, reply: bytes) -> None:
    """Raises OSError unless `reply` answers `question` out of knowledge."""
    answers = len(reply) >= 12 and reply[:2] == question[:2] and reply[2] & 0x80
    if not answers or reply[3] & 0x0F not in _ANSWERED:
        raise OSError("no answer from the root")


async def _answers_datagram(server: str) -> None:
    loop = asyncio.get_running_loop()
    question = _question()
    with socket.socket(_family(server), socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        await loop.sock_connect(sock, (server, _DNS_PORT))
        while True:
            await loop.sock_sendall(sock, question)
            try:
                async with asyncio.timeout(_RESEND):
                    reply = await loop.sock_recv(sock, 4096)
            except TimeoutError:
                continue
            return _check_reply(question, reply)


async def _answers_stream(server: str) -> None:
    question = _question()
    wire = await connect(literal(server), _DNS_PORT)
    try:
        await wire.send(len(question).to_bytes(2, "big") + question)
        reply = b""
        while len(reply) < 2 + 12:
            data = await wire.receive()
            if not data:
                break
            reply += data
        _check_reply(question, reply[2:])
    finally:
        wire.close()


def _family(address: str) -> socket.AddressFamily:
    return literal(address)[0][0]
