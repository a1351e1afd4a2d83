"""A small pool of connections, of either kind."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from launchpad.errors import Unreachable


class _Closable(Protocol):
    def close(self) -> None: ...


C = TypeVar("C", bound=_Closable)


class Pool(Generic[C]):
    """Lends connections, at most `size` at a time. One that comes back not `sound` is closed."""

    def __init__(
        self, connect: Callable[[], C], *, name: str, size: int, patience: float, sound: Callable[[C], bool]
    ) -> None:
        self._connect = connect
        self._name = name
        self._patience = patience
        self._sound = sound
        self._places = threading.BoundedSemaphore(size)
        self._lock = threading.Lock()
        self._idle: list[C] = []
        self._closed = False

    @contextmanager
    def connection(self) -> Iterator[C]:
        """Raises `Unreachable` when none comes free in time, or when the pool is closed."""
        if not self._places.acquire(timeout=self._patience):
            raise Unreachable(f"{self._name} is too busy: no connection came free in {self._patience:g} s")
        try:
            connection = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)
        finally:
            self._places.release()

    def close(self) -> None:
        """Closes idle connections now, and lent ones as they come back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def drop_idle(self) -> None:
        """Forgets idle connections: the server that they led to has gone."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> C:
        with self._lock:
            if self._closed:
                raise Unreachable(f"{self._name} has been closed")
            if self._idle:
                return self._idle.pop()
        return self._connect()

    def _give_back(self, connection: C) -> None:
        with self._lock:
            keep = not self._closed and self._sound(connection)
            if keep:
                self._idle.append(connection)
        if not keep:
            connection.close()
