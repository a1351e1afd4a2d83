"""The HTTP probe: one fresh connection, one request, every phase timed, the answer held to what is expected.

A server can say what it wants: no more than a bounded piece of it is kept, nothing is decompressed, and
what reaches an operator is one clean line.
"""

import functools
import ssl
from collections.abc import Mapping
from time import perf_counter
from urllib.parse import urljoin

from launchpad import __version__
from launchpad.model.http import HttpCheck, HttpExpect, HttpUrl, parse_url
from launchpad.model.text import clean
from launchpad.probes.answer import Answer
from launchpad.probes.attempt import Trace, attempt
from launchpad.probes.control import Control
from launchpad.probes.result import Blame, ProbeFailure, ProbeResult, Saying
from launchpad.probes.wire import Wire

MAX_BODY = 1024 * 1024
"""Bytes of a body that are read; the rest is left where it is and the answer counts as whole."""

_MAX_REDIRECTS = 10
_REDIRECTS = (301, 302, 303, 307, 308)
_OUR_HEADERS = frozenset({"connection", "content-length", "transfer-encoding"})
"""What only the probe itself can set rightly."""

_SHOWN = 60
"""Characters of a server's own words that a reason quotes."""


class _Request:
    """What one hop asks."""

    __slots__ = ("body", "data", "headers", "method", "url")

    def __init__(self, url: HttpUrl, method: str, headers: Mapping[str, str], body: bytes) -> None:
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
        lines = {
            "host": url.authority,
            "user-agent": f"launchpad/{__version__}",
            "accept": "*/*",
            "accept-encoding": "identity",
            **{name.lower(): value for name, value in headers.items()},
            "connection": "close",
        }
        if body or method == "POST":
            lines["content-length"] = str(len(body))
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.data = f"{method} {url.target} HTTP/1.1\r\n{head}\r\n".encode() + body

    def redirected(self, status: int, url: HttpUrl) -> "_Request":
        """The request that follows a redirect with `status` to `url`. Raises ProbeFailure."""
        keeps = status in {307, 308} or self.method == "HEAD"
        method, body = (self.method, self.body) if keeps else ("GET", b"")
        if url.origin == self.url.origin:
            return _Request(url, method, self.headers, body)
        if body:
            raise ProbeFailure(Blame.TARGET, f"redirected with its body to {url.authority}, not followed")
        # Headers may hold secrets; they were meant for the origin that the operator named.
        return _Request(url, method, {}, body)


