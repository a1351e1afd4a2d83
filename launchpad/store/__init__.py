"""Where launches are kept: SQLite for one machine, PostgreSQL for several. Exports are in `archive`."""

from collections.abc import Callable

from launchpad.errors import BadInput
from launchpad.model.store import Store
from launchpad.store.sqlstore import SqlStore


def open_store(url: str, *, create: bool = True, clock: Callable[[], int] | None = None) -> Store:
    """Opens the store at `sqlite:///ABSOLUTE/PATH` or `postgresql://…`.

    A missing one is made unless `create` is false. `clock` gives a SQLite store another time than the
    machine's, in microseconds since the epoch: tests own the clock.

    Raises `BadInput` for what is not a store or can't be used as one, `Unreachable` when its server does not
    answer.
    """
    scheme = url.partition(":")[0]
    if scheme == "sqlite":
        from launchpad.store.sqlite import SqliteDatabase

        return SqlStore(SqliteDatabase(url, create=create, clock=clock))
    if scheme in ("postgresql", "postgres"):
        from launchpad.store.postgres import PostgresDatabase

        return SqlStore(PostgresDatabase(url, create=create))
    raise BadInput(
        f"a store can't be opened by a URL that begins with {scheme[:20]!r}",
        hint="expected sqlite:///ABSOLUTE/PATH or postgresql://USER@HOST/DATABASE",
    )
