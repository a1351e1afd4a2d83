"""The shell on PostgreSQL: nothing is different, and no password is seen."""

import subprocess
from urllib.parse import urlsplit

import pytest

from tests.support.cli import DEFINITION, LAUNCH, eventually

pytestmark = pytest.mark.slow


def test_a_launch_is_run_on_postgresql(cli, postgres_database):
    secret = urlsplit(postgres_database).password
    assert secret
    cli.environ["STORE"] = postgres_database
    cli.define(DEFINITION + "store: env:STORE\n")
    cli("run")
    try:
        told = cli.json("--as", "ada", "tick", "freeze")
        assert told["message"] == "ticked freeze"
        assert cli("request", "backup", "--yes", "--wait").stdout.splitlines()[-1] == "backup-1 succeeded"
        store = cli("launches").stdout + cli("doctor").stdout + cli("status", status=1).stdout
        assert secret not in store
        assert secret not in subprocess.run(["ps", "-ewwo", "args="], capture_output=True, text=True).stdout
        head = cli.json("export", "-o", "it.launch")["head"]
        assert cli.json("--store", "sqlite:here.db", "import", "it.launch")["head"] == head
        assert cli.json("--store", "sqlite:here.db", "verify", LAUNCH)["head"] == head
    finally:
        cli("engine", "--stop")
    assert eventually(lambda: "no engine is watching" in cli("status", "--brief", status=1).stdout)


def test_where_nobody_is_named_everybody_is_a_viewer(cli, postgres_database):
    cli.environ["LAUNCHPAD_STORE"] = postgres_database
    cli.define("launch: {product: Acme, version: 4.2.0}\n")
    assert "takes a director" in cli.refusal("run", status=3)
