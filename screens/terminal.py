"""The terminal: read without ever stumbling, left as it was found, given up when it is gone."""

import contextlib
import os
import signal
import sys
import termios
import threading
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Mapping
from queue import SimpleQueue
from selectors import EVENT_READ, SelectSelector
from typing import Any, Protocol, cast

from textual import constants
from textual._xterm_parser import XTermParser
from textual.app import ScreenStackError
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.geometry import Size

from launchpad.desk.decision import TEXT_LIMIT
from screens.ink import Ink
from screens.output import TERMINAL, Output

GONE = 129
"""Exit status when the terminal went away: 128 + SIGHUP, as a shell would report it."""

_RESTORE = (
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"  # mouse
    "\x1b[?2004l\x1b[?1004l\x1b[?2048l\x1b[<u"  # paste, focus, resize reports, Kitty keys
    "\x1b[?7h\x1b[0m\x1b[?1049l\x1b[?25h"  # wrap, colours, main screen, cursor
)
_ALTERNATE = "\x1b[?1049h"
_NO_PIXELS = "\x1b[?1016l"
"""The mouse is told of in cells."""
_STRING_END = "\x1b\\"
"""Ends a sequence of which only the first half has arrived."""
_ROOM = 0.02
"""Seconds in which a terminal takes what there is room for."""
_THROWN = 20
"""How often what a terminal does not take is thrown away."""
_ESCAPE = constants.ESCAPE_DELAY + 0.01
"""Seconds after which nothing follows an escape."""
_CHUNK = 4096
_AHEAD = 200
"""Keys that may be read, and wait in the app, before it is asked whether it keeps up."""
_PAUSE = 0.01
LONGEST_PASTE = 4 * TEXT_LIMIT
"""Characters."""
_LAST_WORDS = 0.5
_GRACE = 0.7
"""Seconds that a signalled face has to leave in good order."""


class HasTerminal(Protocol):
    """What the driver tells, and asks."""

    framed: bool
    """Whether the first frame stands on the alternate screen."""
    painter: Ink

    def terminal_gone(self) -> None:
        """The terminal was closed; called from the input thread."""


class Pastes:
    """Takes the escapes out of pasted text: Textual's parser would press what follows them as keys.

    Of a long paste the beginning is passed on, which is more than any field takes: the parser goes through it
    character by character, and a megabyte by mistake would keep the next key waiting for many seconds.
    """

    _BEGIN = "\x1b[200~"
    _END = "\x1b[201~"

    def __init__(self) -> None:
        self._inside = False
        self._room = 0
        """Characters of this paste that may still be passed on."""
        self._rest = ""
        """The end of what came before: outside it has been passed on, inside it is kept back."""

    def without_escapes(self, text: str) -> str:
        """What the parser may read of the next piece of input."""
        passed = ""
        while text:
            piece, text = self._end_of_paste(text) if self._inside else self._up_to_paste(text)
            passed += piece
        return passed

    def _up_to_paste(self, text: str) -> tuple[str, str]:
        known = self._rest + text
        begin = known.find(self._BEGIN)
        if begin < 0:
            self._rest = known[-(len(self._BEGIN) - 1) :]
            return text, ""
        end = begin + len(self._BEGIN) - len(self._rest)
        self._inside, self._rest, self._room = True, "", LONGEST_PASTE
        return text[:end], text[end:]

    def _end_of_paste(self, text: str) -> tuple[str, str]:
        pasted, end, after = (self._rest + text).partition(self._END)
        self._inside, self._rest = not end, ""
        if not end:
            begun = [n for n in range(1, len(self._END)) if pasted.endswith(self._END[:n])]
            if begun:
                pasted, self._rest = pasted[: -begun[-1]], self._END[: begun[-1]]
        passed = pasted.replace("\x1b", "")[: self._room]
        self._room -= len(passed)
        return passed + end, after


