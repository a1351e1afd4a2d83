"""What all shapes are made of."""

from datetime import UTC, datetime
from typing import Any

from launchpad.model.values import SECOND, Micros

Shape = dict[str, Any]


def instant(at: Micros | None) -> str | None:
    """`2026-12-01T08:00:00.123Z`"""
    if at is None:
        return None
    text = datetime.fromtimestamp(at / SECOND, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
