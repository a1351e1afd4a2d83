"""The SSH server: lets operators in by their keys and gives each connection a seat, and nothing else."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import asyncssh

from launchpad.desk import LocalDesk
from launchpad.errors import BadInput, Refused
from launchpad.model.commands import Identity
from launchpad.model.definition import Operator
from launchpad.model.store import Store
from launchpad.session import Session
from launchpad.ssh.channel import SeatChannel, Start
from launchpad.ssh.keys import host_key, operators_by_key
from launchpad.ssh.protocol import Seat
from launchpad.ssh.seats import COMMAND, SeatProcess
from launchpad.ssh.terminal import Terminal

SEATS = 20
_STRANGERS = 20
"""Connections beyond the seats: those that log in, and those that learn that no seat is free."""
_SESSIONS = 100
"""Seats that one connection may ask for in its life."""
_FLUSH = 2.0
"""Seconds for clients to take in the last words."""


class Listening(NamedTuple):
    """What colleagues need to know to connect."""

    port: int
    fingerprint: str


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
    command: Sequence[str] = COMMAND,
    seats: int = SEATS,
    rehearsal: bool = False,
) -> None:
    """Serves seats for `launch` on `host` (None: every address) and `port` (0: any) until `stop`.

    The host key in file `key` is made if there is none. `command` is what starts a seat. Raises
    `BadInput` when no operator of the launch has a key, or when the address can't be listened on.
    """
    private = host_key(key)
    session = await asyncio.to_thread(Session, store, launch)
    hosted = _Hosted(store, session, command, seats, narrate, rehearsal=rehearsal)
    if not hosted.operators():
        raise BadInput(
            f"no operator of {launch} has an SSH key, so nobody could connect",
            hint="add `keys:` to `operators:` in the definition",
        )
    with session.following(_ignore):
        acceptor = await _listen(hosted, host, port, private)
        try:
            ready(Listening(acceptor.get_port(), private.get_fingerprint()))
            await stop.wait()
        finally:
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
        command: Sequence[str],
        seats: int,
        narrate: Callable[[str], None],
        *,
        rehearsal: bool,
    ) -> None:
        self.narrate = narrate
        self.connections: dict[_Connection, None] = {}
        """The oldest first."""
        self._store = store
        self._session = session
        self._command = command
        self._seats = seats
        self._rehearsal = rehearsal
        self._channels: set[SeatChannel] = set()
        self._ending = False

    def operators(self) -> Mapping[bytes, Operator]:
        """Who may connect, as the journal says now."""
        definition = self._session.state.definition
        return operators_by_key(definition) if definition is not None else {}

    def admit(self, connection: "_Connection") -> None:
        """Takes it in. Where there are too many, the oldest that has not logged in goes: nobody can keep
        operators out by connections that stay silent."""
        self.connections[connection] = None
        if len(self.connections) > self._seats + _STRANGERS:
            oldest = next((each for each in self.connections if not each.logged_in), connection)
            del self.connections[oldest]
            oldest.abort()

    @contextmanager
    def place(self, operator: Operator, address: str, channel: SeatChannel) -> Iterator[Start]:
        """Keeps a place for the operator's seat. Raises `Refused` if there is none."""
        if self._ending:
            raise Refused("the server is ending")
        if len(self._channels) >= self._seats:
            self.narrate(f"{operator.name} from {address} found all {self._seats} seats taken")
            raise Refused(f"all {self._seats} seats are taken", hint="ask a colleague to leave theirs")
        identity = Identity(name=operator.name, role=operator.role, teams=operator.teams, auth="key")

        async def start(terminal: Terminal, environ: Mapping[str, str]) -> SeatProcess:
            return await SeatProcess.start(
                self._command,
                terminal,
                environ,
                store=self._store,
                desk=LocalDesk(self._store, self._session, identity),
                seat=Seat(
                    launch=self._session.launch,
                    identity=identity,
                    via=f"ssh {address}",
                    rehearsal=self._rehearsal,
                ),
            )

        self._channels.add(channel)
        self.narrate(f"{operator.name} ({operator.role}) from {address} has a seat")
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
            channel.end(signal.SIGTERM)
        await asyncio.gather(*(channel.wait() for channel in channels))
        closed = [asyncio.create_task(connection.closed.wait()) for connection in self.connections]
        if closed:
            await asyncio.wait(closed, timeout=_FLUSH)
        for connection in list(self.connections):
            connection.abort()


class _Connection(asyncssh.SSHServer):
    """One client: its key says who it is; the name that it logs in with says nothing."""

    def __init__(self, hosted: _Hosted) -> None:
        self._hosted = hosted
        self._connection: asyncssh.SSHServerConnection
        self._address = "an unknown address"
        self._operators: Mapping[bytes, Operator] = {}
        self._operator: Operator | None = None
        self._offered = ""
        self._asked = 0
        self.logged_in = False
        self.closed = asyncio.Event()

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        if peer := conn.get_extra_info("peername"):
            self._address = str(peer[0])
        self._hosted.admit(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._hosted.connections.pop(self, None)
        self.closed.set()
        if not self.logged_in and self._offered:
            self._hosted.narrate(
                f"refused {self._address}: no operator proved to have the key {self._offered}"
            )

    def begin_auth(self, username: str) -> bool:  # noqa: ARG002
        self._operators = self._hosted.operators()
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002
        # Asked for each key that is offered, and again right before its signature is verified: whoever
        # gets in is the last one that was asked for.
        self._operator = self._operators.get(key.public_data)
        self._offered = key.get_fingerprint()
        return self._operator is not None

    def auth_completed(self) -> None:
        self.logged_in = True

    def session_requested(self) -> SeatChannel | bool:
        self._asked += 1
        if self._operator is None or not self.logged_in or self._asked > _SESSIONS:
            return False
        return SeatChannel(partial(self._hosted.place, self._operator, self._address))

    def abort(self) -> None:
        self._connection.abort()


def _ignore(why: str) -> None:
    """Seats say themselves when the store can't be read."""
