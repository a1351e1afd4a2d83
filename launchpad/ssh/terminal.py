"""The server's end of a seat's pseudo-terminal, and what leaves a client's own terminal clean."""

import asyncio
import contextlib
import fcntl
import os
import pty
import struct
import termios
from collections.abc import Callable

_CHUNK = 1 << 16
_PAGE = 4095
"""Bytes that Linux hands out at a time, at most, of what was written to a terminal."""
_ENTERED = b"\x1b[?1049h"
_LEFT = b"\x1b[?1049l"

RESTORE = (
    b"\x1b\\"  # whatever string was being written ends here
    b"\x1b[?2026l\x1b[<u"  # synchronised output; the Kitty keyboard protocol
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"  # mouse
    b"\x1b[?1004l\x1b[?2004l\x1b[?2048l"  # focus, paste and size reports
    b"\x1b[0m\x1b[?25h" + _LEFT
)
"""Undoes what a face does to a terminal; sent for a face that could not do so itself."""

Size = tuple[int, int, int, int]
"""Columns, rows, and the same in pixels (0: unknown), as SSH gives them."""
LARGEST = (500, 200)
"""Columns and rows of the largest window that a seat paints for; nobody has a larger one in good faith."""


class Terminal:
    """A pseudo-terminal whose other end belongs to a seat.

    Nothing is kept for long: what the seat can't take in makes `on_full(True)` called, and while `pause`
    holds nothing is read, so that the seat waits for its client.
    """

    def __init__(
        self, size: Size, *, on_output: Callable[[bytes], None], on_full: Callable[[bool], None]
    ) -> None:
        """Opens it within a running event loop; `on_full(False)` says that there is room again."""
        self._loop = asyncio.get_running_loop()
        self._on_output = on_output
        self._on_full = on_full
        self._pending = bytearray()
        self._tail = b""
        self._master, self._slave = pty.openpty()
        self.stdin = self.stdout = self.stderr = self._slave
        self.altered = False
        """Whether the client's terminal shows the face's screen instead of its own."""
        self.ended = asyncio.Event()
        """Set once the seat's end is closed and all that it wrote was read."""
        os.set_blocking(self._master, False)
        _no_echo(self._slave)
        self.resize(size)
        self._paused = False
        self._loop.add_reader(self._master, self._read)

    def taken(self) -> None:
        """Forgets our copy of the seat's end, once the seat has it."""
        os.close(self._slave)
        self._slave = -1

    def resize(self, size: Size) -> None:
        """Tells the seat (by SIGWINCH) how large its client's window is."""
        columns, rows = (min(asked, most) for asked, most in zip(size, LARGEST, strict=False))
        width, height = (min(n, 0xFFFF) for n in size[2:])
        if self._master >= 0:
            packed = struct.pack("HHHH", rows or 24, columns or 80, width, height)
            fcntl.ioctl(self._master, termios.TIOCSWINSZ, packed)

    def write(self, data: bytes) -> None:
        """What the client typed."""
        if self._master < 0 or self.ended.is_set():
            return
        if self._pending:
            self._pending += data
            return
        written = self._try(data)
        if written < len(data):
            self._pending += data[written:]
            self._on_full(True)
            self._loop.add_writer(self._master, self._write_pending)

    def pause(self) -> None:
        self._paused = True
        if self._reads():
            self._loop.remove_reader(self._master)

    def resume(self) -> None:
        self._paused = False
        if self._reads():
            self._loop.add_reader(self._master, self._read)

    def close(self) -> None:
        """Hangs up."""
        if self._master < 0:
            return
        self._end()
        os.close(self._master)
        self._master = -1
        if self._slave >= 0:
            self.taken()

    def _reads(self) -> bool:
        return self._master >= 0 and not self.ended.is_set()

    def _read(self) -> None:
        data, over = self._waiting()
        if data:
            self._note_screen(data)
            self._on_output(data)
        if over:
            self._end()

    def _waiting(self) -> tuple[bytes, bool]:
        """What the seat has written, and whether that was the last of it. A read gives a page at most, and
        each piece would become a packet of its own."""
        data = bytearray()
        try:
            while len(data) < _CHUNK:
                more = os.read(self._master, _CHUNK)
                if not more:
                    return bytes(data), True
                data += more
                # Less than a page is all that there was.
                if len(more) < _PAGE:
                    break
        except BlockingIOError:
            return bytes(data), False
        except OSError:  # Linux says so when the last one has closed the seat's end
            return bytes(data), True
        return bytes(data), False

    def _note_screen(self, data: bytes) -> None:
        seen = self._tail + data
        entered, left = seen.rfind(_ENTERED), seen.rfind(_LEFT)
        if entered != left:
            self.altered = entered > left
        self._tail = seen[-(len(_ENTERED) - 1) :]

    def _write_pending(self) -> None:
        del self._pending[: self._try(bytes(self._pending))]
        if not self._pending:
            self._loop.remove_writer(self._master)
            self._on_full(False)

    def _try(self, data: bytes) -> int:
        try:
            return os.write(self._master, data)
        except BlockingIOError:
            return 0
        except OSError:  # the seat has gone; what was typed goes nowhere
            return len(data)

    def _end(self) -> None:
        with contextlib.suppress(ValueError):
            self._loop.remove_reader(self._master)
            self._loop.remove_writer(self._master)
        self.ended.set()


def _no_echo(slave: int) -> None:
    """What is typed before the face takes over must not appear on the screen."""
    attributes = termios.tcgetattr(slave)
    attributes[3] &= ~termios.ECHO
    termios.tcsetattr(slave, termios.TCSANOW, attributes)
