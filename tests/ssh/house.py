"""A launch served over SSH for a test: its store, its people's keys, its server and their clients."""

import contextlib
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Sequence
from fcntl import ioctl
from pathlib import Path

from msgspec.structs import replace

from launchpad.desk import open_launch
from launchpad.model import commands as cmd
from launchpad.model.commands import Identity
from launchpad.model.definition import Definition, Item, Launch, Operator
from launchpad.session import Session
from launchpad.store import open_store
from tests.support.war_room import until

FACE = Path(__file__).with_name("face.py")
LAUNCH = "acme-4.2.0"
ROLES = {"lead": "director", "eva": "engineer", "guest": "viewer"}


def alive(pid: int) -> bool:
    """Whether the process runs; one that is dead and not yet reaped does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return bool(state.strip()) and not state.strip().startswith("Z")


def rss(pid: int) -> int:
    """Resident memory in MB."""
    return int(subprocess.check_output(["ps", "-o", "rss=", "-p", str(pid)])) // 1024


class Client:
    """A real `ssh` on a terminal of its own."""

    def __init__(self, argv: Sequence[str], *, environ: dict[str, str] | None = None) -> None:
        self.seen = b""
        self._master, slave = pty.openpty()
        self.resize(100, 30)
        self.process = subprocess.Popen(
            argv,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={"PATH": os.environ["PATH"], "TERM": "xterm-256color", **(environ or {})},
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def sees(self, pattern: str, *, seconds: float = 20.0) -> re.Match[bytes]:
        """Waits for what the terminal shows to match."""

        def found() -> re.Match[bytes] | None:
            return re.search(pattern.encode(), self.seen, re.DOTALL)

        try:
            return until(found, seconds=seconds, what=pattern)
        except AssertionError as error:
            raise AssertionError(f"{error}; the terminal shows {self.seen[-2000:]!r}") from None

    def seat(self) -> int:
        """The seat's process."""
        return int(self.sees(r"seat (\d+) ")[1])

    def ended(self, *, seconds: float = 20.0) -> int:
        """Waits for ssh to end; its exit status."""
        status = self.process.wait(seconds)
        self._reader.join(60)
        return status

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        self.process.wait()
        self._reader.join(60)
        os.close(self._master)

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while data := os.read(self._master, 1 << 16):
                self.seen = (self.seen + data)[-100_000:]


class House:
    """Everything a test needs; `close` ends every process."""

    def __init__(
        self,
        base: Path,
        url: str | None = None,
        *,
        definition: Definition | None = None,
        clock: Callable[[], int] | None = None,
    ) -> None:
        self.base = base
        self.url = url or f"sqlite:///{base}/journal.db"
        self.host_key = base / "state" / "ssh_host_ed25519_key"
        for name in (*ROLES, "stranger"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", base / name], check=True
            )
        self.operators = tuple(
            Operator(name=name, role=role, keys=((base / f"{name}.pub").read_text().strip(),))
            for name, role in ROLES.items()
        )
        definition = replace(
            definition
            or Definition(
                launch=Launch(product="Acme", version="4.2.0", environment="staging"),
                items=(Item(id="dns", title="DNS points at us"),),
            ),
            operators=self.operators,
        )
        self.store = open_store(self.url, clock=clock)
        lead = Identity(name="lead", role="director")
        open_launch(self.store, lead, cmd.OpenLaunch(launch=LAUNCH, definition=definition))
        self.session = Session(self.store, LAUNCH, clock=clock)
        self.server: subprocess.Popen[str] | None = None
        self.port = 0
        self.fingerprint = ""
        self.said: list[str] = []
        self._clients: list[Client] = []

    def serve(
        self, *, seats: int = 20, environ: dict[str, str] | None = None, command: Sequence[str] = ()
    ) -> int:
        """Starts a server; its process id."""
        command = command or (sys.executable, str(FACE))
        self.server = subprocess.Popen(
            [
                sys.executable, "-m", "tests.ssh.server_process",
                self.url, LAUNCH, str(self.host_key), str(seats), *command,
            ],
            env={**os.environ, **(environ or {})},
            stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        threading.Thread(target=self._listen, args=(self.server,), daemon=True).start()
        until(lambda: self.port, what="the server to listen")
        return self.server.pid

    def ssh(self, who: str, *arguments: str, user: str = "whoever") -> list[str]:
        """The command by which somebody connects."""
        return ["ssh", *self.options(who), "-p", str(self.port), f"{user}@127.0.0.1", *arguments]

    def options(self, who: str) -> list[str]:
        options = (
            "BatchMode=yes", "IdentitiesOnly=yes", "IdentityAgent=none", "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", f"IdentityFile={self.base / who}",
        )  # fmt: skip
        return ["-F", "none", *(part for option in options for part in ("-o", option))]

    def client(self, who: str, *before: str, environ: dict[str, str] | None = None) -> Client:
        """Somebody at a terminal; `before` goes before the host."""
        argv = self.ssh(who)
        client = Client([argv[0], *before, *argv[1:]], environ=environ)
        self._clients.append(client)
        return client

    def runs(self, argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """A client without a terminal, to its end."""
        return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)

    def close(self) -> None:
        for client in self._clients:
            client.close()
        if self.server is not None:
            self.server.kill()
            self.server.wait()
        self.store.close()

    def _listen(self, server: subprocess.Popen[str]) -> None:
        assert server.stdout is not None
        with server.stdout:
            for line in server.stdout:
                self.said.append(line.strip())
                if line.startswith("listening"):
                    _, port, self.fingerprint = line.split()
                    self.port = int(port)


def here(*programs: str) -> bool:
    return all(shutil.which(program) for program in programs)
