"""The checklist as it is listed: parts of it, mine, by team, and as wide as the terminal is."""

import fcntl
import os
import pty
import struct
import subprocess
import termios

import pytest

from tests.support.cli import DEFINITION, PROGRAM

pytestmark = pytest.mark.slow

LONG = (
    DEFINITION.replace(
        "title: Macros are published", "title: Macros are published in every language that support answers in"
    )
    .replace("environment: staging", "environment: staging, t0: 2026-01-01 09:00 UTC")
    .replace("team: support}", "team: support, due: T-1h}")
)


def ids(shown):
    return [item["item"] for item in shown]


def test_parts_of_the_checklist(cli):
    cli.open(LONG)
    cli("assign", "dns", "bob")
    assert ids(cli.json("items", "--team", "legal")) == ["legal"]
    assert ids(cli.json("items", "--team", "-")) == ["dns"]
    assert ids(cli.json("items", "--assignee", "bob")) == ["dns"]
    assert ids(cli.json("items", "--assignee", "-", "--phase", "pre-launch")) == ["freeze", "legal", "macros"]
    assert ids(cli.json("items", "--overdue")) == ["macros"]
    assert ids(cli.json("items", "--mine")) == ["freeze"]
    waiting = cli("--as", "bob", "items", "--mine").stdout.splitlines()
    assert waiting[0].split()[-2:] == ["waits", "for"]
    assert waiting[1].split()[0] == "dns"
    assert waiting[1].split()[-1] == "freeze"
    assert "there is no such item" in cli("items", "--team", "nobody").stderr
    assert "don't go together" in cli.refusal("items", "--mine", "--by-team", status=2)


def test_progress_by_team(cli):
    cli.open(LONG)
    cli("tick", "freeze")
    teams = {of["team"]: of for of in cli.json("items", "--by-team")}
    assert list(teams) == ["engineering", "legal", "support", None]
    assert (teams["engineering"]["done"], teams["engineering"]["of"]) == (1, 1)
    assert (teams["legal"]["required_open"], teams["support"]["overdue"]) == (1, 1)
    lines = cli("items", "--by-team").stdout.splitlines()
    assert lines[0].split()[:3] == ["team", "done", "of"]
    assert lines[-1].startswith("(no team)")


def on_terminal(cli, columns, *args):
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environ = {**cli.environ, "TERM": "xterm", "NO_COLOR": "1"}
    with subprocess.Popen([PROGRAM, *args], cwd=cli.home, env=environ, stdout=theirs) as process:
        os.close(theirs)
        seen = b""
        while True:
            try:
                chunk = os.read(ours, 4096)
            except OSError:
                break
            if not chunk:
                break
            seen += chunk
        process.wait()
    os.close(ours)
    return seen.decode().replace("\r\n", "\n").splitlines()


@pytest.mark.parametrize("columns", [50, 80, 200])
def test_a_table_is_as_wide_as_the_terminal_and_loses_no_word(cli, columns):
    cli.open(LONG)
    lines = on_terminal(cli, columns, "items")
    assert all(len(line) <= columns for line in lines)
    for word in ("macros", "language", "support", "answers", "in"):
        assert any(word in line for line in lines)
    assert ("event" in lines[0]) == (columns == 200)
    whole = cli("items").stdout
    assert "Macros are published in every language that support answers in" in whole


@pytest.mark.parametrize("columns", [80, 120, 160])
def test_a_shipped_checklist_fits_too(cli, columns):
    lines = on_terminal(cli, columns, "checklist", "show", "web-service")
    assert max(map(len, lines)) <= columns
    assert lines[0].split()[0] == "item"
    assert max(map(len, cli("checklist", "show", "web-service").stdout.splitlines())) > 160
