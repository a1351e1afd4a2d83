"""What watching costs: an engine with 500 signals every 5 s, beside the bare probes it makes.

CPU time is counted for the engine's process alone, once it has settled; the site runs elsewhere. The same
number of probes is then made in a bare loop in this run, so that the ratio tells what schedule, samples,
windows, verdicts and the journal add.
"""

import asyncio
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from launchpad.desk import open_launch
from launchpad.model.commands import Identity, OpenLaunch
from launchpad.model.definition import Definition, HttpSignal, Launch, Objective
from launchpad.model.http import HttpCheck, HttpExpect
from launchpad.model.values import Quantity
from launchpad.probes.http import HttpProbe
from launchpad.session import Session
from launchpad.store import open_store

SIGNALS = 500
EVERY = 5.0
_SETTLE = 6.0
_SECONDS = 15.0

_SITE = """
import asyncio
ANSWER = b"HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\nConnection: close\\r\\n\\r\\nAcme"
class Site(asyncio.Protocol):
    def connection_made(self, transport): self.transport = transport
    def data_received(self, data): self.transport.write(ANSWER); self.transport.close()
async def serve():
    server = await asyncio.get_running_loop().create_server(Site, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(serve())
"""

_ENGINE = """
import asyncio, signal, sys
from pathlib import Path
from launchpad.engine import Engine
from launchpad.store import open_store
async def work(url, base):
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await Engine(open_store(url), "acme", base_dir=base, environ={}, state_dir=base).run(stop)
asyncio.run(work(sys.argv[1], Path(sys.argv[2])))
"""


def measure() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        site = subprocess.Popen([sys.executable, "-c", _SITE], stdout=subprocess.PIPE, text=True)
        try:
            assert site.stdout is not None
            url = f"http://127.0.0.1:{site.stdout.readline().strip()}/"
            watched, probes, late = _watch(base, url)
            bare = asyncio.run(_bare(url, probes))
        finally:
            site.kill()
            site.wait()
    return {
        f"engine, {SIGNALS} probes every {EVERY:.0f} s: share of a core": watched / _SECONDS,
        "probes made in the measured time": float(probes),
        "probes made / probes due": probes / (SIGNALS / EVERY * _SECONDS),
        "CPU of the engine / CPU of its bare probes": watched / bare,
        "oldest signal at the end, in intervals": late / EVERY,
    }


def _watch(base: Path, url: str) -> tuple[float, int, float]:
    """CPU seconds, probes made, and the age of the oldest reading."""
    definition = Definition(
        launch=Launch(product="Acme", version="1"),
        signals={
            f"s{n}": HttpSignal(url=url, every=EVERY, timeout=3.0, expect=HttpExpect(contains="Acme"))
            for n in range(SIGNALS)
        },
        objectives={
            f"o{n}": Objective(
                signal=f"s{n}", percentile=95.0, below=Quantity(value=2.0, unit="s"), window=600.0
            )
            for n in range(SIGNALS)
        },
    )
    store = open_store(f"sqlite:///{base}/journal.db")
    me = Identity(name="me", role="director")
    open_launch(store, me, OpenLaunch(launch="acme", definition=definition))
    engine = subprocess.Popen([sys.executable, "-c", _ENGINE, store.url, str(base)])
    try:
        time.sleep(_SETTLE)
        cpu, made = _cpu(engine.pid), _made(store)
        time.sleep(_SECONDS)
        cpu, made = _cpu(engine.pid) - cpu, _made(store) - made
        oldest = Session(store, "acme").view().freshness.oldest or float("inf")
    finally:
        engine.send_signal(signal.SIGTERM)
        engine.wait()
        store.close()
    return cpu, made, oldest


def _made(store: object) -> int:
    return len(store.samples("acme", limit=1_000_000).samples)  # type: ignore[attr-defined]


def _cpu(pid: int) -> float:
    """User and system seconds of a process so far (Linux: fields 14 and 15 of /proc/PID/stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


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
