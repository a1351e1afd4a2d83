"""When a rollout is read."""

import asyncio
import contextlib
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from launchpad.clock import boot_seconds
from launchpad.desk import open_launch
from launchpad.engine.lease import LeaseKeeper
from launchpad.engine.recorder import Recorder
from launchpad.engine.rollout_watch import RolloutWatch
from launchpad.engine.witness import Witness
from launchpad.errors import Unreachable
from launchpad.model.commands import Identity, OpenLaunch
from launchpad.model.definition import Launch
from launchpad.model.rollouts import RolloutReading
from launchpad.session import Session
from launchpad.store import open_store
from tests.support.app_store import rollout_launch

LAUNCH = "acme-4.2.0"
LATER = 0.4


class Crowded:
    """An adapter whose store says "later" to the first two that ask."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    async def read_rollout(
        self, _rollout: str, _launch: Launch, _settings: Mapping[str, Any]
    ) -> RolloutReading:
        self.asked.append(boot_seconds())
        if len(self.asked) <= 2:
            raise Unreachable("too many requests", retry_after=LATER)
        return RolloutReading(status="rolling", percent=10.0)


async def test_a_store_is_left_alone_for_as_long_as_it_asks(tmp_path: Path) -> None:
    store = open_store(f"sqlite://{tmp_path}/journal.db")
    lead = Identity(name="lead", role="director", auth="key")
    definition = rollout_launch(every=0.05)
    open_launch(store, lead, OpenLaunch(launch=LAUNCH, definition=definition))
    session = Session(store, LAUNCH)
    lease = LeaseKeeper(store, LAUNCH, "here:1:a", ttl=300.0)
    await lease.take(wait=False)
    recorder = Recorder(store, session, lease, Witness(tmp_path))
    crowded: Any = Crowded()
    watch = RolloutWatch(store, session, lease, recorder, definition, {"store": crowded})
    watching = asyncio.create_task(watch.run())
    try:
        async with asyncio.timeout(60):
            while len(crowded.asked) < 4:
                await asyncio.sleep(0.02)
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        store.close()
    first, second, *_ = (after - before for before, after in pairwise(crowded.asked))
    assert min(first, second) >= LATER
