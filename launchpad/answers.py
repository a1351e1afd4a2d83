"""What every call over HTTP has in common: which addresses will do, the client, how much of an answer is
read, and what an answer or an error says.
"""

import contextlib
import email.utils
import ipaddress
import math
import re
import socket
import ssl
from collections.abc import AsyncIterator

import httpx
import msgspec

from launchpad import __version__
from launchpad.errors import Refused

USER_AGENT = f"launchpad/{__version__}"
MOST = 4 * 1024 * 1024
"""Bytes of an answer that are read; a longer one is a fault."""
LONGEST_WAIT = 3600.0
"""Seconds; a server that wants to be left alone for longer is asked again by then."""

_REQUEST_IDS = ("x-nf-request-id", "x-request-id", "x-github-request-id", "request-id", "x-amzn-requestid")


def address_fault(url: str) -> str | None:
    """What is wrong with the address of an API; None if nothing is."""
    parsed = _parsed(url)
    if parsed is None:
        return "expected a URL such as https://api.example.com"
    if parsed.scheme == "http" and not on_loopback(url):
        return "expected https: the token would travel in the clear"
    if parsed.userinfo or parsed.query or parsed.fragment:
        return "expected neither a password nor '?' nor '#' in it"
    return None


def is_address(url: str) -> bool:
    """Whether it is one of the web."""
    return _parsed(url) is not None


def on_loopback(url: str) -> bool:
    """Whether an address leads to this machine alone."""
    parsed = _parsed(url)
    host = parsed.host if parsed else ""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _parsed(url: str) -> httpx.URL | None:
    """The parts of an address of the web; None if it is none."""
    try:
        parsed = httpx.URL(url)
        known = bool(parsed.host) and parsed.scheme in ("http", "https")
    except (httpx.InvalidURL, ValueError):  # the latter for a name that is no international one
        return None
    return parsed if known else None


def client_for(url: str, timeout: float) -> httpx.AsyncClient:
    """A client for what lies at `url`; `timeout` is in seconds, for each step of a request.

    A kept connection may be closed while a request is on its way, which is a request whose fate is unknown:
    each has a connection of its own. Redirects would show the token to another host. Raises `Refused` if the
    proxy that the environment names can't be used.
    """
    try:
        return httpx.AsyncClient(
            limits=httpx.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=not on_loopback(url),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
            timeout=timeout,
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        what = f"the proxy that the environment names can't be used: {error}"
        raise Refused(what, hint="mend HTTPS_PROXY, HTTP_PROXY or ALL_PROXY") from None


@contextlib.asynccontextmanager
async def answered(client: httpx.AsyncClient, request: httpx.Request) -> AsyncIterator[httpx.Response]:
    """Sends a request; its answer, of which the head has come."""
    response = await client.send(request, stream=True)
    try:
        yield response
    finally:
        await response.aclose()


async def read_body(response: httpx.Response, most: int) -> bytes:
    """The body as it came, but little more than `most` bytes of it. Nothing is decompressed."""
    data = bytearray()
    async for piece in response.aiter_raw():
        data += piece
        if len(data) > most:
            break
    return bytes(data[: most + 1])


def never_sent(error: BaseException) -> bool:
    """Whether an error of a request that was made and sent says that no byte of it can have arrived."""
    return isinstance(
        error,
        httpx.ConnectError
        | httpx.ConnectTimeout
        | httpx.PoolTimeout
        | httpx.ProxyError
        | httpx.UnsupportedProtocol
        | httpx.LocalProtocolError,
    )


def told(error: BaseException) -> str:
    """An error of httpx for an operator: what it rests on, where that says more."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"no TLS with it: {cause.reason or cause}"
        if isinstance(cause, socket.gaierror):
            return "its name can't be resolved"
        if isinstance(cause, ConnectionRefusedError):
            return "the connection is refused"
        if isinstance(cause, ConnectionResetError):
            return "the connection was reset"
        cause = cause.__cause__ or cause.__context__
    return str(error) or type(error).__name__


def retry_after(headers: httpx.Headers) -> float | None:
    """Seconds in `Retry-After` (RFC 9110, section 10.2.3); a date is no use without the server's clock."""
    text = headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_WAIT)
    until = date(text)
    since = date(headers.get("Date", ""))
    if since is None or until is None:
        return None
    return min(max(until - since, 0.0), LONGEST_WAIT)


def used_up(headers: httpx.Headers) -> float:
    """Seconds until requests are allowed again, by `X-RateLimit-Remaining` and `-Reset` (Unix time, or
    seconds), told by the server's own clock; 0 if they are allowed, or it does not say."""
    if headers.get("X-RateLimit-Remaining", "").strip() != "0":
        return 0.0
    reset = headers.get("X-RateLimit-Reset", "").strip()
    if not re.fullmatch(r"\d{1,12}(\.\d+)?", reset):
        return 0.0
    seconds = float(reset)
    if seconds > 10**8:
        now = date(headers.get("Date", ""))
        seconds = 0.0 if now is None else seconds - now
    return min(max(seconds, 0.0), LONGEST_WAIT)


def date(text: str) -> float | None:
    """A date of a header in seconds since the epoch; None where it is none."""
    try:
        at = email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return at if math.isfinite(at) else None


def request_id(headers: httpx.Headers) -> str:
    """The server's own id of a request, as it came; empty where it gives none."""
    return next((headers[name] for name in _REQUEST_IDS if headers.get(name)), "")


def words(body: bytes) -> str:
    """What a server says of its refusal, where it says so in JSON as most do."""
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    for name in ("message", "error_description", "error", "detail", "title"):
        inner = said.get(name) if isinstance(said, dict) else None
        if isinstance(inner, dict):
            inner = inner.get("message")
        if isinstance(inner, str) and inner:
            return inner
    return ""
