"""Migrations."""

from launchpad.cli.shapes.base import Shape, instant
from launchpad.model.state import MigrationState


def migrations(name: str, known: MigrationState, verdict: str, told: str) -> Shape:
    """How far a database is, and what this launch did to it."""
    reading, applied = known.reading, known.applied
    pending = reading.pending if reading is not None else ()
    destructive = reading.destructive if reading is not None else ()
    return {
        "provider": name,
        "verdict": verdict,
        "outcome": told,
        "version": reading.version if reading is not None else None,
        "pending": [{"migration": one, "destructive": one in destructive} for one in pending],
        "read_at": instant(known.at) if known.at else None,
        "applied": {"before": applied.before, "after": applied.after.version} if applied else None,
    }
