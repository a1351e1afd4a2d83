"""What a step brought besides its end: a backup, a smoke test's outcome, how far a database is."""

from launchpad.model import events as ev
from launchpad.model.events import Event
from launchpad.model.plan import PlannedStep
from launchpad.model.state import RunState
from launchpad.providers.capabilities import Ending


def brought(run: RunState, index: int, planned: PlannedStep, ending: Ending, vault: str) -> list[Event]:
    """The events to record with the end of a step. `vault` keeps the backup, where it made one."""
    events: list[Event] = []
    if ending.backup is not None and ending.state == "succeeded":
        events.append(
            ev.BackupTaken(provider=planned.provider, run=run.id, vault=vault, backup=ending.backup)
        )
    if ending.damaged:
        events.append(ev.BackupFoundDamaged(provider=planned.provider, run=run.id, backup=ending.damaged))
    if ending.smoke is not None:
        observed = run.steps[index].started_at or run.requested_at
        events.append(
            ev.SmokeRan(
                suite=planned.provider, result=ending.smoke, observed_at=observed, cause="run", run=run.id
            )
        )
    if ending.migrated is not None:
        events.append(ev.MigrationsApplied(provider=planned.provider, run=run.id, fact=ending.migrated))
    return events
