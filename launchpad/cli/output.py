"""What a command prints: results on stdout, narration and errors on stderr, colour only for people."""

import os
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any, TextIO

from launchpad.errors import BadInput, LaunchpadError
from launchpad.model.text import clean

_SGR = {"good": "32", "bad": "1;31", "unknown": "33", "dim": "2", "strong": "1", "production": "1;97;41"}
"""Style → what a terminal is told."""
_LEAST = 28
"""Cells that a flexible column is given before others stay."""
_NARROWEST = 12
"""Cells that it has in any case."""


class Output:
    """Where a command's words go. `json` prints every result as JSON; `quiet` drops narration."""

    def __init__(self, *, json: bool = False, quiet: bool = False) -> None:
        self.json = json
        self._quiet = quiet
        self._narrated: Callable[[str], str] = str
        self._colour = coloured(sys.stdout)
        self.columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        """Cells of a line on the terminal; None: the output is none, and lines are as long as they are."""

    def say(self, text: str) -> None:
        """Narration: a line that is no result."""
        if not self._quiet:
            sys.stderr.write(f"{self._narrated(clean(text, 2000))}\n")
            sys.stderr.flush()

    def narrate_as(self, form: Callable[[str], str]) -> None:
        """Gives narration another form: a line for each text."""
        self._narrated = form

    def result(self, data: Any, lines: Iterable[str]) -> None:
        """The result: `data` as JSON, or else the lines."""
        if self.json:
            self.line(data)
            return
        for line in lines:
            sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    def text(self, text: str) -> None:
        """A result that is a document of its own."""
        sys.stdout.write(text)
        sys.stdout.flush()

    def line(self, data: Any) -> None:
        """One result of a stream as a line of JSON."""
        import msgspec

        sys.stdout.write(msgspec.json.encode(data).decode() + "\n")
        sys.stdout.flush()

    def error(self, error: LaunchpadError, code: int) -> None:
        """What went wrong: one line, or a line for each fault of a file and one that counts them."""
        if self.json:
            import msgspec

            described: dict[str, Any] = {"message": error.message, "hint": error.hint, "exit_code": code}
            if isinstance(error, BadInput) and error.faults != (str(error),):
                described["faults"] = error.faults
            sys.stderr.write(msgspec.json.encode({"error": described}).decode() + "\n")
            return
        faults = error.faults if isinstance(error, BadInput) and error.faults != (str(error),) else ()
        for fault in faults:
            sys.stderr.write(f"{clean(fault, 2000)}\n")
        if len(faults) != 1:
            sys.stderr.write(f"launchpad: {clean(str(error), 2000)}\n")

    def paint(self, style: str, text: str) -> str:
        """`text` in a style, where the output is a terminal that shows colours."""
        return f"\x1b[{_SGR[style]}m{text}\x1b[0m" if self._colour and style in _SGR else text

    def table(
        self,
        rows: Sequence[Sequence[str]],
        styles: Mapping[str, str] | None = None,
        *,
        flexible: str = "",
        spare: Sequence[str] = (),
    ) -> list[str]:
        """Aligned columns under headings (the first row); a cell that `styles` names is coloured.

        On a terminal that is too narrow the columns of the headings in `spare` are left out, the first one
        first, until the column `flexible` has room to be wrapped in.
        """
        blocks = self.table_blocks(rows, styles, flexible=flexible, spare=spare)
        return [line for block in blocks for line in block]

    def table_blocks(
        self,
        rows: Sequence[Sequence[str]],
        styles: Mapping[str, str] | None = None,
        *,
        flexible: str = "",
        spare: Sequence[str] = (),
    ) -> list[list[str]]:
        """As `table`, with the lines of each row by themselves."""
        cleaned = [[clean(cell, 500) for cell in row] for row in rows]
        if flexible and self.columns is not None:
            cleaned, widths = _fitted(cleaned, flexible, spare, self.columns)
        else:
            widths = _widths(cleaned)
        blocks = []
        for index, row in enumerate(cleaned):
            block = []
            wrapped = [wrap(cell, wide) for cell, wide in zip(row, widths, strict=True)]
            for pieces in zip_longest(*wrapped, fillvalue=""):
                cells = []
                for cell, piece, wide in zip(row, pieces, widths, strict=True):
                    style = "dim" if index == 0 else (styles or {}).get(cell, "")
                    cells.append(self.paint(style, piece) + " " * (wide - width(piece)))
                block.append("  ".join(cells).rstrip())
            blocks.append(block)
        return blocks


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(width, column)) for column in zip(*rows, strict=True)]


def _fitted(
    rows: list[list[str]], flexible: str, spare: Sequence[str], columns: int
) -> tuple[list[list[str]], list[int]]:
    """The rows without the columns that have no place, and the widths of those that stay."""
    least = min(_widths(rows)[rows[0].index(flexible)], _LEAST)
    for name in spare:
        if _room(rows, flexible, columns) >= least:
            break
        if name in rows[0]:
            gone = rows[0].index(name)
            rows = [[cell for index, cell in enumerate(row) if index != gone] for row in rows]
    widths, at = _widths(rows), rows[0].index(flexible)
    widths[at] = min(widths[at], max(_room(rows, flexible, columns), _NARROWEST))
    return rows, widths


def _room(rows: Sequence[Sequence[str]], flexible: str, columns: int) -> int:
    """Cells that the other columns leave."""
    widths = _widths(rows)
    return columns - sum(widths) + widths[rows[0].index(flexible)] - 2 * (len(widths) - 1)


def wrap(text: str, cells: int) -> list[str]:
    """The text in lines of at most so many terminal cells, broken between words where that is possible."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if width(longer) <= cells:
            lines[-1] = longer
            continue
        lines += [""] if lines[-1] else []
        for character in word:
            if lines[-1] and width(lines[-1] + character) > cells:
                lines.append("")
            lines[-1] += character
    return lines


def ask(question: str) -> str:
    """What a person at the terminal answers."""
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def coloured(stream: TextIO) -> bool:
    """Whether the stream is a terminal that wants colours (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def width(text: str) -> int:
    """Terminal cells that `text` takes."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) != 0 for c in text)
