"""An HTTP/1.1 answer read piece by piece, never more of it than was bargained for."""

import httptools

from launchpad.model.text import clean
from launchpad.probes.result import Blame, ProbeFailure

_MAX_HEAD = 65_536
"""Bytes that status lines and headers may take, those of interim (1xx) answers counted."""

_SWITCHING_PROTOCOLS = 101
_FIRST_FINAL = 200


class Answer:
    """Feed it what comes until `done`; say `end` when nothing more comes. Both raise ProbeFailure."""

    __slots__ = (
        "_body",
        "_head",
        "_headers",
        "_keep",
        "_max_body",
        "_parser",
        "_received",
        "complete",
        "status",
    )

    def __init__(self, *, bodiless: bool, keep_body: bool, max_body: int) -> None:
        self.status: int | None = None
        """Of the final answer, once its headers are complete."""
        self.complete = False
        """Whether all of it has come."""
        self._parser = httptools.HttpResponseParser(self)
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._keep = keep_body
        self._max_body = 0 if bodiless else max_body
        self._head = 0
        self._received = 0

    @property
    def done(self) -> bool:
        """Whether it is complete, or as much of it has come as may."""
        return self.complete or (self.status is not None and self._received >= self._max_body)

    @property
    def body(self) -> bytes:
        """The body as far as it was read; empty where it was not to be kept."""
        return b"".join(self._body)

    def header(self, name: str) -> str | None:
        """Value of a header, its several lines joined by commas; None if it was not sent."""
        wanted = name.lower().encode()
        values = [value for key, value in self._headers if key.lower() == wanted]
        return b", ".join(values).decode(errors="replace") if values else None

    def lines(self, name: str) -> list[str]:
        """Values of a header, one for each time that it was sent."""
        wanted = name.lower().encode()
        return [value.decode(errors="replace") for key, value in self._headers if key.lower() == wanted]

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass
        except httptools.HttpParserError as error:
            # What follows a complete answer does not count.
            if not self.complete:
                raise ProbeFailure(Blame.TARGET, clean(f"not an HTTP answer: {error}")) from None
        if self.status is None:
            self._head += len(data)
            if self._head > _MAX_HEAD:
                raise ProbeFailure(Blame.TARGET, f"headers of more than {_MAX_HEAD // 1024} KiB")
        else:
            # Framing counts too: chunk extensions and trailers may be endless as well.
            self._received += len(data)

    def end(self) -> None:
        """The server has closed the connection."""
        if self.done:
            return
        if self.status is None:
            had = "in the middle of the headers" if self._head else "without an answer"
            raise ProbeFailure(Blame.TARGET, f"connection closed {had}")
        length = self.header("content-length")
        if length is not None:
            raise ProbeFailure(Blame.TARGET, clean(f"connection closed before the body's {length} bytes"))
        if (self.header("transfer-encoding") or "").lower().endswith("chunked"):
            raise ProbeFailure(Blame.TARGET, "connection closed in the middle of the body")
        self.complete = True

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.status is None:
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= _FIRST_FINAL or status == _SWITCHING_PROTOCOLS:
            if self.status is None:
                self.status = status
        else:
            self._headers.clear()

    def on_body(self, data: bytes) -> None:
        if self._keep and not self.complete:
            self._body.append(data)

    def on_message_complete(self) -> None:
        if self.status is not None:
            self.complete = True
