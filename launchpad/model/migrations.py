"""Migrations of a database: what is read of them, and what a step made of them."""

from launchpad.model.values import Value

NONE_YET = "none"
"""How the version of a database is shown that says none."""


class MigrationsReading(Value):
    """How far a database is migrated."""

    version: str
    """The last migration that was applied, as the team's tool names it."""
    pending: tuple[str, ...] = ()
    """Those that the release brings and that are not applied, in their order."""
    destructive: tuple[str, ...] = ()
    """Those among them that destroy data: they can't be undone."""

    @property
    def sentence(self) -> str:
        """Where it stands, in a line."""
        at = f"at {self.version or NONE_YET}"
        return (
            f"{at}, {len(self.pending)} pending: {_named(self.pending)}"
            if self.pending
            else f"{at}, none pending"
        )


class MigrationFact(Value):
    """What a step did to a database."""

    before: str
    """The version it found."""
    after: MigrationsReading
    """Read back once it had ended."""
    destroyed: tuple[str, ...] = ()
    """The destructive ones among those that were applied."""
    backwards: bool = False

    @property
    def moved(self) -> bool:
        """Whether the database is at another version than before."""
        return self.before != self.after.version


def _named(names: tuple[str, ...], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
