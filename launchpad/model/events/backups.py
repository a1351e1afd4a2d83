"""Backups that were made, and what was found of them."""

from launchpad.model.backups import BackupFact
from launchpad.model.events.base import Event


class BackupTaken(Event, tag="backup.taken"):
    """A step of a run saved a database, and proved it as far as it was told to."""

    provider: str
    run: str
    vault: str
    """The provider that keeps it."""
    backup: BackupFact

    @property
    def subject(self) -> str:
        return f"backup:{self.provider}"


class BackupFoundDamaged(Event, tag="backup.found-damaged"):
    """A step that was to put a backup back found that it is not what was saved any more."""

    provider: str
    run: str
    backup: str
    """Its name."""

    @property
    def subject(self) -> str:
        return f"backup:{self.provider}"
