"""A launch as large as they get, with the engine that watches it: what other benchmarks measure on."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launchpad.desk import LocalDesk, open_launch
from launchpad.model import commands as cmd
from launchpad.model.commands import Identity
from launchpad.model.definition import Action, Definition, HttpSignal, Item, Launch, Objective, Provider, Step
from launchpad.model.events import NoteWritten
from launchpad.model.http import HttpExpect
from launchpad.model.journal import Draft
from launchpad.model.store import Store
from launchpad.model.values import Quantity
from launchpad.session import Session
from launchpad.store import open_store

LAUNCH = "acme"
ME = Identity(name="me", role="director")
SIGNALS = 500
EVERY = 5.0
ITEMS = 500
NOTES = 10_000
LINES = 10_000
"""Lines a second that the action `chatter` prints."""

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

_CHATTER = f"""
import sys, time
begun, said = time.monotonic(), 0
while said < 60 * {LINES}:
    due = int((time.monotonic() - begun) * {LINES})
    lines = [f"worker {{n % 40}}: order {{n}} priced, taxed and booked\\n" for n in range(said, due)]
    sys.stdout.write("".join(lines))
    sys.stdout.flush()
    said = due
    time.sleep(0.05)
"""


@contextmanager
def site() -> Iterator[str]:
    """The URL of a page that answers at once, served by another process."""
    server = subprocess.Popen([sys.executable, "-c", _SITE], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}/"
    finally:
        server.kill()
        server.wait()


def definition(url: str) -> Definition:
    """As many signals, each with an objective, and as many items."""
    chatter = {"operations": {"deploy": {"argv": [sys.executable, "-c", _CHATTER], "undo": "nothing"}}}
    return Definition(
        launch=Launch(product="Acme", version="1"),
        items=tuple(
            Item(id=f"i{n}", title=f"Item {n} of a long list is done", phase="pre-launch", team="qa")
            for n in range(ITEMS)
        ),
        providers={"shop": Provider(kind="command", settings=chatter)},
        actions={"chatter": Action(steps=(Step(verb="deploy", provider="shop"),))},
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


@contextmanager
def watched(base: Path, url: str) -> Iterator[tuple[Store, int]]:
    """The store of such a launch, and the process of the engine that watches it."""
    store = open_store(f"sqlite:///{base}/journal.db")
    open_launch(store, ME, cmd.OpenLaunch(launch=LAUNCH, definition=definition(url)))
    engine = subprocess.Popen([sys.executable, "-c", _ENGINE, store.url, str(base)])
    try:
        yield store, engine.pid
    finally:
        engine.send_signal(signal.SIGTERM)
        engine.wait()
        store.close()


def write_notes(store: Store) -> None:
    """A timeline of ten thousand lines."""
    for _ in range(NOTES // 500):
        notes = [
            Draft(id=uuid.uuid4().hex, event=NoteWritten(), actor="me", auth="os", text="the queue is empty")
            for _ in range(500)
        ]
        store.append(LAUNCH, notes)


def chatter(store: Store) -> None:
    """Begins the run that prints without end, and returns once it prints."""
    session = Session(store, LAUNCH)
    desk = LocalDesk(store, session, ME)
    run = desk.perform(cmd.RequestRun(action="chatter")).subject.removeprefix("run:")
    for status in ("planned", "running"):
        end = time.monotonic() + 30
        while session.state.runs[run].status != status:
            assert time.monotonic() < end, f"{run} is {session.state.runs[run].status}"
            time.sleep(0.05)
            session.refresh()
        if status == "planned":
            desk.perform(cmd.ConfirmRun(run=run, digest=session.state.runs[run].digest))
    while not session.log(run):
        time.sleep(0.05)


def cpu(pid: int) -> float:
    """User and system seconds of a process so far (Linux: fields 14 and 15 of /proc/PID/stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
