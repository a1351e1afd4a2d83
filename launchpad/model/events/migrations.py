"""Migrations of databases: how far they are, and what steps did."""

from launchpad.model.events.base import Event
from launchpad.model.migrations import MigrationFact, MigrationsReading
from launchpad.model.values import Micros


class _OfDatabase(Event):
    provider: str

    @property
    def subject(self) -> str:
        return f"migrations:{self.provider}"


class MigrationsRead(_OfDatabase, tag="migrations.read"):
    """The engine asked how far a database is migrated. Appended when the answer is another one, and before
    the last one grows too old to count."""

    observed_at: Micros
    reading: MigrationsReading | None = None
    """None: it could not be told."""
    reason: str = ""
    """Why not."""


class MigrationsApplied(_OfDatabase, tag="migrations.applied"):
    """A step of a run migrated a database, forwards or backwards."""

    run: str
    fact: MigrationFact
