"""How `serve` parts with its secrets before it listens, and has engines started all the same."""

import asyncio
import contextlib
import os
import re
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, NoReturn

from launchpad.cli.engines import engine_argv, engine_environ, watching
from launchpad.cli.running import base_dir
from launchpad.errors import Unreachable
from launchpad.wiring import scrubbed

if TYPE_CHECKING:
    from launchpad.cli.shell import Shell

_LOOK = 2.0
"""Seconds between two looks at the lease of an engine that is not ours."""
_LONGEST_PAUSE = 60.0
_MARK = "LAUNCHPAD_KEEPER"
"""`FD:PID` of the keeper, in the environment of the server that has parted."""
_KEPT = re.compile(
    "LAUNCHPAD_(CONFIG|STORE|SENTRY_DSN)|PG.*|SSL_CERT_(FILE|DIR)|NOTIFY_SOCKET|LD_.*|PYTHON.*"
)
"""What a server needs beyond what a face does: its store, its service manager, its interpreter."""


class Parted:
    """The server's end of its keeper."""

    def __init__(self, fd: int, pid: int) -> None:
        self._pid = pid
        self._socket = socket.socket(fileno=fd)
        self._socket.set_inheritable(False)

    async def keep(self, shell: "Shell", stop: asyncio.Event) -> None:
        """Sees to it that an engine watches whenever nobody watches an open launch, until `stop`; waits
        longer after each that fails. Then the keeper ends the one that it started.

        Raises `Unreachable` where nobody watches and the keeper has gone: this process has parted with what
        another one would need, so that only whoever started it can bring both back.
        """
        reader, writer = await asyncio.open_connection(sock=self._socket)
        try:
            await self._look_after(shell, stop, reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            await asyncio.to_thread(self._reap)

    async def _look_after(
        self,
        shell: "Shell",
        stop: asyncio.Event,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        loop = asyncio.get_running_loop()
        pause = 1.0
        gone = False
        while not stop.is_set():
            if not await asyncio.to_thread(_lacks_engine, shell):
                await _unless(stop, _LOOK)
                continue
            if gone:
                raise Unreachable(
                    f"nobody watches {shell.launch}, what starts engines here has gone: the server ends",
                    hint="start it again; a service manager does",
                )
            began = loop.time()
            writer.write(b"start\n")
            status = await _told(shell, reader, stop)
            if stop.is_set():
                return
            if status is None:
                shell.out.say("what starts engines here has gone; without an engine the server will end")
                gone = True
                continue
            pause = 1.0 if loop.time() - began > _LONGEST_PAUSE else min(2 * pause, _LONGEST_PAUSE)
            shell.out.say(f"the engine has ended with status {status}; looking again in {pause:.0f} s")
            await _unless(stop, pause)

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)


def part(shell: "Shell") -> Parted:
    """Leaves the environment, and all that it holds, to a keeper, and goes on as a process that has nothing
    of it: the same one, started over. Returns there."""
    mark = os.environ.pop(_MARK, "")
    if not mark:
        _start_over(shell)
    shell.url = os.environ["LAUNCHPAD_STORE"]
    fd, _, pid = mark.partition(":")
    return Parted(int(fd), int(pid))


def _start_over(shell: "Shell") -> NoReturn:
    url = shell.url
    ours, theirs = socket.socketpair()
    engine = engine_argv(shell.launch, "--log-format", shell.options.log_format, config=shell.file)
    keeper = subprocess.Popen(
        [sys.executable, "-P", "-m", "launchpad.cli.keeper", str(theirs.fileno()), *engine],
        env=engine_environ(shell.environ, url),
        cwd=base_dir(shell),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=(theirs.fileno(),),
        start_new_session=True,
    )
    theirs.close()
    ours.set_inheritable(True)
    kept = {name: value for name, value in shell.environ.items() if _KEPT.fullmatch(name)}
    environ = {**scrubbed(shell.environ), **kept}
    environ |= {"LAUNCHPAD_STORE": url, _MARK: f"{ours.fileno()}:{keeper.pid}"}
    shell.close()
    sys.stdout.flush()
    sys.stderr.flush()
    # No child would do: what this process was started with stays readable in it for as long as it lives.
    os.execve(  # noqa: S606  # no shell is what is wanted
        sys.executable, [sys.executable, "-P", "-m", "launchpad", *sys.argv[1:]], environ
    )


async def _told(shell: "Shell", reader: asyncio.StreamReader, stop: asyncio.Event) -> int | None:
    """The status with which the engine ended; None when the keeper has gone, or at `stop`."""
    stopping = asyncio.create_task(stop.wait())
    try:
        while True:
            reading = asyncio.create_task(reader.readline())
            await asyncio.wait([stopping, reading], return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                reading.cancel()
                return None
            word, _, number = reading.result().decode().strip().partition(" ")
            if word == "ended":
                return int(number)
            if word != "started":
                return None
            shell.out.say(f"started an engine (process {number})")
    finally:
        stopping.cancel()


def _lacks_engine(shell: "Shell") -> bool:
    """Whether the launch is open and nobody watches it; not while the store does not say."""
    try:
        shell.session.refresh()
        return shell.session.state.open and watching(shell.store, shell.launch) is None
    except Unreachable:
        return False


async def _unless(stop: asyncio.Event, seconds: float) -> None:
    """Waits so long, or until `stop`."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
