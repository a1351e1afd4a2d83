"""The face beside a blank Textual app: first paint, key to paint, idle CPU, bytes to the terminal.

Both run on pseudo-terminals of 120x40, one after the other, so that the ratios hold on any machine.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Sequence

from tests.screens.terminal import OnTerminal, on_terminal

BLANK = """
from textual.app import App
from textual.widgets import Input
class Blank(App):
    def compose(self):
        yield Input("READY", select_on_focus=False)
Blank().run()
"""
SIZE = (120, 40)
STARTS = 5
KEYS = 40
IDLE = 10.0


def measure() -> dict[str, float]:
    """Ratios against the blank app, and the face's own cost at rest."""
    blank = ("-c", BLANK)
    with tempfile.TemporaryDirectory() as directory:
        face = ("-m", "tests.support.demo_face", "during", "--store", f"{directory}/demo.db")
        _first_paint(face, "CHECKLIST", 1)  # makes the store
        painted = _first_paint(face, "CHECKLIST") / _first_paint(blank, "READY")
        keyed = _key_to_paint(face, b"/", b"x") / _key_to_paint(blank, b"", b"x")
        cpu, rate = _at_rest(face, "CHECKLIST")
    return {
        "first paint, times a blank app's": painted,
        "key to paint, times a blank app's": keyed,
        "CPU at rest, % of a core": cpu,
        "bytes a second at rest": rate,
    }


def _first_paint(argv: Sequence[str], text: str, starts: int = STARTS) -> float:
    """Median seconds from the start until `text` has reached the terminal."""
    taken = []
    for _ in range(starts):
        begun = time.monotonic()
        with on_terminal(*argv, size=SIZE) as running:
            running.until(text)
            taken.append(time.monotonic() - begun)
    return statistics.median(taken)


def _key_to_paint(argv: Sequence[str], before: bytes, key: bytes) -> float:
    """Median seconds from a typed letter to the first byte of the answer; both type into an input line."""
    taken = []
    with on_terminal(*argv, size=SIZE) as running:
        running.until("READY" if not before else "CHECKLIST")
        _quiet(running)
        if before:
            running.type(before)
        _quiet(running)
        for _ in range(KEYS):
            # The clock's own paint must not be taken for the answer.
            time.sleep(0.05)
            while running.read(0.01):
                pass
            begun = time.monotonic()
            running.type(key)
            while not running.read(1.0):
                pass
            taken.append(time.monotonic() - begun)
    return statistics.median(taken)


def _at_rest(argv: Sequence[str], text: str) -> tuple[float, float]:
    """Percent of a core and bytes a second while nothing but the clock moves."""
    with on_terminal(*argv, size=SIZE) as running:
        running.until(text)
        _quiet(running)
        running.forget()
        begun, spent = time.monotonic(), _cpu(running.process.pid)
        while time.monotonic() - begun < IDLE:
            running.read()
        passed = time.monotonic() - begun
        return (_cpu(running.process.pid) - spent) / passed * 100, len(running.output) / passed


def _quiet(running: OnTerminal, seconds: float = 1.5) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        running.read()


def _cpu(pid: int) -> float:
    """Seconds of CPU that the process has used (Linux)."""
    with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123  # no regular file
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name:40} {value:10.2f}")
