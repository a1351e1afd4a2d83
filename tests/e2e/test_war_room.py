"""Two terminals and an ssh client on one launch, with the installed command, on SQLite and on PostgreSQL."""

import json
import os
import pwd
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from launchpad.model.events import ItemTicked
from launchpad.model.store import Store
from launchpad.session import Session
from launchpad.store import open_store
from tests.support.shop import Shop
from tests.support.terminal import Terminal
from tests.support.war_room import until

pytestmark = [pytest.mark.slow, pytest.mark.needs("tmux", "ssh", "ssh-keygen")]

LAUNCHPAD = str(Path(sys.executable).parent / "launchpad")
LAUNCH = "acme-4.2.0-staging"
DEFINITION = """\
launch: {{product: Acme, version: 4.2.0, environment: staging, t0: 2026-12-01 09:00 Europe/Berlin}}
operators:
  - {{name: lead, role: director, login: {login}}}
  - {{name: eva, role: engineer}}
  - {{name: ops, role: operator, keys: ["{key}"]}}
checklists:
  - name: ours
    items:
      - {{id: freeze, title: Code is frozen}}
      - {{id: macros, title: Macros are published}}
      - {{id: notes, title: Notes are written}}
signals:
  homepage: {{probe: http, url: "{url}", every: 1s, timeout: 1s}}
objectives:
  availability: {{signal: homepage, target: 99%, window: 20s}}
gates:
  launch: [{{objective: availability}}]
providers:
  site:
    kind: command
    operations:
      deploy:
        argv: [sh, -c, "for i in 1 2 3 4 5 6; do echo part $i; sleep 1; done; echo done >> deployed"]
        undo: roll back
actions:
  deploy: {{key: d, steps: [deploy: site]}}
"""


