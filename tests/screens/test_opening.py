"""The first frame: what it says at any size, and that nothing is done by a key that nobody saw the use of."""

import os
import shlex
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from launchpad.desk import open_launch
from launchpad.errors import Refused
from launchpad.model.commands import Identity, OpenLaunch
from launchpad.model.definition import Definition, Item, Launch
from launchpad.model.samples import LaunchEntry
from launchpad.store import open_store
from screens.opening import READING, rows
from screens.preview import NOT_YET
from tests.screens.terminal import OnTerminal, on_terminal
from tests.support.terminal import terminal

_SIZES = [(20, 3), (60, 12), (80, 24), (112, 23), (120, 40), (200, 60)]


def entry(**changes: str) -> LaunchEntry:
    told = {"product": "acme", "version": "4.2.0", "environment": "production", **changes}
    return LaunchEntry(launch="acme-4.2.0", opened_at=0, seq=1, hash="", **told)


@pytest.mark.parametrize(("width", "height"), _SIZES)
def test_it_fits_every_terminal_and_no_row_lies_over_another(width: int, height: int) -> None:
    frame = rows(entry(product="商品 " * 40), width, height, rehearsal=False)
    taken: set[tuple[int, int]] = set()
    for (y, x), row in frame.items():
        cells = {(y, x + n) for n in range(row.width)}
        assert y < height
        assert x + row.width <= width
        assert not cells & taken
        taken |= cells


def test_it_names_the_launch_and_says_of_every_panel_that_it_is_being_read() -> None:
    frame = rows(entry(), 120, 40, rehearsal=False)
    first, *panels = frame.values()
    assert first.text.split() == ["PRODUCTION", "acme", "4.2.0", "reading", "the", "journal", "…"]
    assert first.back == "production"
    assert {"CHECKLIST", "OBJECTIVES", "ACTION"} <= {row.text.split()[1] for row in panels}
    assert all("reading …" in row.text for row in panels)


@pytest.mark.parametrize(("environment", "rehearsal"), [("staging", False), ("production", True)])
def test_what_is_not_production_does_not_look_like_it(environment: str, rehearsal: bool) -> None:
    first = rows(entry(environment=environment), 80, 24, rehearsal=rehearsal)[0, 0]
    assert first.back == ""
    assert first.spans[0].text == (" REHEARSAL " if rehearsal else " staging ")


def test_nothing_in_a_name_reaches_the_terminal_as_a_command() -> None:
    hostile = entry(product="a\x1b]0;b\x07c", version="1\x1b[2J", environment="x\x9b1m")
    assert all(row.text.isprintable() for row in rows(hostile, 120, 40, rehearsal=False).values())


