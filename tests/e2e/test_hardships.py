"""What terminals do to programs on a bad day, and what is left of the terminal and of the program."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.screens.terminal import OnTerminal, on_terminal
from tests.support.terminal import Terminal
from tests.support.war_room import until

pytestmark = pytest.mark.slow

DEMO = ("-m", "tests.support.demo_face", "during")


def _answers(face: OnTerminal) -> None:
    """It still takes a key and draws what that asks for."""
    face.forget()
    face.type(b"w")
    face.until("War-room log")
    assert face.process.poll() is None


def test_a_storm_of_sizes_leaves_it_whole() -> None:
    sizes = random.Random(7)
    with on_terminal(*DEMO) as face:
        face.until("CHECKLIST")
        for _ in range(300):
            face.resize(sizes.randint(1, 300), sizes.randint(1, 100))
            face.process.send_signal(28)  # SIGWINCH, as the kernel would
            face.read(0.002)
        face.resize(80, 24)
        face.process.send_signal(28)
        face.forget()
        face.until("CHECKLIST")
        _answers(face)


def test_keys_that_come_in_one_piece_act_one_after_the_other() -> None:
    with on_terminal(*DEMO) as face:
        face.until("CHECKLIST")
        face.forget()
        face.type(b"/flag")  # g, a and l are keys of their own outside the filter
        face.until("/flag")
        assert b"go / no-go" not in face.output
        for words in (b"pay", b"flag", b"domain", b"pay"):  # each in the place of the one before
            face.type(b"\r")
            face.forget()
            face.type(b"/" + words)
            face.until("/" + words.decode())
        face.type(b"\r5/slip")
        face.until("/slip")
        face.until("TIMELINE")


def test_a_paste_of_a_megabyte_into_nothing_presses_no_key() -> None:
    with on_terminal(*DEMO) as face:
        face.until("CHECKLIST")
        _pasted(face, b"q y X H " * (1 << 17))
        _answers(face)
        assert b"Leave?" not in face.output
        assert b"Abort" not in face.output


def test_of_a_megabyte_pasted_into_a_field_is_kept_what_can_be() -> None:
    with on_terminal(*DEMO) as face:
        face.until("CHECKLIST")
        face.type(b"w")
        face.until("War-room log")
        _pasted(face, b"a word and " * (1 << 16))
        face.until("a word and")
        face.type(b"\r")
        face.until("noted")


DIALOGS = [b"w", b"?", b"P", b"G", b":", b"X", b"/", b">", b"\r", b"I", b"b"]


def test_a_megabyte_pasted_into_any_dialog_answers_nothing() -> None:
    with on_terminal(*DEMO, size=(100, 30)) as face:
        face.until("CHECKLIST")
        for key in DIALOGS:
            face.type(key)
            _drained(face)
            _pasted(face, b"y o X prod d t " * (1 << 16))
            _drained(face)
            face.type(b"\x1b")
            _drained(face)
        _answers(face)
        for said in (b"abort was asked", b"entered post-launch", b"declared incident", b"Leave?"):
            assert said not in face.output


def test_a_storm_of_sizes_with_dialogs_open_leaves_it_whole() -> None:
    sizes = random.Random(11)
    with on_terminal(*DEMO, size=(100, 30)) as face:
        face.until("CHECKLIST")
        for key in DIALOGS:
            face.type(key)
            for _ in range(25):
                face.resize(sizes.randint(1, 220), sizes.randint(1, 70))
                face.process.send_signal(28)  # SIGWINCH, as the kernel would
                face.read(0.005)
            face.type(b"\x1b")
            face.read(0.2)
        face.resize(80, 24)
        face.process.send_signal(28)
        _drained(face)
        face.type(b"\x1b")
        _drained(face)
        _answers(face)


def test_stopped_and_continued_blurred_and_focused_it_goes_on() -> None:
    with on_terminal(*DEMO) as face:
        face.until("CHECKLIST")
        for _ in range(3):
            face.process.send_signal(signal.SIGSTOP)
            face.type(b"jjj")
            face.resize(100, 30)
            face.process.send_signal(signal.SIGCONT)
            face.type(b"\x1b[O\x1b[I")  # focus out, focus in
            face.resize(80, 24)
            face.process.send_signal(28)
            _drained(face)
        _answers(face)


def _drained(face: OnTerminal) -> None:
    """Reads until nothing has come for a moment."""
    while face.read(0.4):
        pass


def _pasted(face: OnTerminal, text: bytes) -> None:
    whole = b"\x1b[200~" + text + b"\x1b[201~"
    os.set_blocking(face.master, False)
    while whole:
        try:
            whole = whole[os.write(face.master, whole[:4096]) :]
        except BlockingIOError:
            face.read(0.01)
    os.set_blocking(face.master, True)


@pytest.fixture
def room() -> Iterator[Terminal]:
    environ = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "LANG": "C.UTF-8"}
    root = Path(__file__).parents[2]
    terminal = Terminal([sys.executable, *DEMO], size=(100, 30), environ=environ, cwd=root)
    yield terminal
    terminal.close()


@pytest.mark.needs("tmux")
def test_somebody_who_comes_back_to_tmux_finds_it_as_it_was(room: Terminal) -> None:
    room.shows("CHECKLIST")
    room.press("5")
    room.shows("TIMELINE")
    # Another terminal of another size looks in, types nothing, and goes: tmux changes the size each time.
    for size in ((80, 24), (150, 50)):
        with on_terminal("-c", _attach(room), size=size, TERM="xterm-256color") as visitor:
            visitor.until("TIMELINE")
    room.shows("TIMELINE")
    room.press("w")
    room.shows("War-room log")


def _attach(room: Terminal) -> str:
    return f"import os; os.execvp('tmux', ['tmux', '-L', '{room._socket}', 'attach'])"


@pytest.mark.needs("tmux")
def test_a_window_that_is_closed_leaves_no_process_behind(room: Terminal) -> None:
    room.shows("CHECKLIST")
    pane = int(room._tmux("display-message", "-p", "#{pane_pid}").strip())
    faces = _children(pane)
    assert faces
    room._tmux("kill-pane")
    until(lambda: not any(map(_alive, faces)), what="the face to end with its window")


def _children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    direct = [int(word) for word in found.stdout.split()]
    return [*direct, *(below for child in direct for below in _children(child))]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