class House:
    """A launch's files, its server and its terminals."""

    def __init__(self, home: Path, url: str, shop: Shop) -> None:
        self.home = home
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_STATE_HOME": str(home / "state"),
            "LANG": "C.UTF-8",
            "LAUNCHPAD_TOUR": "0",
            "LAUNCHPAD_STORE": url,
        }
        self.key = home / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.key)], check=True)
        text = DEFINITION.format(
            login=pwd.getpwuid(os.geteuid()).pw_name,
            key=(home / "key.pub").read_text().strip(),
            url=shop.url,
        )
        (home / "launchpad.yaml").write_text(text)
        self.terminals: list[Terminal] = []
        self.server: subprocess.Popen[str] | None = None
        self._url = url
        self._store: Store | None = None

    def terminal(self, *argv: str, size: tuple[int, int] = (120, 40)) -> Terminal:
        self.terminals.append(Terminal(argv, size=size, environ=self.environ, cwd=self.home))
        return self.terminals[-1]

    def serve(self) -> int:
        """Starts `launchpad serve`; returns its port once it listens."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        self.server = subprocess.Popen(
            [LAUNCHPAD, "serve", "--ssh", f"127.0.0.1:{port}"],
            cwd=self.home,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            text=True,
        )

        def listens() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        until(listens, what="the server to listen")
        return port

    def ssh(self, port: int) -> Terminal:
        options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"]
        given = [part for option in options for part in ("-o", option)]
        return self.terminal("ssh", "-F", "none", "-i", str(self.key), *given, "-p", str(port), "127.0.0.1")

    def session(self) -> Session:
        """The launch as it stands now; there must be one."""
        if self._store is None:
            self._store = open_store(self._url)
        return Session(self._store, LAUNCH)

    def ask(self, *argv: str) -> object:
        done = subprocess.run(
            [LAUNCHPAD, *argv, "--json"], cwd=self.home, env=self.environ, capture_output=True, text=True
        )
        return json.loads(done.stdout)

    def close(self) -> None:
        for terminal in self.terminals:
            terminal.close()
        subprocess.run([LAUNCHPAD, "engine", "--stop"], cwd=self.home, env=self.environ, capture_output=True)
        if self.server is not None:
            self.server.send_signal(signal.SIGTERM)
            self.server.wait(20)
        if self._store is not None:
            self._store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    url = f"sqlite:///{tmp_path}/launch.db"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_database")
    shop = Shop()
    built = House(tmp_path, url, shop)
    yield built
    built.close()
    shop.close()


def test_a_tick_in_one_terminal_is_on_all_others_with_the_name(house: House) -> None:
    lead = house.terminal(LAUNCHPAD, "run")
    lead.shows("Code is frozen")
    eva = house.terminal(LAUNCHPAD, "attach", "--as", "eva", size=(80, 24))
    ops = house.ssh(house.serve())
    eva.shows("Code is frozen")
    for terminal in (lead, ops):
        terminal.shows("Code is frozen")
        terminal.shows("3 online")
    ops.press("space")
    for terminal in (lead, eva, ops):
        terminal.shows(r"\[.\] Code is frozen.*ops")
    eva.press("j", "space")
    for terminal in (lead, ops):
        terminal.shows(r"\[.\] Macros are publish.*eva")
    session = house.session()
    [first, second] = [r for r in session.events if isinstance(r.event, ItemTicked)]
    assert (first.actor, first.auth) == ("ops", "key")
    assert (second.actor, second.auth) == ("eva", "claimed")


def test_two_who_tick_the_same_item_at_once_leave_one_event(house: House) -> None:
    lead = house.terminal(LAUNCHPAD, "run")
    lead.shows("Code is frozen")
    eva = house.terminal(LAUNCHPAD, "attach", "--as", "eva")
    eva.shows("2 online")
    for _ in range(2):
        lead.press("j")
        eva.press("j")
    lead.press("space")
    eva.press("space")
    found = lead.shows(r"\[.\] Notes are written.*(lead|eva)")
    eva.shows(rf"\[.\] Notes are written.*{found[1]}")
    if "again?" in eva.screen():  # the tick was on her screen before her key was
        eva.press("Escape")
    ticks = [r for r in house.session().events if isinstance(r.event, ItemTicked)]
    assert [tick.event.item for tick in ticks] == ["notes"]


def test_a_run_goes_on_when_its_terminal_is_closed(house: House) -> None:
    lead = house.terminal(LAUNCHPAD, "run")
    lead.shows("Code is frozen")
    lead.press("d")
    lead.shows("y do it")

    def confirmed() -> bool:
        # Keys of a dialog's first half second are dropped on purpose.
        lead.press("y")
        signal.sigtimedwait([], 0.7)
        return house.session().state.runs["deploy-1"].confirmed

    until(confirmed, what="the plan to be confirmed")
    lead.shows("part 2")
    faces = lead.processes()
    assert faces
    lead.close()
    until(lambda: not any(_alive(pid) for pid in faces), what="the face to end with its terminal")
    until(lambda: house.session().state.runs["deploy-1"].status == "succeeded", what="the run to succeed")
    assert (house.home / "deployed").read_text() == "done\n"
    again = house.terminal(LAUNCHPAD, "run")
    again.shows("deploy-1 succeeded")


def test_an_amendment_is_followed_by_every_seat_and_by_the_engine(house: House) -> None:
    lead = house.terminal(LAUNCHPAD, "run")
    lead.shows("Code is frozen")
    ops = house.ssh(house.serve())
    ops.shows("2 online")
    epoch = house.session().state.engine
    path = house.home / "launchpad.yaml"
    text = path.read_text().replace("target: 99%", "target: 95%")
    path.write_text(text.replace("title: Notes are written}", "title: Notes are read}"))
    house.ask("amend", "--yes", "--reason", "we know the shop")
    for terminal in (lead, ops):
        terminal.shows("Notes are read")
        terminal.shows("95%")
        terminal.shows("AMENDED")

    def followed() -> bool:
        state = house.session().state
        assert state.engine is not None
        assert epoch is not None
        assert state.engine.epoch == epoch.epoch
        return state.engine.follows == state.definition_seq

    until(followed, what="the engine to follow")


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
