"""This machine's clock beside the store's, by which everything is stamped and shown."""

import time

from launchpad.model.store import Store
from launchpad.model.values import SECOND, format_duration

TOLERATED = 2.0
"""Seconds between the two that are still called right."""


def ahead(store: Store) -> float:
    """Seconds by which this machine's clock is ahead of the store's; negative where it is behind."""
    return (time.time_ns() // 1000 - store.now()) / SECOND


def complaint(store: Store) -> str:
    """That this machine's clock is off, and what of it; empty where it is right."""
    off = ahead(store)
    if abs(off) <= TOLERATED:
        return ""
    which = "ahead of" if off > 0 else "behind"
    lasted = format_duration(round(abs(off)))
    return f"this machine's clock is {lasted} {which} the store's, by which all that is shown goes"
