"""Backups: the last of each database, and the last that was proven."""

from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.fold.parts import Handlers, Parts
from launchpad.model.journal import Recorded
from launchpad.model.state import BackupState


def _taken(parts: Parts, rec: Recorded, event: ev.BackupTaken) -> None:
    known: dict[str, BackupState] = dict(parts.scalars.get("backups", {}))
    # Another clock wrote these: data is not newer than the word of it.
    verified_at = event.backup.verified_at
    made = replace(
        event.backup,
        taken_at=min(event.backup.taken_at, rec.at),
        verified_at=None if verified_at is None else min(verified_at, rec.at),
    )
    before = known.get(event.provider)
    verified = made if verified_at is not None else before.verified if before else None
    known[event.provider] = BackupState(last=made, run=event.run, verified=verified)
    parts.scalars["backups"] = known


HANDLERS: Handlers = {ev.BackupTaken: _taken}
