"""A file's text, fit to be parsed: bounded, UTF-8, without control characters."""

import re
import stat
from pathlib import Path

from launchpad.config.faults import Faults, Place

MAX_BYTES = 1 << 20
"""Size limit of a definition or checklist file."""

CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 and C1, but for tab and line feed
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufff9-\ufffb"  # bidi, line separators
    "\ud800-\udfff\U000e0000-\U000e007f]"  # surrogates, tags
)
"""Characters that a terminal obeys, or that make text look like another."""


def read_source(path: Path, label: str, faults: Faults, named_at: Place | None = None) -> str:
    """The text of the file, which faults call `label`. Raises Unreadable.

    What is wrong with the file as a whole is a fault of the place that names it, if there is one.
    """
    start = named_at or Place(label, 1, 1)
    which = f"'{label}'" if named_at else "this"
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            faults.fatal(start, f"{which} is a directory, expected a file")
        if not stat.S_ISREG(mode):
            faults.fatal(start, f"{which} is a device or pipe, expected a file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        faults.fatal(start, f"{which} is not there, expected a file" if named_at else "no such file")
    except (OSError, ValueError) as error:
        faults.fatal(start, f"{which} can't be read: {getattr(error, 'strerror', None) or error}")
    if len(data) > MAX_BYTES:
        faults.fatal(start, f"{which} is too large, expected at most {MAX_BYTES // 1024} KiB")
    return decode(data, label, faults)


def decode(data: bytes, label: str, faults: Faults) -> str:
    """The text in `data`, lines ended by `\\n`. Raises Unreadable if it is not UTF-8 or holds
    control characters."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        faults.fatal(_end(before, label), f"byte {error.start} (0x{data[error.start]:02x}) is not UTF-8")
    text = text.replace("\r\n", "\n")
    if found := CONTROL.search(text):
        place = _end(text[: found.start()], label)
        faults.fatal(place, f"control character U+{ord(found[0]):04X}, expected none")
    return text


def _end(text: str, label: str) -> Place:
    return Place(label, text.count("\n") + 1, len(text) - text.rfind("\n"))
