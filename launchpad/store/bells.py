"""A doorbell between the processes of one machine: a Unix datagram socket for each that listens.

A byte to a socket says "look at the journal"; nothing rests on its arrival. A socket whose process has
gone refuses the byte and is removed by whoever notices.
"""

import contextlib
import os
import secrets
import selectors
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from launchpad.threads import join

_LOOK_EVERY = 1.0
"""Seconds after which a listener sees that it is closed, should the ring that says so not arrive."""


class Bells:
    """The sockets in `folder`, one of them ours once `listen` was called."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: Path | None = None
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        self._ringer = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._ringer.setblocking(False)

    def ring(self) -> None:
        """Rings at everybody else's."""
        try:
            bells = [entry.path for entry in os.scandir(self._folder)]
        except OSError:  # nobody listens
            return
        for bell in bells:
            if self._own is None or bell != str(self._own):
                self._ring_at(bell)

    def listen(self, rung: Callable[[], None]) -> None:
        """Calls `rung` from a thread whenever somebody rings. Raises OSError where that can't be."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        own = self._folder / f"{os.getpid()}-{secrets.token_hex(4)}"
        bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            bell.bind(str(own))
        except OSError:
            bell.close()
            raise
        self._own, self._socket = own, bell
        self._thread = threading.Thread(
            target=self._listen, args=(bell, rung), name="launchpad-bells", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._closed = True
        if self._own is not None and self._thread is not None and self._socket is not None:
            self._ring_at(str(self._own))
            join(self._thread)
            self._socket.close()
            self._own.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                self._folder.rmdir()  # the last to leave
        self._ringer.close()

    def _listen(self, bell: socket.socket, rung: Callable[[], None]) -> None:
        bell.setblocking(False)
        with selectors.DefaultSelector() as selector:
            selector.register(bell, selectors.EVENT_READ)
            while not self._closed:
                if selector.select(_LOOK_EVERY):
                    with contextlib.suppress(BlockingIOError):
                        while bell.recv(16):
                            pass  # rings that arrived together are one
                    rung()

    def _ring_at(self, bell: str) -> None:
        try:
            self._ringer.sendto(b"!", bell)
        except ConnectionRefusedError:
            with contextlib.suppress(OSError):
                Path(bell).unlink()
        except OSError:
            pass  # it has been rung enough already, or has just been taken away
