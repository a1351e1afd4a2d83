"""What is known of a database's migrations."""

from launchpad.model.migrations import MigrationFact, MigrationsReading
from launchpad.model.values import Micros, Value


class MigrationState(Value):
    """How far a database is migrated."""

    reading: MigrationsReading | None = None
    """As last read; None: it can't be told."""
    reason: str = ""
    """Why not."""
    at: Micros = 0
    """When it was read."""
    applied: MigrationFact | None = None
    """What a step of this launch last migrated forwards; None: nothing, or it was put back."""
