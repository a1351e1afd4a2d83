"""What the launch knows by itself, looked at as probes look at what is outside."""

from launchpad.model.definition import BackupSignal
from launchpad.probes.result import ProbeResult
from launchpad.rules.proofs import backup_age
from launchpad.session import Session


class BackupAge:
    """How old the data of a database's last verified backup is: the duration of the result. Without such a
    backup nothing is known. See `launchpad.probes.attempt.Runnable`."""

    def __init__(self, signal: BackupSignal, session: Session) -> None:
        self._of = signal.backup
        self._session = session

    async def run(self) -> ProbeResult:
        age, why = backup_age(self._session.state, self._of, self._session.clock())
        if age is None:
            return ProbeResult(verdict="unknown", reason=f"no verified backup of {self._of}: {why}")
        return ProbeResult(verdict="ok", reason="", duration=age)