@pytest.fixture
def store(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/journal.db"
    with closing(open_store(url)) as made:
        definition = Definition(
            launch=Launch(product="acme", version="1"),
            items=(Item(id="a", title="Look around", phase="pre-launch"),),
        )
        open_launch(
            made, Identity(name="lead", role="director"), OpenLaunch(launch="acme-1", definition=definition)
        )
    return url


def _attached(store: str) -> tuple[str, ...]:
    return ("-m", "launchpad", "attach", "--store", store)


def _left(face: OnTerminal) -> None:
    assert face.as_before
    after = face.output[face.output.rindex(b"\x1b[?1049h") :]
    assert after.index(b"\x1b[?25h") > after.index(b"\x1b[?25l")
    assert b"\x1b[?1049l" in after


@pytest.mark.slow
def test_keys_before_the_face_are_not_the_faces(store: str) -> None:
    with on_terminal(*_attached(store), size=(120, 40)) as face:
        face.until(READING, early=True)
        face.type(b"q?\r")
        face.until(NOT_YET, early=True)
        face.type(b"q?\r")
        face.until("quit")
        face.type(b"w")
        face.until("War-room log")
        assert b"Leave?" not in face.output
        assert b"Help" not in face.output


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
@pytest.mark.parametrize("shown", [READING, NOT_YET])
def test_whoever_ends_it_meanwhile_finds_the_terminal_as_it_was(
    store: str, number: signal.Signals, shown: str
) -> None:
    with on_terminal(*_attached(store)) as face:
        face.until(shown, early=True)
        face.process.send_signal(number)
        assert face.ends() == 128 + number
        _left(face)


@pytest.mark.slow
def test_a_launch_that_cannot_be_read_is_told_of_on_the_terminal_as_it_was(store: str) -> None:
    with closing(sqlite3.connect(store.removeprefix("sqlite:///"))) as file:
        file.execute("DROP TRIGGER lp_event_unchanged")
        file.execute("UPDATE lp_event SET v = 99")
        file.commit()
    with on_terminal(*_attached(store)) as face:
        face.until(READING, early=True)
        assert face.ends() == Refused.exit_code
        _left(face)
        assert b"launchpad: " in face.output[face.output.rindex(b"\x1b[?1049l") :]


@pytest.mark.slow
def test_what_the_file_differs_in_is_said_in_the_face(store: str, tmp_path: Path) -> None:
    file = tmp_path / "launchpad.yaml"
    file.write_text("launch: {product: acme, version: '1'}\n")
    with on_terminal(*_attached(store), "-c", str(file), size=(300, 60)) as face:
        face.until("differs from what acme-1 goes by")


@pytest.mark.slow
def test_the_frame_stands_until_the_face_is_painted_over_it(store: str) -> None:
    with on_terminal(*_attached(store), size=(120, 40)) as face:
        face.until("quit")
        # A terminal that enters its alternate screen empties it, also where it is there already.
        assert face.output.count(b"\x1b[?1049h") == 1
        after = face.output[face.output.index(READING.encode()) :]
        assert b"\x1b[2J" not in after
        face.process.send_signal(signal.SIGTERM)
        assert face.ends() == 128 + signal.SIGTERM
        assert b"\x1b[?1049l" in face.output
        assert face.as_before


@pytest.mark.slow
def test_what_the_panels_tell_is_there_before_the_face(store: str) -> None:
    with on_terminal(*_attached(store), size=(120, 40)) as face:
        face.until(NOT_YET, early=True)
        before = face.output.partition(NOT_YET.encode())[0]
        assert b"Look around" in before[before.index(READING.encode()) :]
        face.until("quit")
        assert b"reading the samples" not in face.output


@pytest.mark.slow
def test_a_store_that_fails_meanwhile_is_the_faces_to_tell_of(store: str) -> None:
    with closing(sqlite3.connect(store.removeprefix("sqlite:///"))) as file:
        file.execute("DROP TABLE lp_lease")
        file.commit()
    with on_terminal(*_attached(store), size=(120, 40)) as face:
        face.until("STORE AWAY", early=True)
        assert NOT_YET.encode() not in face.output


_TOLD = """
import os, signal, sqlite3
from launchpad.model.preferences import USUAL
from launchpad.model.samples import LaunchEntry
from screens.opening import first_frame
class Forgotten:
    def __del__(self):
        told()
def told():
    os.kill(os.getpid(), signal.SIGTERM)
    return 1
named = {{"launch": "a", "product": "acme", "version": "1", "environment": "staging"}}
with first_frame(LaunchEntry(**named, opened_at=0, seq=1, hash=""), preferences=USUAL) as opening:
    {meanwhile}
    opening.begin()
    print("it went on")
"""
_WHILE_FORGOTTEN = "Forgotten()"
_IN_SQLITE = (
    "db = sqlite3.connect(':memory:'); db.create_function('told', 0, told); db.execute('SELECT told()')"
)


@pytest.mark.parametrize("meanwhile", [_WHILE_FORGOTTEN, _IN_SQLITE])
def test_it_ends_also_where_the_signals_exception_is_lost(meanwhile: str) -> None:
    with on_terminal("-c", _TOLD.format(meanwhile=meanwhile)) as face:
        assert face.ends() == 128 + signal.SIGTERM
        assert b"it went on" not in face.output
        _left(face)


_STANDING = """
import sys
from launchpad.model.preferences import USUAL
from launchpad.model.samples import LaunchEntry
from screens.opening import first_frame
named = {"launch": "a", "product": "acme", "version": "1", "environment": "staging"}
with first_frame(LaunchEntry(**named, opened_at=0, seq=1, hash=""), preferences=USUAL) as opening:
    sys.stdin.readline()
    opening.begin()
print("\\x1b[?1049lit went on")
"""


@pytest.mark.slow
@pytest.mark.needs("tmux")
def test_no_key_stops_the_frame_and_leaves_its_terminal_to_the_shell() -> None:
    environ = {"PATH": os.environ["PATH"], "PS1": "ready ", "PYTHONPATH": str(Path.cwd())}
    with terminal(["sh", "-i"], environ=environ) as shell:
        shell.shows("^ready")
        shell.type(shlex.join([sys.executable, "-c", _STANDING]))
        shell.press("Enter")
        shell.shows(READING, early=True)
        shell.press("C-z", "Enter")
        shell.shows("^it went on")
