"""A store that has lost the end of a journal, as a copy of a database has that did not receive it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"


def cut(url: str, launch: str, last: int) -> Callable[[], None]:
    """Ends the journal in an SQLite store with event `last`; what is returned brings the rest back."""
    path = url.removeprefix("sqlite://")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute(_TRIGGERS).fetchall()
        connection.execute("BEGIN IMMEDIATE")
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        rows = {}
        for table in ("lp_event", "lp_text"):
            those = f"FROM {table} WHERE launch = ? AND seq > ?"
            rows[table] = connection.execute(f"SELECT * {those}", (launch, last)).fetchall()
            connection.execute(f"DELETE {those}", (launch, last))
        for _, sql in triggers:
            connection.execute(sql)
        connection.execute("COMMIT")

    def restore() -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            for table, row in ((table, row) for table, gone in rows.items() for row in gone):
                connection.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)

    return restore
