"""What `launchpad --help` says: every command in a line, under its heading."""

import textwrap

from launchpad.cli.command import find, headings
from launchpad.cli.parser import COMMON


def overview() -> str:
    """The help of the command as a whole."""
    lines = ["usage: launchpad [COMMAND] [options]", "", "Runs a launch day from a terminal.", ""]
    for heading, names in headings().items():
        lines.append(f"{heading}:")
        lines.extend(f"  {name:<11} {find(name).summary}" for name in names)
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
        described = textwrap.wrap(str(option.settings["help"]), 78)
        lines.append(f"  {usage}")
        lines.extend(f"      {line}" for line in described)
    lines += ["  --version", "      print the version", ""]
    lines += [
        "Exit status: 0 done or GO, 1 the answer is no (NO-GO, failed, broken), 2 bad input, 3 refused,",
        "4 out of reach, 5 HOLD (something is unknown), 130 interrupted.",
        "",
        "`launchpad COMMAND --help` shows a command's options and an example.",
        "",
    ]
    return "\n".join(lines)
