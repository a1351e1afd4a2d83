"""One client's connection: its key says who it is, and it is given seats, and nothing else."""

import asyncio
import contextlib
import signal
import socket
from functools import partial

import asyncssh

from launchpad.errors import Exit
from launchpad.model.definition import Operator
from launchpad.model.values import format_duration
from launchpad.ssh.channel import SeatChannel, Start
from launchpad.ssh.hosted import FLUSH, Hosted

_SESSIONS = 100
"""Seats that one connection may ask for in its life."""
_OFFERS = 20
"""Keys that one connection may offer, or prove to have; agents hold a handful."""
_UNREAD = 8192
"""Bytes from a client that wait in the kernel, and so are read at a time: whoever sends without pause takes
turns with all others, a few packets each, instead of keeping them waiting with thousands."""


class Connection(asyncssh.SSHServer):
    """One client: its key says who it is; the name that it logs in with says nothing."""

    def __init__(self, hosted: Hosted) -> None:
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
            await asyncio.wait_for(self.closed.wait(), FLUSH)
        self.abort()
