"""An engine that is told to end ends, whatever comes at that very moment."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from launchpad.config.secrets import Redactor
from launchpad.desk import open_launch
from launchpad.engine import Engine
from launchpad.engine.outbox import Outbox
from launchpad.engine.recorder import Recorder
from launchpad.model.commands import Identity, OpenLaunch
from launchpad.session import Session
from launchpad.store import open_store
from tests.support import launches
from tests.support.following import Breaks
from tests.support.histories import LAUNCH


@asynccontextmanager
async def watching(base: Path) -> AsyncIterator[tuple[Engine, Session, Recorder]]:
    """An engine that holds the lease of a launch."""
    store = open_store(f"sqlite://{base}/journal.db")
    lead = Identity(name="lead", role="director", auth="key")
    open_launch(store, lead, OpenLaunch(launch=LAUNCH, definition=launches.definition()))
    engine = Engine(store, LAUNCH, base_dir=base, environ=dict(os.environ), state_dir=base, ttl=300.0)
    await engine._lease.take(wait=False)
    session = Session(store, LAUNCH)
    try:
        yield engine, session, Recorder(store, session, engine._lease, engine._witness)
    finally:
        store.close()


@pytest.mark.parametrize("part", ["runs", "messages"])
async def test_news_that_come_with_the_end_do_not_outlive_it(tmp_path: Path, part: str) -> None:
    """Of an event that is recorded at the moment at which it is told to end, as of its own beginning."""
    async with watching(tmp_path) as (engine, session, recorder), asyncio.TaskGroup() as tasks:
        wake = asyncio.Event()
        if part == "runs":
            work = engine._tend_runs(session, recorder, wake, asyncio.Event())
        else:
            work = Outbox(session, recorder, engine._lease, {}, Redactor([]), tasks, set()).run(wake)
        wake.set()
        working = asyncio.create_task(work)
        while wake.is_set() or not wake._waiters:
            await asyncio.sleep(0)
        wake.set()
        working.cancel()
        done, _ = await asyncio.wait({working}, timeout=10)
        working.cancel()
        assert done, "it goes on although it was told to end"
        assert working.cancelled()


async def test_an_engine_that_hears_nothing_any_more_ends(tmp_path: Path) -> None:
    """It would keep the launch from one that does."""
    async with watching(tmp_path) as (engine, _session, _recorder), asyncio.timeout(60):
        engine._store = Breaks(engine._store)  # type: ignore[assignment]
        with pytest.raises(ExceptionGroup) as ended:
            await engine._work(asyncio.Event())
    assert ended.group_contains(ZeroDivisionError)
