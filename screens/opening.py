"""What is seen before the face. The first frame says which launch this is, and that all else is being read:
it is drawn before the journal is folded, in the terminal's own colours. Then comes what the panels tell,
before Textual is loaded; the face is painted over it."""

import contextlib
import os
import signal
import sys
import termios
from collections.abc import Iterator
from itertools import islice
from types import FrameType
from typing import Any

from launchpad.desk import Desk
from launchpad.errors import LaunchpadError
from launchpad.model.preferences import Preferences
from launchpad.model.samples import LaunchEntry
from launchpad.model.text import clean
from launchpad.session import Session
from screens.follow import News
from screens.glyphs import Glyphs, choose
from screens.layout import Need, arrange, places, tiny
from screens.render.row import Rows, Span, line, rule

Modes = list[Any]
"""Of a terminal, as `termios` has them."""
READING = "reading the journal …"
"""Said by the frame."""
_UNREAD = Need(objectives=1, conditions=1)
_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT)
_LOCAL, _CHARACTERS = 3, 6
"""Where the modes hold those that are about echo, and what certain keys are."""
_LOOKS = {"badge": ";1;7", "title": ";1", "rule": ";2", "text": ""}
"""How a style looks on a terminal of any ability: bright, reversed, faint."""


def rows(launch: LaunchEntry, width: int, height: int, *, rehearsal: bool) -> Rows:
    """What the frame says."""
    production = launch.environment == "production" and not rehearsal
    place = "REHEARSAL" if rehearsal else "PRODUCTION" if production else clean(launch.environment, 40)
    badge = Span(f" {place} ", "badge")
    said = f" {clean(launch.product, 80)} {clean(launch.version, 80)}  {READING}"
    ground = "production" if production else ""
    drawn = {(0, 0): line(width, [badge, Span(said, "title")], back=ground)}
    if tiny(width, height):
        return drawn
    chosen = arrange(width, height, "", None, _UNREAD)
    for name, its in places(chosen, width, height).items():
        drawn[its.y, its.x] = rule(its.width, [Span(name.upper(), "title"), Span(" reading …", "rule")])
    return drawn


class _End:
    """Ends the start when a signal says so."""

    def __init__(self) -> None:
        self._told = 0

    def tell(self, number: int, _frame: FrameType | None) -> None:
        """The signals' handler."""
        self._told = number
        self.heed()

    def heed(self) -> None:
        """Leaves if that was told. What a handler raises is lost where Python is about to forget an object,
        as while it imports, and SQLite makes a fault of its own of it: so this is asked again at each step.
        """
        if self._told:
            raise SystemExit(128 + self._told)


class Opening:
    """What stands on the terminal until the face does."""

    def __init__(self, chosen: Preferences, modes: Modes, end: _End, *, rehearsal: bool) -> None:
        """`modes` are those of the terminal that the face is to find."""
        self._chosen = chosen
        self._modes = modes
        self._end = end
        self._rehearsal = rehearsal
        self.news: News | None = None
        """What it shows of the panels, for the face to go on from."""

    def look(self, session: Session, desk: Desk) -> None:
        """Shows what the panels tell, in the colours of the face; where the store can't be read, that is left
        to the face to say."""
        self._end.heed()
        from screens import preview, themes
        from screens.ink import Ink
        from screens.render.objectives import points
        from screens.render.scene import Scene

        definition = session.state.definition
        assert definition is not None, "checked when the session was made"
        width, height = os.get_terminal_size(2)
        seen = frozenset(islice(definition.objectives, height))
        try:
            view = session.view(trend=points(width), trends_of=seen)
            log = session.log(view.run.state.id, after=-height, limit=height) if view.run else ()
        except LaunchpadError:
            return
        glyphs = choose(self._chosen.glyphs, os.environ)
        scene = Scene(
            view=view,
            me=desk.identity,
            glyphs=glyphs,
            rehearsal=self._rehearsal,
            keys={},
            allowed=frozenset(),
            only_looks=desk.only_looks,
        )
        self.news = News(view, log)
        ink = Ink(themes.choose(self._chosen.theme, os.environ), glyphs, greys=themes.greys_only(os.environ))
        drawn = preview.rows(scene, session.events, log, width, height)
        _write(ink.painted(drawn, width, height, themes.depth(os.environ)))

    def begin(self) -> None:
        """Called just before the face begins: the terminal's modes are as they were, and keys that were
        pressed until now, when none acted, are gone."""
        self._end.heed()
        termios.tcsetattr(0, termios.TCSAFLUSH, self._modes)


@contextlib.contextmanager
def first_frame(
    launch: LaunchEntry, *, preferences: Preferences, rehearsal: bool = False
) -> Iterator[Opening]:
    """Stands on the terminal's alternate screen while the launch is read and until its face does. Where no
    face comes after all, or it fails, the terminal is left as it was."""
    modes, quiet = termios.tcgetattr(0), termios.tcgetattr(0)
    quiet[_LOCAL] &= ~termios.ECHO
    # As in the face, Ctrl+Z is no key: the shell would have a terminal without echo and cursor.
    quiet[_CHARACTERS][termios.VSUSP] = os.fpathconf(0, "PC_VDISABLE")
    # But what nohup has ignored stays so.
    usual = signal.SIG_DFL, signal.default_int_handler
    before = {n: handler for n in _ENDING if (handler := signal.getsignal(n)) in usual}
    end = _End()
    try:
        for number in before:
            signal.signal(number, end.tell)
        termios.tcsetattr(0, termios.TCSANOW, quiet)
        frame = rows(launch, *os.get_terminal_size(2), rehearsal=rehearsal)
        _write("\x1b[?1049h\x1b[?25l\x1b[2J" + _painted(frame, choose(preferences.glyphs, os.environ)))
        yield Opening(preferences, modes, end, rehearsal=rehearsal)
    except BaseException:
        with contextlib.suppress(termios.error, OSError):  # the terminal may be gone
            termios.tcsetattr(0, termios.TCSANOW, modes)
            _write("\x1b[0m\x1b[?25h\x1b[?1049l")
        end.heed()
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _painted(frame: Rows, glyphs: Glyphs) -> str:
    told = []
    for (y, x), row in frame.items():
        ground = ";7" if row.back else ""
        texts = (f"\x1b[0{ground}{_LOOKS[s.style]}m{glyphs.shown(s.text)}" for s in row.spans)
        told.append(f"\x1b[{y + 1};{x + 1}H{''.join(texts)}\x1b[0m")
    return "".join(told)


def _write(text: str) -> None:
    sys.stderr.flush()
    left = text.encode(errors="replace")
    while left:
        left = left[os.write(2, left) :]
