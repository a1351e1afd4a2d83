"""The server's side of the relay: answers one seat out of the store, and performs what it asks as the
operator that its key stands for.

A seat is not trusted. It reaches one launch; it can't choose who acts, nor who is said to be here; and
what it can make the server hold at a time is bounded by the constants below and in `protocol`.
"""

import contextlib
import logging
import socket
import threading
import time
import uuid

import msgspec

from launchpad.desk import Desk
from launchpad.errors import BadInput, BrokenJournal, LaunchpadError, Refused
from launchpad.model.commands import Amend
from launchpad.model.samples import Glance, Presence
from launchpad.model.store import Store
from launchpad.model.text import clean
from launchpad.ssh import protocol
from launchpad.ssh.protocol import Answer, AnyAsk, News, OfStore, Question, Seat
from launchpad.ssh.tail import NOTHING, RETRY, Tail

_IN_FLIGHT = 8
"""Commands of one seat that are worked on at a time; what it asks next stays unread."""
_LOOK = 1.0
"""Seconds after which a thread that waits looks whether the seat is still there."""

log = logging.getLogger(__name__)


class RelayServer:
    """Answers one seat until either side closes the socket."""

    def __init__(self, store: Store, tail: Tail, desk: Desk, seat: Seat, sock: socket.socket) -> None:
        """`tail` is of the seat's launch. `desk` is that of `seat.identity`; like the store, it may block."""
        self._store = store
        self._tail = tail
        self._desk = desk
        self._seat = seat
        self._socket = sock
        self._sending = threading.Lock()
        self._places = threading.BoundedSemaphore(_IN_FLIGHT)
        self._presence = f"ssh-{uuid.uuid4().hex[:12]}"
        self._called = ""
        self._closed = False
        self._follows = False
        self._asks = msgspec.json.Decoder(AnyAsk)
        self._listener = threading.Thread(target=self._listen, name=self._presence, daemon=True)

    def start(self) -> None:
        self._listener.start()

    def close(self) -> None:
        """Ends it, which ends the seat too."""
        self._closed = True
        with contextlib.suppress(OSError):  # the seat was first
            self._socket.shutdown(socket.SHUT_RDWR)

    def join(self, timeout: float) -> None:
        """Waits until the seat has been taken off the list of those present."""
        self._listener.join(timeout)

    def _listen(self) -> None:
        questions = msgspec.json.Decoder(Question)
        try:
            with self._socket.makefile("rb") as stream:
                while (payload := protocol.receive(stream, protocol.MAX_ASK)) is not None:
                    question = questions.decode(payload)
                    self._answer(question)
        except protocol.NOISE:
            log.warning("the seat of %s broke the relay's protocol", self._seat.identity.name)
        finally:
            self.close()
            with contextlib.suppress(LaunchpadError):
                self._store.leave(self._seat.launch, self._presence)

    def _answer(self, question: Question) -> None:
        """Answers at once what is only looked up; what may take its time keeps no other question waiting."""
        try:
            ask = self._asks.decode(question.ask)
        except protocol.NOISE as error:
            refusal = protocol.to_failure(BadInput(f"the server does not take this: {error}"))
            self._send(Answer(id=question.id, failure=refusal))
            return
        match ask:
            case protocol.Perform():
                self._places.acquire()  # released by the thread that answers
                if not self._closed:
                    threading.Thread(target=self._answer_later, args=(question.id, ask), daemon=True).start()
            case protocol.Follow() if not self._follows:
                self._follows = True
                threading.Thread(target=self._follow, args=(question.id, ask), daemon=True).start()
            case _:
                self._send(self._answer_to(question.id, ask))

    def _answer_later(self, number: int, ask: protocol.Perform) -> None:
        try:
            self._send(self._answer_to(number, ask))
        finally:
            self._places.release()

    def _follow(self, number: int, ask: protocol.Follow) -> None:
        try:
            self._tell(number, ask.after, ask.known)
        except Exception:  # a seat that is told nothing any more must not look as if nothing happened
            log.exception("the seat of %s can't be told what comes", self._seat.identity.name)
            self.close()

    def _tell(self, number: int, after: int, known: str) -> None:
        """Tells the seat what comes after the event whose hash it knows, until it goes."""
        seen = 0
        while not self._closed:
            step = self._tail.next(seen, _LOOK)
            if step is None:
                continue
            seen = step.number
            if isinstance(step.error, BrokenJournal):
                after = -1
            elif after < 0:
                # What came before, the seat reads by itself; that there is something, it has to be told.
                after = max(step.after - 1, 0)
            if step.error is not None:
                self._send(Answer(id=number, failure=protocol.to_failure(step.error)))
                continue
            try:
                if known:
                    # What is lost from now on the tail finds by itself.
                    self._ensure_holds(after, known)
                    known = ""
                page = step.page if step.after == after else self._tail.page(after)
                while page.rows:
                    self._send(_answer(number, News(page=page, beside=self._glance())))
                    after = page.rows[-1].seq
                    page = self._tail.page(after) if page.more else NOTHING
            except LaunchpadError as error:
                self._send(Answer(id=number, failure=protocol.to_failure(error)))
                if isinstance(error, BrokenJournal):
                    after, known = -1, ""
                time.sleep(RETRY)
                seen = 0

    def _ensure_holds(self, seq: int, known: str) -> None:
        rows = self._store.rows(self._seat.launch, after=seq - 1, limit=1)
        if not rows or rows[0].hash != known:
            raise BrokenJournal(f"the store has lost events of {self._seat.launch}", hint="look again")

    def _send(self, answer: Answer) -> None:
        try:
            with self._sending:
                protocol.send(self._socket, msgspec.json.encode(answer))
        except OSError:  # nobody is left to be told
            self.close()

    def _answer_to(self, number: int, ask: AnyAsk) -> Answer:
        try:
            return _answer(number, self._value(ask))
        except LaunchpadError as error:
            failure = protocol.to_failure(error)
        except Exception:  # a fault of ours must not leave the seat waiting
            log.exception("a question of the seat of %s failed", self._seat.identity.name)
            failure = protocol.to_failure(
                LaunchpadError("the server failed at this", hint="its log says why")
            )
        return Answer(id=number, failure=failure)

    def _value(self, ask: AnyAsk) -> object:
        match ask:
            case protocol.Who():
                return self._seat
            case protocol.Look():
                return self._glance()
            case protocol.Announce():
                self._announce(ask)
                return None
            case protocol.Leave():
                self._store.leave(self._seat.launch, self._presence)
                return None
            case protocol.Perform(command=Amend()):
                # Its references were checked where the file was read, which is not here.
                raise Refused(
                    "a definition is not amended through a seat", hint="`launchpad amend` where its file is"
                )
            case protocol.Perform(command=command):
                return self._desk.perform(command)
            case protocol.Follow():
                raise BadInput("this seat follows already")
            case _:
                return self._stored(ask)

    def _stored(self, ask: OfStore) -> object:
        store, launch = self._store, self._seat.launch
        match ask:
            case protocol.Read(after=after, limit=limit):
                return self._tail.page(after, limit)
            case protocol.Samples(cursor=cursor, since=since, until=until, signals=signals, limit=limit):
                limit = min(limit, protocol.MAX_SAMPLES)
                return store.samples(
                    launch, cursor=cursor, since=since, until=until, signals=signals, limit=limit
                )
            case protocol.Log(run=run, after=after, limit=limit):
                after = max(after, -protocol.MAX_LINES)
                return store.log(launch, run, after=after, limit=min(limit, protocol.MAX_LINES))
            case protocol.Now():
                return store.now()
            case protocol.GetHead():
                return store.head(launch)

    def _glance(self) -> Glance:
        """The seat finds itself, among those present, under the name that it gave itself."""
        seen = self._tail.glance()
        people = tuple(
            msgspec.structs.replace(who, seat=self._called) if who.seat == self._presence else who
            for who in seen.people
        )
        return msgspec.structs.replace(seen, people=people)

    def _announce(self, said: protocol.Announce) -> None:
        self._called = said.seat
        me = self._desk.identity
        presence = Presence(
            seat=self._presence,
            operator=me.name,
            role=me.role,
            via=self._seat.via,
            looking_at=clean(said.looking_at, 80),
            subject=clean(said.subject, 80),
            idle=said.idle,
        )
        self._store.announce(self._seat.launch, presence)


def _answer(number: int, value: object) -> Answer:
    return Answer(id=number, value=msgspec.Raw(msgspec.json.encode(value)))
