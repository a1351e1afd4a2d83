"""What is known of a database's backups."""

from launchpad.model.backups import BackupFact
from launchpad.model.values import Value


class BackupState(Value):
    """The backups of one database that this launch made."""

    last: BackupFact
    run: str
    """The run that made the last one."""
    verified: BackupFact | None = None
    """The last one that was restored and compared, and that nobody has found damaged since."""
    earlier: tuple[BackupFact, ...] = ()
    """Those of which the same was true before it, the oldest first."""
    damaged: str = ""
    """The name of the one that was, and is damaged."""

    @property
    def proven(self) -> tuple[BackupFact, ...]:
        """All that were restored and compared, and that nobody has found damaged since, the oldest first."""
        return self.earlier if self.verified is None else (*self.earlier, self.verified)
