"""Forgets what has outlived its retention, in all launches of the store. The journal stays."""

import asyncio
import logging

from launchpad.engine.schedule import every
from launchpad.errors import Unreachable
from launchpad.model.store import Store
from launchpad.model.values import SECOND

log = logging.getLogger(__name__)

SAMPLES_KEPT = 365 * 86400.0
"""Seconds."""
LOGS_KEPT = 30 * 86400.0
"""Seconds."""
_PERIOD = 3600.0
_FIRST_AFTER = 60.0
"""Seconds after an engine's start, which has other things to do."""


def forget(store: Store) -> None:
    """Removes samples and log lines that are too old by the store's clock."""
    now = store.now()
    store.prune(
        samples_before=now - round(SAMPLES_KEPT * SECOND), logs_before=now - round(LOGS_KEPT * SECOND)
    )


async def keep_retention(store: Store) -> None:
    """Forgets every hour, for ever."""

    async def once() -> None:
        try:
            await asyncio.to_thread(forget, store)
        except Unreachable as error:
            log.warning("old samples and logs are kept for now: %s", error)

    await every(_PERIOD, once, first_after=_FIRST_AFTER)
