"""The seat's side of the relay: a source and a desk whose store and identity are the server's."""

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeVar

import msgspec
from msgspec.json import Decoder

from launchpad.desk.roles import MINIMUM, allows
from launchpad.errors import BadInput, BrokenJournal, LaunchpadError, Unreachable
from launchpad.model.commands import Command, Done, Identity
from launchpad.model.journal import Head, Recorded, Row, recorded
from launchpad.model.samples import Glance, LogLine, Presence, Sample, SampleBatch
from launchpad.model.state import State
from launchpad.model.values import Micros
from launchpad.rules.seat import acting
from launchpad.ssh import protocol
from launchpad.ssh.protocol import Answer, Ask, News, Page, Question

T = TypeVar("T")

_PATIENCE = 30.0
"""Seconds that an answer may take, beyond what was asked to be waited for."""
_MOMENT = 0.1
"""Seconds for which what the server told is as good as another look."""
_GONE = "the server of this seat has gone"

_BATCH = Decoder(SampleBatch)
_DONE = Decoder(Done)
_GLANCE = Decoder(Glance)
_HEAD = Decoder(Head)
_INT = Decoder(int)
_LINES = Decoder(tuple[LogLine, ...])
_NEWS = Decoder(News)
_NOTHING: Decoder[None] = Decoder(None)
_PAGE = Decoder(Page)


class Link:
    """Questions and answers over one socket. Any thread may ask; several questions may be open at once."""

    def __init__(self, sock: socket.socket, *, on_end: Callable[[], None]) -> None:
        """`on_end` is called from a thread of the link when the server ends it, not after `close`."""
        self._socket = sock
        self._on_end = on_end
        self._numbers = itertools.count(1)
        self._sending = threading.Lock()
        self._guard = threading.Lock()
        self._open: dict[int, Future[Answer]] | None = {}
        self._followed: dict[int, Callable[[Answer | None], None]] = {}
        threading.Thread(target=self._listen, name="relay", daemon=True).start()

    def ask(self, ask: Ask, answer: Decoder[T], *, patience: float = _PATIENCE) -> T:
        """The answer, decoded by `answer`.

        Raises the error that the server answered with, `Unreachable` when it does not answer, and
        `BadInput` for a text that can't be sent.
        """
        number = next(self._numbers)
        payload = _encoded(number, ask)
        future: Future[Answer] = Future()
        with self._guard:
            if self._open is None:
                raise Unreachable(_GONE)
            self._open[number] = future
        try:
            self._send(payload)
            reply = future.result(timeout=patience)
        except TimeoutError:
            raise Unreachable(f"the server did not answer in {patience:g} s") from None
        finally:
            with self._guard:
                if self._open is not None:
                    self._open.pop(number, None)
        if reply.failure is not None:
            raise protocol.to_error(reply.failure)
        return answer.decode(reply.value)

    def follow(self, ask: protocol.Follow, told: Callable[[Answer | None], None]) -> None:
        """Asks for what is answered again and again. `told` gets each answer, and None when there will be no
        more, from the thread that listens: it must not ask. Raises `Unreachable` when the server has gone.
        """
        number = next(self._numbers)
        with self._guard:
            if self._open is None:
                raise Unreachable(_GONE)
            self._followed[number] = told
        self._send(_encoded(number, ask))

    def _send(self, payload: bytes) -> None:
        try:
            with self._sending:
                protocol.send(self._socket, payload)
        except OSError:
            raise Unreachable(_GONE) from None

    def close(self) -> None:
        """Ends the link from this side."""
        self._on_end = _nothing
        self._fail_open()
        with contextlib.suppress(OSError):  # the server was first
            self._socket.shutdown(socket.SHUT_RDWR)

    def _listen(self) -> None:
        decoder = Decoder(Answer)
        try:
            with self._socket.makefile("rb") as stream:
                while (payload := protocol.receive(stream, protocol.MAX_ANSWER)) is not None:
                    reply = decoder.decode(payload)
                    if (told := self._followed.get(reply.id)) is not None:
                        told(reply)
                        continue
                    with self._guard:
                        future = self._open.pop(reply.id, None) if self._open is not None else None
                    if future is not None:
                        future.set_result(reply)
        finally:
            self._fail_open()
            self._on_end()

    def _fail_open(self) -> None:
        with self._guard:
            unanswered, self._open = self._open or {}, None
        for future in unanswered.values():
            future.set_exception(Unreachable(_GONE))
        for told in self._followed.values():
            told(None)


class _Newest:
    """What the server has told of the journal."""

    def __init__(self, after: int) -> None:
        self._changed = threading.Condition()
        self._seq = after
        self._page: Page | None = None
        self._beside: tuple[float, Glance] | None = None
        self._trouble: LaunchpadError | None = None
        """What has not been raised yet: it may be told while nobody waits."""
        self._over = False

    def take(self, answer: Answer | None) -> None:
        """Takes in what the server told; None: it will tell no more."""
        with self._changed:
            if answer is None:
                self._over = True
            elif answer.failure is not None:
                self._trouble = protocol.to_error(answer.failure)
                if isinstance(self._trouble, BrokenJournal):  # what was told before may be no more
                    self._seq, self._page = 0, None
            else:
                if not isinstance(self._trouble, BrokenJournal):
                    self._trouble = None
                news = _NEWS.decode(answer.value)
                self._seq, self._page = news.page.rows[-1].seq, news.page
                self._beside = time.monotonic(), news.beside
            self._changed.notify_all()

    def wait(self, after: int, timeout: float) -> bool:
        """Whether there is an event after this one, or comes in time. Raises what the server met instead."""
        with self._changed:
            self._changed.wait_for(lambda: self._seq > after or self._over or self._trouble, timeout)
            trouble, self._trouble = self._trouble, None
            if isinstance(trouble, BrokenJournal):
                raise trouble
            if self._seq > after:
                return True
            if self._over:
                raise Unreachable(_GONE)
            if trouble is not None:
                raise trouble
            return False

    def page(self, after: int, limit: int) -> Page | None:
        """What came last, once, for whoever reads on from there."""
        with self._changed:
            page, self._page = self._page, None
        fits = page is not None and page.rows[0].seq == after + 1 and len(page.rows) <= limit
        return page if fits else None

    def glance(self) -> Glance | None:
        """What stood beside the journal just now, once."""
        with self._changed:
            seen, self._beside = self._beside, None
        return seen[1] if seen is not None and time.monotonic() - seen[0] < _MOMENT else None


