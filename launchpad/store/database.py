"""What the two dialects have in common underneath the tables: transactions that run statements.

Statements are written once, in the SQL that both understand, with `?` for parameters. Both have the
functions `lp_now()` (microseconds since the epoch) and `lp_ticks()` (microseconds on the clock that
leases run on).
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from launchpad.store.alarm import Alarm

T = TypeVar("T")

Statement = tuple[str, Sequence[object]]
"""SQL and its parameters."""
Record = tuple[Any, ...]
"""A row as the database gives it."""


class Reader(Protocol):
    def run(self, *statements: Statement) -> list[list[Record]]:
        """Executes them in order, in one round trip, and returns each one's rows."""
        ...


class Transaction(Reader, Protocol):
    """A write that happens as a whole or not at all."""

    def ring(self, launch: str) -> None:
        """Once committed, wakes everybody who waits for events of `launch`."""
        ...

    def shred(self, table: str) -> None:
        """What has been deleted from `table` must leave the files as well."""
        ...


class Database(Protocol):
    """A place that runs transactions. Its methods raise `Unreachable` when it does not answer."""

    alarm: Alarm

    @property
    def url(self) -> str: ...

    def write(self, work: Callable[[Transaction], T], *, guard: str | None, retry: bool = True) -> T:
        """Runs `work` and commits it durably; what it raises undoes it.

        Works under the same `guard` take turns. `work` may run again after a lost connection, and must
        then find out by itself that it was done before; `retry=False` for a work that can't.
        """
        ...

    def read(self, work: Callable[[Reader], T]) -> T:
        """Runs `work`, which only reads."""
        ...

    def listen(self) -> None:
        """From now on `alarm` rings for the appends of other processes too."""
        ...

    def close(self) -> None: ...


def marks(values: Sequence[object]) -> str:
    """`?,?,?` for an IN list."""
    return ",".join("?" * len(values))
