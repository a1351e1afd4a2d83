"""HTTP requests over connections of their own: sent, timed, answered, followed where redirects lead.

A server can say what it wants: no more than a bounded piece of it is kept, and nothing is decompressed.
"""

import functools
import ssl
from collections.abc import Mapping
from time import perf_counter
from typing import Protocol
from urllib.parse import urljoin

from launchpad import __version__
from launchpad.model.http import HttpUrl, header_fault, parse_url
from launchpad.model.text import clean
from launchpad.probes.answer import Answer
from launchpad.probes.attempt import Trace
from launchpad.probes.control import Control
from launchpad.probes.result import Blame, ProbeFailure, Saying
from launchpad.probes.wire import Wire

MAX_BODY = 1024 * 1024
"""Bytes of a body that are read; the rest is left where it is and the answer counts as whole."""
REDIRECTS = (301, 302, 303, 307, 308)
SHOWN = 60
"""Characters of a server's own words that a reason quotes."""

_MAX_REDIRECTS = 10
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Request:
    """What one hop asks."""

    __slots__ = ("body", "headers", "method", "url")

    def __init__(self, url: HttpUrl, method: str, headers: Mapping[str, str], body: bytes) -> None:
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body

    def data(self, cookie: str = "") -> bytes:
        """The request as it is sent."""
        lines = {
            "host": self.url.authority,
            "user-agent": f"launchpad/{__version__}",
            "accept": "*/*",
            "accept-encoding": "identity",
            **({"cookie": cookie} if cookie else {}),
            **{name.lower(): value for name, value in self.headers.items()},
            "connection": "close",
        }
        if self.body or self.method in _WITH_BODY:
            lines["content-length"] = str(len(self.body))
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"{self.method} {self.url.target} HTTP/1.1\r\n{head}\r\n".encode() + self.body

    def redirected(self, status: int, url: HttpUrl) -> "Request":
        """The request that follows a redirect with `status` to `url`. Raises ProbeFailure."""
        keeps = status in {307, 308} or self.method == "HEAD"
        method, body = (self.method, self.body) if keeps else ("GET", b"")
        if url.origin == self.url.origin:
            return Request(url, method, self.headers, body)
        if body:
            raise ProbeFailure(Blame.TARGET, f"redirected with its body to {url.authority}, not followed")
        # Headers may hold secrets; they were meant for the origin that the operator named.
        return Request(url, method, {}, body)


class Cookies(Protocol):
    """What is kept of one answer for the requests after it."""

    def header(self, url: HttpUrl) -> str:
        """The Cookie header for a request to `url`; empty: none."""

    def keep(self, url: HttpUrl, answer: Answer) -> None:
        """Takes what the answer from `url` sets."""


class Client:
    """Sends requests. `tls` replaces the system's certificate authorities."""

    def __init__(
        self,
        *,
        control: Control,
        saying: Saying,
        tls: ssl.SSLContext | None = None,
        max_body: int = MAX_BODY,
        cookies: Cookies | None = None,
    ) -> None:
        self._control = control
        self._saying = saying
        self._tls = tls
        self._max_body = max_body
        self._cookies = cookies

    async def follow(
        self, request: Request, trace: Trace, *, redirects: bool, keep_body: bool
    ) -> tuple[HttpUrl, Answer]:
        """Asks, and asks on where `redirects` lead; gives the last answer, and whose it is."""
        for _ in range(_MAX_REDIRECTS + 1):
            answer = await self._ask(request, trace, keep_body=keep_body)
            location = answer.header("location") if answer.status in REDIRECTS else None
            if location is None or not redirects:
                return request.url, answer
            request = request.redirected(answer.status or 0, self._redirect_url(request.url, location))
        raise ProbeFailure(Blame.TARGET, f"more than {_MAX_REDIRECTS} redirects")

    async def _ask(self, request: Request, trace: Trace, *, keep_body: bool) -> Answer:
        url = request.url
        wire = await trace.reach(url.host, url.port, self._control)
        try:
            if url.scheme == "https":
                await trace.secure(wire, self._tls or system_tls(), url.host)
            answer = await self._exchange(wire, request, trace, keep_body=keep_body)
        finally:
            wire.close()
        if self._cookies is not None:
            self._cookies.keep(url, answer)
        return answer

    async def _exchange(self, wire: Wire, request: Request, trace: Trace, *, keep_body: bool) -> Answer:
        trace.doing = "sending the request"
        cookie = self._cookies.header(request.url) if self._cookies is not None else ""
        await wire.send(request.data(cookie))
        sent = perf_counter()
        trace.doing = "waiting for an answer"
        data = await wire.receive()
        trace.took("first_byte", sent)
        trace.doing = "reading the answer"
        answer = Answer(bodiless=request.method == "HEAD", keep_body=keep_body, max_body=self._max_body)
        while data:
            answer.feed(data)
            trace.status = answer.status
            if answer.done:
                return answer
            data = await wire.receive()
        answer.end()
        return answer

    def _redirect_url(self, base: HttpUrl, location: str) -> HttpUrl:
        try:
            return parse_url(joined(base, location))
        except ValueError:
            raise ProbeFailure(
                Blame.TARGET, f"redirects to no usable URL: {self._saying(location, SHOWN)}"
            ) from None


@functools.cache
def system_tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def refuse_unsendable(headers: Mapping[str, str]) -> None:
    """Raises ValueError for a header that can't be sent, or not safely; never repeats its value."""
    for name, value in headers.items():
        if wrong := header_fault(name):
            raise ValueError(f"header '{clean(name, SHOWN)}': {wrong}")
        if any(char in value for char in "\r\n\0"):
            raise ValueError(f"expected a header {name} of one line")


def joined(base: HttpUrl, reference: str) -> str:
    """`reference` as seen from `base`; as it stands where it is too broken for that."""
    try:
        return urljoin(base.origin + base.target, reference)
    except ValueError:
        return reference
