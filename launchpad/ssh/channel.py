"""One SSH channel: refused with a sentence, or a seat until its face, its client or the server ends it."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import asyncssh

from launchpad.errors import Exit, Refused
from launchpad.ssh.seats import SeatProcess, environment
from launchpad.ssh.terminal import RESTORE, Size, Terminal

_WRITE_BUFFER = 1 << 16
"""Bytes that may wait for a client before its seat has to wait as well."""
_LAST_WORDS = 1.0
"""Seconds to read on after a seat's process has ended."""
_NO_TERMINAL = "a seat needs a terminal; connect with `ssh -t`, from a terminal"
_NO_COMMANDS = "this server gives seats and runs no commands; connect without one"

log = logging.getLogger(__name__)

Start = Callable[[Terminal, Mapping[str, str]], Awaitable[SeatProcess]]
"""Starts the operator's seat on a terminal, with an environment."""
Place = Callable[["SeatChannel"], AbstractContextManager[Start]]
"""Keeps a place while a seat is taken; raises `Refused` if there is none."""


class SeatChannel(asyncssh.SSHServerSession[bytes]):
    """Carries bytes between a client and a seat."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._refusal = ""
        self._channel: asyncssh.SSHServerChannel[bytes]
        self._term = ""
        self._size: Size | None = None
        self._terminal: Terminal | None = None
        self._process: SeatProcess | None = None
        self._task: asyncio.Task[None] | None = None
        self._end_by: signal.Signals | None = None
        self._ender: asyncio.Task[None] | None = None

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._channel = chan
        chan.set_write_buffer_limits(_WRITE_BUFFER)

    def pty_requested(self, term_type: str, term_size: Size, term_modes: Mapping[int, int]) -> bool:  # noqa: ARG002
        self._term, self._size = term_type, term_size
        return True

    def shell_requested(self) -> bool:
        if self._size is None:
            self._refusal = _NO_TERMINAL
        return True

    def exec_requested(self, command: str) -> bool:  # noqa: ARG002
        # Taken, so that the sentence gets through; nothing is run.
        self._refusal = _NO_COMMANDS
        return True

    def session_started(self) -> None:
        if self._refusal:
            self._leave(Exit.REFUSED, self._refusal)
        else:
            self._task = asyncio.create_task(self._serve())

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        self._size = (width, height, pixwidth, pixheight)
        if self._terminal is not None:
            self._terminal.resize(self._size)

    def data_received(self, data: bytes, datatype: Any) -> None:  # noqa: ARG002
        if self._terminal is not None:
            self._terminal.write(data)

    def eof_received(self) -> bool:
        self.end(signal.SIGHUP)
        return True  # our side stays open for the last words

    def pause_writing(self) -> None:
        if self._terminal is not None:
            self._terminal.pause()

    def resume_writing(self) -> None:
        if self._terminal is not None:
            self._terminal.resume()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.end(signal.SIGHUP)

    def end(self, how: signal.Signals) -> None:
        """Ends the seat: SIGHUP when its client has gone, SIGTERM when it must restore the terminal."""
        if self._end_by is None:
            self._end_by = how
            if self._process is not None:
                self._ender = asyncio.create_task(self._process.end(how))

    async def wait(self) -> None:
        """Until nothing of the seat is left."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _serve(self) -> None:
        try:
            with self._place(self) as start:
                status, words = await self._occupied(start)
        except Refused as refused:
            status, words = int(refused.exit_code), str(refused)
        except Exception:  # whatever it was, the client must not be left waiting
            log.exception("a seat failed")
            status, words = Exit.UNREACHABLE, "there can be no seat; the server's log says why"
        self._leave(status, words)
        if self._process is not None:
            await self._process.close()

    async def _occupied(self, start: Start) -> tuple[int, str]:
        terminal = Terminal(self._size or (0, 0, 0, 0), on_output=self._output, on_full=self._hold_input)
        self._terminal = terminal
        try:
            environ = environment(self._channel.get_environment(), self._term)
            self._process = await start(terminal, environ)
            if self._end_by is not None:  # the client left meanwhile
                await self._process.end(self._end_by)
            status = await self._process.wait()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(terminal.ended.wait(), _LAST_WORDS)
        finally:
            terminal.close()
        if self._end_by == signal.SIGTERM:
            return Exit.UNREACHABLE, "the server has ended"
        if status < 0 and self._end_by is None:
            return 128 - status, "this seat broke off; connect again"
        return abs(status), ""

    def _output(self, data: bytes) -> None:
        with contextlib.suppress(OSError):  # the client has gone
            self._channel.write(data)

    def _hold_input(self, full: bool) -> None:
        if full:
            self._channel.pause_reading()
        else:
            self._channel.resume_reading()

    def _leave(self, status: int, words: str) -> None:
        """Restores the client's terminal if the face did not, says why, and closes the channel."""
        with contextlib.suppress(OSError):  # the client has gone
            if self._terminal is not None and self._terminal.altered:
                self._channel.write(RESTORE)
            if words:
                self._channel.write_stderr(f"launchpad: {words}\r\n".encode())
            self._channel.exit(status)
