"""`status --watch`: a line for each change, and nothing that a pipe or a screen reader can't take."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.support.cli import Cli, eventually

pytestmark = pytest.mark.slow


@contextmanager
def watching(cli: Cli, *options: str) -> Iterator[Callable[[], str]]:
    """A watch under way: gives its next line. Ends it with ctrl+c, as a person would."""
    process = cli.start("status", "--watch", *options)
    assert process.stdout is not None
    try:
        yield process.stdout.readline
        process.send_signal(signal.SIGINT)
        assert eventually(lambda: process.poll() is not None, seconds=30)
        assert process.returncode == 130
    finally:
        process.kill()
        _, err = process.communicate()
    assert err == ""


def test_events_and_verdicts_are_lines(opened: Cli) -> None:
    with watching(opened) as line, watching(opened, "--brief") as brief:
        first = line()
        assert first.startswith("NO-GO")
        assert brief() == first
        opened("note", "press is out")
        told = line()
        assert told.endswith(": notes: press is out\n")
        assert "\x1b" not in first + told
        opened("phase", "launch", "--override", "a test")
        assert "entered launch" in line()
        assert line().startswith("HOLD")
        assert brief().startswith("HOLD")


def test_json_is_a_stream_of_lines(opened: Cli) -> None:
    with watching(opened, "--json") as line:
        assert json.loads(line())["verdict"] == "NO-GO"
        opened("note", "press is out")
        told = json.loads(line())
        assert (told["kind"], told["sentence"]) == ("note.written", "notes: press is out")
        assert told["verdict"] == "NO-GO"


def test_a_theme_that_there_is_not_is_told_before_a_launch_is_opened(cli: Cli) -> None:
    cli.define()
    told = cli.refusal("run", "--theme", "zzz", status=2)
    assert "'zzz': expected one of dark, light" in told
    assert cli("launches", status=None).stdout == ""
    told = cli("run", status=2, env={"LAUNCHPAD_THEME": "zzz"}).stderr
    assert "$LAUNCHPAD_THEME is 'zzz'; it may be one of dark" in told
    assert cli("launches", status=None).stdout == ""
