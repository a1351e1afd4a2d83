"""A disk that is full, and has room again."""

import json
import os

import pytest

from launchpad.store import open_store
from tests.support.cli import DEFINITION, LAUNCH, PROGRAM, Cli, eventually
from tests.support.disks import fill, small_disk
from tests.support.terminal import Terminal

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs("tmux", "mount"),
    pytest.mark.skipif(os.geteuid() != 0, reason="a disk of a few megabytes is mounted by root alone"),
]


@pytest.fixture
def disk(tmp_path):
    """A folder on a disk of eight megabytes."""
    with small_disk(tmp_path / "disk", 8) as path:
        yield path


def test_what_can_not_be_stored_is_refused_and_goes_on_when_there_is_room(tmp_path, disk):
    cli = Cli(tmp_path)
    cli.environ["LAUNCHPAD_STORE"] = f"sqlite:///{disk}/launchpad.db"
    cli.define()
    cli("run")
    cli("tick", "freeze")
    face = Terminal([str(PROGRAM), "attach"], size=(120, 40), environ=cli.environ, cwd=cli.home)
    try:
        face.shows(r"Code is frozen.* lead +done", seconds=60)
        ballast = fill(disk)
        refused = _until_full(cli)
        assert "the disk that holds" in refused
        assert "make room" in refused
        # What was acknowledged can be read, all of it and nothing else.
        assert "holds: " in cli("verify").stdout
        marks = {item["item"]: item["mark"] for item in cli.json("items")}
        assert (marks["freeze"], marks["macros"]) == ("done", "open")
        ballast.unlink()
        eventually(lambda: cli("tick", "macros", status=None).returncode == 0, seconds=60)
        face.shows(r"Macros are published.* done", seconds=60)
        assert "holds: " in cli("verify").stdout
        ticks = [e for e in _events(cli) if e.kind == "item.ticked"]
        assert [e.event.item for e in ticks] == ["freeze", "macros"]
        eventually(lambda: cli.json("status", status=None)["engine"]["watching"], seconds=90)
    finally:
        face.close()
        cli.close()


def test_a_run_under_way_goes_on_and_keeps_its_output(tmp_path, disk):
    cli = Cli(tmp_path)
    cli.environ["LAUNCHPAD_STORE"] = f"sqlite:///{disk}/launchpad.db"
    waits = '"echo one >> begun; echo one; until [ -e go ]; do sleep 0.1; done; echo two"'
    cli.define(DEFINITION.replace('"echo saved"', waits))
    try:
        cli("run")
        cli("request", "backup", "--yes")
        eventually(lambda: "one" in cli("logs", "backup-1", status=None).stdout, seconds=60)
        ballast = fill(disk)
        _until_full(cli)
        (tmp_path / "go").touch()
        eventually(lambda: not cli.json("status", status=None)["engine"]["watching"], seconds=90)
        ballast.unlink()
        eventually(lambda: cli.json("runs")[0]["status"] == "succeeded", seconds=90)
        assert (tmp_path / "begun").read_text() == "one\n", "it was done once"
        said = [json.loads(line)["text"] for line in cli("logs", "backup-1", "--json").stdout.splitlines()]
        assert [text for text in said if not text.startswith("(")] == ["one", "two"]
        assert "holds: " in cli("verify").stdout
    finally:
        cli.close()


def _until_full(cli: Cli) -> str:
    """What is said once the last page that was still free is taken."""
    for _ in range(200):
        done = cli("note", "x" * 2000, status=None)
        if done.returncode:
            assert done.returncode == 4, done.stderr
            return cli("tick", "macros", status=4).stderr
    raise AssertionError("the disk never fills")


def _events(cli: Cli):
    store = open_store(cli.environ["LAUNCHPAD_STORE"])
    try:
        return store.read(LAUNCH, limit=10_000)
    finally:
        store.close()
