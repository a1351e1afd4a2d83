"""Hosts whose clocks are minutes apart, on one database."""

import os
import re
import signal
import subprocess

import pytest

from launchpad.model import events as ev
from launchpad.session import Session
from launchpad.store import open_store
from tests.support.cli import DEFINITION, LAUNCH, PROGRAM, Cli, eventually
from tests.support.shop import Shop
from tests.support.terminal import Terminal

pytestmark = [pytest.mark.slow, pytest.mark.needs("tmux", "cc")]
# Wall clocks alone are off: what measures spans goes on as it does on any host.
_OFF = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static long off(void) { const char *said = getenv("CLOCK_IS_OFF_BY"); return said ? atol(said) : 0; }
int clock_gettime(clockid_t which, struct timespec *found) {
    static int (*asked)(clockid_t, struct timespec *);
    if (!asked) asked = (int (*)(clockid_t, struct timespec *)) dlsym(RTLD_NEXT, "clock_gettime");
    int failed = asked(which, found);
    if (!failed && which == CLOCK_REALTIME) found->tv_sec += off();
    return failed;
}
time_t time(time_t *found) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (found) *found = now.tv_sec;
    return now.tv_sec;
}
"""


@pytest.fixture
def of_a_host(tmp_path):
    """Gives the environment of programs whose clock is off by so many seconds."""
    source, library = tmp_path / "off.c", tmp_path / "off.so"
    source.write_text(_OFF)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return lambda seconds: {"LD_PRELOAD": str(library), "CLOCK_IS_OFF_BY": str(seconds)}


SIGNALS = """\
signals:
  shop: {probe: http, url: "URL", every: 1s, timeout: 1s}
objectives:
  shop-up: {signal: shop, target: 90%, window: 1m}
"""


def test_what_is_shown_goes_by_the_databases_clock(tmp_path, postgres_database, of_a_host):
    shop = Shop()
    cli = Cli(tmp_path)
    cli.environ["LAUNCHPAD_STORE"] = postgres_database
    cli.define(DEFINITION + SIGNALS.replace("URL", shop.url))
    ahead, behind = of_a_host(+420), of_a_host(-240)
    store = standby = None
    try:
        cli("run", env=ahead)
        standby = cli.start("engine", "--standby", env=behind)
        store = open_store(postgres_database)
        for number in range(6):
            cli("note", f"line {number}", env=ahead if number % 2 else behind)
        cli("tick", "freeze", env=behind)
        events = Session(store, LAUNCH).events
        now = store.now()
        assert [each.at for each in events] == sorted(each.at for each in events)
        assert all(now - 200e6 < each.at <= now for each in events)
        assert [each.text for each in events if isinstance(each.event, ev.NoteWritten)] == [
            f"line {n}" for n in range(6)
        ]
        # Nobody takes the lease of an engine that lives, whatever the clocks say.
        assert Session(store, LAUNCH).state.engine.epoch == 1

        def met(at_host):
            said = cli.json("status", status=None, env=at_host)["objectives"][0]
            return said["verdict"] == "ok" and said["age"] < 60 and said

        for at_host in (ahead, behind):
            eventually(lambda host=at_host: met(host), seconds=60)
        ages = [item["at"] for item in cli.json("items", env=ahead) if item["item"] == "freeze"]
        assert ages == [item["at"] for item in cli.json("items", env=behind) if item["item"] == "freeze"]
        for at_host, words in ((ahead, "7m"), (behind, "4m")):
            face = Terminal(
                [str(PROGRAM), "attach"], size=(140, 40), environ={**cli.environ, **at_host}, cwd=cli.home
            )
            try:
                face.shows(rf"clock is {words}\S* (ahead of|behind) the store's", seconds=60)
                face.shows("Code is frozen")
            finally:
                face.close()
        # The standby's clock is eleven minutes behind: it takes over once the lease lapses, not before.
        os.kill(int(re.match(r"[^:]+:(\d+):", store.lease(LAUNCH).holder)[1]), signal.SIGKILL)
        eventually(lambda: Session(store, LAUNCH).state.engine.epoch == 2, seconds=60)
    finally:
        if standby is not None:
            standby.terminate()
            standby.communicate(timeout=40)
        if store is not None:
            store.close()
        cli.close()
        shop.close()
