"""Two hosts of a made-up network, `launchpad serve` and a seat on each, and one PostgreSQL between them."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from launchpad.desk import LocalDesk, open_launch
from launchpad.model import commands as cmd
from launchpad.model.commands import Identity
from launchpad.model.state import State
from launchpad.session import Session
from launchpad.store import open_store
from launchpad.wiring import load_definition
from tests.support.networks import Host
from tests.support.postgres import Cluster, Standby, primary_and_standby, throwaway_cluster
from tests.support.terminal import Terminal
from tests.support.war_room import until

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
      migrate: {{argv: [sh, -c, "echo migrates >> {record}"], undo: by hand}}
actions:
  deploy: {{steps: [deploy: site]}}
  release: {{steps: [deploy: site, migrate: site]}}
"""


class Server:
    """`launchpad serve` on one of the hosts, and a seat on that host."""

    def __init__(self, host: Host, home: Path, url: str) -> None:
        self.host = host
        self.home = home
        (home / host.name).mkdir(exist_ok=True)
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
        until(lambda: self.says(r"port 2222"), seconds=120, what="the server to listen")
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

    def dies(self) -> None:
        """As when somebody pulls the plug: every process at once, and no packet tells of it."""
        self.host.silence()
        for pid in self.host.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        if self.terminal is not None:
            self.terminal.close()

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

    def begin(self, cluster: Cluster, standby: Standby | None) -> None:
        self.cluster = cluster
        self.standby = standby
        keys = {}
        for who in ("lead", "ops"):
            path = self.home / who
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
            keys[who] = path.with_suffix(".pub").read_text().strip()
        path = self.home / "launchpad.yaml"
        path.write_text(DEFINITION.format(record=self.record, **keys))
        self.store = open_store(self._url_at("127.0.0.1"))
        opening = cmd.OpenLaunch(launch=LAUNCH, definition=load_definition(path).definition)
        open_launch(self.store, Identity(name="lead", role="director"), opening)
        self.servers = [self.serve(host) for host in self.hosts]

    def serve(self, host: Host) -> Server:
        return Server(host, self.home, self._url_at(host.here))

    def _url_at(self, address: str) -> str:
        both = self.standby
        return both.url_of_both_at(address) if both is not None else self.cluster.url_at(address)

    def first_and_other(self) -> tuple[Server, Server]:
        """The server whose engine watches, and the other one; from now on in this order."""
        until(lambda: any(each.says("started an engine") for each in self.servers), seconds=60)
        self.servers.sort(key=lambda each: not each.says("started an engine"))
        return self.servers[0], self.servers[1]

    def both_are_here(self) -> tuple[Terminal, Terminal]:
        """A seat for each on their hosts."""
        seats = self.servers[0].seat("lead"), self.servers[1].seat("ops")
        for terminal in seats:
            terminal.shows("2 online", seconds=60)
        return seats

    def runs(self, action: str) -> str:
        """Starts a run and returns once it does something to its target."""
        run = self.does(cmd.RequestRun(action=action)).subject.removeprefix("run:")
        planned = until(lambda: (r := self.state().runs[run]).digest and r, seconds=60)
        self.does(cmd.ConfirmRun(run=run, digest=planned.digest))
        until(self.recorded, seconds=60, what="the run to begin")
        return run

    def does(self, command: cmd.Command) -> cmd.Done:
        session = Session(self.store, LAUNCH)
        return LocalDesk(self.store, session, Identity(name="ops", role="operator")).perform(command)

    def state(self) -> State:
        return Session(self.store, LAUNCH).state

    def epoch(self) -> int:
        return self.state().engine.epoch

    def recorded(self) -> list[str]:
        return self.record.read_text().split() if self.record.exists() else []

    def close(self) -> None:
        for server in self.servers:
            server.close()
        self.store.close()


@contextlib.contextmanager
def company(home: Path, *, standby: bool = False) -> Iterator[Company]:
    """A company at work, with a synchronous standby of its database if wished for; everything of it is ended
    and removed."""
    with contextlib.ExitStack() as stack:
        hosts = (stack.enter_context(contextlib.closing(Host())) for _ in range(2))
        made = Company(home, (next(hosts), next(hosts)))
        reached = [(host.here, host.there) for host in made.hosts]
        second = stack.enter_context(primary_and_standby(reached)) if standby else None
        cluster = second.primary if second else stack.enter_context(throwaway_cluster(reached))
        stack.callback(made.close)
        made.begin(cluster, second)
        yield made
