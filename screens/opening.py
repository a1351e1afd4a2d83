"""The first frame: which launch this is, and that all else is being read. It is drawn before the journal is
folded and before Textual is loaded, in the terminal's own colours; the face then comes over it."""

import os
import signal
import sys
import termios
from types import FrameType, TracebackType
from typing import Any, Self

from launchpad.model.preferences import Preferences
from launchpad.model.samples import LaunchEntry
from launchpad.model.text import clean
from screens.glyphs import Glyphs, choose
from screens.layout import REST, Need, arrange, tiny
from screens.render.row import Row, Span, fit, rule

Rows = dict[tuple[int, int], Row]
"""Rows by the line and the column where they begin."""

_BOARD = 3
"""Rows above the panels."""
_UNREAD = Need(objectives=1, conditions=1)
_ENDING = (signal.SIGTERM, signal.SIGHUP)
_LOCAL = 3
"""Where the modes hold those that are about echo."""
_LOOKS = {"badge": ";1;7", "title": ";1", "rule": ";2", "text": ""}
"""How a style looks on a terminal of any ability: bright, reversed, faint."""


def rows(launch: LaunchEntry, width: int, height: int, *, rehearsal: bool) -> Rows:
    """What the frame says."""
    production = launch.environment == "production"
    place = "rehearsal" if rehearsal else launch.environment
    badge = Span(f" {clean(place, 40).upper()} ", "badge")
    said = f" {clean(launch.product, 80)} {clean(launch.version, 80)}  reading the journal …"
    first = Span(fit(said, max(0, width - len(badge.text))), "title")
    drawn = {(0, 0): Row((badge, first), "production" if production and not rehearsal else "")}
    if tiny(width, height):
        return drawn
    chosen = arrange(width, height, "", None, _UNREAD)
    body = height - 5 - chosen.action
    left = chosen.split - 2 if chosen.columns else width
    drawn |= _column(chosen.left, _BOARD, 0, left, body)
    if chosen.columns:
        drawn |= _column(chosen.right, _BOARD, chosen.split, width - chosen.split, body)
    else:
        above = sum(chosen.left.values())
        drawn |= _column(chosen.right, _BOARD + above, 0, width, body - above)
    return drawn | _column({"action": chosen.action}, _BOARD + body, 0, width, chosen.action)


def _column(heights: dict[str, int], top: int, at: int, width: int, height: int) -> Rows:
    drawn = {}
    rest = height - sum(heights.values())
    for name, rows in heights.items():
        drawn[top, at] = rule(width, [Span(name, "title"), Span(" reading …", "rule")])
        top += rest if rows == REST else rows
    return drawn


class FirstFrame:
    """Stands on the terminal until the face does; a context manager around both. Where no face comes after
    all, it leaves the terminal as it was."""

    def __init__(self, launch: LaunchEntry, *, preferences: Preferences, rehearsal: bool = False) -> None:
        self._launch = launch
        self._rehearsal = rehearsal
        self._glyphs = choose(preferences.glyphs, os.environ)
        self._modes: list[Any] = []
        self._handlers: dict[int, Any] = {}
        self._alone = False
        """Whether no face has begun yet."""

    def __enter__(self) -> Self:
        self._alone = True
        self._modes, quiet = termios.tcgetattr(0), termios.tcgetattr(0)
        quiet[_LOCAL] &= ~termios.ECHO
        termios.tcsetattr(0, termios.TCSANOW, quiet)
        for number in _ENDING:
            if signal.getsignal(number) is signal.SIG_DFL:  # else nohup has it ignored
                self._handlers[number] = signal.signal(number, _leave)
        size = os.get_terminal_size(2)
        frame = rows(self._launch, *size, rehearsal=self._rehearsal)
        _write("\x1b[?1049h\x1b[?25l\x1b[2J" + _painted(frame, self._glyphs))
        return self

    def give_way(self) -> None:
        """The face begins: the terminal's modes are as they were, and keys that were pressed until now, with
        nothing to see that they could be meant for, are gone."""
        self._alone = False
        termios.tcsetattr(0, termios.TCSAFLUSH, self._modes)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._alone:
            self.give_way()
        if error is not None:
            _write("\x1b[0m\x1b[?25h\x1b[?1049l")


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
