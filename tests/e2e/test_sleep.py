"""A host that sleeps with all that runs on it, and wakes up."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from launchpad.model import events as ev
from launchpad.store import open_store
from tests.support.cli import DEFINITION, LAUNCH, PROGRAM, Cli, eventually, processes_with
from tests.support.shop import Shop
from tests.support.terminal import Terminal

pytestmark = [pytest.mark.slow, pytest.mark.needs("tmux")]
MEASURED = """\
signals:
  shop: {probe: http, url: "URL", every: 1s, timeout: 1s}
objectives:
  shop-up: {signal: shop, target: 90%, window: 1m}
alerts:
  down: {when: shop-up < 50%, for: 2s, severity: critical}
"""
ASLEEP = 25.0
"""Seconds: longer than a lease (10 s) and than a reading counts."""


def _of(home: Path) -> list[int]:
    """Every process that was started with this folder as its home."""
    found = subprocess.run(["ps", "-axo", "pid="], capture_output=True, text=True).stdout.split()
    mine = f"HOME={home}".encode()
    pids = []
    for pid in found:
        try:
            if mine in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                pids.append(int(pid))
        except OSError:
            continue
    # An engine keeps its environment to itself.
    return sorted({*pids, *processes_with(f"--config {home}")})


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds processes in /proc")
def test_it_says_at_once_that_nothing_is_known_and_does_nothing_twice(tmp_path, postgres_database):
    shop = Shop()
    cli = Cli(tmp_path)
    cli.environ["LAUNCHPAD_STORE"] = postgres_database
    cli.define(DEFINITION + MEASURED.replace("URL", shop.url))
    face = None
    asleep: list[int] = []
    try:
        cli("run")
        face = Terminal([str(PROGRAM), "attach"], size=(120, 40), environ=cli.environ, cwd=cli.home)
        face.shows("all 1 met", seconds=60)
        asleep = _of(cli.home)
        assert len(asleep) >= 2
        for pid in asleep:
            os.kill(pid, signal.SIGSTOP)
        signal.sigtimedwait([], ASLEEP)
        # Elsewhere it is said while it sleeps: nobody watches, and what was measured no longer counts.
        elsewhere = cli.json("status", status=None)
        assert not elsewhere["engine"]["watching"]
        assert elsewhere["health"] == "unknown"
        asked = shop.asked
        for pid in asleep:
            os.kill(pid, signal.SIGCONT)
        asleep = []
        # The engine has lost its lease; another begins, and nothing that was missed is made up for.
        eventually(lambda: cli("engine", "--stop", status=None) and _ended(cli), seconds=60)
        assert shop.asked - asked < 10
        cli("run")
        face.shows("all 1 met", seconds=60)
        events = _events(cli)
        assert not [e for e in events if isinstance(e.event, ev.AlertChanged | ev.MessageIntended)]
        assert not [e for e in events if isinstance(e.event, ev.RunStarted)]
    finally:
        for pid in asleep:
            os.kill(pid, signal.SIGCONT)
        if face is not None:
            face.close()
        cli.close()
        shop.close()


def _ended(cli: Cli) -> bool:
    return not cli.json("status", status=None)["engine"]["watching"]


def _events(cli: Cli):
    store = open_store(cli.environ["LAUNCHPAD_STORE"])
    try:
        return store.read(LAUNCH, limit=10_000)
    finally:
        store.close()
