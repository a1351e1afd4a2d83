"""A throw-away PostgreSQL cluster."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.support.tools import lacking

_BIN_FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian
    "/usr/pgsql-*/bin",  # Fedora and its kin
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
_START_SECONDS = 30.0
_STOP_SECONDS = 30.0

# The server is a child of a shell that waits on our pipe, so that it ends even when the tests are killed.
# What a killed test had frozen goes on first, or it would never end.
_LIFELINE = (
    '"$@" & server=$!; cat >/dev/null; kill -CONT $server; pkill -CONT -P $server; '
    "kill -INT $server; wait $server"
)


class Cluster:
    """A server of our own: its data in a temporary folder, reached on loopback under a random password.

    `home` holds its files; `stop` and `start` may be called again and again.
    """

    def __init__(self, reached_at: Sequence[tuple[str, str]] = ()) -> None:
        """`reached_at`: further addresses of this machine, each with the only one that is let in there."""
        self._reached_at = tuple(reached_at)
        self._bin = _find_binaries()
        # A short path: the name of a Unix socket has at most some 100 characters.
        self.home = Path(tempfile.mkdtemp(prefix="lp-pg-", dir="/tmp"))
        self._data = self.home / "data"
        self._log = self.home / "log"
        self._password = secrets.token_hex(16)
        self._server: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._as_user: dict[str, Any] = {}
        if os.geteuid() == 0:  # initdb and postgres refuse root
            self._as_user = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(self.home, "postgres", "postgres")

    @property
    def url(self) -> str:
        """A superuser's URL."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """The superuser's URL of a database."""
        return f"postgresql://postgres:{self._password}@127.0.0.1:{self._port}/{database}"

    def url_at(self, address: str) -> str:
        """The superuser's URL by another address of this machine."""
        return f"postgresql://postgres:{self._password}@{address}:{self._port}/postgres"

    def create(self) -> None:
        """Make the cluster's files."""
        password_file = self.home / "password"
        password_file.write_text(self._password, encoding="ascii")
        subprocess.run(
            [
                self._bin / "initdb",
                f"--pgdata={self._data}",
                f"--pwfile={password_file}",
                "--username=postgres",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
            ],
            cwd=self.home,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=_START_SECONDS,
            **self._as_user,
        )
        with (self._data / "pg_hba.conf").open("a", encoding="ascii") as file:
            for _, theirs in self._reached_at:
                file.write(f"host all all {theirs}/32 scram-sha-256\n")

    def start(self) -> None:
        """Start the server, where it was before, and wait until it answers."""
        self._port = self._port or _free_port()
        settings = {
            "fsync": "on",
            "listen_addresses": ",".join(["127.0.0.1", *(ours for ours, _ in self._reached_at)]),
            "port": self._port,
            "unix_socket_directories": self.home,
            "max_connections": 200,
        }
        server = [str(self._bin / "postgres"), "-D", str(self._data)]
        for name, value in settings.items():
            server += ["-c", f"{name}={value}"]
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(
                ["/bin/sh", "-c", _LIFELINE, "sh", *server],
                cwd=self.home,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C ends the tests first, and they end the server
                **self._as_user,
            )
        self._wait_until_it_answers()

    def crash(self) -> None:
        """End the server at once: it writes nothing out, and recovers when it is started again."""
        first_line = (self._data / "postmaster.pid").read_text(encoding="ascii").partition("\n")[0]
        os.kill(int(first_line), signal.SIGQUIT)
        self.stop()

    def freeze(self) -> None:
        """It says nothing more, and its connections stay open, as on a machine whose disk hangs."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, which: signal.Signals) -> None:
        """To the server and its sessions."""
        server = int((self._data / "postmaster.pid").read_text(encoding="ascii").partition("\n")[0])
        # First itself, so that no session begins meanwhile.
        os.kill(server, which)
        found = subprocess.run(["pgrep", "-P", str(server)], capture_output=True, text=True, check=False)
        for pid in found.stdout.split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), which)

    def stop(self) -> None:
        """Stop the server, its sessions cut off."""
        if self._server is None:
            return
        with contextlib.suppress(OSError):
            self.thaw()
        assert self._server.stdin is not None
        self._server.stdin.close()
        try:
            self._server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
        self._server = None

    def remove(self) -> None:
        """Remove the cluster's files."""
        shutil.rmtree(self.home)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a new, empty database, dropped at the end."""
        name = f"test_{secrets.token_hex(6)}"
        self._execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield self.url_of(name)
        finally:
            self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
            except psycopg.OperationalError as fault:
                if time.monotonic() > deadline:
                    log = self._log.read_text(encoding="utf-8", errors="replace")
                    self.stop()
                    raise RuntimeError(f"PostgreSQL did not start:\n{log}") from fault
                time.sleep(0.05)
            else:
                return


class Standby(Cluster):
    """A hot standby that streams from another cluster, synchronously once `synchronous` was called."""

    NAME = "second"

    def __init__(self, primary: Cluster) -> None:
        super().__init__(primary._reached_at)
        self.primary = primary
        self._password = primary._password

    def create(self) -> None:
        """Copies the primary."""
        source = f"{self.primary.url}?application_name={self.NAME}"
        subprocess.run(
            [self._bin / "pg_basebackup", "-d", source, "-D", self._data, "-R", "-X", "stream", "-c", "fast"],
            cwd=self.home,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=_START_SECONDS,
            **self._as_user,
        )

    def synchronous(self) -> None:
        """From now on the primary acknowledges nothing that the standby has not written down."""
        self.primary._execute(sql.SQL("ALTER SYSTEM SET synchronous_standby_names = {}").format(self.NAME))
        self.primary._execute(sql.SQL("SELECT pg_reload_conf()"))
        with psycopg.connect(self.primary.url, autocommit=True) as connection:
            asked = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
            deadline = time.monotonic() + _START_SECONDS
            while connection.execute(asked).fetchone() != (1,):
                assert time.monotonic() < deadline, "the standby does not stream"
                time.sleep(0.05)

    def has_received(self) -> None:
        """Returns once it has all that the primary has acknowledged until now."""
        asked = "SELECT count(*) FROM pg_stat_replication WHERE flush_lsn >= %s"
        with psycopg.connect(self.primary.url, autocommit=True) as connection:
            until = connection.execute("SELECT pg_current_wal_lsn()").fetchone()
            deadline = time.monotonic() + _START_SECONDS
            while connection.execute(asked, until).fetchone() != (1,):
                assert time.monotonic() < deadline, "the standby does not receive"
                time.sleep(0.05)

    def promote(self) -> None:
        """Makes it a primary."""
        subprocess.run(
            [self._bin / "pg_ctl", "promote", "-D", self._data, "-w"],
            cwd=self.home,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=_START_SECONDS,
            **self._as_user,
        )

    @property
    def url_of_both(self) -> str:
        """Whichever of the two can be written to."""
        return self.url_of_both_at("127.0.0.1")

    def url_of_both_at(self, address: str) -> str:
        """The same by another address of this machine."""
        hosts = f"{address}:{self.primary._port},{address}:{self._port}"
        return f"postgresql://postgres:{self._password}@{hosts}/postgres?target_session_attrs=read-write"


@contextmanager
def primary_and_standby(
    reached_at: Sequence[tuple[str, str]] = (), *, synchronous: bool = True
) -> Iterator[Standby]:
    """Two running clusters, the second a copy of the first; removed at the end."""
    with throwaway_cluster(reached_at) as primary:
        standby = Standby(primary)
        try:
            standby.create()
            standby.start()
            if synchronous:
                standby.synchronous()
            yield standby
        finally:
            standby.stop()
            standby.remove()


@contextmanager
def throwaway_cluster(reached_at: Sequence[tuple[str, str]] = ()) -> Iterator[Cluster]:
    """A running cluster, removed at the end; where there is no PostgreSQL, the test is skipped."""
    cluster = Cluster(reached_at)
    try:
        cluster.create()
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        cluster.remove()


def _find_binaries() -> Path:
    on_path = shutil.which("postgres")
    # Debian links neither initdb nor postgres into PATH, but some systems link only one of the two.
    if on_path and (Path(on_path).resolve().parent / "initdb").exists():
        return Path(on_path).resolve().parent
    found = [
        folder
        for pattern in _BIN_FOLDERS
        for folder in Path("/").glob(pattern.lstrip("/"))
        if (folder / "initdb").exists() and (folder / "postgres").exists()
    ]
    if not found:
        lacking("PostgreSQL's server is not here: install postgresql")
    return max(found, key=_version)


def _version(folder: Path) -> int:
    digits = "".join(character for character in folder.parent.name if character.isdigit())
    return int(digits or 0)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
