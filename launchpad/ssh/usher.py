"""Within the usher's process: it has loaded the face once, and forks for each seat.

What seats have in common they share this way, and a face opens at once. The usher does nothing else: it has
no thread, no event loop and no secret, never sees the store, and listens to nobody but the server, on a
socket that only the two of them hold.
"""

import gc
import os
import selectors
import signal
import socket
import sys
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from launchpad.model.values import Value

LARGEST = 1 << 16
"""Bytes of one order; far more than an environment and a command may have."""
_STREAMS = 3
_NOT_FOR_US = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""Whoever sends these to every process means the server, which sees to the order of things."""


class Order(Value, tag_field="order"):
    """What the server sends."""

    number: int
    """Of the seat; the server counts them."""


class Begin(Order, tag="begin"):
    """Starts a seat. With it come its stdin, stdout and stderr and its socket to the server."""

    environ: dict[str, str]
    words: tuple[str, ...] = ()
    """The command that is asked for instead of the face."""


class Send(Order, tag="send"):
    """Sends a signal to all processes of a seat."""

    signal: int


class Ended(Value):
    """What the usher tells: a seat has ended, with an exit status, or negative the signal that ended it."""

    number: int
    status: int


class Seated(NamedTuple):
    """What a seat's process begins with."""

    fd: int
    """The socket to the server."""
    words: Sequence[str]


def usher(fd: int) -> Seated | None:
    """Starts seats for the server at the other end of socket `fd` (SOCK_SEQPACKET).

    Returns in each seat's own process; and in the usher's, with None, once the server has ended.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _NOT_FOR_US)
    # What there is by now, all seats share for as long as nobody writes to it: a search for garbage would.
    gc.collect()
    gc.freeze()
    server = socket.socket(fileno=fd)
    woken, wake = socket.socketpair()
    with server, woken, wake:
        for end in (woken, wake):
            end.setblocking(False)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        return _Usher(server, woken).work()


class _Usher:
    def __init__(self, server: socket.socket, woken: socket.socket) -> None:
        self._server = server
        self._woken = woken
        self._seats: dict[int, int] = {}
        """Number → process."""
        self._orders = msgspec.json.Decoder(Begin | Send)

    def work(self) -> Seated | None:
        with selectors.SelectSelector() as selector:
            selector.register(self._server, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in selector.select()]
                if self._woken in ready:
                    self._woken.recv(LARGEST)
                    self._reap()
                if self._server in ready:
                    payload, fds, _, _ = socket.recv_fds(self._server, LARGEST, _STREAMS + 1)
                    if not payload:
                        return None
                    seated = self._obey(self._orders.decode(payload), fds)
                    if seated is not None:
                        return seated

    def _obey(self, order: Begin | Send, fds: list[int]) -> Seated | None:
        if isinstance(order, Begin):
            return self._begin(order, fds)
        if order.number in self._seats:
            _signal(self._seats[order.number], order.signal)
        return None

    def _begin(self, order: Begin, fds: list[int]) -> Seated | None:
        try:
            pid = os.fork()
        except OSError as error:
            sys.stderr.write(f"a seat can't be started: {error.strerror}\n")
            sys.stderr.flush()
            self._tell(order.number, -signal.SIGKILL)
            pid = -1
        if pid == 0:
            return Seated(_become_seat(order.environ, fds), order.words)
        for fd in fds:
            os.close(fd)
        if pid > 0:
            self._seats[order.number] = pid
        return None

    def _reap(self) -> None:
        for number, pid in list(self._seats.items()):
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                continue
            # Not reaped yet, it keeps its number from being anybody else's: a seat leaves nothing behind.
            _signal(pid, signal.SIGKILL)
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            del self._seats[number]
            self._tell(number, status)

    def _tell(self, number: int, status: int) -> None:
        try:
            self._server.send(msgspec.json.encode(Ended(number=number, status=status)))
        except OSError:  # the server has gone, which the next look at it tells
            return


def _become_seat(environ: dict[str, str], fds: list[int]) -> int:
    """Takes what the seat was given, and lets go of what is the usher's. The socket to the server."""
    os.setsid()
    *streams, relay = fds
    for number, fd in enumerate(streams):
        os.dup2(fd, number)
        os.close(fd)
    os.set_inheritable(relay, False)
    os.environ.clear()
    os.environ.update(environ)
    signal.set_wakeup_fd(-1)
    for each in (*_NOT_FOR_US, signal.SIGCHLD):
        signal.signal(each, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _NOT_FOR_US)
    return relay


def _signal(pid: int, which: int) -> None:
    """Sends it to a seat's processes: to all that are still of its session's group."""
    try:
        os.killpg(pid, which)
    except (PermissionError, ProcessLookupError):  # it has not got a group of its own yet, or any longer
        return