class SafeDriver(LinuxDriver):
    """Textual's driver, but no input can end the program, and a closed terminal is noticed.

    The stock input thread ends the app on bytes that are not UTF-8 and on some escape sequences
    (Textualize/textual#6668), and turns without end when its terminal is closed.
    """

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._told_to_end, self._end = os.pipe()
        self._output = Output()
        self._file = cast(Any, self._output)  # of a file Textual's thread needs no more than this

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        # A signal that interrupts Textual's own handler overtakes it: the older size would be told last, and
        # stay. The loop looks after the last signal, whatever came between.
        self._loop.add_signal_handler(signal.SIGWINCH, self._tell_size)

    def _tell_size(self) -> None:
        if not self._in_band_window_resize:
            size = Size(*self._get_terminal_size())
            self._app.post_message(Resize(size, size))

    def disable_input(self) -> None:
        # Whoever waits for a key without a limit has to be woken.
        if self._key_thread is not None and self._key_thread.is_alive() and not self.exit_event.is_set():
            os.write(self._end, b".")
        super().disable_input()

    def close(self) -> None:
        super().close()
        os.close(self._end)
        os.close(self._told_to_end)
        self._output.close()

    def hush(self) -> None:
        """Draws on nothing but stderr from now on, wherever that goes. Any thread may call it."""
        self._output.hush()

    def write(self, data: str) -> None:
        # To enter the alternate screen empties it: the first frame stays until the face is painted over it.
        app = cast(HasTerminal, self._app)
        if data == _ALTERNATE and app.framed:
            app.framed = False
        else:
            left = self._output.take(app.painter.glyphs.shown(data))
            if left:
                super().write(left)

    def run_input_thread(self) -> None:
        parser = XTermParser()
        pastes = Pastes()
        decode = getincrementaldecoder("utf-8")("replace").decode
        typed = 0
        text = ""
        with SelectSelector() as selector:
            selector.register(self.fileno, EVENT_READ)
            selector.register(self._told_to_end, EVENT_READ)
            while not self.exit_event.is_set():
                # Only an escape that is not followed by anything takes time to be told from a sequence.
                ready = {key.fd for key, _ in selector.select(_ESCAPE if text else None)}
                text = ""
                if self._told_to_end in ready:
                    os.read(self._told_to_end, 1)
                    self.exit_event.wait()
                    return
                if ready:
                    data = self._read()
                    if not data:
                        cast(HasTerminal, self._app).terminal_gone()
                        return
                    text = pastes.without_escapes(decode(data))
                try:
                    # An empty text would mean the end of all input to the parser.
                    for message in (*(parser.feed(text) if text else ()), *parser.tick()):
                        self.process_message(message)
                except Exception:  # noqa: BLE001  # whatever a terminal sends, the launch goes on
                    parser = XTermParser()
                typed += len(text)
                if typed > _AHEAD:
                    self._wait_for_the_app()
                    typed = 0

    def _wait_for_the_app(self) -> None:
        """Returns once little of what was typed waits to be acted on: whoever sends without end has to wait,
        too, instead of filling the memory."""
        reached = threading.Event()
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(reached.set)
            while not reached.wait(_PAUSE) or self._waiting() > _AHEAD:
                if self.exit_event.wait(_PAUSE):
                    return

    def _waiting(self) -> int:
        """Messages that the app, its screen and the widget in focus have not come to yet."""
        with contextlib.suppress(ScreenStackError):  # none is shown yet, or no longer
            taking = (self._app, self._app.screen, self._app.focused)
            return sum(each.message_queue_size for each in taking if each is not None)
        return 0

    def take_mouse(self, *, wanted: bool) -> None:
        """Has the terminal report the mouse, or leave it to the operator's own selecting and copying."""
        if wanted:
            self._mouse = True
            self._enable_mouse_support()
            # Textual reads pixels from where the terminal tells of its size itself.
            if self._in_band_window_resize:
                self._enable_mouse_pixels()
        else:
            self._disable_mouse_support()
            self.write(_NO_PIXELS)
            self._mouse = False

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, _CHUNK)
        except OSError:
            return b""


