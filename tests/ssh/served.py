"""`launchpad serve` as people use it: the real face, the real engine, real terminals."""

import re
import subprocess
import threading
from collections.abc import Sequence

from launchpad.desk import LocalDesk
from launchpad.model.commands import Command, Identity
from launchpad.model.state import RunState
from launchpad.session import Session
from launchpad.store import open_store
from tests.support.cli import DEFINITION, LAUNCH, Cli, eventually
from tests.support.terminal import Terminal


class Served:
    """A folder with a definition whose operators have keys, a server over it, and people at terminals."""

    def __init__(self, cli: Cli) -> None:
        self.cli = cli
        self.said: list[str] = []
        self.terminals: list[Terminal] = []
        text = DEFINITION
        for name in ("lead", "ada", "bob", "eve"):
            path = cli.home / name
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
            key = path.with_suffix(".pub").read_text().strip()
            text = re.sub(rf"(name: {name}, role: \w+)", rf'\1, keys: ["{key}"]', text)
        self.text = text
        self.server: subprocess.Popen[str] | None = None

    def serve(self) -> None:
        self.server = self.cli.start("serve", "--ssh", "127.0.0.1:0")
        for stream in (self.server.stdout, self.server.stderr):
            threading.Thread(target=self._listen, args=(stream,), daemon=True).start()
        self.port = self.says(r"serving \S+ on 127\.0\.0\.1, port (\d+): ssh -p \1 127\.0\.0\.1")[1]

    def says(self, pattern: str, *, times: int = 1) -> re.Match[str]:
        def found() -> re.Match[str] | None:
            matches = [match for line in list(self.said) if (match := re.search(pattern, line))]
            return matches[-1] if len(matches) >= times else None

        return eventually(found)

    def call(self, who: str, *before: str) -> list[str]:
        """The command by which somebody connects; `before` goes before the host."""
        options = (
            "BatchMode=yes", "IdentitiesOnly=yes", "IdentityAgent=none", "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", f"IdentityFile={self.cli.home / who}",
        )  # fmt: skip
        given = (f"-o{option}" for option in options)
        return ["ssh", "-F", "none", *given, *before, "-p", self.port, "127.0.0.1"]

    def connect(
        self,
        who: str,
        size: tuple[int, int] = (100, 30),
        *,
        before: Sequence[str] = (),
        words: Sequence[str] = (),
    ) -> Terminal:
        argv = [*self.call(who, *before), *words]
        self.terminals.append(Terminal(argv, size=size, environ=self.cli.environ))
        return self.terminals[-1]

    def seats(self) -> list[int]:
        return [seat for usher in _children(self.server.pid, "occupy --usher") for seat in _children(usher)]

    def asked(self, who: str, *words: str) -> subprocess.CompletedProcess[str]:
        """What a command over SSH answers."""
        return subprocess.run(
            [*self.call(who), *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
        )

    def session(self) -> Session:
        """The launch as it stands."""
        store = open_store(f"sqlite:///{self.cli.home}/state/launchpad/launchpad.db")
        try:
            return Session(store, LAUNCH)
        finally:
            store.close()

    def run(self, name: str) -> RunState:
        return self.session().state.runs[name]

    def does(self, who: str, command: Command) -> None:
        """Somebody performs a command elsewhere."""
        store = open_store(f"sqlite:///{self.cli.home}/state/launchpad/launchpad.db")
        try:
            session = Session(store, LAUNCH)
            operator = next(o for o in session.state.definition.operators if o.name == who)
            identity = Identity(name=who, role=operator.role, teams=operator.teams)
            LocalDesk(store, session, identity).perform(command)
        finally:
            store.close()

    def close(self) -> None:
        for terminal in self.terminals:
            terminal.close()
        if self.server is not None and self.server.poll() is None:
            self.server.terminate()
            self.server.wait(40)
        self.cli.close()

    def _listen(self, stream) -> None:
        with stream:
            for line in stream:
                self.said.append(line.rstrip())


def _children(pid: int, pattern: str = ".") -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid), "-f", pattern], capture_output=True)
    return [int(pid) for pid in found.stdout.split()]
