"""One TCP connection, plain or TLS, straight on a non-blocking socket.

asyncio's transports would do, but cost about as much as the rest of a probe, hide where TCP ends and TLS
begins, and read ahead of who reads them.
"""

import asyncio
import errno
import ipaddress
import os
import socket
import ssl
from collections.abc import Callable
from typing import TypeVar

from launchpad.model.text import clean
from launchpad.probes.race import first_success
from launchpad.probes.resolve import Addresses
from launchpad.probes.result import Blame, ProbeFailure

T = TypeVar("T")

_STAGGER = 0.25
"""Seconds until the next address of a host is tried beside one that keeps silent (RFC 8305)."""

_ADDRESSES = 10
"""Addresses of one host that are tried at most."""

_RECEIVE = 65_536
"""Bytes taken from the socket at once."""

_REFUSALS = {
    errno.ECONNREFUSED: "connection refused by {peer}",
    errno.ECONNRESET: "connection reset by {peer}",
    errno.EPIPE: "connection closed by {peer}",
    errno.ETIMEDOUT: "{peer} does not answer",
    errno.EHOSTUNREACH: "no route to {peer}",
    errno.ECONNABORTED: "connection reset by {peer}",
}
"""What the target, or the network before it, does to a connection. Every other error is our machine's own."""

_CERTIFICATE = {
    9: "the certificate of {name} is not valid yet",
    10: "the certificate of {name} has expired",
    18: "the certificate of {name} is signed by itself",
    19: "the certificate of {name} is signed by an unknown authority",
    20: "the certificate of {name} is signed by an unknown authority",
    21: "the certificate of {name} is signed by an unknown authority",
    62: "the certificate is not for {name}",
    64: "the certificate is not for {name}",
}
"""By OpenSSL's verification code (x509_vfy.h)."""


class Wire:
    """A connection. Whoever holds it closes it. Everything raises ProbeFailure."""

    __slots__ = ("_loop", "_peer", "_sock")

    def __init__(self, sock: socket.socket, peer: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._sock = sock
        self._peer = peer

    async def handshake(self, context: ssl.SSLContext, name: str) -> None:
        """Put TLS on the connection; `name` is what the certificate must be for."""
        try:
            self._sock = tls = context.wrap_socket(
                self._sock, server_hostname=name, do_handshake_on_connect=False
            )
            await self._when_ready(tls.do_handshake)
        except OSError as error:
            raise failure_of(error, self._peer, name) from None

    def certificate_until(self) -> float:
        """When the certificate of the other side ceases to be valid, in seconds since the epoch."""
        assert isinstance(self._sock, ssl.SSLSocket), "after a handshake that verified it"
        certificate = self._sock.getpeercert() or {}
        return ssl.cert_time_to_seconds(str(certificate["notAfter"]))

    async def send(self, data: bytes) -> None:
        """Send all of `data`."""
        try:
            while data:
                data = data[await self._when_ready(self._sock.send, data, writing=True) :]
        except OSError as error:
            raise failure_of(error, self._peer) from None

    async def receive(self) -> bytes:
        """What has come, as soon as something has; nothing at the end."""
        try:
            return await self._when_ready(self._sock.recv, _RECEIVE)
        except OSError as error:
            raise failure_of(error, self._peer) from None

    async def writable(self) -> None:
        """Wait until something may be sent, or the connection has failed."""
        await self._ready(writing=True)

    def close(self) -> None:
        self._sock.close()

    async def _when_ready(self, act: Callable[..., T], *arguments: object, writing: bool = False) -> T:
        while True:
            try:
                return act(*arguments)
            except ssl.SSLWantReadError:
                await self._ready(writing=False)
            except ssl.SSLWantWriteError:
                await self._ready(writing=True)
            except BlockingIOError:
                await self._ready(writing=writing)

    async def _ready(self, *, writing: bool) -> None:
        future = self._loop.create_future()
        file = self._sock.fileno()
        if writing:
            self._loop.add_writer(file, _wake, future)
        else:
            self._loop.add_reader(file, _wake, future)
        try:
            await future
        finally:
            if writing:
                self._loop.remove_writer(file)
            else:
                self._loop.remove_reader(file)


async def connect(addresses: Addresses, port: int) -> Wire:
    """A connection to the first of `addresses` that takes one. Raises ProbeFailure."""
    if len(addresses) == 1:
        return await _dial(*addresses[0], port)
    attempts = [_dial(*address, port) for address in _interleaved(addresses)[:_ADDRESSES]]
    try:
        return await first_success(attempts, stagger=_STAGGER, discard=Wire.close)
    except ExceptionGroup as group:
        failures = [error for error in group.exceptions if isinstance(error, ProbeFailure)]
        # A host with IPv6 is not out of reach because this machine has none.
        raise min(failures, key=lambda failure: failure.blame is Blame.OURS) from None


def literal(address: str) -> Addresses:
    """The addresses of a host that is an IP address itself."""
    return ((socket.AF_INET6 if ":" in address else socket.AF_INET, address, 0),)


def is_loopback(addresses: Addresses) -> bool:
    """Whether no network lies between us and any of `addresses`."""
    return bool(addresses) and all(_is_loopback(address) for _, address, _ in addresses)


def failure_of(error: OSError, peer: str, name: str = "") -> ProbeFailure:
    """What `error` on a connection to `peer` means; `name` is the one the certificate should have."""
    if isinstance(error, ssl.SSLCertVerificationError):
        unexplained = f"the certificate of {name} is refused: {error.verify_message}"
        return ProbeFailure(
            Blame.TARGET, clean(_CERTIFICATE.get(error.verify_code, unexplained).format(name=name))
        )
    if isinstance(error, ssl.SSLError):
        what = (error.reason or "connection closed").replace("_", " ").lower()
        return ProbeFailure(Blame.TARGET, clean(f"TLS with {peer} failed: {what}"))
    if refusal := _REFUSALS.get(error.errno or 0):
        return ProbeFailure(Blame.PATH, refusal.format(peer=peer))
    if error.errno == errno.ENETUNREACH:
        return ProbeFailure(Blame.OURS, f"our network has no route to {peer}")
    return ProbeFailure(Blame.OURS, f"our machine can't connect to {peer}: {error.strerror or error}")


async def _dial(family: socket.AddressFamily, address: str, scope: int, port: int) -> Wire:
    v6 = family == socket.AF_INET6
    peer = f"[{address}]:{port}" if v6 else f"{address}:{port}"
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise failure_of(error, peer) from None
    wire = Wire(sock, peer)
    try:
        sock.setblocking(False)
        code = sock.connect_ex((address, port, 0, scope) if v6 else (address, port))
        if code == errno.EINPROGRESS:
            await wire.writable()
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    except BaseException:
        wire.close()
        raise
    if code:
        wire.close()
        raise failure_of(OSError(code, os.strerror(code)), peer)
    return wire


def _interleaved(addresses: Addresses) -> Addresses:
    """The families by turns, so that one that leads nowhere costs a single stagger."""
    first, second = (
        [address for address in addresses if (address[0] == addresses[0][0]) is same]
        for same in (True, False)
    )
    pairs = [address for pair in zip(first, second, strict=False) for address in pair]
    rest = max(first, second, key=len)[len(pairs) // 2 :]
    return (*pairs, *rest)


def _is_loopback(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    inner = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (inner or ip).is_loopback


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
