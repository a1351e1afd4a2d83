"""The terminal is left as it was found, whatever happens to the face or to the terminal."""

import contextlib
import itertools
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screens.terminal import LONGEST_PASTE, Pastes
from tests.screens.terminal import OnTerminal, on_terminal

pytestmark = pytest.mark.slow

DEMO = ("-m", "tests.support.demo_face", "during")


def _shown(face: OnTerminal) -> None:
    face.until("CHECKLIST")


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_who_types_without_end_fills_no_memory() -> None:
    """What is typed faster than the face comes to it waits in the terminal."""
    with on_terminal(*DEMO) as face:
        _shown(face)
        before = _most_memory(face)
        os.set_blocking(face.master, False)
        typed, end = 0, time.monotonic() + 12
        while typed < 60_000 and time.monotonic() < end:
            with contextlib.suppress(BlockingIOError):
                typed += os.write(face.master, b"jk5j1k" * 100)
            face.read(0.01)
        assert _most_memory(face) - before < 40


def _most_memory(face: OnTerminal) -> int:
    """Megabytes that it held at the most."""
    status = Path(f"/proc/{face.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) >> 10  # type: ignore[index]


def _left_clean(face: OnTerminal) -> None:
    """Back on the main screen with the cursor on, no reports switched on, the modes as before."""
    assert face.as_before
    after = face.output[face.output.rindex(b"\x1b[?1049l") :]
    assert b"\x1b[?25h" in after
    assert b"\x1b[?25l" not in after
    for mode in (b"1000", b"1003", b"1006", b"2004", b"1004"):
        assert face.output.rindex(b"\x1b[?" + mode + b"l") > face.output.rindex(b"\x1b[?" + mode + b"h")


def test_leaving() -> None:
    with on_terminal(*DEMO) as face:
        _shown(face)
        face.type(b"q")
        face.until("Leave?")
        time.sleep(0.6)  # what is typed before that is dropped: the very thing under test elsewhere
        face.type(b"y")
        assert face.ends() == 0
        _left_clean(face)


def test_the_mouse_can_be_given_to_the_terminal_and_taken_back() -> None:
    with on_terminal(*DEMO) as face:
        _shown(face)
        for sign, told in ((b"l", "the mouse is the terminal's"), (b"h", "the mouse clicks here")):
            before = len(face.output)
            face.type(b"\x1b[19~")
            face.until(told)
            for mode in (b"1000", b"1003", b"1006"):
                assert b"\x1b[?" + mode + sign in face.output[before:]
        face.process.send_signal(signal.SIGTERM)
        assert face.ends() == 128 + signal.SIGTERM
        _left_clean(face)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals(number: signal.Signals) -> None:
    with on_terminal(*DEMO) as face:
        _shown(face)
        face.process.send_signal(number)
        assert face.ends() == 128 + number
        _left_clean(face)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_end_it_although_its_terminal_takes_nothing(number: signal.Signals, *, own: bool) -> None:
    with on_terminal(*DEMO, size=(200, 60), own=own) as face:
        _shown(face)
        _fill(face)
        face.process.send_signal(number)
        assert face.process.wait(timeout=60) == 128 + number
        assert face.as_before
        # Whoever held the terminal up lets it go on: it finds the words that put it back.
        while face.read():
            pass
        _left_clean(face)


def _fill(face: OnTerminal) -> None:
    """Has it draw for a terminal that nobody reads, until its event loop waits for that terminal."""
    keys = itertools.cycle((b"1", b"2", b"5", b"6"))
    waited = 0
    # A lock that the main thread waits for in so many looks in a row is that of the writer's queue.
    while waited < 10:
        face.type(next(keys))
        time.sleep(0.05)
        waits = Path(f"/proc/{face.process.pid}/wchan").read_text()
        waited = waited + 1 if "futex" in waits else 0


def test_a_fault_is_told_in_one_line() -> None:
    with on_terminal(*DEMO, "--fault", "1.5") as face:
        _shown(face)
        assert face.ends() == 1
        _left_clean(face)
        told = face.output[face.output.rindex(b"\x1b[?1006l") + 8 :].decode().strip().splitlines()
        fault = "the face met a fault of its own (ValueError: the clock fell down [/x])"
        assert told == [f"launchpad: {fault}; the launch goes on; `launchpad attach` brings the face back"]


def test_a_deleted_terminal_ends_it() -> None:
    with on_terminal(*DEMO) as face:
        _shown(face)
        begun = time.monotonic()
        face.delete()
        assert face.process.wait(timeout=60) == 129
        # Within a second by design; a loaded machine gets some grace.
        assert time.monotonic() - begun < 3


def test_a_deleted_terminal_ends_it_although_the_hangup_is_ignored() -> None:
    wrapper = "import signal, runpy, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); "
    wrapper += (
        "sys.argv = ['demo', 'during']; runpy.run_module('tests.support.demo_face', run_name='__main__')"
    )
    with on_terminal("-c", wrapper) as face:
        _shown(face)
        face.delete()
        assert face.process.wait(timeout=60) == 129


def test_a_key_paints_again_what_something_else_has_written_over() -> None:
    with on_terminal(*DEMO, "--still") as face:
        _shown(face)
        while face.read(0.5):  # until nothing moves any more
            pass
        face.forget()
        face.type(b"\x0c")
        face.until("CHECKLIST")
        face.until("Acme")


HOSTILE = [
    b"\x1b[M\xff\xfe\xfd",  # X10 mouse report beyond column 95
    b"\xff\xc3\x28\x80",  # not UTF-8
    b"\xc3",  # half a character, for ever
    b"\x1b[99999999999;1u",  # a key that no keyboard has
    b"\x1b[1114112;5u",
    b"\x1b[48;0;0;0;0t\x1b[<0;5;5M",  # a terminal without size, then the mouse
    b"\x1b[48;24;80;0;0t\x1b[<0;5;5M",
    b"\x1b[<;;M\x1b[<-1;-1;-1M",
    b"\x1b]52;c;AAAA\x07\x1bP1$r0m\x1b\\",
    b"\x1b" * 200,
    b"\x00\x01\x02\x1c\x1d\x1e\x1f",
]


def test_pasted_text_presses_no_keys() -> None:
    with on_terminal(*DEMO) as face:
        _shown(face)
        paste = b"\x1b[200~red \x1b[31m q and \x1b q\x1b[201~"
        for cut in range(len(paste)):
            face.type(paste[:cut])
            time.sleep(0.01)
            face.type(paste[cut:])
        face.type(b"?")
        face.until("evidence")
        assert b"Leave?" not in face.output


@given(st.lists(st.sampled_from(["a", "\x1b", "\x1b[", "\x1b[31m", "\x1b[200", "~", "[201~"])), st.data())
def test_escapes_are_taken_out_of_pastes_alone(parts: list[str], data: st.DataObject) -> None:
    pasted = "".join(parts)
    while "\x1b[201~" in pasted:  # taking one out may put another together
        pasted = pasted.replace("\x1b[201~", "")
    typed = f"k\x1b[Ak\x1b[200~{pasted}\x1b[201~\x1b[Bk"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(typed)))))
    pieces = [typed[a:b] for a, b in zip([0, *cuts], [*cuts, len(typed)], strict=True)]
    pastes = Pastes()
    passed = "".join(pastes.without_escapes(piece) for piece in pieces)
    assert passed == f"k\x1b[Ak\x1b[200~{pasted.replace(chr(27), '')}\x1b[201~\x1b[Bk"


