"""The SSH server: lets operators in by their keys and gives each connection a seat, and nothing else."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import asyncssh

from launchpad.broken import Broken
from launchpad.desk import Desk, LocalDesk, Onlooker
from launchpad.errors import BadInput, Exit, Refused
from launchpad.model.commands import Identity
from launchpad.model.definition import Definition, Operator
from launchpad.model.store import Store
from launchpad.model.values import format_duration
from launchpad.session import Session
from launchpad.ssh.access import Admitted, KeyFile, admitted, network_of
from launchpad.ssh.channel import Errands, SeatChannel, Start, no_errands
from launchpad.ssh.confinement import lacking, landlock
from launchpad.ssh.keys import host_key
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
_SESSIONS = 100
"""Seats that one connection may ask for in its life."""
_OFFERS = 20
"""Keys that one connection may offer, or prove to have; agents hold a handful."""
_CIPHERS = "-chacha20-poly1305@openssh.com"
"""All that are sound but this one, which OpenSSH would choose first and which takes five times as long here
as AES: three quarters of what a full house costs its server."""
_MACS = "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512"
"""What signs the packets where the cipher does not: not UMAC, which OpenSSH would choose first and which
costs more here than all else about a packet."""
_UNREAD = 8192
"""Bytes from a client that wait in the kernel, and so are read at a time: whoever sends without pause takes
turns with all others, a few packets each, instead of keeping them waiting with thousands."""
_FLUSH = 2.0
"""Seconds for clients to take in the last words."""
_LOOK_EVERY = 1.0
"""Seconds between two looks at who may still be here."""


class Listening(NamedTuple):
    """What colleagues need to know to connect."""

    port: int
    fingerprint: str


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


async def serve(
    store: Store,
    launch: str,
    *,
    host: str | None,
    port: int,
    key: Path,
    stop: asyncio.Event,
    ready: Callable[[Listening], None],
    narrate: Callable[[str], None],
    rules: Rules,
    rehearsal: bool = False,
) -> None:
    """Serves seats for `launch` on `host` (None: every address) and `port` (0: any) until `stop`.

    The host key in file `key` is made if there is none. Raises `BadInput` when a line of the
    authorized-keys file can't be used, when no operator of the launch has a key, or when the address can't
    be listened on.
    """
    private = host_key(key)
    session = await asyncio.to_thread(Session, store, launch)
    if rules.keys is not None:
        rules.keys.read()
    hosted = _Hosted(store, session, rules, narrate, rehearsal=rehearsal)
    if rules.keys is not None and (faults := hosted.faults):
        more = f", and {len(faults) - 1} more" if len(faults) > 1 else ""
        raise BadInput(f"{faults[0]}{more}", faults=faults)
    if not hosted.operators():
        raise BadInput(
            f"no operator of {launch} has an SSH key, so nobody could connect",
            hint="add `keys:` to `operators:` in the definition, or name an authorized-keys file",
        )
    if told := lacking(landlock()):
        narrate(told)
    broken = Broken()
    with session.following(_ignore, broken.tell):
        acceptor = await _listen(hosted, host, port, private)
        looking = asyncio.create_task(hosted.look_after())
        try:
            await hosted.prepare()
            ready(Listening(acceptor.get_port(), private.get_fingerprint()))
            await _until(stop, broken)
        finally:
            looking.cancel()
            acceptor.close()
            await hosted.end()


async def _listen(
    hosted: "_Hosted", host: str | None, port: int, private: asyncssh.SSHKey
) -> asyncssh.SSHAcceptor:
    try:
        return await asyncssh.create_server(
            lambda: _Connection(hosted),
            host or "",
            port,
            server_host_keys=[private],
            server_version="Launchpad",
            encoding=None,
            line_editor=False,
            public_key_auth=True,
            password_auth=False,
            kbdint_auth=False,
            host_based_auth=False,
            gss_host=None,
            agent_forwarding=False,
            x11_forwarding=False,
            allow_scp=False,
            sftp_factory=None,
            rdns_lookup=False,
            encryption_algs=_CIPHERS,
            mac_algs=_MACS,
            compression_algs=["zlib@openssh.com", "none"],
            keepalive_interval=15,
            login_timeout=20,
        )
    except OSError as error:
        where = f"port {port}" if host is None else f"{host}, port {port}"
        raise BadInput(
            f"can't listen on {where}: {_reason(error)}", hint="choose another address or port"
        ) from None


def _reason(error: OSError) -> str:
    """In a few words: asyncio's own repeat the address, resolvers count from below zero."""
    return os.strerror(error.errno).lower() if error.errno and error.errno > 0 else str(error.strerror)


