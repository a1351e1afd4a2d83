"""What `launchpad --help` says: every command in a line, under its heading."""

import shutil
import textwrap

from launchpad.cli.command import find, headings
from launchpad.cli.parser import COMMON

_STATUS = (
    "Exit status: 0 done or GO, 1 the answer is no (NO-GO, failed, broken), 2 bad input, 3 refused, 4 out of"
    " reach, 5 HOLD (something is unknown), 130 interrupted."
)
_MARGIN = 14
"""Cells before a command's summary."""


def overview() -> str:
    """The help of the command as a whole, as wide as the terminal (COLUMNS), 80 where that is not known."""
    width = max(40, shutil.get_terminal_size().columns)
    lines = ["usage: launchpad [COMMAND] [options]", "", "Runs a launch day from a terminal.", ""]
    for heading, names in headings().items():
        lines.append(f"{heading}:")
        for name in names:
            first, *more = textwrap.wrap(find(name).summary, width - _MARGIN)
            lines += [f"  {name:<11} {first}", *(" " * _MARGIN + line for line in more)]
    lines += [
        "",
        "Without a command it is `launchpad run`.",
        "",
        "Common options, before or after the command:",
    ]
    for option in COMMON:
        usage = ", ".join(option.names) + (
            f" {option.settings['metavar']}" if "metavar" in option.settings else ""
        )
        described = textwrap.wrap(str(option.settings["help"]), width - 6)
        lines.append(f"  {usage}")
        lines.extend(f"      {line}" for line in described)
    lines += ["  --version", "      print the version", ""]
    lines += [
        *textwrap.wrap(_STATUS, width),
        "",
        *textwrap.wrap("`launchpad COMMAND --help` shows a command's options and an example.", width),
        "",
    ]
    return "\n".join(lines)
