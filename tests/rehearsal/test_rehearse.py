"""The rehearsal as a person has it: it shows a launch, and leaves nothing behind whatever ends it."""

import contextlib
import os
import pty
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from launchpad.model.values import SECOND, parse_zoned_time
from launchpad.rehearsal.database import client, programs
from launchpad.rehearsal.example import FIRST, load, names
from launchpad.rehearsal.stage import Stage, definition, zoned
from launchpad.wiring import load_definition
from tests.support.cli import PROGRAM, Cli, eventually, processes_with
from tests.support.terminal import Terminal
from tests.support.tools import lacking


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("speed", [1, 3, 10, 60])
def test_the_definition_of_each_example_validates_at_every_speed(tmp_path, name, speed):
    path = tmp_path / "launchpad.yaml"
    example = load(name, speed=speed)
    text = definition(example, "http://127.0.0.1:4711", 1_780_000_000.4, "somebody")
    path.write_text(text, encoding="utf-8")
    loaded = load_definition(path).definition
    assert loaded.launch.t0 is not None
    assert loaded.launch.t0.at == round(1_780_000_000.4 + example.script.t0) * SECOND
    assert not loaded.production
    you = next(operator for operator in loaded.operators if operator.name == example.script.you)
    assert (you.role, you.login) == ("director", "somebody")


def test_at_the_speed_of_life_t0_is_five_minutes_ahead():
    assert load(FIRST).script.t0 == 300


@pytest.mark.parametrize("at", [1_792_893_600, 1_792_890_000, 1_774_745_999, 1_774_746_000])
def test_an_instant_near_a_change_of_clocks_is_said_exactly(at):
    assert parse_zoned_time(zoned(at, "Europe/Berlin")).at == at * SECOND


@pytest.fixture
def cli(tmp_path):
    """A command line whose temporary files lie in a folder of its own."""
    shell = Cli(tmp_path)
    (tmp_path / "tmp").mkdir()
    shell.environ["TMPDIR"] = str(tmp_path / "tmp")
    return shell


@pytest.mark.slow
def test_a_deploy_that_fails_once_leaves_the_old_version_and_then_works():
    with Stage(load(FIRST, speed=10).disturbed(["deploy-fails"]), login="somebody") as stage:
        assert operate(stage, "deploy", "4.2.0") == 1
        assert page(stage.url) == "<h1>Acme 4.1.0</h1>"
        assert operate(stage, "deploy", "4.2.0") == 0
        assert page(stage.url) == "<h1>Acme 4.2.0</h1>"


@pytest.mark.slow
def test_the_product_says_when_each_of_its_moments_began_and_a_pager_that_is_down_says_so():
    with Stage(load(FIRST, speed=60).disturbed(["pager-down"]), login="somebody") as stage:
        assert operate(stage, "deploy", "4.2.0") == 0
        live = round((stage.directory / "release.json").stat().st_mtime * SECOND)
        eventually(lambda: page(stage.url) and "spike" in stage.moments())
        assert stage.moments()["spike"] - live == pytest.approx(4 * SECOND, abs=10)
        with pytest.raises(urllib.error.HTTPError, match="503"):
            urllib.request.urlopen(f"{stage.url}/pager", data=b"{}", timeout=5)


def left(cli: Cli) -> list[str]:
    """What a rehearsal left: folders and processes."""
    folder = cli.home / "tmp"
    return [*map(str, folder.iterdir()), *map(str, processes_with(str(folder)))]


@pytest.mark.slow
def test_without_a_terminal_it_prints_the_status_and_what_it_would_show(cli):
    done = cli("rehearse")
    assert done.stdout.startswith("Acme 4.2.0  rehearsal  pre-launch  T-00:0")
    assert "2 of 2 signals fresh" in done.stdout
    assert "There is no terminal here" in done.stderr
    assert "--headless" in done.stderr
    assert left(cli) == []
    assert not (cli.home / "state").exists()


LATE = """
import pathlib, sys, time

up = pathlib.Path(__file__).with_name("product-up")
if "launchpad.rehearsal.product" in sys.orig_argv:
    time.sleep(2)
    up.touch()
if "engine" in sys.orig_argv:
    up.with_name("engine-found").write_text("up" if up.exists() else "not yet up")
"""
"""Loaded as Python starts: a product that takes its time, and an engine that looks whether it is up."""


@pytest.mark.slow
def test_the_engine_measures_a_product_that_has_started_not_how_it_starts(cli):
    (cli.home / "sitecustomize.py").write_text(LATE, encoding="utf-8")
    cli("rehearse", env={"PYTHONPATH": str(cli.home)})
    assert (cli.home / "engine-found").read_text(encoding="utf-8") == "up"


