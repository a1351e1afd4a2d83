"""What `serve` leaves behind when it drops its secrets: a process that starts engines, and does nothing else.

It alone keeps the environment that `env:` references are resolved in. It listens to nobody but the server,
on a socket that only the two of them hold: a line `start` starts an engine, and the end of the socket ends
it. It imports next to nothing of Launchpad, so that it costs little and nothing in it can be reached.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence

from launchpad.privacy import keep_private

STOP = 30.0
"""Seconds that an engine has to let go of what it runs."""


class Keeper:
    """Starts one engine at a time."""

    def __init__(self, sock: socket.socket, argv: Sequence[str]) -> None:
        self._socket = sock
        self._argv = argv
        self._engine: subprocess.Popen[bytes] | None = None

    def keep(self) -> None:
        """Does as the server says until it ends."""
        # A server that was killed while it was told something resets the connection instead of ending it.
        with self._socket.makefile("rb") as orders, contextlib.suppress(ConnectionResetError):
            for order in orders:
                if order == b"start\n" and (self._engine is None or self._engine.poll() is not None):
                    self._start()
        self._end()

    def _start(self) -> None:
        try:
            engine = subprocess.Popen(
                self._argv,
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr.fileno(),
                start_new_session=True,  # Ctrl-C is the server's to hand on, after the seats
            )
        except OSError as error:
            self._say(f"ended {error.errno}")
            return
        self._engine = engine
        self._say(f"started {engine.pid}")
        threading.Thread(target=lambda: self._say(f"ended {engine.wait()}"), daemon=True).start()

    def _say(self, line: str) -> None:
        with contextlib.suppress(OSError):  # the server has gone, which the other thread learns too
            self._socket.sendall(f"{line}\n".encode())

    def _end(self) -> None:
        if self._engine is None or self._engine.poll() is not None:
            return
        self._engine.terminate()
        try:
            self._engine.wait(STOP)
        except subprocess.TimeoutExpired:
            self._engine.kill()
            self._engine.wait()


def main() -> None:
    """`python -m launchpad.cli.keeper FD COMMAND…`."""
    keep_private()
    # Whoever signals every process means the server, which sees to the order of things. They are heard and
    # not ignored, as what is ignored would be so in the engine, too.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    fd = int(sys.argv[1])
    os.set_inheritable(fd, False)
    with socket.socket(fileno=fd) as sock:
        Keeper(sock, sys.argv[2:]).keep()


if __name__ == "__main__":
    main()
