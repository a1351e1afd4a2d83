"""Migrations: how far each database is, and what this launch did to it."""

from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.fold.parts import Handlers, Parts
from launchpad.model.journal import Recorded
from launchpad.model.migrations import MigrationFact
from launchpad.model.state import MigrationState


def _read(parts: Parts, rec: Recorded, event: ev.MigrationsRead) -> None:
    at = min(event.observed_at, rec.at)
    before = _known(parts).get(event.provider, MigrationState())
    _keep(parts, event.provider, replace(before, reading=event.reading, reason=event.reason, at=at))


def _applied(parts: Parts, rec: Recorded, event: ev.MigrationsApplied) -> None:
    known = _known(parts).get(event.provider, MigrationState())
    applied = _left(known, event) if event.fact.backwards else _done(known, event)
    _keep(
        parts,
        event.provider,
        MigrationState(reading=event.fact.after, at=rec.at, applied=applied),
    )


def _done(known: MigrationState, event: ev.MigrationsApplied) -> MigrationFact | None:
    """What is to be put back after a step that migrated; one that found nothing to do adds nothing."""
    return event.fact if event.fact.moved else known.applied


def _left(known: MigrationState, event: ev.MigrationsApplied) -> MigrationFact | None:
    """What is still to be put back after a step that put back; None: nothing."""
    done, after = known.applied, event.fact.after
    return None if done is None or after.version == done.before else replace(done, after=after)


def _known(parts: Parts) -> dict[str, MigrationState]:
    known: dict[str, MigrationState] = parts.scalars.get("migrations", {})
    return known


def _keep(parts: Parts, provider: str, state: MigrationState) -> None:
    parts.scalars["migrations"] = {**_known(parts), provider: state}


def forget(parts: Parts, providers: frozenset[str]) -> None:
    """What was read through providers that are others now says nothing; what was done stays done."""
    parts.scalars["migrations"] = {
        name: replace(one, reading=None, reason="it was amended", at=0) if name in providers else one
        for name, one in _known(parts).items()
    }


HANDLERS: Handlers = {ev.MigrationsRead: _read, ev.MigrationsApplied: _applied}
