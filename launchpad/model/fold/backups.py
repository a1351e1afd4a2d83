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
    if verified_at is not None or before is None:
        verified = made if verified_at is not None else None
        earlier = before.proven if before is not None else ()
        known[event.provider] = BackupState(last=made, run=event.run, verified=verified, earlier=earlier)
    else:
        known[event.provider] = replace(before, last=made, run=event.run)
    parts.scalars["backups"] = known


def _damaged(parts: Parts, _rec: Recorded, event: ev.BackupFoundDamaged) -> None:
    known: dict[str, BackupState] = parts.scalars.get("backups", {})
    damaged: dict[str, tuple[str, ...]] = parts.scalars.get("damaged_backups", {})
    names = dict.fromkeys((*damaged.get(event.provider, ()), event.backup))
    parts.scalars["damaged_backups"] = {**damaged, event.provider: tuple(names)}
    of = known.get(event.provider)
    if of is None:
        return
    without = replace(of, earlier=tuple(one for one in of.earlier if one.name != event.backup))
    if of.verified is not None and of.verified.name == event.backup:
        without = replace(without, verified=None, damaged=event.backup)
    parts.scalars["backups"] = {**known, event.provider: without}


HANDLERS: Handlers = {ev.BackupTaken: _taken, ev.BackupFoundDamaged: _damaged}
