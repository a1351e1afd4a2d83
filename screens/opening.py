"""The first frame: which launch this is, and that all else is being read. It is drawn before the journal is
folded and before Textual is loaded, in the terminal's own colours; the face then comes over it."""

import contextlib
import os
import signal
import sys
import termios
from collections.abc import Callable, Iterator
from types import FrameType

from launchpad.model.preferences import Preferences
from launchpad.model.samples import LaunchEntry
from launchpad.model.text import clean
from screens.glyphs import Glyphs, choose
from screens.layout import ABOVE, AROUND, GUTTER, REST, Need, arrange, tiny
from screens.render.row import Row, Span, line, rule

Rows = dict[tuple[int, int], Row]
"""Rows by the line and the column where they begin."""

_UNREAD = Need(objectives=1, conditions=1)
_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_LOCAL, _CHARACTERS = 3, 6
"""Where the modes hold those that are about echo, and what certain keys are."""
_LOOKS = {"badge": ";1;7", "title": ";1", "rule": ";2", "text": ""}
"""How a style looks on a terminal of any ability: bright, reversed, faint."""


def rows(launch: LaunchEntry, width: int, height: int, *, rehearsal: bool) -> Rows:
    """What the frame says."""
    production = launch.environment == "production"
    place = "rehearsal" if rehearsal else launch.environment
    badge = Span(f" {clean(place, 40).upper()} ", "badge")
    said = f" {clean(launch.product, 80)} {clean(launch.version, 80)}  reading the journal …"
    ground = "production" if production and not rehearsal else ""
    drawn = {(0, 0): line(width, [badge, Span(said, "title")], back=ground)}
    if tiny(width, height):
        return drawn
    chosen = arrange(width, height, "", None, _UNREAD)
    body = height - AROUND - chosen.action
    left = chosen.split - GUTTER if chosen.columns else width
    drawn |= _column(chosen.left, ABOVE, 0, left, body)
    if chosen.columns:
        drawn |= _column(chosen.right, ABOVE, chosen.split, width - chosen.split, body)
    else:
        above = sum(chosen.left.values())
        drawn |= _column(chosen.right, ABOVE + above, 0, width, body - above)
    return drawn | _column({"action": chosen.action}, ABOVE + body, 0, width, chosen.action)


def _column(heights: dict[str, int], top: int, at: int, width: int, height: int) -> Rows:
    drawn = {}
    rest = height - sum(heights.values())
    for name, rows in heights.items():
        drawn[top, at] = rule(width, [Span(name, "title"), Span(" reading …", "rule")])
        top += rest if rows == REST else rows
    return drawn


@contextlib.contextmanager
def first_frame(
    launch: LaunchEntry, *, preferences: Preferences, rehearsal: bool = False
) -> Iterator[Callable[[], None]]:
    """Stands on the terminal's alternate screen while the launch is read and until its face does. What it
    gives is called just before the face begins: then the terminal's modes are as they were, and keys that
    were pressed until now, with nothing to see that they could be meant for, are gone. Where no face comes
    after all, or it fails, the terminal is left as it was.
    """
    modes, quiet = termios.tcgetattr(0), termios.tcgetattr(0)
    quiet[_LOCAL] &= ~termios.ECHO
    # As in the face, Ctrl+Z is no key: the shell would have a terminal without echo and cursor.
    quiet[_CHARACTERS][termios.VSUSP] = os.fpathconf(0, "PC_VDISABLE")
    # But what nohup has ignored stays so.
    ending = [number for number in _ENDING if signal.getsignal(number) is signal.SIG_DFL]
    try:
        for number in ending:
            signal.signal(number, _leave)
        termios.tcsetattr(0, termios.TCSANOW, quiet)
        frame = rows(launch, *os.get_terminal_size(2), rehearsal=rehearsal)
        _write("\x1b[?1049h\x1b[?25l\x1b[2J" + _painted(frame, choose(preferences.glyphs, os.environ)))
        yield lambda: termios.tcsetattr(0, termios.TCSAFLUSH, modes)
    except BaseException:
        with contextlib.suppress(termios.error, OSError):  # the terminal may be gone
            termios.tcsetattr(0, termios.TCSANOW, modes)
            _write("\x1b[0m\x1b[?25h\x1b[?1049l")
        raise
    finally:
        for number in ending:
            signal.signal(number, signal.SIG_DFL)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _painted(frame: Rows, glyphs: Glyphs) -> str:
    told = []
    for (y, x), row in frame.items():
        ground = ";7" if row.back else ""
        texts = (f"\x1b[0{ground}{_LOOKS[s.style]}m{glyphs.shown(s.text)}" for s in row.spans)
        told.append(f"\x1b[{y + 1};{x + 1}H{''.join(texts)}\x1b[0m")
    return "".join(told)


def _write(text: str) -> None:
    sys.stderr.flush()
    os.write(2, text.encode(errors="replace"))
