"""A program on a pseudo-terminal of its own."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence

from screens.opening import READING
from screens.preview import NOT_YET

_TAKE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


class OnTerminal:
    """A running program and the master side of its terminal."""

    def __init__(
        self, argv: Sequence[str], *, size: tuple[int, int] = (80, 24), own: bool = False, **environ: str
    ) -> None:
        """`own`: the terminal is the program's controlling one, as it is where a shell starts it. Without,
        no SIGHUP comes when the terminal is deleted."""
        self.master, self._slave = pty.openpty()
        self.resize(*size)
        self.before = termios.tcgetattr(self._slave)
        self.output = b""
        # COLUMNS and LINES, where they are set, outdo what the terminal says of its size.
        unwanted = ("NO_COLOR", "COLORTERM", "TERM", "COLUMNS", "LINES")
        kept = {k: v for k, v in os.environ.items() if k not in unwanted}
        self.process = subprocess.Popen(
            [sys.executable, *(("-c", _TAKE_TERMINAL) if own else ()), *argv],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env={**kept, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **environ},
            start_new_session=True,
        )

    def resize(self, width: int, height: int) -> None:
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def read(self, within: float = 0.1) -> bool:
        """Takes what there is; False if nothing came."""
        ready, _, _ = select.select([self.master], [], [], within)
        if not ready:
            return False
        try:
            self.output += os.read(self.master, 65536)
        except OSError:
            return False
        return True

    def until(self, text: str, within: float = 20.0, *, early: bool = False) -> None:
        """Reads until `text` has come since the last `forget`, from a face on which keys act; `early`: or
        from what stands there before it."""
        end = time.monotonic() + within
        while text.encode() not in (self.output if early else self._acting):
            assert time.monotonic() < end, f"no {text!r} in {self.output[-2000:]!r}"
            if not self.read() and self.process.poll() is not None:
                assert text.encode() in self._acting, f"ended with {self.output[-2000:]!r}"

    @property
    def _acting(self) -> bytes:
        _, previewed, after = self.output.rpartition(NOT_YET.encode())
        return b"" if READING.encode() in self.output and not previewed else after

    def forget(self) -> None:
        self.output = b""

    def type(self, data: bytes) -> None:
        os.write(self.master, data)

    def ends(self, within: float = 20.0) -> int:
        """Reads on until the program has ended; its exit code."""
        end = time.monotonic() + within
        while self.process.poll() is None:
            assert time.monotonic() < end, "it does not end"
            self.read()
        while self.read(0.05):
            pass
        return self.process.returncode

    @property
    def as_before(self) -> bool:
        """Whether the terminal's modes are what they were."""
        return termios.tcgetattr(self._slave) == self.before

    def delete(self) -> None:
        """Takes the terminal away, as when a window is closed or a connection breaks."""
        for end in (self._slave, self.master):
            with contextlib.suppress(OSError):
                os.close(end)

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.delete()


@contextlib.contextmanager
def on_terminal(
    *argv: str, size: tuple[int, int] = (80, 24), own: bool = False, **environ: str
) -> Iterator[OnTerminal]:
    running = OnTerminal(argv, size=size, own=own, **environ)
    try:
        yield running
    finally:
        running.close()