def rehearsing(cli: Cli) -> tuple[subprocess.Popen[bytes], int]:
    """A rehearsal that shows its face in a terminal, and our end of it."""
    ours, theirs = pty.openpty()
    cli.environ["TERM"] = "xterm-256color"
    process = subprocess.Popen(
        [Path(sys.executable).parent / "launchpad", "rehearse"],
        cwd=cli.home,
        env=cli.environ,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    while b"Acme" not in shown:
        shown += os.read(ours, 65536)
    return process, ours


def rest(terminal: int) -> bytes:
    """What is shown until the terminal is left."""
    shown = b""
    with contextlib.suppress(OSError):
        while chunk := os.read(terminal, 65536):
            shown += chunk
    return shown


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_whatever_ends_it_everything_ends(cli, number):
    process, terminal = rehearsing(cli)
    assert len(left(cli)) >= 3, "a folder, a product, an engine"
    process.send_signal(number)
    shown = rest(terminal)
    eventually(lambda: process.poll() is not None)
    eventually(lambda: left(cli) == [], seconds=30)
    os.close(terminal)
    assert b"Traceback" not in shown


@pytest.mark.slow
def test_a_terminal_that_goes_away_ends_it(cli):
    process, terminal = rehearsing(cli)
    os.close(terminal)
    eventually(lambda: process.poll() is not None)
    eventually(lambda: left(cli) == [], seconds=30)


@pytest.mark.slow
def test_deploying_really_changes_the_product_and_rolling_back_changes_it_back():
    with Stage(load(FIRST, speed=10), login="somebody") as stage:
        assert page(stage.url) == "<h1>Acme 4.1.0</h1>"
        operate(stage, "backup")
        (copy,) = (stage.directory / "backups").iterdir()
        assert copy.suffix in (".gz", ".dump")
        assert operate(stage, "deploy", "4.2.0") == 0
        assert page(stage.url) == "<h1>Acme 4.2.0</h1>"
        assert operate(stage, "deploy", "4.2.0") == 0
        assert operate(stage, "rollback") == 0
        assert page(stage.url) == "<h1>Acme 4.1.0</h1>"
        assert operate(stage, "rollback") == 0
        assert len(stage.ledger()) == 5, "each that was carried out is noted"
        directory = stage.directory
        deploying = subprocess.Popen(operation("deploy", "4.2.0"), cwd=directory, stderr=subprocess.DEVNULL)
    assert not directory.exists()
    assert deploying.wait(60) == 1, "a script does not outlive the rehearsal"


def operation(*args: str) -> list[str]:
    return [sys.executable, "-P", "-m", "launchpad.rehearsal.operations", *args]


def operate(stage: Stage, *args: str) -> int:
    return subprocess.run(
        operation(*args), cwd=stage.directory, timeout=30, stdout=subprocess.DEVNULL
    ).returncode


def page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode()


@pytest.mark.slow
def test_where_postgresql_is_the_orders_lie_there_and_their_dump_is_restored():
    if programs() is None:
        lacking("PostgreSQL's programs are not here, or nobody who may run its server")
    with Stage(load(FIRST, speed=10), login="somebody") as stage:
        folder = eventually(lambda: told(stage), seconds=60)
        assert folder == str(programs())
        done = subprocess.run(operation("backup"), cwd=stage.directory, timeout=60, capture_output=True)
        assert b"pg_dump of shop, 1200 orders" in done.stdout, done.stderr
        assert done.stdout.endswith(b"restored into a scratch database: every order is there\n")
        sick = ("-q", "-d", "shop", "-c", "drop table orders")
        client(programs(), stage.directory, "psql", *sick)
        failed = subprocess.run(operation("backup"), cwd=stage.directory, timeout=60, capture_output=True)
        assert failed.returncode == 1
        assert b"psql: ERROR:" in failed.stderr
        directory = stage.directory
        assert processes_with(f"{directory}/pg")
    assert not directory.exists()
    assert not processes_with(str(directory))


def told(stage: Stage) -> str:
    """Where the product says that PostgreSQL's programs are; empty until it says so."""
    path = stage.directory / "database"
    return path.read_text() if path.exists() else ""


@pytest.mark.slow
def test_where_a_socket_would_have_too_long_a_name_the_orders_lie_in_a_file(tmp_path, monkeypatch):
    deep = tmp_path / ("a" * 60)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with Stage(load(FIRST, speed=10), login="somebody") as stage:
        assert operate(stage, "backup") == 0
        assert told(stage) == ""
        (copy,) = (stage.directory / "backups").iterdir()
        assert copy.suffix == ".gz"


@pytest.mark.slow
@pytest.mark.needs("tmux")
def test_colleagues_play_along_and_whoever_leaves_is_told_their_score(cli):
    terminal = Terminal((str(PROGRAM), "rehearse", "--speed", "10"), environ=cli.environ, cwd=cli.home)
    try:
        terminal.shows("sue +ticked on-call", seconds=60)
        terminal.press("q")
        terminal.shows("y leave", seconds=60)
        # A key that was on its way when the question came does not answer it.
        eventually(lambda: terminal.press("y") or "nothing to score" in terminal.screen(), seconds=60)
        terminal.shows("missed: the launch was left in pre-launch and not closed")
        terminal.shows("ended with status 0", seconds=60)
    finally:
        terminal.close()
    eventually(lambda: left(cli) == [], seconds=60)
