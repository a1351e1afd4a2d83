"""Requests and answers of HTTP/1.1, as few of them as are needed: a request has a head and no body, and each
connection carries one."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

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


async def receive(reader: asyncio.StreamReader) -> Request:
    """The next request. Raises `Malformed`, and what the stream raises for one too long or cut off."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head[:-4].split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1.") or not words[1].startswith("/"):
        raise Malformed(first)
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or name != name.strip():
            raise Malformed(line)
        headers[name.lower()] = value.strip()
    try:
        target = urlsplit(words[1])
        query = parse_qs(target.query, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise Malformed(first) from None
    return Request(words[0], target.path, query, headers)


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
