"""What of several answers of one check is recorded."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from launchpad.desk import open_launch
from launchpad.engine.checker import Checker
from launchpad.engine.lease import LeaseKeeper
from launchpad.engine.recorder import Recorder
from launchpad.engine.witness import Witness
from launchpad.model.commands import Identity, OpenLaunch
from launchpad.model.definition import HttpProof, Item
from launchpad.model.events import ItemChecked
from launchpad.probes.result import ProbeResult
from launchpad.session import Session
from launchpad.store import open_store
from tests.support import launches

LAUNCH = "acme-4.2.0"
PAGE = HttpProof(url="http://acme.example/", every=3600.0, valid_for=7200.0)
ITEM = Item(id="page", title="Front page", check=PAGE)


class Answers:
    """What the page says; the second who asks waits for it until `release` is set, and it is bad then."""

    def __init__(self) -> None:
        self.asked = 0
        self.release = asyncio.Event()

    def probe(self, _check: object) -> None: ...

    async def run(self, _probe: object) -> ProbeResult:
        self.asked += 1
        if self.asked != 2:
            return ProbeResult(verdict="ok", reason="")
        await self.release.wait()
        return ProbeResult(verdict="bad", reason="status 503")


@pytest.mark.parametrize(
    ("older_asked", "newer_asked", "recorded"), [(False, True, 2), (True, False, 2), (False, False, 1)]
)
async def test_an_answer_that_comes_late_takes_no_later_ones_place(
    tmp_path: Path, older_asked: bool, newer_asked: bool, recorded: int
) -> None:
    store = open_store(f"sqlite://{tmp_path}/journal.db")
    lead = Identity(name="lead", role="director", auth="key")
    open_launch(store, lead, OpenLaunch(launch=LAUNCH, definition=launches.definition(items=(ITEM,))))
    session = Session(store, LAUNCH)
    lease = LeaseKeeper(store, LAUNCH, "here:1:a", ttl=300.0)
    await lease.take(wait=False)
    answers, unused = Answers(), Any
    checker = Checker(session, Recorder(store, session, lease, Witness(tmp_path)), answers, unused)  # type: ignore[arg-type]
    try:
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            await checker._check(ITEM, PAGE, asked=False)
            tasks.create_task(checker._check(ITEM, PAGE, asked=older_asked))
            while answers.asked < 2:
                await asyncio.sleep(0)
            await checker._check(ITEM, PAGE, asked=newer_asked)
            answers.release.set()
    finally:
        store.close()
    found = [each.event for each in session.events if isinstance(each.event, ItemChecked)]
    assert [event.verdict for event in found] == ["ok"] * recorded
    assert found == sorted(found, key=lambda event: event.observed_at)
