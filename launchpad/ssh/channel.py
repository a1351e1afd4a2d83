"""One SSH channel: refused with a sentence, or a seat until its face, its client or the server ends it."""

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import asyncssh

from launchpad.errors import Exit, LaunchpadError, Refused
from launchpad.ssh.pipes import Pipes
from launchpad.ssh.seats import SeatProcess, environment
from launchpad.ssh.terminal import RESTORE, Size, Terminal

_WRITE_BUFFER = 1 << 16
"""Bytes that may wait for a client before its seat has to wait as well."""
_LAST_WORDS = 1.0
"""Seconds to read on after a seat's process has ended."""
_LAST_LINES = 30.0
"""The same for a command, whose client may read slowly."""
_NO_TERMINAL = "a seat needs a terminal; connect with `ssh -t`, from a terminal"
_INTERRUPT = b"\x03"

log = logging.getLogger(__name__)

Start = Callable[[Terminal | Pipes, Mapping[str, str], Sequence[str]], Awaitable[SeatProcess]]
"""Starts the operator's seat, or what is asked for instead, with an environment."""
Place = Callable[["SeatChannel"], AbstractContextManager[Start]]
"""Keeps a place while a seat is taken; raises `Refused` if there is none."""
Errands = Callable[[str], Sequence[str]]
"""The arguments of a command that a client may give. Raises `LaunchpadError` for any other."""


def no_errands(_command: str) -> Sequence[str]:
    """Takes no command at all."""
    raise Refused("this server gives seats and runs no commands", hint="connect without one")


class SeatChannel(asyncssh.SSHServerSession[bytes]):
    """Carries bytes between a client and a seat, or from the command that it gave."""

    def __init__(self, place: Place, errands: Errands) -> None:
        self._place = place
        self._errands = errands
        self._refusal: LaunchpadError | None = None
        self._errand: Sequence[str] = ()
        self._channel: asyncssh.SSHServerChannel[bytes]
        self._term = ""
        self._size: Size | None = None
        self._streams: Terminal | Pipes | None = None
        self._process: SeatProcess | None = None
        self._task: asyncio.Task[None] | None = None
        self._end_by: signal.Signals | None = None
        self._end_words: tuple[int, str] = (Exit.UNREACHABLE, "")
        self._ender: asyncio.Task[None] | None = None
        self._heard = time.monotonic()

    @property
    def silent(self) -> float:
        """Seconds since somebody typed; a command that was given has nobody to type."""
        return 0.0 if self._errand else time.monotonic() - self._heard

    @property
    def over(self) -> bool:
        """Whether nothing of it is left."""
        return self._task is not None and self._task.done()

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._channel = chan
        chan.set_write_buffer_limits(_WRITE_BUFFER)

    def pty_requested(self, term_type: str, term_size: Size, term_modes: Mapping[int, int]) -> bool:  # noqa: ARG002
        self._term, self._size = term_type, term_size
        return True

    def shell_requested(self) -> bool:
        if self._size is None:
            self._refusal = Refused(_NO_TERMINAL)
        return True

    def exec_requested(self, command: str) -> bool:
        # Always taken, so that a refusal's sentence gets through.
        try:
            self._errand = self._errands(command)
        except LaunchpadError as error:
            self._refusal = error
        return True

    def session_started(self) -> None:
        if self._refusal is not None:
            self._leave(int(self._refusal.exit_code), str(self._refusal))
        else:
            self._task = asyncio.create_task(self._serve())

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        self._size = (width, height, pixwidth, pixheight)
        if isinstance(self._streams, Terminal):
            self._streams.resize(self._size)

    def data_received(self, data: bytes, datatype: Any) -> None:  # noqa: ARG002
        self._heard = time.monotonic()
        if isinstance(self._streams, Terminal):
            self._streams.write(data)
        elif self._errand and self._size is not None and _INTERRUPT in data:
            self.end(signal.SIGINT)

    def eof_received(self) -> bool:
        if not self._errand:  # a command is given with nothing to read, and answers all the same
            self.end(signal.SIGHUP)
        return True  # our side stays open for the last words

    def pause_writing(self) -> None:
        if self._streams is not None:
            self._streams.pause()

    def resume_writing(self) -> None:
        if self._streams is not None:
            self._streams.resume()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.end(signal.SIGHUP)

    def end(self, how: signal.Signals, status: int = Exit.UNREACHABLE, words: str = "") -> None:
        """Ends the seat: SIGHUP when its client has gone; SIGTERM when it must restore the terminal, and
        then the client is told `words` and gets `status`."""
        if self._end_by is None:
            self._end_by = how
            self._end_words = (status, words)
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
        streams = self._open()
        self._streams = streams
        try:
            environ = environment(self._channel.get_environment(), "" if self._errand else self._term)
            self._process = await start(streams, environ, self._errand)
            if self._end_by is not None:  # the client left meanwhile
                await self._process.end(self._end_by)
            status = await self._process.wait()
            with contextlib.suppress(TimeoutError):
                patience = _LAST_LINES if self._errand and self._end_by is None else _LAST_WORDS
                await asyncio.wait_for(streams.ended.wait(), patience)
        finally:
            streams.close()
        if self._end_by == signal.SIGTERM:
            return self._end_words
        if self._end_by == signal.SIGINT:
            return Exit.INTERRUPTED, ""
        if status < 0 and self._end_by is None:
            return 128 - status, "this seat broke off; connect again"
        return abs(status), ""

    def _open(self) -> Terminal | Pipes:
        if self._errand:
            return Pipes(on_output=self._output, on_error=self._error)
        return Terminal(self._size or (0, 0, 0, 0), on_output=self._output, on_full=self._hold_input)

    def _output(self, data: bytes) -> None:
        with contextlib.suppress(OSError):  # the client has gone
            self._channel.write(self._lines(data))

    def _error(self, data: bytes) -> None:
        with contextlib.suppress(OSError):  # the client has gone
            self._channel.write_stderr(self._lines(data))

    def _lines(self, data: bytes) -> bytes:
        """A client that asked for a terminal ends its lines with both characters."""
        return data.replace(b"\n", b"\r\n") if self._errand and self._size is not None else data

    def _hold_input(self, full: bool) -> None:
        if full:
            self._channel.pause_reading()
        else:
            self._channel.resume_reading()

    def _leave(self, status: int, words: str) -> None:
        """Restores the client's terminal if the face did not, says why, and closes the channel."""
        with contextlib.suppress(OSError):  # the client has gone
            if isinstance(self._streams, Terminal) and self._streams.altered:
                self._channel.write(RESTORE)
            if words:
                self._channel.write_stderr(f"launchpad: {words}\r\n".encode())
            self._channel.exit(status)
