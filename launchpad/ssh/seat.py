"""Within a seat's own process: a face, on the terminal and the relay that the SSH server gave it."""

import fcntl
import os
import signal
import socket
import termios
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from launchpad.desk import Desk
from launchpad.errors import BadInput, Unreachable
from launchpad.session import Session
from launchpad.ssh import protocol
from launchpad.ssh.protocol import Seat
from launchpad.ssh.relayed import Link, RelayedDesk, RelayedSource


class Occupied(NamedTuple):
    """What a face, or a command, works with."""

    session: Session
    desk: Desk
    source: RelayedSource
    seat: Seat


Face = Callable[[Occupied], int]
"""Shows the launch until the operator leaves, or answers a command; gives the exit status."""

_LAST_SECOND = 1.0


def occupy(fd: int, face: Face, *, terminal: bool = True) -> int:
    """Runs `face` for the operator whom the server at the other end of socket `fd` has let in.

    The process ends when its terminal or the server does. Raises `BadInput` where there is no such socket.
    """
    if terminal:
        _take_terminal()
    try:
        sock = socket.socket(fileno=fd)
    except OSError:
        raise BadInput(
            "this command is how the SSH server starts a seat", hint="use `launchpad attach`"
        ) from None
    link = Link(sock, on_end=_end)
    try:
        seat = link.ask(protocol.Who(), msgspec.json.Decoder(Seat))
        source = RelayedSource(link, seat.launch)
        session = Session(source, seat.launch)
        desk = RelayedDesk(link, seat.identity, lambda: session.state)
        return face(Occupied(session, desk, source, seat))
    finally:
        link.close()
        sock.close()


def _take_terminal() -> None:
    """Makes the terminal on stdin this process's controlling one, so that its end is this one's too."""
    # A server started by nohup hands on a SIGHUP that is ignored.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    except OSError:
        raise BadInput("a seat needs a terminal and a session of its own") from None


def _end() -> None:
    """The server has gone: lets the face restore the terminal, if there still is one."""
    threading.Thread(target=_exit_soon, daemon=True).start()
    os.kill(os.getpid(), signal.SIGTERM)


def _exit_soon() -> None:
    time.sleep(_LAST_SECOND)
    os._exit(int(Unreachable.exit_code))