class _Hosted:
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
        self.connections: dict[_Connection, None] = {}
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

    def admit(self, connection: "_Connection") -> None:
        """Takes it in. Where there are too many, of those that have not logged in the oldest goes that comes
        from where most of them come from: nobody can keep operators elsewhere out by connections that stay
        silent, or by many."""
        self.connections[connection] = None
        if len(self.connections) > self.rules.seats + _STRANGERS:
            strangers = [each for each in self.connections if not each.logged_in]
            crowds = Counter(network_of(each.address) for each in strangers)
            goes = max(strangers, key=lambda each: crowds[network_of(each.address)], default=connection)
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
            await asyncio.wait(closed, timeout=_FLUSH)
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


class _Connection(asyncssh.SSHServer):
    """One client: its key says who it is; the name that it logs in with says nothing."""

    def __init__(self, hosted: _Hosted) -> None:
        self._hosted = hosted
        self._connection: asyncssh.SSHServerConnection
        self.address = "an unknown address"
        self._operator: Operator | None = None
        self._key = b""
        self._offered = ""
        self._offers = 0
        self._asked = 0
        self._channels: list[SeatChannel] = []
        self._leaving: asyncio.Task[None] | None = None
        self.logged_in = False
        self.closed = asyncio.Event()

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        if peer := conn.get_extra_info("peername"):
            self.address = str(peer[0])
        conn.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _UNREAD)
        self._hosted.admit(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._hosted.connections.pop(self, None)
        self.closed.set()
        if not self.logged_in and self._offered:
            self._hosted.narrate(
                f"refused {self.address}: no operator proved to have the key {self._offered}"
            )

    def begin_auth(self, username: str) -> bool:  # noqa: ARG002
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002
        # Asked for each key that is offered, and again right before its signature is verified: whoever
        # gets in is the last one that was asked for.
        self._key = key.public_data
        self._operator = self._hosted.operators().get(self._key)
        self._offered = key.get_fingerprint()
        self._offers += 1
        if self._offers > _OFFERS:
            self._connection.disconnect(
                asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE, "too many keys were offered"
            )
            return False
        return self._operator is not None

    def auth_completed(self) -> None:
        self.logged_in = True

    def session_requested(self) -> SeatChannel | bool:
        self._asked += 1
        operator = self._operator
        if operator is None or not self._stands() or not self.logged_in or self._asked > _SESSIONS:
            return False
        self._channels = [channel for channel in self._channels if not channel.over]
        channel = SeatChannel(partial(self._place, operator), self._hosted.rules.errands)
        self._channels.append(channel)
        return channel

    def review(self) -> None:
        """Ends what may no longer be: all of it when the key was revoked, a seat where nobody is."""
        if not self.logged_in or self._operator is None or self._leaving is not None:
            return
        if not self._stands():
            self._leaving = asyncio.create_task(self._drop(self._operator.name))
            return
        limit = self._hosted.rules.idle
        for channel in self._channels if limit is not None else ():
            if limit is not None and channel.silent > limit:
                words = f"nothing was typed for {format_duration(limit)}; connect again"
                channel.end(signal.SIGTERM, Exit.REFUSED, words)

    def abort(self) -> None:
        self._connection.abort()

    def _place(self, operator: Operator, channel: SeatChannel) -> contextlib.AbstractContextManager[Start]:
        return self._hosted.place(operator, self.address, channel)

    def _stands(self) -> bool:
        """Whether the key still lets in whom it let in."""
        now = self._hosted.operators().get(self._key)
        return now is not None and self._operator is not None and now.name == self._operator.name

    async def _drop(self, name: str) -> None:
        self._hosted.narrate(f"the key {self._offered} of {name} was revoked: {self.address} is dropped")
        for channel in self._channels:
            channel.end(signal.SIGTERM, Exit.REFUSED, "your key was revoked")
        await asyncio.gather(*(channel.wait() for channel in self._channels))
        with contextlib.suppress(TimeoutError):  # a client leaves once its last channel has ended
            await asyncio.wait_for(self.closed.wait(), _FLUSH)
        self.abort()


async def _until(stop: asyncio.Event, broken: Broken) -> None:
    """Returns once it is told to stop; raises what broke before."""
    tasks = [asyncio.create_task(stop.wait()), asyncio.create_task(broken.raised())]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()


def _ignore(why: str) -> None:
    """Seats say themselves when the store can't be read."""
