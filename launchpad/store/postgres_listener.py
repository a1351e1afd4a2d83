"""Hears PostgreSQL's notifications. Where they do not come through, waiters look by themselves."""

import contextlib
import logging
import selectors
import socket
import threading
from collections.abc import Callable
from typing import Any

import psycopg

from launchpad.errors import LaunchpadError
from launchpad.store.alarm import Alarm
from launchpad.threads import join

CHANNEL = "launchpad"
"""Its messages are the names of launches that grew."""
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
_LONGEST_CLOSE = 1.0
_QUIET = 30.0
"""Seconds without a notification after which the server is asked whether it is still there."""

_log = logging.getLogger(__name__)


class PostgresListener:
    """Rings `alarm` for every notification, on a connection of its own, from the first `start` on."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]], alarm: Alarm) -> None:
        self._connect = connect
        self._alarm = alarm
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self._end, self._ended = socket.socketpair()

    def start(self) -> None:
        with self._starting:
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._serve, name="launchpad-listen", daemon=True)
                self._thread.start()

    def close(self) -> None:
        with self._starting:
            self._closed.set()
        self._end.close()
        if self._thread is not None:
            join(self._thread, _LONGEST_CLOSE)  # it may be waiting for a server that does not answer
        if self._thread is None or not self._thread.is_alive():
            self._ended.close()

    def _serve(self) -> None:
        pause = _FIRST_PAUSE
        while not self._closed.is_set():
            try:
                with contextlib.closing(self._connect()) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    pause = _FIRST_PAUSE
                    self._alarm.ring()  # whatever was said before we listened
                    self._hear(connection)
            except (psycopg.Error, LaunchpadError, OSError) as error:
                _log.debug("not listening to PostgreSQL: %s", error)
                self._closed.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _hear(self, connection: psycopg.Connection[Any]) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(connection, selectors.EVENT_READ)
            selector.register(self._ended, selectors.EVENT_READ)
            while not self._closed.is_set():
                if not selector.select(_QUIET):
                    connection.execute("SELECT 1")
                for notice in connection.notifies(timeout=0):
                    self._alarm.ring(notice.payload)
