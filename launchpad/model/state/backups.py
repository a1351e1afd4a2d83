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
    damaged: str = ""
    """The name of the one that was, and is damaged."""
