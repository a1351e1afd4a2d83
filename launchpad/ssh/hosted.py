"""What all connections of the SSH server share: who may be here, how many, and the launch."""

import asyncio
import contextlib
import logging
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from launchpad.desk import Desk, LocalDesk, Onlooker
from launchpad.errors import Refused
from launchpad.model.commands import Identity
from launchpad.model.definition import Definition, Operator
from launchpad.model.store import Store
from launchpad.session import Session
from launchpad.ssh.access import Admitted, KeyFile, admitted, network_of
from launchpad.ssh.channel import Errands, SeatChannel, Start, no_errands
from launchpad.ssh.pipes import Pipes
from launchpad.ssh.processes import FORKS
from launchpad.ssh.protocol import Seat
from launchpad.ssh.seats import COMMAND, SeatProcess, starter
from launchpad.ssh.tail import Tail
from launchpad.ssh.terminal import Terminal

log = logging.getLogger(__name__)

SEATS = 20
_STRANGERS = 20
"""Connections beyond the seats: those that log in, and those that learn that no seat is free."""
FLUSH = 2.0
"""Seconds for clients to take in the last words."""
_LOOK_EVERY = 1.0
"""Seconds between two looks at who may still be here."""


class Rules(NamedTuple):
    """What connections may do, and for how long."""

    seats: int = SEATS
    """How many may be taken at once."""
    idle: float | None = None
    """Seconds without a key after which a seat ends; None: never."""
    keys: KeyFile | None = None
    """Keys beside those of the definition."""
    errands: Errands = no_errands
    """Which commands are taken in place of a seat."""
    command: Sequence[str] = COMMAND
    """What starts a seat."""
    forks: bool = FORKS
    """Whether seats are forked from an usher."""


class Guest(Protocol):
    """A connection, as all of them together are looked after."""

    address: str
    logged_in: bool
    closed: asyncio.Event

    def review(self) -> None:
        """Ends what may no longer be."""

    def abort(self) -> None:
        """Ends it without a word."""


class Hosted:
    """What all connections share."""

    def __init__(
        self,
        store: Store,
        session: Session,
        rules: Rules,
        narrate: Callable[[str], None],
        *,
        rehearsal: bool,
    ) -> None:
        self.narrate = narrate
        self.rules = rules
        self.connections: dict[Guest, None] = {}
        """The oldest first."""
        self._store = store
        self._tail = Tail(store, session.launch)
        self._starter = starter(rules.command, forks=rules.forks)
        self._session = session
        self._rehearsal = rehearsal
        self._channels: set[SeatChannel] = set()
        self._ending = False
        self._definition: Definition | None = None
        self._admitted = Admitted({}, ())

    def operators(self) -> Mapping[bytes, Operator]:
        """Who may connect, as the journal says now and the key file has settled."""
        if self._session.state.definition is not self._definition:
            self._admit_anew()
        return self._admitted.operators

    @property
    def faults(self) -> tuple[str, ...]:
        """A line for each key that lets nobody in."""
        self.operators()
        keys = self.rules.keys
        return (*(keys.faults if keys is not None else ()), *self._admitted.faults)

    def admit(self, guest: Guest) -> None:
        """Takes it in. Where there are too many, of those that have not logged in the oldest goes that comes
        from where most of them come from: nobody can keep operators elsewhere out by connections that stay
        silent, or by many."""
        self.connections[guest] = None
        if len(self.connections) > self.rules.seats + _STRANGERS:
            strangers = [each for each in self.connections if not each.logged_in]
            crowds = Counter(network_of(each.address) for each in strangers)
            goes = max(strangers, key=lambda each: crowds[network_of(each.address)], default=guest)
            del self.connections[goes]
            goes.abort()

    async def prepare(self) -> None:
        """So that the first seat is taken as fast as any. Where that fails, who asks for a seat is told."""
        with contextlib.suppress(OSError):
            await self._starter.prepare()

    async def look_after(self) -> None:
        """Sees to it, until cancelled, that nobody stays who may no longer be here."""
        keys = self.rules.keys
        told: tuple[str, ...] = ()
        while True:
            try:
                if keys is not None and await asyncio.to_thread(keys.changed):
                    self._admit_anew()
                for connection in list(self.connections):
                    connection.review()
                faults = self.faults
            except Exception:  # whatever it was, the next look must come
                log.exception("a look at who may be here failed")
            else:
                for fault in faults:
                    if fault not in told:
                        self.narrate(fault)
                told = faults
            await asyncio.sleep(_LOOK_EVERY)

    @contextlib.contextmanager
    def place(self, operator: Operator, address: str, channel: SeatChannel) -> Iterator[Start]:
        """Keeps a place for the operator's seat. Raises `Refused` if there is none."""
        if self._ending:
            raise Refused("the server is ending")
        seats = self.rules.seats
        if len(self._channels) >= seats:
            self.narrate(f"{operator.name} from {address} found all {seats} seats taken")
            raise Refused(f"all {seats} seats are taken", hint="ask a colleague to leave theirs")
        identity = Identity(name=operator.name, role=operator.role, teams=operator.teams, auth="key")

        async def start(
            streams: Terminal | Pipes, environ: Mapping[str, str], errand: Sequence[str]
        ) -> SeatProcess:
            desk: Desk = LocalDesk(self._store, self._session, identity)
            if errand:
                desk = onlooker(self._session, identity)
            what = f"asks for {errand[0]}" if errand else "has a seat"
            self.narrate(f"{operator.name} ({operator.role}) from {address} {what}")
            return await SeatProcess.start(
                self._starter,
                streams,
                environ,
                store=self._store,
                tail=self._tail,
                desk=desk,
                seat=Seat(
                    launch=self._session.launch,
                    identity=identity,
                    via=f"ssh {address}",
                    rehearsal=self._rehearsal,
                ),
                errand=errand,
            )

        self._channels.add(channel)
        try:
            yield start
        finally:
            self._channels.discard(channel)
            self.narrate(f"{operator.name} from {address} has left")

    async def end(self) -> None:
        """Seats restore their clients' terminals and end; then the connections do."""
        self._ending = True
        channels = list(self._channels)
        for channel in channels:
            channel.end(signal.SIGTERM, words="the server has ended")
        await asyncio.gather(*(channel.wait() for channel in channels))
        closed = [asyncio.create_task(connection.closed.wait()) for connection in self.connections]
        if closed:
            await asyncio.wait(closed, timeout=FLUSH)
        for connection in list(self.connections):
            connection.abort()
        await self._starter.close()
        self._tail.close()

    def _admit_anew(self) -> None:
        self._definition = definition = self._session.state.definition
        keys = self.rules.keys
        assert definition is not None, "a session holds an opened launch"
        self._admitted = admitted(definition, keys.entries if keys is not None else ())


def onlooker(session: Session, identity: Identity) -> Onlooker:
    """The desk of a command: there is nothing to perform."""
    why, hint = "a command over SSH only looks", "take a seat to change something"
    return Onlooker(session, identity, why=why, hint=hint)
