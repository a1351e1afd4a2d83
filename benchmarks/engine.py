"""What watching costs: an engine with 500 signals every 5 s, beside the bare probes it makes.

CPU time is counted for the engine's process alone, once it has settled; the site runs elsewhere. The same
number of probes is then made in a bare loop in this run, so that the ratio tells what schedule, samples,
windows, verdicts and the journal add.
"""

import asyncio
import resource
import tempfile
import time
from pathlib import Path

from benchmarks.crowd import EVERY, LAUNCH, SIGNALS, cpu, site, watched
from launchpad.model.http import HttpCheck, HttpExpect
from launchpad.model.store import Store
from launchpad.probes.http import HttpProbe
from launchpad.session import Session

_SETTLE = 6.0
_SECONDS = 15.0


def measure() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder, site() as url:
        spent, probes, late = _watch(Path(folder), url)
        bare = asyncio.run(_bare(url, probes))
    return {
        f"engine, {SIGNALS} probes every {EVERY:.0f} s: share of a core": spent / _SECONDS,
        "probes made in the measured time": float(probes),
        "probes made / probes due": probes / (SIGNALS / EVERY * _SECONDS),
        "CPU of the engine / CPU of its bare probes": spent / bare,
        "oldest signal at the end, in intervals": late / EVERY,
    }


def _watch(base: Path, url: str) -> tuple[float, int, float]:
    """CPU seconds, probes made, and the age of the oldest reading."""
    with watched(base, url) as (store, engine):
        time.sleep(_SETTLE)
        spent, made = cpu(engine), _made(store)
        time.sleep(_SECONDS)
        spent, made = cpu(engine) - spent, _made(store) - made
        oldest = Session(store, LAUNCH).view().freshness.oldest or float("inf")
    return spent, made, oldest


def _made(store: Store) -> int:
    return len(store.samples(LAUNCH, limit=1_000_000).samples)


async def _bare(url: str, count: int) -> float:
    probe = HttpProbe(HttpCheck(url=url, timeout=3.0, expect=HttpExpect(contains="Acme")))
    before = resource.getrusage(resource.RUSAGE_SELF)
    for _ in range(count // 20):
        await asyncio.gather(*(probe.run() for _ in range(20)))
    after = resource.getrusage(resource.RUSAGE_SELF)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


if __name__ == "__main__":
    for what, value in measure().items():
        print(f"{what:<58} {value:>12,.3f}")
