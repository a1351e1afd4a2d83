"""What the program is asked to do, what it leaves beside a backup, and what it answers."""

from typing import Annotated, Literal

from msgspec import Meta, field

from launchpad.errors import LaunchpadError
from launchpad.model.backups import BackupFact
from launchpad.model.definition.backups import Keep
from launchpad.model.values import Micros, Value

Format = Literal["custom", "plain", "directory"]
SUFFIXES: dict[Format, str] = {"custom": ".dump", "plain": ".sql", "directory": ".tar"}
"""What a dump is called by its format."""
OUTCOME = "outcome.json"
"""The file in the program's directory that says how it went."""
WORK = "work"
"""The folder in the program's directory that holds all data while it works."""


class Fault(LaunchpadError):
    """It can't be done; the message is for an operator."""


class Damaged(Fault):
    """A backup is not what was saved any more."""


class Vault(Value):
    """An object store, and what it takes to get in."""

    name: str
    url: str
    options: dict[str, str] = field(default_factory=dict)


class Task(Value):
    """What to do. Holds secrets: it travels through pipes only."""

    verb: Literal["backup", "restore"]
    provider: str
    """What the database is called; its backups lie below that name."""
    dsn: str
    vault: Vault
    passphrase: str
    name: str
    """What the backup is or will be called."""
    scratch: str = ""
    """Connection string to the server for trials; empty: the database's own."""
    format: Format = "custom"
    jobs: int = 1
    verify: Literal["checksum", "restore"] = "checksum"
    keep: Keep | None = None
    sha256: str = ""
    """Of the backup to restore, as planned."""


class TableValue(Value):
    """What a table held."""

    rows: int
    digest: str | None = None
    """Sum of the hashes of its rows, whatever their order; None: too big to be read twice."""


class Manifest(Value):
    """Lies beside a backup, as `NAME.json`; without secrets."""

    name: str
    state: Literal["unfinished", "complete"]
    provider: str
    database: str
    format: Format
    server: str = ""
    """Version of the server that it was taken from."""
    client: str = ""
    """Version of the pg_dump that took it."""
    taken_at: Micros = 0
    size: Annotated[int, Meta(ge=0)] = 0
    sha256: str = ""
    tables: dict[str, TableValue] = field(default_factory=dict)
    verified_at: Micros | None = None


class Outcome(Value):
    """How it went."""

    fault: str = ""
    """Why it failed; empty: it did not."""
    said: str = ""
    """What came of it, in a line."""
    backup: BackupFact | None = None
    damaged: str = ""
    """The name of the backup that is not what was saved any more."""
