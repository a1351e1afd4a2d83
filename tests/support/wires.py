"""A cable that can be cut without a word: TCP connections through it stay open, and nothing gets through."""

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.conninfo import conninfo_to_dict

_CHUNK = 1 << 16


class Wire:
    """Passes on what comes to a port of its own, to `host`:`port` and back, until it is cut."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._whole = threading.Event()
        self._whole.set()
        self._dead: set[socket.socket] = set()
        self._ends: dict[socket.socket, socket.socket] = {}
        self._closed = False
        self._unanswered = b""
        self._thread = threading.Thread(target=self._work, name="wire", daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """From now on nothing gets through, and nobody is told."""
        self._whole.clear()

    def mend(self, *, old: bool = True) -> None:
        """Everything gets through again; without `old`, through new connections alone."""
        if not old:
            self._dead = set(self._ends)
        self._whole.set()

    def lose_answer(self, to: bytes) -> None:
        """The next message that holds `to` arrives; its answer is lost, and the connection with it."""
        self._unanswered = to

    def close(self) -> None:
        self._closed = True
        self._whole.set()
        self._thread.join(10)
        for end in (self._listening, *self._ends):
            end.close()

    def _work(self) -> None:
        while not self._closed:
            self._whole.wait()
            with selectors.DefaultSelector() as selector:
                for end in (self._listening, *(end for end in self._ends if end not in self._dead)):
                    selector.register(end, selectors.EVENT_READ)
                ready = [key.fileobj for key, _ in selector.select(0.05)]
            for end in ready:
                # What was there when it was cut waits here, or is lost with the connection.
                if not self._whole.is_set():
                    break
                self._accept() if end is self._listening else self._pass_on(end)

    def _accept(self) -> None:
        near, _ = self._listening.accept()
        try:
            far = socket.create_connection(self._target, timeout=10)
        except OSError:
            near.close()
            return
        self._ends |= {near: far, far: near}

    def _pass_on(self, end: socket.socket) -> None:
        if end not in self._ends:
            return
        other = self._ends[end]
        with contextlib.suppress(OSError):
            if data := end.recv(_CHUNK):
                other.sendall(data)
                if not self._unanswered or self._unanswered not in data:
                    return
                self._unanswered = b""
                other.recv(_CHUNK)
        for each in (end, other):
            del self._ends[each]
            each.close()


@contextmanager
def wired(url: str) -> Iterator[tuple[Wire, str]]:
    """A wire to the server of a database, and the database's URL through it."""
    parts = conninfo_to_dict(url)
    wire = Wire(str(parts["host"]), int(parts["port"]))
    try:
        yield wire, url.replace(f":{parts['port']}/", f":{wire.port}/")
    finally:
        wire.close()
