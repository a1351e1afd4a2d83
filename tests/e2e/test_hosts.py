"""Two hosts on one PostgreSQL: one is cut off, the database goes away, the engine is killed."""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from launchpad.desk import LocalDesk, open_launch
from launchpad.errors import LaunchpadError
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.commands import Identity
from launchpad.session import Session
from launchpad.store import open_store
from launchpad.store.archive import verify_store
from launchpad.wiring import load_definition
from tests.support.networks import Host
from tests.support.postgres import throwaway_cluster
from tests.support.terminal import Terminal
from tests.support.war_room import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs("tmux", "ssh", "ssh-keygen", "ip"),
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces are made by root alone"),
]

LAUNCHPAD = str(Path(sys.executable).parent / "launchpad")
LAUNCH = "acme-4.2.0-staging"
DEFINITION = """\
launch: {{product: Acme, version: 4.2.0, environment: staging}}
operators:
  - {{name: lead, role: director, keys: ["{lead}"]}}
  - {{name: ops, role: operator, keys: ["{ops}"]}}
checklists:
  - name: ours
    items:
      - {{id: freeze, title: Code is frozen}}
      - {{id: notes, title: Notes are written}}
providers:
  site:
    kind: command
    operations:
      deploy: {{argv: [sh, -c, "echo begins >> {record}; sleep 6; echo ends >> {record}"], undo: by hand}}
actions:
  deploy: {{steps: [deploy: site]}}
"""


class Server:
    """`launchpad serve` on one of the hosts, and a seat on that host."""

    def __init__(self, host: Host, home: Path, url: str) -> None:
        self.host = host
        self.home = home
        (home / host.name).mkdir()
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_STATE_HOME": str(home / host.name),
            "LANG": "C.UTF-8",
            "LAUNCHPAD_STORE": url,
        }
        self.said: list[str] = []
        self.process = subprocess.Popen(
            host.argv(LAUNCHPAD, "serve", "--ssh", "127.0.0.1:2222"),
            cwd=home,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        until(lambda: self.says(r"port 2222"), seconds=60, what="the server to listen")
        self.terminal: Terminal | None = None

    def says(self, pattern: str) -> re.Match[str] | None:
        found = [m for line in list(self.said) if (m := re.search(pattern, line))]
        return found[-1] if found else None

    def seat(self, who: str) -> Terminal:
        options = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes")
        given = [part for option in options for part in ("-o", option)]
        ssh = ("ssh", "-F", "none", "-q", "-i", str(self.home / who), *given, "-p", "2222", "127.0.0.1")
        self.terminal = Terminal(self.host.argv(*ssh), environ=self.environ, cwd=self.home)
        return self.terminal

    def engine(self) -> int:
        """Its engine's process, the last that it started."""
        found = until(lambda: self.says(r"started an engine \(process (\d+)\)"), seconds=60)
        return int(found[1])

    def close(self) -> None:
        if self.terminal is not None:
            self.terminal.close()
        self.process.terminate()
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            for line in stream:
                self.said.append(line.rstrip())


class Company:
    """Two hosts, their servers, and a database between them."""

    def __init__(self, home: Path, hosts: tuple[Host, Host]) -> None:
        self.home = home
        self.record = home / "record"
        self.hosts = hosts
        self.servers: list[Server] = []

    def begin(self, url_at) -> None:
        keys = {}
        for who in ("lead", "ops"):
            path = self.home / who
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
            keys[who] = path.with_suffix(".pub").read_text().strip()
        path = self.home / "launchpad.yaml"
        path.write_text(DEFINITION.format(record=self.record, **keys))
        self.store = open_store(url_at("127.0.0.1"))
        opening = cmd.OpenLaunch(launch=LAUNCH, definition=load_definition(path).definition)
        open_launch(self.store, Identity(name="lead", role="director"), opening)
        self.servers = [Server(host, self.home, url_at(host.here)) for host in self.hosts]

    def does(self, command):
        session = Session(self.store, LAUNCH)
        return LocalDesk(self.store, session, Identity(name="ops", role="operator")).perform(command)

    def state(self):
        return Session(self.store, LAUNCH).state

    def epoch(self) -> int:
        return self.state().engine.epoch

    def recorded(self) -> list[str]:
        return self.record.read_text().split() if self.record.exists() else []

    def close(self) -> None:
        for server in self.servers:
            server.close()
        self.store.close()


def test_cut_off_then_without_a_database_then_without_an_engine(tmp_path):
    hosts = Host(201), Host(202)
    company = Company(tmp_path, hosts)
    try:
        with throwaway_cluster(reached_at=[(host.here, host.there) for host in hosts]) as cluster:
            try:
                company.begin(cluster.url_at)
                _cut_off(company)
                _without_a_database(company, cluster)
                _without_an_engine(company)
                _nothing_lost_nothing_doubled(company)
            finally:
                company.close()
    finally:
        for host in hosts:
            host.close()


def _cut_off(company):
    one, two = company.servers
    first = until(lambda: one.says("started an engine") or two.says("started an engine"), seconds=60)
    assert first
    cut, other = (one, two) if one.says("started an engine") else (two, one)
    company.servers = [cut, other]
    here, there = cut.seat("lead"), other.seat("ops")
    for terminal in (here, there):
        terminal.shows("2 online", seconds=40)
    before = company.epoch()
    cut.host.unplug()
    here.shows("STORE AWAY", seconds=40)
    until(lambda: company.epoch() > before, seconds=60, what="the other host's engine to take over")
    assert other.says("started an engine")
    there.press("space")
    there.shows(r"Code is frozen.* ops +done", seconds=30)
    assert "STORE AWAY" in here.screen()
    cut.host.plug()
    here.hides("STORE AWAY", seconds=60)
    here.shows(r"Code is frozen.* ops +done", seconds=30)


def _without_a_database(company, cluster):
    run = company.does(cmd.RequestRun(action="deploy")).subject.removeprefix("run:")
    planned = until(lambda: (r := company.state().runs[run]).digest and r, seconds=30)
    company.does(cmd.ConfirmRun(run=run, digest=planned.digest))
    until(lambda: "begins" in company.recorded(), seconds=30, what="the run to begin")
    cluster.stop()
    for server in company.servers:
        server.terminal.shows("STORE AWAY", seconds=40)
    with pytest.raises(LaunchpadError):
        company.does(cmd.Tick(item="notes"))
    signal.sigtimedwait([], 30)
    cluster.start()
    for server in company.servers:
        server.terminal.hides("STORE AWAY", seconds=90)
    # Found again by an engine with the same files; any other leaves it to a person.
    until(lambda: company.state().runs[run].status in ("succeeded", "interrupted"), seconds=90)
    assert company.recorded().count("begins") == 1


def _without_an_engine(company):
    before = company.epoch()
    lease = company.store.lease(LAUNCH)
    os.kill(int(lease.holder.split(":")[1]), signal.SIGKILL)
    until(lambda: company.epoch() > before, seconds=90, what="an engine to take over")
    assert company.recorded().count("begins") == 1


def _nothing_lost_nothing_doubled(company):
    head = verify_store(company.store, LAUNCH)
    events = Session(company.store, LAUNCH).events
    assert len(events) == head.seq
    assert sum(isinstance(each.event, ev.ItemTicked) for each in events) == 1
    assert sum(isinstance(each.event, ev.RunStarted) for each in events) == 1
    assert len({each.id for each in events}) == len(events)
    company.does(cmd.WriteNote(text="it goes on"))
    for server in company.servers:
        server.terminal.shows("it goes on", seconds=40)
