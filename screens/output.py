"""What a face draws, on its way to the terminal."""

import contextlib
import os
import sys

TERMINAL = 2
"""Where a face draws: stderr."""
_BYTES = "latin-1"
"""Textual's thread takes text: bytes that come through it are one character each."""


class Output:
    """Gives the terminal at once what it has room for, and keeps the order of the rest.

    Textual hands each picture to a thread that waits for the terminal. Nearly always there is nothing to wait
    for, and the change of threads takes longer than the picture does; on a machine with many seats it has to
    wait for its turn among theirs. So that thread, to which this is the file it writes to, gets only what the
    terminal would not take.
    """

    def __init__(self) -> None:
        self._encoding = getattr(sys.__stderr__, "encoding", None) or "utf-8"
        self._direct = _never_waits()
        # Each is counted by one thread alone: where they are equal, nothing is on its way through the queue.
        self._left = 0
        self._written = 0

    def take(self, text: str) -> str:
        """Writes what the terminal takes now; what it does not take is to be handed to Textual's thread."""
        rest = text.encode(self._encoding, "backslashreplace")
        if self._direct >= 0 and self._left == self._written:
            # Full, or gone: that is found out by whoever waits for it.
            with contextlib.suppress(OSError):
                rest = rest[os.write(self._direct, rest) :]
        if rest:
            self._left += 1
        return rest.decode(_BYTES)

    def write(self, text: str) -> None:
        """Writes what `take` left, as long as it takes. Raises `OSError` where the terminal has gone."""
        data = text.encode(_BYTES)
        try:
            while data:
                data = data[os.write(TERMINAL, data) :]
        finally:
            self._written += 1

    def flush(self) -> None:
        """Nothing is kept back."""

    def hush(self) -> None:
        """Goes by no way of its own any more: who redirects stderr from now on redirects all. Any thread."""
        self._direct = -1

    def close(self) -> None:
        direct, self._direct = self._direct, -1
        if direct >= 0:
            os.close(direct)

    def fileno(self) -> int:
        return TERMINAL

    def isatty(self) -> bool:
        return os.isatty(TERMINAL)


def _never_waits() -> int:
    """A descriptor of the terminal on stderr that takes what there is room for and never waits; -1: none."""
    try:
        os.tcgetpgrp(TERMINAL)  # fails where it is not this process's own, which is opened next
        return os.open("/dev/tty", os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return -1
