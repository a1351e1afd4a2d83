"""A real terminal: tmux on a socket of its own, typed into and read as a person would."""

import contextlib
import os
import re
import shlex
import subprocess
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence

from screens.opening import READING
from screens.preview import NOT_YET


def acts(screen: str) -> bool:
    """Whether keys act on what a screen shows: they do not before the face is there."""
    return READING not in screen and NOT_YET not in screen


class Terminal:
    """One program in one tmux window of a fixed size."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        size: tuple[int, int] = (120, 40),
        environ: Mapping[str, str],
        cwd: str | os.PathLike[str] = ".",
        term: str = "tmux-256color",
    ) -> None:
        self._socket = f"launchpad-test-{uuid.uuid4().hex[:8]}"
        columns, rows = size
        inside = {**environ, "TERM": term}
        command = shlex.join(["env", "-i", *(f"{k}={v}" for k, v in inside.items()), *argv])
        # The line after the program shows how it left its terminal.
        script = f'{command}; echo "ended with status $?"; exec sleep 1000'
        self._tmux(
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            str(columns),
            "-y",
            str(rows),
            "-c",
            str(cwd),
            script,
        )

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._socket, *arguments], capture_output=True, text=True, timeout=60
        )
        return done.stdout

    def press(self, *keys: str) -> None:
        """Types keys by tmux's names: `space`, `Enter`, `d`, `C-c`."""
        self._tmux("send-keys", *("Space" if key == "space" else key for key in keys))

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    def resize(self, columns: int, rows: int) -> None:
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def screen(self) -> str:
        """What stands there now."""
        return self._tmux("capture-pane", "-p")

    def colours(self) -> str:
        """What stands there now, in its colours."""
        return self._tmux("capture-pane", "-e", "-p")

    def shows(self, pattern: str, *, seconds: float = 60.0, early: bool = False) -> re.Match[str]:
        """Waits until the screen matches, and keys act on what it shows; `early`: or none yet."""
        deadline = time.monotonic() + seconds
        while True:
            screen = self.screen()
            found = re.search(pattern, screen, re.MULTILINE)
            if found and (early or acts(screen)):
                return found
            assert time.monotonic() < deadline, (
                f"{pattern!r} is not on the screen after {seconds} s:\n{screen}"
            )
            time.sleep(0.03)

    def hides(self, pattern: str, *, seconds: float = 60.0) -> None:
        """Waits until the screen does not match."""
        deadline = time.monotonic() + seconds
        while re.search(pattern, screen := self.screen(), re.MULTILINE):
            assert time.monotonic() < deadline, f"{pattern!r} is still on the screen:\n{screen}"
            time.sleep(0.03)

    def rang(self) -> bool:
        """Whether the bell was heard."""
        return self._tmux("display-message", "-p", "#{window_bell_flag}").strip() == "1"

    def processes(self) -> list[int]:
        """The program's processes, without the shell around it."""
        pane = int(self._tmux("display-message", "-p", "#{pane_pid}").strip() or 0)
        children = subprocess.run(["pgrep", "-P", str(pane)], capture_output=True, text=True).stdout
        return [int(pid) for pid in children.split()]

    def close(self) -> None:
        """Takes the terminal away, as a closed lid or a lost connection does."""
        self._tmux("kill-server")


@contextlib.contextmanager
def terminal(argv: Sequence[str], **options: object) -> Iterator[Terminal]:
    """A terminal for the length of a block."""
    opened = Terminal(argv, **options)  # type: ignore[arg-type]
    try:
        yield opened
    finally:
        opened.close()
