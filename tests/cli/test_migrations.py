"""How far databases are, by shell."""

import sys
from pathlib import Path

import pytest

from tests.support.cli import DEFINITION, eventually

pytestmark = pytest.mark.slow
TOOL = Path(__file__).parents[1] / "support" / "migrator.py"


def test_what_is_pending_is_listed_and_is_the_exit_status(cli):
    (cli.home / "version").write_text("40_users")
    (cli.home / "last").write_text("43_drop_notes")
    tool = f"{sys.executable}, {TOOL}, {cli.home}"
    database = (
        "  db:\n    kind: command\n    migrations:\n"
        f"      status: {{argv: [{tool}, status], timeout: 60s}}\n      up: {{argv: [{tool}, up]}}\n"
    )
    text = DEFINITION.replace("gates:\n", f"{database}gates:\n").replace(
        "  backup: {key", "  migrate: {steps: [migrate: db]}\n  backup: {key"
    )
    cli.open(text)
    assert "has not been read yet" in cli("migrations", status=5).stdout
    cli("run")
    eventually(lambda: cli("migrations", status=None).returncode == 1)
    lines = cli("migrations", status=1).stdout.splitlines()
    assert "is at 40_users, 3 pending" in lines[1]
    assert lines[1].endswith("changed nothing")
    assert lines[-1] == "db: 43_drop_notes is pending, and DESTROYS DATA"
    assert "from 40_users to 43_drop_notes" in cli("plan", "migrate").stdout
    cli("request", "migrate", "--yes", "--wait")
    told = cli.json("migrations")
    [db] = told["migrations"]
    assert (db["verdict"], db["version"], db["pending"]) == ("ok", "43_drop_notes", [])
    assert db["applied"] == {"before": "40_users", "after": "43_drop_notes"}


def test_none_is_migrated(opened):
    assert "no database is migrated" in opened("migrations").stderr
