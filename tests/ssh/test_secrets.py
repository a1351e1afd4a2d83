"""What a seat could give away: its memory, its environment, its output are searched for every secret."""

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import psycopg.conninfo
import pytest

from tests.ssh.served import Served
from tests.support.cli import Cli, eventually

pytestmark = [
    pytest.mark.needs("ssh", "ssh-keygen", "tmux", "setpriv"),
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="reads memory in /proc"),
    pytest.mark.skipif(os.geteuid() != 0, reason="what keeps its memory private is read by root alone"),
]

TOKEN = "tok-5up3r-53cr3t"  # made up
OF_SHELL = "shell-h1st0ry-s3cret"
PLAIN = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
"""Makes root a user like any other, who may do nothing to others, and all to processes of the same user."""
PEEK = """
import sys
for pid in sys.argv[1:]:
    for what in ("environ", "maps", "mem"):
        try:
            open(f"/proc/{pid}/{what}", "rb").close()
        except PermissionError:
            continue
        print(pid, what)
"""
PAGE = os.sysconf("SC_PAGE_SIZE")


def holds(pid: int, secret: str) -> bool:
    """Whether the secret stands anywhere in a process's memory or environment, in any width that a string
    is kept in."""
    forms = [secret.encode(width) for width in ("utf-8", "utf-16-le", "utf-32-le")]
    forms.append(base64.b64encode(secret.encode()).rstrip(b"="))
    if forms[0] in Path(f"/proc/{pid}/environ").read_bytes():
        return True
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) r", line)
            if found is None or line.endswith(("[vvar]", "[vsyscall]")):
                continue
            begin, end = (int(part, 16) for part in found.groups())
            found_here = _read(memory, begin, end)
            if any(form in found_here for form in forms):
                return True
    return False


def peeked(*pids):
    """What another process of the same user can read of these."""
    argv = [*PLAIN, sys.executable, "-c", PEEK, *map(str, pids)]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split("\n")[:-1]


def _read(memory, begin, end):
    """All of it; what can't be read is skipped page by page, and does not end the search."""
    parts = []
    while begin < end:
        try:
            memory.seek(begin)
            part = memory.read(end - begin)
        except (OSError, OverflowError, ValueError):
            part = b""
        parts.append(part or bytes(PAGE))
        begin += len(part) or PAGE
    return b"".join(parts)


def test_neither_a_seat_nor_the_server_holds_a_secret(tmp_path, postgres_database):
    """The store's password, a provider's token, and whatever else stood in the server's environment."""
    password = str(psycopg.conninfo.conninfo_to_dict(postgres_database)["password"])
    served = Served(Cli(tmp_path))
    served.cli.under = PLAIN
    served.cli.environ |= {
        "SHOP_TOKEN": TOKEN, "AWS_SECRET_ACCESS_KEY": OF_SHELL, "LAUNCHPAD_STORE": postgres_database,
    }  # fmt: skip
    text = served.text.replace(
        'backup: {argv: [sh, -c, "echo saved"]}',
        'backup: {argv: [sh, -c, "echo saved $TOKEN"], undo: none needed, env: {TOKEN: "env:SHOP_TOKEN"}}',
    )
    assert "env:SHOP_TOKEN" in text
    served.cli.define(text)
    try:
        served.serve()
        served.says("watching")
        ada, bob = served.connect("ada", (120, 40)), served.connect("bob", (80, 24))
        bob.shows("2 on")
        ada.press("b")
        ada.shows("backup-1")
        # Keys of a dialog's first half second are dropped on purpose.
        eventually(lambda: ada.press("y") or served.cli.json("runs")[0]["status"] == "succeeded", seconds=60)
        seats = served.seats()
        assert len(seats) == 2
        secrets = (TOKEN, OF_SHELL, password)
        # The search finds what is there; the server itself has to know the store, and nothing else.
        assert holds(served.server.pid, password)
        assert holds(_engine(served), TOKEN)
        assert all(holds(seat, "Macros are published") for seat in seats)
        assert [secret for secret in (TOKEN, OF_SHELL) if holds(served.server.pid, secret)] == []
        assert "SHOP_TOKEN=" not in Path(f"/proc/{served.server.pid}/environ").read_text()
        for seat in (*seats, *_ushers(served)):
            assert [secret for secret in secrets if holds(seat, secret)] == []
            assert "SHOP_TOKEN=" not in Path(f"/proc/{seat}/environ").read_text()
            assert not any(secret in Path(f"/proc/{seat}/cmdline").read_text() for secret in secrets)
        hidden = (served.server.pid, _keeper(served), _engine(served), *_ushers(served), *seats)
        with subprocess.Popen([*PLAIN, "cat"], stdin=subprocess.PIPE) as open_to_all:
            found = [line.split() for line in peeked(open_to_all.pid, *hidden)]
            assert found == [[str(open_to_all.pid), what] for what in ("environ", "maps", "mem")]
            open_to_all.stdin.close()
        shown = [ada.screen(), bob.screen(), *served.said]
        shown += [
            served.asked("ada", *words).stdout for words in (("status", "--json"), ("logs", "backup-1"))
        ]
        assert "saved" in shown[-1]
        with psycopg.connect(postgres_database) as connection:
            for table in (
                "lp_event",
                "lp_text",
                "lp_log",
                "lp_sample",
                "lp_lease",
                "lp_presence",
                "lp_lock",
                "lp_scoped_lock",
            ):
                shown += [str(row) for row in connection.execute(f"SELECT * FROM {table}").fetchall()]
        assert any("saved" in text for text in shown[-50:])
        assert not [secret for secret in secrets for text in shown if secret in text]
    finally:
        served.close()


def _ushers(served):
    found = subprocess.run(
        ["pgrep", "-P", str(served.server.pid), "-f", "occupy --usher"], capture_output=True
    )
    return [int(pid) for pid in found.stdout.split()]


def _keeper(served):
    found = subprocess.run(
        ["pgrep", "-P", str(served.server.pid), "-f", "launchpad.cli.keeper"], capture_output=True
    )
    return int(found.stdout)


def _engine(served):
    return int(served.says(r"started an engine \(process (\d+)\)")[1])
