"""What is written piece by piece is what a whole repaint would show, to the colour of each cell."""

import os
import random
import sys
import time
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

pytestmark = [pytest.mark.slow, pytest.mark.needs("tmux")]

KEYS = (
    "Down", "Down", "Up", "End", "Home", "Tab", "Tab", "BTab", "space", "z", "1", "2", "3", "4", "5", "6",
    "F", "Escape", "m", "?", "i", "c", "/", "o", "Enter", "n", "Escape", "Escape",
)  # fmt: skip
SIZES = ((120, 40), (80, 24), (104, 31), (200, 60))


def test_the_screen_is_as_after_a_whole_repaint() -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "LANG": "C.UTF-8"}
    argv = [sys.executable, "-m", "tests.support.demo_face", "during", "--still"]
    dice = random.Random(4)
    terminal = Terminal(argv, environ=environ, cwd=Path(__file__).parents[2])
    try:
        terminal.shows("all 4 objectives met", seconds=60)
        terminal.shows(r" 1 on", seconds=90)
        for step in range(18):
            terminal.press(*(dice.choice(KEYS) for _ in range(dice.randrange(1, 6))))
            if step % 6 == 5:
                terminal.resize(*dice.choice(SIZES))
                terminal.press("Down")
            _settled(terminal)
            terminal.press("Escape", "Escape", "Escape")
            # A trend that has another width gets other points with the second view after that.
            shown = _settled(terminal, still_for=2.6)
            terminal.press("C-l")
            assert _apart_from_message(_settled(terminal)) == _apart_from_message(shown)
    finally:
        terminal.close()


def _settled(terminal: Terminal, *, still_for: float = 0.3) -> str:
    """The screen in its colours once it stood still for so many seconds."""
    shown, since = terminal.colours(), time.monotonic()
    while time.monotonic() - since < still_for:
        time.sleep(0.1)
        now = terminal.colours()
        if now != shown:
            shown, since = now, time.monotonic()
    return shown


def _apart_from_message(screen: str) -> list[str]:
    # What the others are told of this seat follows a moment later.
    lines = [line.partition("lead (you)")[0] for line in screen.splitlines()]
    return [*lines[:-2], lines[-1]]


def test_what_changes_beneath_a_dialog_is_not_written_over_it() -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "LANG": "C.UTF-8"}
    argv = [sys.executable, "-m", "tests.support.demo_face", "during"]
    terminal = Terminal(argv, environ=environ, cwd=Path(__file__).parents[2])
    try:
        terminal.shows("all 4 objectives met", seconds=60)
        before = _clock(terminal)
        terminal.press("?")
        terminal.shows(r"│  Help ")
        terminal.shows(r"\d+ below")
        opened = _framed(terminal)
        deadline = time.monotonic() + 60
        # The clock beneath goes on, so does what else changes there.
        while abs(before - _clock(terminal)) < 6:
            assert time.monotonic() < deadline
            assert _framed(terminal) == opened
            time.sleep(0.1)
    finally:
        terminal.close()


def _framed(terminal: Terminal) -> list[str]:
    """What stands between the sides of the dialog."""
    lines = terminal.screen().splitlines()
    return [line[line.find("│") : line.rfind("│")] for line in lines]


def _clock(terminal: Terminal) -> int:
    """Seconds of the countdown."""
    hours, minutes, seconds = terminal.shows(r"T[+-](\d+):(\d+):(\d+)").groups()
    return (int(hours) * 60 + int(minutes)) * 60 + int(seconds)