def unfit(environ: Mapping[str, str]) -> str:
    """Why no face can be opened here; empty when one can."""
    if environ.get("TERM", "") in ("", "dumb"):
        return "this terminal can't show a face (TERM is 'dumb' or unset); `launchpad status` prints it"
    if not (sys.__stdin__ and sys.__stdin__.isatty() and sys.__stderr__ and sys.__stderr__.isatty()):
        return "there is no terminal to show a face on; `launchpad status` prints it"
    return ""


class Guard:
    """Remembers how the terminal was, and puts it back whatever happens."""

    def __init__(self) -> None:
        self._fileno = sys.__stdin__.fileno() if sys.__stdin__ else 0
        self._before: list[Any] | None = None
        with contextlib.suppress(termios.error, OSError):
            self._before = termios.tcgetattr(self._fileno)

    def modes(self, when: int = termios.TCSADRAIN) -> None:
        """Restores the line discipline; harmless when it is restored already."""
        if self._before is not None:
            with contextlib.suppress(termios.error, OSError):
                termios.tcsetattr(self._fileno, when, self._before)

    def everything(self) -> None:
        """Also leaves the alternate screen and switches off what the face had switched on.

        A terminal that takes nothing any more is full of pictures that nobody will miss. They are thrown
        away, so that these words have room and are read when it goes on; the modes come first all the same.
        """
        self.modes(termios.TCSANOW)
        with contextlib.suppress(OSError):
            terminal = os.dup(TERMINAL)
            if not _put(terminal, _RESTORE):
                self._make_room(terminal)

    def _make_room(self, terminal: int) -> None:
        """Throws away what is written until the words have been taken that are written meanwhile."""
        # Whatever else draws does so into nothing from here on; what it is about to write is thrown away too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), TERMINAL)
        for _ in range(_THROWN):
            with contextlib.suppress(termios.error):
                termios.tcflush(terminal, termios.TCOFLUSH)
                # Linux wakes who waits to write to a pseudo-terminal only when output goes on.
                termios.tcflow(terminal, termios.TCOOFF)
                termios.tcflow(terminal, termios.TCOON)
            if _put(terminal, _STRING_END + _RESTORE):
                break
        os.dup2(terminal, TERMINAL)


def _put(terminal: int, text: str) -> bool:
    """Writes to a terminal; false if it has not taken it in a moment."""
    taken = threading.Event()

    def write() -> None:
        with contextlib.suppress(OSError):
            os.write(terminal, text.encode())
        taken.set()

    threading.Thread(target=write, name="restore", daemon=True).start()
    return taken.wait(_ROOM)


class Signals:
    """Ends a face that is told to end, also while a terminal that takes nothing keeps its event loop waiting:
    the loop's own handlers would wait with it.
    """

    _OVER = 0

    def __init__(
        self, numbers: Iterable[int], *, leave: Callable[[int], None], forced: Callable[[int], None]
    ) -> None:
        """`leave` is asked first, with an exit code, then after a moment `forced`; both from a thread."""
        self._numbers = tuple(numbers)
        self._leave = leave
        self._forced = forced
        # Of all that could wake a thread, this alone may be used in a signal handler.
        self._told: SimpleQueue[int] = SimpleQueue()
        self._left = threading.Event()
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        threading.Thread(target=self._wait, name="signals", daemon=True).start()
        for number in self._numbers:
            self._before[number] = signal.signal(number, lambda told, _frame: self._told.put(told))

    def __exit__(self, *_error: object) -> None:
        self._left.set()
        self._told.put(self._OVER)
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _wait(self) -> None:
        number = self._told.get()
        if number == self._OVER:
            return
        self._leave(128 + number)
        if not self._left.wait(_GRACE):
            self._forced(128 + number)


def perish(code: int, *last_words: Callable[[], None]) -> None:
    """Ends the process now, whatever the event loop does; each of `last_words` gets half a second at most."""

    def end() -> None:
        for words in last_words:
            worker = threading.Thread(target=words, name="last words", daemon=True)
            worker.start()
            worker.join(_LAST_WORDS)
        os._exit(code)

    threading.Thread(target=end, name="end", daemon=True).start()
