"""The face as `launchpad run` opens it, in a real terminal."""

import os
import shlex
import signal
import subprocess
from collections.abc import Iterator

import pytest

from tests.cli.test_running import engine_pid
from tests.support.cli import PROGRAM, Cli, eventually, processes_with
from tests.support.terminal import acts

pytestmark = [pytest.mark.slow, pytest.mark.needs("tmux")]


class Terminal:
    """A tmux server of its own with one terminal."""

    def __init__(self, cli: Cli) -> None:
        self._cli = cli
        self._socket = str(cli.home / "tmux")
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", "120", "-y", "40", "sh")

    def _tmux(self, *args: str) -> str:
        return subprocess.run(
            ["tmux", "-S", self._socket, *args],
            cwd=self._cli.home,
            env=self._cli.environ | {"TERM": "xterm-256color", "PS1": "$ "},
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout

    def type(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def run(self, *args: str) -> None:
        self.type(shlex.join([str(PROGRAM), *args]) + "; echo status $?", "Enter")

    @property
    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def shows(self, text: str) -> None:
        eventually(lambda: text in (screen := self.screen) and acts(screen), seconds=30)

    def close(self) -> None:
        self._tmux("kill-server")


@pytest.fixture
def terminal(cli) -> Iterator[Terminal]:
    cli.define()
    made = Terminal(cli)
    yield made
    made.close()


def test_the_face_shows_what_others_do_and_the_engine_outlives_it(cli, terminal):
    terminal.run("run")
    terminal.shows("Acme 4.2.0")
    cli("--as", "ada", "note", "press is out")
    terminal.shows("press is out")
    terminal.type("q")
    terminal.shows("Leave?")
    # A dialog takes no key at first, so that none is taken that was meant for something else.
    eventually(lambda: "Leave?" not in terminal.screen or terminal.type("y"))
    terminal.shows("goes on watching acme-4.2.0-staging; `launchpad engine --stop` ends it.")
    terminal.shows("status 0")
    pid = engine_pid(cli)
    assert pid is not None
    terminal.type("clear", "Enter")
    terminal.run("attach")
    terminal.shows("press is out")
    (face,) = processes_with(f"{PROGRAM} attach")
    os.kill(face, signal.SIGKILL)
    terminal.shows("status 137")
    assert engine_pid(cli) == pid


def test_a_face_can_be_opened_that_only_looks(cli, terminal):
    cli.open()
    journal = cli("verify").stdout
    terminal.run("attach", "--read-only")
    terminal.shows("READ-ONLY")
    terminal.type("w")
    terminal.shows("opened to look only (--read-only)")
    assert cli("verify").stdout == journal


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_can_show_nothing_gets_the_status(cli, terminal, term):
    terminal.type(f"TERM={term} ")
    terminal.run("run")
    terminal.shows("There is no terminal here")
    terminal.shows("status 0")
