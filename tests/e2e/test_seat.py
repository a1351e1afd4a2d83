"""The director's connection dies in the night: the deputy takes the seat and goes on."""

import os
import pwd
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launchpad.desk import open_launch
from launchpad.model import events as ev
from launchpad.model.commands import Identity, OpenLaunch
from launchpad.session import Session
from launchpad.store import open_store
from launchpad.wiring import load_definition
from tests.support.terminal import Terminal
from tests.support.war_room import until

pytestmark = [pytest.mark.slow, pytest.mark.needs("tmux", "ssh", "ssh-keygen")]

LAUNCHPAD = str(Path(sys.executable).parent / "launchpad")
LAUNCH = "acme-4.2.0-staging"
DEFINITION = """\
launch:
  product: Acme
  version: 4.2.0
  environment: staging
  t0: 2099-12-01 09:00 Europe/Berlin
  deputies: [ops]
operators:
  - {{name: lead, role: director, keys: ["{lead}"]}}
  - {{name: ops, role: operator, keys: ["{ops}"]}}
  - {{name: host, role: engineer, login: {login}}}
checklists:
  - name: ours
    items:
      - {{id: freeze, title: Code is frozen}}
gates:
  launch: [{{items: required}}]
"""


class Night:
    """A launch served over SSH to a director and a deputy."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.url = f"sqlite:///{home}/launch.db"
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_STATE_HOME": str(home / "state"),
            "LANG": "C.UTF-8",
            "LAUNCHPAD_TOUR": "0",
            "LAUNCHPAD_STORE": self.url,
        }
        keys = {}
        for name in ("lead", "ops"):
            key = home / name
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
            keys[name] = key.with_suffix(".pub").read_text().strip()
        path = home / "launchpad.yaml"
        path.write_text(DEFINITION.format(login=pwd.getpwuid(os.geteuid()).pw_name, **keys))
        self.store = open_store(self.url)
        opening = OpenLaunch(launch=LAUNCH, definition=load_definition(path).definition)
        open_launch(self.store, Identity(name="lead", role="director"), opening)
        self.terminals: list[Terminal] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.server = subprocess.Popen(
            [LAUNCHPAD, "serve", "--ssh", f"127.0.0.1:{self.port}"],
            cwd=home,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._listens, what="the server to listen")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def seat(self, who: str) -> Terminal:
        options = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR")
        given = [part for option in options for part in ("-o", option)]
        key = ("-F", "none", "-i", str(self.home / who), "-o", "IdentitiesOnly=yes")
        argv = ("ssh", *key, *given, "-p", str(self.port), "127.0.0.1")
        self.terminals.append(Terminal(argv, size=(120, 40), environ=self.environ, cwd=self.home))
        return self.terminals[-1]

    def session(self) -> Session:
        return Session(self.store, LAUNCH)

    def close(self) -> None:
        for terminal in self.terminals:
            terminal.close()
        self.server.send_signal(signal.SIGTERM)
        self.server.wait(30)
        self.store.close()


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    made = Night(tmp_path)
    yield made
    made.close()


def by_palette(terminal: Terminal, wish: str) -> None:
    """Finds a verb in the palette and chooses it."""
    terminal.press(":")
    terminal.shows("Search|search")
    terminal.type(wish)
    terminal.shows(rf"^.*{re.escape(wish)}")
    terminal.press("Enter")


def insist(terminal: Terminal, done: Callable[[], bool]) -> None:
    """Presses `y` until it counts: keys of a dialog's first half second are dropped on purpose."""

    def pressed() -> bool:
        terminal.press("y")
        signal.sigtimedwait([], 0.7)
        return done()

    until(pressed, what="the yes to count")


def test_the_director_dies_the_deputy_goes_on_and_the_director_sees_who_sits(night: Night) -> None:
    lead, ops = night.seat("lead"), night.seat("ops")
    lead.shows("Code is frozen")
    ops.shows("2 online")
    [client] = lead.processes()
    os.kill(client, signal.SIGKILL)
    lead.shows("ended with status 137|Killed")
    ops.shows("1 online", seconds=40)
    by_palette(ops, "take the director's seat")
    ops.shows("Take the director's seat: why")
    ops.type("the laptop of lead died")
    ops.press("Enter")
    ops.shows("ops holds the director's seat")
    ops.press("h")
    ops.shows("Hold the countdown: why")
    ops.type("until we know more")
    ops.press("Enter")
    ops.shows(" HELD ")
    # To resume it, and to enter a phase, takes a director.
    ops.press("h")
    ops.shows("Resume the countdown")
    insist(ops, lambda: night.session().state.hold is None)
    ops.press(">")
    ops.shows("Enter launch")
    insist(ops, lambda: night.session().state.phase == "launch")
    ops.shows(" LAUNCH ")
    back = night.seat("lead")
    back.shows("ops holds the director's seat")
    back.shows(" LAUNCH ")
    by_palette(back, "take the director's seat back")
    back.shows("the laptop of lead died")

    insist(back, lambda: night.session().state.seat is None)
    ops.hides("ops holds the director's seat")
    events = night.session().events
    taken = next(r for r in events if isinstance(r.event, ev.SeatTaken))
    assert (taken.actor, taken.auth, taken.text) == ("ops", "key", "the laptop of lead died")
    entered = next(r for r in events if isinstance(r.event, ev.PhaseEntered))
    assert (entered.actor, entered.auth) == ("ops", "key")
