"""Requests and answers of HTTP/1.1, as few of them as are needed: a request has a head and no body, and each
connection carries one."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import httptools

LONGEST = 8192
"""Bytes of a request's head."""
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_GUARDS = (
    ("Content-Security-Policy", _POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
    ("Connection", "close"),
)


class Malformed(ValueError):
    """Not a request."""


NOISE = (OSError, TimeoutError, Malformed, asyncio.LimitOverrunError, asyncio.IncompleteReadError)
"""What strangers do; they get no answer."""


class Request(NamedTuple):
    """What a client asks for."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    """Names in lower case; of several of a name the last."""

    def value(self, name: str) -> str:
        """What the query says of `name`; empty if nothing."""
        return next(iter(self.query.get(name, ())), "")


class _Head:
    """Takes what the parser finds."""

    def __init__(self) -> None:
        self.target = b""
        self.headers: dict[str, str] = {}

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1").strip()


async def receive(reader: asyncio.StreamReader) -> Request:
    """The next request. Raises `Malformed`, and what the stream raises for one too long or cut off."""
    data = await reader.readuntil(b"\r\n\r\n")
    head = _Head()
    parser = httptools.HttpRequestParser(head)
    try:
        parser.feed_data(data)
        target = urlsplit(head.target.decode("ascii"))
        query = parse_qs(target.query, keep_blank_values=True, max_num_fields=20)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade, ValueError) as error:
        raise Malformed(str(error)) from None
    if not head.target.startswith(b"/"):
        raise Malformed("the target is not a path")
    return Request(parser.get_method().decode(), target.path, query, head.headers)


def answer(
    status: str, body: str = "", kind: str = "text/html", *, headers: Sequence[tuple[str, str]] = ()
) -> bytes:
    """A whole answer."""
    payload = body.encode()
    return _head(status, [("Content-Length", str(len(payload))), *headers], kind) + payload


def stream_head() -> bytes:
    """The beginning of an answer that goes on with server-sent events."""
    return _head("200 OK", [], "text/event-stream")


def _head(status: str, headers: Sequence[tuple[str, str]], kind: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}; charset=utf-8"]
    lines += [f"{name}: {value}" for name, value in (*_GUARDS, *headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
