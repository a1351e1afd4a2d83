"""Backups that were made."""

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
