"""The face beside a blank Textual app: first paint, key to paint, cost at rest and beside a busy log.

The launch has 500 probes at work, 500 objectives, 500 items and ten thousand lines of timeline. Both run on
pseudo-terminals of 120x40, one after the other, so that the ratios hold on any machine. Where others work on
the machine as well, the times of the CPU hold better than those of the clock, and the least of some better
than their middle.

A face comes in three steps, and each is counted by itself. First a frame: which launch this is, whether it is
production, and that every panel is being read. Then all panels, with what the journal and the samples tell.
Last the face itself, on which keys act. A blank app has one step: it is drawn, and a key acts.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.crowd import EVERY, chatter, cpu, site, watched, write_notes
from screens.opening import READING
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
STARTS = 9
KEYS = 100
_SETTLE = EVERY + 2
_SECONDS = 10.0
_SHOWN = "CHECKLIST"
"""The heading of a panel that shows what was read."""
_ACTS = "quit"
"""In the last line, once its key does."""
_MEASURED = "< 2 s"
"""An objective's limit, which is shown with its reading."""


class Came(NamedTuple):
    """Seconds since a program's start, by the clock and of CPU."""

    wall: float
    cpu: float


class Paint(NamedTuple):
    """Seconds from a key to the first byte of the answer."""

    p50: float
    p95: float
    cpu: float
    """What of the CPU the median key took until then, all threads of the program together."""


def measure() -> dict[str, float]:
    """Ratios against the blank app, and the face's own cost."""
    blank = ("-c", BLANK)
    with tempfile.TemporaryDirectory() as folder, site() as url, watched(Path(folder), url) as (store, _):
        write_notes(store)
        face = ("-m", "launchpad", "attach", "--store", store.url)
        time.sleep(_SETTLE)
        # The first start of all may have to compile; that is nobody's daily start.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        _start(blank, "READY")
        _start(face, _SHOWN)
        # By turns, so that a busy moment of the machine strikes both.
        starts = [(*_start(blank, "READY"), *_start(face, READING, _MEASURED, _ACTS)) for _ in range(STARTS)]
        empty, frame, panels, acting = (_least(came) for came in zip(*starts, strict=True))
        letter = _answers(blank, "READY", b"x", b"x")
        moved, typed = _answers(face, _SHOWN, b"j", b"k"), _answers(face, _SHOWN, b"x", b"x", first=b"/")
        resting, rate = _at_rest(face)
        chatter(store)
        busy, busy_rate = _at_rest(face)
        busy_key = _answers(face, _SHOWN, b"j", b"k")
    return {
        "a blank app's first paint, CPU, ms": empty.cpu * 1000,
        "the frame, CPU, ms": frame.cpu * 1000,
        **_times("the frame", frame, empty),
        **_times("all panels painted", panels, empty),
        **_times("keys act", acting, empty),
        **_times("cursor key to paint", moved, letter),
        **_times("letter of a filter to paint", typed, letter),
        "CPU at rest, % of a core": resting,
        "bytes a second at rest": rate,
        "a log of 10,000 lines a second: CPU, % of a core": busy,
        "a log of 10,000 lines a second: bytes a second": busy_rate,
        "a log of 10,000 lines a second: cursor key, p95, times": busy_key.p95 / letter.p95,
    }


def _times(what: str, face: Came | Paint, blank: Came | Paint) -> dict[str, float]:
    """Each time of the face as a multiple of the blank app's."""
    by = zip(face._fields, face, blank, strict=True)
    return {
        f"{what}, {name.replace('cpu', 'CPU')}, times a blank app's": one / other for name, one, other in by
    }


def _start(argv: Sequence[str], *texts: str) -> list[Came]:
    """When each of the texts, in this order, has reached the terminal."""
    begun = time.monotonic()
    came = []
    with on_terminal(*argv, size=SIZE) as running:
        for text in texts:
            running.until(text, early=True)
            came.append(Came(time.monotonic() - begun, _on_cpu(running.process.pid)))
    return came


def _least(came: Sequence[Came]) -> Came:
    return Came(min(each.wall for each in came), min(each.cpu for each in came))


def _answers(argv: Sequence[str], text: str, *keys: bytes, first: bytes = b"") -> Paint:
    """How soon the keys, pressed by turns, are answered; `first` is pressed before them."""
    taken, spent = [], []
    with on_terminal(*argv, size=SIZE) as running:
        running.until(text)
        _settle(running)
        if first:
            running.type(first)
            _settle(running)
        for n in range(KEYS):
            # The clock's own paint must not be taken for the answer.
            _quiet(running)
            begun, used = time.monotonic(), _on_cpu(running.process.pid)
            running.type(keys[n % len(keys)])
            while not running.read(1.0):
                pass
            taken.append(time.monotonic() - begun)
            spent.append(_on_cpu(running.process.pid) - used)
    return Paint(statistics.median(taken), statistics.quantiles(taken, n=20)[-1], statistics.median(spent))


def _on_cpu(pid: int) -> float:
    """Seconds that its threads, those that have ended too, have been on a CPU: as `cpu`, but finer than a
    tick of 10 ms (Linux: the clock that `clock_getcpuclockid` names)."""
    return time.clock_gettime(~pid << 3 | 2)


def _at_rest(argv: Sequence[str]) -> tuple[float, float]:
    """Percent of a core and bytes a second while nobody presses a key."""
    with on_terminal(*argv, size=SIZE) as running:
        running.until(_SHOWN)
        _settle(running)
        running.forget()
        begun, spent = time.monotonic(), cpu(running.process.pid)
        while time.monotonic() - begun < _SECONDS:
            running.read()
        passed = time.monotonic() - begun
        return (cpu(running.process.pid) - spent) / passed * 100, len(running.output) / passed


def _settle(running: OnTerminal, seconds: float = 2.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        running.read()


def _quiet(running: OnTerminal) -> None:
    """Waits until nothing has been painted for a little while."""
    end = time.monotonic() + 1.0
    while running.read(0.05) and time.monotonic() < end:
        pass


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name:60} {value:10.2f}")