class HttpProbe:
    """Runs an `HttpCheck`, again and again. Raises ValueError if it can't be run at all.

    `control` is shared by all probes of a process. `tls` replaces the system's certificate authorities.
    """

    def __init__(
        self,
        check: HttpCheck,
        *,
        control: Control | None = None,
        tls: ssl.SSLContext | None = None,
        max_body: int = MAX_BODY,
        saying: Saying = clean,
    ) -> None:
        if check.timeout <= 0:
            raise ValueError("expected a timeout of more than 0 s")
        if check.method == "HEAD" and check.expect.contains is not None:
            raise ValueError("expected no text in the body (contains): an answer to HEAD has none")
        url = parse_url(check.url)
        _refuse_unsendable(check.headers)
        self._request = _Request(url, check.method, check.headers, check.body.encode())
        self._check = check
        self._needle = None if check.expect.contains is None else check.expect.contains.encode()
        self._control = control or Control()
        # Authorities are read now, or the first probe would be measured with that.
        self._tls = tls or (_system_tls() if url.scheme == "https" else None)
        self._max_body = max_body
        self._saying = saying
        wanted = check.expect.redirect
        self._redirect = None if wanted is None else _joined(url, wanted)
        anywhere = wanted is not None and not check.follow_redirects
        by_default = check.expect.status == HttpExpect().status
        self._statuses = _REDIRECTS if anywhere and by_default else check.expect.status

    async def run(self) -> ProbeResult:
        return await attempt(self._follow, limit=self._check.timeout, control=self._control)

    async def _follow(self, trace: Trace) -> str:
        """Ask, and ask on where redirects lead if they are to be followed; judge the last answer."""
        request = self._request
        for _ in range(_MAX_REDIRECTS + 1):
            answer = await self._ask(request, trace)
            location = answer.header("location") if answer.status in _REDIRECTS else None
            if location is None or not self._check.follow_redirects:
                break
            request = request.redirected(answer.status or 0, self._redirect_url(request.url, location))
        else:
            raise ProbeFailure(Blame.TARGET, f"more than {_MAX_REDIRECTS} redirects")
        trace.whole()
        self._judge(request.url, answer)
        return f"status {answer.status}"

    async def _ask(self, request: _Request, trace: Trace) -> Answer:
        url = request.url
        wire = await trace.reach(url.host, url.port, self._control)
        try:
            if url.scheme == "https":
                await trace.secure(wire, self._tls or _system_tls(), url.host)
            return await self._exchange(wire, request, trace)
        finally:
            wire.close()

    async def _exchange(self, wire: Wire, request: _Request, trace: Trace) -> Answer:
        trace.doing = "sending the request"
        await wire.send(request.data)
        sent = perf_counter()
        trace.doing = "waiting for an answer"
        data = await wire.receive()
        trace.took("first_byte", sent)
        trace.doing = "reading the answer"
        answer = Answer(
            bodiless=request.method == "HEAD", keep_body=self._needle is not None, max_body=self._max_body
        )
        while data:
            answer.feed(data)
            trace.status = answer.status
            if answer.done:
                return answer
            data = await wire.receive()
        answer.end()
        return answer

    def _judge(self, url: HttpUrl, answer: Answer) -> None:
        """Raises ProbeFailure where the answer is not what is expected."""
        expect = self._check.expect
        if answer.status not in self._statuses:
            expected = " or ".join(str(status) for status in self._statuses)
            if self._statuses is _REDIRECTS:
                expected = "a redirect"
            raise ProbeFailure(Blame.TARGET, f"status {answer.status}, expected {expected}")
        if self._redirect is not None:
            self._judge_redirect(url, answer, self._redirect)
        for name, part in expect.header.items():
            value = answer.header(name)
            if value is None:
                raise ProbeFailure(Blame.TARGET, clean(f"header {name} is missing"))
            if part not in value:
                found, wanted = self._saying(value, _SHOWN), self._saying(part, _SHOWN)
                reason = f"header {name} is '{found}', expected '{wanted}' in it"
                raise ProbeFailure(Blame.TARGET, clean(reason))
        if self._needle is not None and self._needle not in answer.body:
            raise ProbeFailure(Blame.TARGET, self._lacks(answer))

    def _judge_redirect(self, url: HttpUrl, answer: Answer, wanted: str) -> None:
        if self._check.follow_redirects:
            there = url.origin + url.target
        else:
            location = answer.header("location")
            if location is None:
                raise ProbeFailure(Blame.TARGET, f"status {answer.status} without a Location")
            there = _joined(url, location)
        if _normal(there) != _normal(wanted):
            reason = f"redirects to {self._saying(there, _SHOWN)}, expected {self._saying(wanted, _SHOWN)}"
            raise ProbeFailure(Blame.TARGET, reason)

    def _redirect_url(self, base: HttpUrl, location: str) -> HttpUrl:
        try:
            return parse_url(_joined(base, location))
        except ValueError:
            raise ProbeFailure(
                Blame.TARGET, f"redirects to no usable URL: {self._saying(location, _SHOWN)}"
            ) from None

    def _lacks(self, answer: Answer) -> str:
        text = f"'{self._saying(self._check.expect.contains or '', _SHOWN)}'"
        encoding = answer.header("content-encoding") or "identity"
        if encoding.lower() != "identity":
            return clean(
                f"the body is compressed ({self._saying(encoding, 20)}) unasked, {text} can't be looked for"
            )
        size = len(answer.body)
        if not answer.complete:
            return f"the first {size} bytes of the body do not contain {text}"
        return f"the body ({size} bytes) does not contain {text}"


@functools.cache
def _system_tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _refuse_unsendable(headers: Mapping[str, str]) -> None:
    """Raises ValueError for a header that can't be sent, or not safely; never repeats its value."""
    for name, value in headers.items():
        if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
            raise ValueError(f"expected a header name, not '{clean(name, _SHOWN)}'")
        if name.lower() in _OUR_HEADERS:
            raise ValueError(f"expected no header {name}: the probe sets it itself")
        if any(char in value for char in "\r\n\0"):
            raise ValueError(f"expected a header {name} of one line")


def _joined(base: HttpUrl, reference: str) -> str:
    """`reference` as seen from `base`; as it stands where it is too broken for that."""
    try:
        return urljoin(base.origin + base.target, reference)
    except ValueError:
        return reference


def _normal(url: str) -> str:
    """One spelling for URLs that mean the same; what is no URL stays as it is."""
    try:
        parsed = parse_url(url)
    except ValueError:
        return url
    return parsed.origin + parsed.target