class RelayedSource:
    """A `launchpad.session.Source` of the one launch that the seat is for."""

    def __init__(self, link: Link, launch: str) -> None:
        self._link = link
        self._launch = launch
        self._following = threading.Lock()
        self._newest: _Newest | None = None

    def read(self, launch: str, after: int = 0, limit: int = 1000) -> tuple[Recorded, ...]:
        return tuple(recorded(launch, row) for row in self.rows(launch, after, limit))

    def head(self, launch: str) -> Head:
        self._check(launch)
        return self._link.ask(protocol.GetHead(), _HEAD)

    def rows(self, launch: str, after: int = 0, limit: int = 1000) -> tuple[Row, ...]:
        self._check(launch)
        rows: list[Row] = []
        more = True
        while more and len(rows) < limit:
            seen = rows[-1].seq if rows else after
            left = limit - len(rows)
            told = self._newest.page(seen, left) if self._newest is not None else None
            page = told or self._link.ask(protocol.Read(after=seen, limit=left), _PAGE)
            rows.extend(page.rows)
            more = page.more and bool(page.rows)
        return tuple(rows)

    def wait(self, launch: str, after: int, timeout: float, known: str = "") -> bool:
        self._check(launch)
        with self._following:
            if self._newest is None:
                newest = _Newest(after)
                self._link.follow(protocol.Follow(after=after, known=known), newest.take)
                self._newest = newest
        return self._newest.wait(after, timeout)

    def samples(
        self,
        launch: str,
        *,
        cursor: int = 0,
        since: Micros | None = None,
        until: Micros | None = None,
        signals: Sequence[str] | None = None,
        limit: int = 100_000,
    ) -> SampleBatch:
        self._check(launch)
        found: list[Sample] = []
        while True:
            part = min(limit - len(found), protocol.MAX_SAMPLES)
            ask = protocol.Samples(
                cursor=cursor,
                since=since,
                until=until,
                signals=None if signals is None else tuple(signals),
                limit=part,
            )
            batch = self._link.ask(ask, _BATCH)
            found.extend(batch.samples)
            cursor = batch.cursor
            if len(batch.samples) < part or len(found) >= limit:
                return SampleBatch(samples=tuple(found), cursor=cursor)

    def log(self, launch: str, run: str, after: int = 0, limit: int = 1000) -> tuple[LogLine, ...]:
        self._check(launch)
        found: list[LogLine] = []
        while True:
            part = min(limit - len(found), protocol.MAX_LINES)
            lines = self._link.ask(protocol.Log(run=run, after=after, limit=part), _LINES)
            found.extend(lines)
            if len(lines) < part or len(found) >= limit:
                return tuple(found)
            after = lines[-1].n

    def glance(self, launch: str) -> Glance:
        self._check(launch)
        told = self._newest.glance() if self._newest is not None else None
        return told or self._link.ask(protocol.Look(), _GLANCE)

    def announce(self, launch: str, presence: Presence) -> None:
        self._check(launch)
        ask = protocol.Announce(
            seat=presence.seat,
            looking_at=presence.looking_at,
            subject=presence.subject,
            idle=presence.idle,
        )
        self._link.ask(ask, _NOTHING)

    def leave(self, launch: str, seat: str) -> None:  # noqa: ARG002  a seat can only leave itself
        self._check(launch)
        self._link.ask(protocol.Leave(), _NOTHING)

    def now(self) -> Micros:
        return self._link.ask(protocol.Now(), _INT)

    def _check(self, launch: str) -> None:
        if launch != self._launch:
            raise BadInput(f"this seat is for {self._launch}, not for {launch}")


class RelayedDesk:
    """A `launchpad.desk.Desk` whose commands the server performs, as the operator whom it let in."""

    only_looks = ""

    def __init__(self, link: Link, identity: Identity, state: Callable[[], State]) -> None:
        self._link = link
        self._identity = identity
        self._state = state

    @property
    def identity(self) -> Identity:
        return acting(self._identity, self._state())

    def may(self, verb: str) -> bool:
        return allows(self.identity.role, MINIMUM[verb])

    def perform(self, command: Command) -> Done:
        return self._link.ask(protocol.Perform(command=command), _DONE)  # type: ignore[arg-type]


def _encoded(number: int, ask: Ask) -> bytes:
    try:
        payload = msgspec.json.encode(Question(id=number, ask=msgspec.Raw(msgspec.json.encode(ask))))
    except UnicodeEncodeError:
        raise BadInput("this text is not valid Unicode and can't be stored") from None
    if len(payload) > protocol.MAX_ASK:
        raise BadInput(
            f"this is too long to be sent: {len(payload):,} bytes of at most {protocol.MAX_ASK:,}",
            hint="put it elsewhere and give a link",
        )
    return payload


def _nothing() -> None:
    pass
