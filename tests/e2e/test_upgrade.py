"""A host that has not been updated yet, on a store that another one has brought up to date."""

import os
import signal
import sqlite3
from contextlib import closing

import pytest

from tests.ssh.served import Served
from tests.support.cli import Cli, eventually

pytestmark = [pytest.mark.slow, pytest.mark.needs("ssh", "ssh-keygen", "tmux")]


def test_what_runs_goes_on_and_what_is_started_says_what_to_do(tmp_path):
    served = Served(Cli(tmp_path))
    served.cli.define(served.text)
    try:
        served.serve()
        engine = int(served.says(r"started an engine \(process (\d+)\)")[1])
        bob = served.connect("bob", (120, 40))
        bob.shows("1 on", seconds=60)
        path = tmp_path / "state" / "launchpad" / "launchpad.db"
        refusal = (
            rf"{path} was written by a later Launchpad \(schema 999, this one knows \d+\); update Launchpad"
        )
        _execute(path, "INSERT INTO lp_schema VALUES (999, 0)")
        bob.press("space")
        bob.shows(r"Code is frozen.* bob +done", seconds=60)
        served.connect("eve", (120, 40)).shows("2 on", seconds=60)
        os.kill(engine, signal.SIGKILL)
        bob.shows("NO ENGINE", seconds=60)
        served.says(refusal)
        served.says("the engine has ended with status 2; looking again")
        told = served.cli.refusal("tick", "macros", status=2)
        assert "was written by a later Launchpad (schema 999" in told
        # Somebody has put the store of before back, or has updated this host.
        _execute(path, "DELETE FROM lp_schema WHERE version = 999")
        eventually(lambda: len([line for line in served.said if "started an engine" in line]) > 1)
        bob.hides("NO ENGINE", seconds=90)
    finally:
        served.close()


def _execute(path, statement):
    with closing(sqlite3.connect(path, timeout=30)) as connection, connection:
        connection.execute(statement)
