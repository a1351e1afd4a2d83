"""The product's orders in a PostgreSQL of their own, where its programs are on this machine.

The server listens on a socket in the rehearsal's directory alone, and is the child of a shell that ends it
once the product's end of a pipe is closed, however the product ends.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

from launchpad.rehearsal.files import DATABASE

NAME = "shop"
_FOLDER = "pg"
_USER = "postgres"
_BIN_FOLDERS = (
    "usr/lib/postgresql/*/bin",  # Debian
    "usr/pgsql-*/bin",  # Fedora and its kin
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
)
_PROGRAMS = ("initdb", "postgres", "pg_dump", "pg_restore", "psql", "createdb", "dropdb")
_LIFELINE = '"$@" & server=$!; cat >/dev/null; kill -INT $server; wait $server'
_LONGEST_SOCKET = 100
"""Bytes of a socket's path that every system takes."""
_PATIENCE = 30.0
"""Seconds for a step of the way up or down."""


def programs() -> Path | None:
    """The folder of PostgreSQL's programs; None where they, or somebody who may run the server, lack."""
    if os.geteuid() == 0 and not _known(_USER):
        return None  # the server refuses root
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted((f for p in _BIN_FOLDERS for f in Path("/").glob(p)), key=_version, reverse=True)
    return next((f for f in folders if all((f / program).exists() for program in _PROGRAMS)), None)


def client(folder: Path, directory: Path, program: str, *args: str) -> str:
    """What a client program prints. Raises `CalledProcessError` or `TimeoutExpired`."""
    where = ("--host", str(directory / _FOLDER), "--username", _USER)
    done = subprocess.run(
        [folder / program, *where, *args], check=True, capture_output=True, text=True, timeout=_PATIENCE
    )
    return done.stdout.strip()


class Database:
    """A server with the orders, which comes up while the product serves already.

    `DATABASE` names the folder of the programs once it is up; it is empty if there can be none.
    """

    def __init__(self, directory: Path, orders: int) -> None:
        self._directory = directory
        self._home = directory / _FOLDER
        self._orders = orders
        self._server: subprocess.Popen[bytes] | None = None
        self._begun = threading.Thread(target=self._begin, name="database", daemon=True)
        self._begun.start()

    def stop(self) -> None:
        """Ends the server."""
        self._begun.join(_PATIENCE)
        if self._server is None or self._server.stdin is None:
            return
        self._server.stdin.close()
        try:
            self._server.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()

    def _begin(self) -> None:
        folder = programs()
        said = ""
        if folder is not None and len(os.fsencode(self._home / ".s.PGSQL.5432")) <= _LONGEST_SOCKET:
            # A machine on which it does not come up is one without it.
            with contextlib.suppress(OSError, subprocess.SubprocessError):
                self._create(folder)
                self._start(folder)
                self._fill(folder)
                said = str(folder)
        draft = self._directory / f"{DATABASE}.draft"
        draft.write_text(said, encoding="utf-8")
        draft.replace(self._directory / DATABASE)

    def _create(self, folder: Path) -> None:
        self._home.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self._home, _USER, _USER)
            self._directory.chmod(0o711)
        how = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        subprocess.run(
            # Nobody waits for it but the first backup.
            ["nice", folder / "initdb", "--pgdata", self._home / "data", "--username", _USER, *how],
            check=True,
            cwd=self._home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
            **_unprivileged(),
        )

    def _start(self, folder: Path) -> None:
        settings = {"listen_addresses": "", "unix_socket_directories": str(self._home), "fsync": "off"}
        given = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        server = [str(folder / "postgres"), "-D", str(self._home / "data"), *given]
        self._server = subprocess.Popen(
            ["/bin/sh", "-c", _LIFELINE, "sh", *server],
            cwd=self._home,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **_unprivileged(),
        )

    def _fill(self, folder: Path) -> None:
        # `createdb` waits for no server: it is asked until there is one.
        for _ in range(int(_PATIENCE * 10)):
            try:
                client(folder, self._directory, "createdb", NAME)
            except subprocess.CalledProcessError:
                threading.Event().wait(0.1)
            else:
                break
        table = "create table orders (number int primary key, total int not null)"
        series = f"generate_series(1, {self._orders})"
        rows = f"insert into orders select n, 10 + n % 90 from {series} n"  # noqa: S608  # a number
        client(folder, self._directory, "psql", "-q", "-d", NAME, "-c", table, "-c", rows)


def _unprivileged() -> dict[str, Any]:
    """As whom the server runs: it refuses root."""
    if os.geteuid() != 0:
        return {}
    return {"user": _USER, "group": _USER, "extra_groups": []}


def _known(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _version(folder: Path) -> int:
    return int("".join(character for character in folder.parent.name if character.isdigit()) or 0)