def test_of_a_long_paste_the_beginning_is_passed_on() -> None:
    pastes = Pastes()
    pieces = ["\x1b[200~", *["x" * 4096] * 250, "\x1b[201~", "j\x1b[200~short\x1b[201~"]
    passed = "".join(pastes.without_escapes(piece) for piece in pieces)
    assert passed == f"\x1b[200~{'x' * LONGEST_PASTE}\x1b[201~j\x1b[200~short\x1b[201~"


RESIZED_AGAIN = """
import fcntl, os, signal, struct, sys, termios
from screens.terminal import SafeDriver
from tests.support.demo_face import main

look = SafeDriver._get_terminal_size

def interrupted(driver):
    size = look(driver)
    if size == (100, 30):
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        os.kill(os.getpid(), signal.SIGWINCH)
    return size

SafeDriver._get_terminal_size = interrupted
sys.exit(main())
"""


def test_a_window_that_is_resized_while_its_size_is_looked_up_is_painted_whole() -> None:
    with on_terminal("-c", RESIZED_AGAIN, "during") as face:
        _shown(face)
        face.forget()
        face.resize(100, 30)
        face.process.send_signal(signal.SIGWINCH)
        face.until("\x1b[40;1H")


def test_bytes_that_no_terminal_should_send() -> None:
    with on_terminal(*DEMO) as face:
        _shown(face)
        for bytes_ in HOSTILE:
            face.type(bytes_)
            time.sleep(0.05)
            face.read()
        # The pieces may have meant keys: whatever they opened is closed, then it still answers.
        for _ in range(3):
            face.type(b"\x1b")
            time.sleep(0.2)
        face.resize(80, 24)
        face.process.send_signal(signal.SIGWINCH)
        time.sleep(0.3)
        while face.read():
            pass
        assert face.process.poll() is None
        face.forget()
        face.type(b"w")
        face.until("War-room log")


@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {"TERM": ""}])
def test_a_terminal_that_can_show_nothing_is_refused(environ: dict[str, str]) -> None:
    with on_terminal(*DEMO, **environ) as face:
        assert face.ends() == 2
        assert b"launchpad status" in face.output
        assert b"\x1b" not in face.output


def test_without_a_terminal_it_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, *DEMO],
        capture_output=True,
        text=True,
        env={**os.environ, "TERM": "xterm"},
        timeout=60,
    )
    assert done.returncode == 2
    assert "no terminal" in done.stderr
    assert "Traceback" not in done.stderr


COLOUR = re.compile(rb"\x1b\[(?:[\d;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]")


def test_no_color_means_none() -> None:
    with on_terminal("-m", "tests.support.demo_face", "degraded", NO_COLOR="1") as face:
        _shown(face)
        face.type(b"?")
        face.until("Help")
        assert not COLOUR.search(face.output)
    with on_terminal("-m", "tests.support.demo_face", "degraded") as face:
        _shown(face)
        assert COLOUR.search(face.output), "the pattern finds colours where there are some"


def test_ascii_only_where_the_locale_has_no_more() -> None:
    with on_terminal("-m", "tests.support.demo_face", "degraded", LC_ALL="C") as face:
        _shown(face)
        face.type(b"?")
        face.until("Help")
        assert face.output.isascii()
        face.forget()
        face.type(b"\x03")
        face.until("CHECKLIST")
        face.type(b":")
        face.until("Search for commands")
        assert face.output.isascii()
