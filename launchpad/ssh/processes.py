"""The server's side of a seat's process: how it comes to be, is signalled, and ends.

Where a fork is safe an usher forks each seat from what it has loaded once; elsewhere each is started anew.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from launchpad.ssh.pipes import Pipes
from launchpad.ssh.terminal import Terminal
from launchpad.ssh.usher import LARGEST, Begin, Ended, Order, Send

FORKS = sys.platform == "linux"
"""Whether a fork is safe: macOS's libraries don't bear one."""
_END = 5.0
"""Seconds that an usher has to end once its server has."""


class Process(Protocol):
    """A seat's process."""

    async def wait(self) -> int:
        """Its exit status; negative for the signal that ended it."""
        ...

    def signal(self, which: signal.Signals) -> None:
        """Sends a signal to it and all that it started."""
        ...


class Starter(Protocol):
    """Starts seats' processes."""

    async def prepare(self) -> None:
        """Makes ready what the first seat would have to wait for."""
        ...

    async def start(
        self,
        streams: Terminal | Pipes,
        relay: socket.socket,
        environ: Mapping[str, str],
        words: Sequence[str],
    ) -> Process:
        """Starts one in a session of its own, with this environment alone; `words` are the command that is
        asked for instead of the face."""
        ...

    async def close(self) -> None: ...


class Spawner:
    """Starts each seat as a program of its own: `command --fd N [-- WORD…]`."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command

    async def prepare(self) -> None:
        return

    async def start(
        self,
        streams: Terminal | Pipes,
        relay: socket.socket,
        environ: Mapping[str, str],
        words: Sequence[str],
    ) -> Process:
        fd = relay.fileno()
        process = await asyncio.create_subprocess_exec(
            *self._command,
            "--fd",
            str(fd),
            *(("--", *words) if words else ()),
            stdin=streams.stdin,
            stdout=streams.stdout,
            stderr=streams.stderr,
            pass_fds=(fd,),
            env=dict(environ),
            cwd="/",
            start_new_session=True,
        )
        return _Spawned(process)

    async def close(self) -> None:
        return


class _Spawned:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def wait(self) -> int:
        return await self._process.wait()

    def signal(self, which: signal.Signals) -> None:
        # The whole group, which lives as long as any process of it: a seat leaves nothing behind.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, which)


class Ushers:
    """Starts seats through an usher, `command --usher N`; and another one where that has gone."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self._command = command
        self._environ = environ
        self._usher: _Usher | None = None
        self._starting = asyncio.Lock()

    async def prepare(self) -> None:
        async with self._starting:
            if self._usher is None or self._usher.gone:
                self._usher = await _Usher.start(self._command, self._environ)

    async def start(
        self,
        streams: Terminal | Pipes,
        relay: socket.socket,
        environ: Mapping[str, str],
        words: Sequence[str],
    ) -> Process:
        fds = (streams.stdin, streams.stdout, streams.stderr, relay.fileno())
        for last in (False, True):
            await self.prepare()
            assert self._usher is not None, "it was prepared"
            try:
                return self._usher.begin(fds, environ, words)
            except ConnectionError:
                self._usher.end()
                if last:
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def close(self) -> None:
        if self._usher is not None:
            await self._usher.close()


class _Usher:
    """One usher's process, as the server sees it."""

    def __init__(self, process: asyncio.subprocess.Process, sock: socket.socket) -> None:
        self._process = process
        self._socket = sock
        self._seats: dict[int, asyncio.Future[int]] = {}
        self._count = 0
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(sock, self._read)
        self.gone = False

    @classmethod
    async def start(cls, command: Sequence[str], environ: Mapping[str, str]) -> "_Usher":
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *command,
                "--usher",
                str(theirs.fileno()),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env=dict(environ),
                cwd="/",
                start_new_session=True,
            )
        return cls(process, ours)

    def begin(self, fds: Sequence[int], environ: Mapping[str, str], words: Sequence[str]) -> Process:
        """Raises `ConnectionError` where there is no usher any more."""
        self._count += 1
        number = self._count
        order = Begin(number=number, environ=dict(environ), words=tuple(words))
        self._order(order, fds)
        self._seats[number] = ended = self._loop.create_future()
        return _Forked(ended, lambda which: self._signal(number, which))

    def end(self) -> None:
        """Counts it as gone: nobody tells any more how its seats end, and without a server they do end."""
        if self.gone:
            return
        self.gone = True
        self._loop.remove_reader(self._socket)
        self._socket.close()
        for ended in self._seats.values():
            ended.set_result(-signal.SIGKILL)
        self._seats.clear()

    async def close(self) -> None:
        self.end()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), _END)
            return
        self._process.kill()
        await self._process.wait()

    def _order(self, order: Order, fds: Sequence[int] = ()) -> None:
        if self.gone:
            raise ConnectionError
        payload = msgspec.json.encode(order)
        try:
            socket.send_fds(self._socket, [payload], fds)
        except BlockingIOError:  # it takes in nothing any more: no use waiting for it
            raise ConnectionError from None

    def _signal(self, number: int, which: signal.Signals) -> None:
        if number in self._seats:
            with contextlib.suppress(ConnectionError):
                self._order(Send(number=number, signal=int(which)))

    def _read(self) -> None:
        try:
            told = self._socket.recv(LARGEST)
        except BlockingIOError:
            return
        except OSError:
            told = b""
        if not told:
            self.end()
            return
        ended = msgspec.json.decode(told, type=Ended)
        if (waiting := self._seats.pop(ended.number, None)) is not None:
            waiting.set_result(ended.status)


class _Forked:
    def __init__(self, ended: "asyncio.Future[int]", send: Callable[[signal.Signals], None]) -> None:
        self._ended = ended
        self._send = send

    async def wait(self) -> int:
        return await asyncio.shield(self._ended)

    def signal(self, which: signal.Signals) -> None:
        self._send(which)
