"""A connection to PostgreSQL that does not wait for ever.

TCP notices a peer that has gone. One whose machine still acknowledges packets while nobody answers (a server
whose disk hangs, a frozen virtual machine, a pooler without a server) it takes for alive.
"""

import time
from typing import TypeVar

import psycopg
from psycopg.abc import PQGen

from launchpad.store.database import Record

SILENCE = 12.0
"""Seconds without a byte after which a server that was asked something is given up: longer than it lets a
statement of ours run."""

T = TypeVar("T")


class SilentServer(psycopg.OperationalError):
    """A server said nothing for too long. What it was asked for may have been done."""


class Connection(psycopg.Connection[Record]):
    """Raises `SilentServer`, and is closed, where an answer takes longer than `patience`."""

    patience = SILENCE

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        return super().wait(self._unless_silent(gen), interval, timeout)

    def _unless_silent(self, gen: PQGen[T]) -> PQGen[T]:
        """Passes on what `gen` waits for and gets; `psycopg.Connection.wait` looks in every `interval`."""
        heard = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready:
                    heard = time.monotonic()
                elif time.monotonic() - heard > self.patience:
                    # Cancelling would not do: it asks the same server, and a commit that waits for a standby
                    # would then be said to have gone well.
                    self.pgconn.finish()
                    raise SilentServer(f"nothing was heard for {self.patience:g} s")
                wanted = gen.send(ready)
        except StopIteration as end:
            result: T = end.value
            return result
