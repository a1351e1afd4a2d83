"""What a seat and the server that owns it say to each other: frames of JSON over a pair of sockets.

A frame is a length (four bytes, big-endian) and a JSON text. The seat asks, each time under a number of
its own; the server answers in any order with a value or a failure: `Follow` again and again, all others
once. A seat never says which launch it means, who it is or where it comes from: the server knows.
"""

import socket
from typing import Annotated, BinaryIO, Literal

import msgspec
from msgspec import Meta

from launchpad.errors import (
    BadInput,
    BrokenJournal,
    Conflict,
    LaunchpadError,
    LeaseLost,
    Refused,
    Unreachable,
)
from launchpad.model.commands import AnyCommand, Identity
from launchpad.model.journal import Row
from launchpad.model.samples import Glance
from launchpad.model.values import Value

MAX_ASK = 1 << 20
"""Bytes of the longest frame that the server takes from a seat."""
MAX_ANSWER = 64 << 20
"""Bytes of the longest frame that a seat takes from the server."""

NOISE = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)
"""What decoding raises for what is not of this protocol."""

_HEADER = 4

Count = Annotated[int, Meta(ge=0, le=2**53)]
Instant = Annotated[int, Meta(ge=-(2**53), le=2**53)]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]


class Ask(Value, tag_field="ask"):
    """Base of all questions."""


class Who(Ask, tag="who"):
    """Answered by `Seat`."""


class Read(Ask, tag="read"):
    """Answered by `Page`; the server may give fewer rows than asked for."""

    after: Count
    limit: Count


class Follow(Ask, tag="follow"):
    """Answered by `News` each time that something came after, and by a failure each time that the journal
    can't be read, or has lost what the seat knows, for as long as the seat is there. A seat follows once."""

    after: Count
    known: str = ""
    """The hash of that event; empty: not known."""


class Samples(Ask, tag="samples"):
    """Answered by `SampleBatch`; `limit` is at most `MAX_SAMPLES`."""

    cursor: Count
    since: Instant | None
    until: Instant | None
    signals: tuple[str, ...] | None
    limit: Count


class Log(Ask, tag="log"):
    """Answered by log lines; `limit` and a negative `after` reach at most `MAX_LINES`."""

    run: str
    after: Instant
    limit: Count


class Look(Ask, tag="look"):
    """Answered by a `Glance`."""


class Announce(Ask, tag="announce"):
    """Answered by null. Who is here, in which role and from where the server adds itself."""

    seat: Annotated[str, Meta(max_length=100)]
    """What the face calls itself, so that it finds itself among those present."""
    looking_at: str
    subject: str = ""
    idle: Seconds = 0.0


class Leave(Ask, tag="leave"):
    """Answered by null."""


class Now(Ask, tag="now"):
    """Answered by the store's clock."""


class GetHead(Ask, tag="head"):
    """Answered by the journal's `Head`."""


class Perform(Ask, tag="perform"):
    """Answered by `Done`."""

    command: AnyCommand


OfStore = Read | Samples | Log | Now | GetHead
"""What the store alone can answer."""
AnyAsk = OfStore | Follow | Who | Look | Announce | Leave | Perform
MAX_SAMPLES = 5000
"""Samples in one answer."""
MAX_LINES = 2000
"""Log lines in one answer."""


class Seat(Value):
    """What a face must know of itself."""

    launch: str
    identity: Identity
    via: str
    rehearsal: bool = False


class Page(Value):
    """Rows as stored: an event of a later version comes through whole."""

    rows: tuple[Row, ...]
    more: bool
    """Whether the journal goes on after the last of them."""


class News(Value):
    """What came, and what stood beside the journal then."""

    page: Page
    beside: Glance


class Failure(Value):
    """A `LaunchpadError` on its way to the seat."""

    error: Literal[
        "BadInput", "Refused", "Conflict", "LeaseLost", "Unreachable", "BrokenJournal", "LaunchpadError"
    ]
    message: str
    hint: str = ""
    faults: tuple[str, ...] = ()
    subject: str = ""
    seq: int = 0


class Question(Value):
    """What a seat sends. The question is decoded apart, so that a bad one gets an answer."""

    id: Count
    ask: msgspec.Raw


class Answer(Value):
    """What the server sends."""

    id: Count
    value: msgspec.Raw = msgspec.Raw(b"null")
    failure: Failure | None = None


def to_failure(error: LaunchpadError) -> Failure:
    """The failure that `to_error` turns into an error of the same class."""
    failure = Failure(error="LaunchpadError", message=error.message, hint=error.hint)
    match error:
        case BadInput(faults=faults):
            return msgspec.structs.replace(failure, error="BadInput", faults=faults)
        case Conflict(subject=subject, seq=seq):
            return msgspec.structs.replace(failure, error="Conflict", subject=subject, seq=seq)
        case BrokenJournal(seq=seq):
            return msgspec.structs.replace(failure, error="BrokenJournal", seq=seq)
        case LeaseLost():
            return msgspec.structs.replace(failure, error="LeaseLost")
        case Refused():
            return msgspec.structs.replace(failure, error="Refused")
        case Unreachable():
            return msgspec.structs.replace(failure, error="Unreachable")
        case _:
            return failure


def to_error(failure: Failure) -> LaunchpadError:
    """The error that a failure tells of."""
    message, hint = failure.message, failure.hint
    match failure.error:
        case "BadInput":
            return BadInput(message, hint=hint, faults=failure.faults)
        case "Conflict":
            return Conflict(failure.subject, failure.seq)
        case "BrokenJournal":
            return BrokenJournal(message, hint=hint, seq=failure.seq)
        case "LeaseLost":
            return LeaseLost(message, hint=hint)
        case "Refused":
            return Refused(message, hint=hint)
        case "Unreachable":
            return Unreachable(message, hint=hint)
        case _:
            return LaunchpadError(message, hint=hint)


def send(sock: socket.socket, payload: bytes) -> None:
    """Sends one frame whole; two threads must not do so at once."""
    sock.sendall(len(payload).to_bytes(_HEADER, "big") + payload)


def receive(stream: BinaryIO, limit: int) -> bytes | None:
    """The next frame; None where the stream ends or the other side does not keep to the protocol."""
    try:
        header = stream.read(_HEADER)
        length = int.from_bytes(header, "big")
        if len(header) < _HEADER or length > limit:
            return None
        payload = stream.read(length)
    except (OSError, ValueError):
        return None
    return payload if len(payload) == length else None
