"""The server's end of the pipes that a command writes to."""

import asyncio
import contextlib
import os
from collections.abc import Callable

_CHUNK = 1 << 16


class Pipes:
    """What a command says, on its two outputs; it reads nothing.

    While `pause` holds nothing is read, so that the command waits for its client.
    """

    def __init__(self, *, on_output: Callable[[bytes], None], on_error: Callable[[bytes], None]) -> None:
        """Opens them within a running event loop."""
        self._loop = asyncio.get_running_loop()
        out, self.stdout = os.pipe()
        err, self.stderr = os.pipe()
        self.stdin = os.open(os.devnull, os.O_RDONLY)
        self.ended = asyncio.Event()
        """Set once both are closed and all that was written was read."""
        self._open = {out: on_output, err: on_error}
        self._paused = False
        for descriptor in self._open:
            os.set_blocking(descriptor, False)
            self._loop.add_reader(descriptor, self._read, descriptor)

    def taken(self) -> None:
        """Forgets our copies of the command's ends, once it has them."""
        for descriptor in (self.stdin, self.stdout, self.stderr):
            os.close(descriptor)

    def pause(self) -> None:
        self._paused = True
        for descriptor in self._open:
            self._loop.remove_reader(descriptor)

    def resume(self) -> None:
        self._paused = False
        for descriptor in self._open:
            self._loop.add_reader(descriptor, self._read, descriptor)

    def close(self) -> None:
        """Reads no more."""
        for descriptor in list(self._open):
            self._shut(descriptor)

    def _read(self, descriptor: int) -> None:
        data = b""
        with contextlib.suppress(BlockingIOError):
            data = os.read(descriptor, _CHUNK)
            if not data:
                self._shut(descriptor)
        if data:
            self._open[descriptor](data)

    def _shut(self, descriptor: int) -> None:
        self._loop.remove_reader(descriptor)
        del self._open[descriptor]
        os.close(descriptor)
        if not self._open:
            self.ended.set()
