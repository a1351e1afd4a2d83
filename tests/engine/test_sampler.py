"""The writer of samples, at a store that lets it wait."""

import asyncio
import contextlib
import itertools
import threading
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from launchpad.config.secrets import Redactor
from launchpad.desk import open_launch
from launchpad.engine import sampler
from launchpad.engine.lease import LeaseKeeper
from launchpad.engine.sampler import Prober, Sampler
from launchpad.errors import Unreachable
from launchpad.model.commands import Identity, OpenLaunch
from launchpad.model.definition import BackupSignal
from launchpad.probes.control import Control
from launchpad.probes.kinds import Means
from launchpad.session import Session
from launchpad.store import open_store
from tests.support.war_room import commands_launch

LAUNCH = "acme-4.2.0"


class Troubled:
    """The store, which does not answer, and then takes its time."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.refusals = 0
        self.away = True
        self.begun, self.released = threading.Event(), threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def add_samples(self, launch: str, samples: Any) -> None:
        if self.away:
            self.refusals += 1
            raise Unreachable("the store does not answer")
        self.begun.set()
        self.released.wait(60)
        self._store.add_samples(launch, samples)


async def until(condition: Any) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


async def test_what_is_measured_while_a_slow_store_takes_what_waited_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampler, "_KEPT", 30)
    monkeypatch.setattr(sampler, "_FLUSH", 0.05)
    signals = {"age": BackupSignal(backup="shop", every=0.01)}
    definition = replace(commands_launch({"backup": {"argv": ["true"]}}), signals=signals)
    store: Any = Troubled(open_store(f"sqlite://{tmp_path}/journal.db"))
    lead = Identity(name="lead", role="director", auth="key")
    open_launch(store, lead, OpenLaunch(launch=LAUNCH, definition=definition))
    lease = LeaseKeeper(store, LAUNCH, "here:1:a", ttl=300.0)
    await lease.take(wait=False)
    ticks, now = itertools.count(1), [0]

    def clock() -> int:
        now[0] = next(ticks)
        return now[0]

    redactor = Redactor([])
    means = Means(control=Control(), base_dir=tmp_path, environ={}, resolve=str, saying=redactor.line)
    prober = Prober(means, redactor)
    sampling = asyncio.create_task(
        Sampler(store, Session(store, LAUNCH, clock=clock), signals, prober, lease).run()
    )
    try:
        await until(lambda: now[0] > 150 and store.refusals > 1)
        store.away = False
        await until(store.begun.is_set)
        begun = now[0]
        await until(lambda: now[0] > begun + 150)
        ended = now[0]
        store.released.set()
        await until(lambda: any(s.observed > ended for s in store.samples(LAUNCH).samples))
    finally:
        store.released.set()
        sampling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sampling
    kept = [s.observed for s in store.samples(LAUNCH).samples]
    store.close()
    assert [at for at in kept if at <= begun], "what waited"
    assert [at for at in kept if begun < at <= ended], "what was measured meanwhile"
    assert kept == sorted(kept)
