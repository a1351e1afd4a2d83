"""The command line: common options before or after the command, and faults in one line."""

import argparse
import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

from launchpad.cli.command import Argument, Command, argument
from launchpad.errors import BadInput

COMMON: tuple[Argument, ...] = (
    argument(
        "-c",
        "--config",
        metavar="FILE",
        help="the definition (else $LAUNCHPAD_CONFIG, else ./launchpad.yaml)",
    ),
    argument(
        "--store",
        metavar="URL",
        help="where launches are kept: sqlite:PATH, sqlite:///ABSOLUTE/PATH, postgresql://… or a reference "
        "such as env:DATABASE_URL (else $LAUNCHPAD_STORE, else the definition's, else a file of your own)",
    ),
    argument(
        "--launch", metavar="ID", help="which launch (else the definition's, else the one that is open)"
    ),
    argument(
        "--as",
        dest="claimed",
        metavar="NAME",
        help="act as this operator; recorded as claimed, can't approve",
    ),
    argument("--json", action="store_true", help="print JSON, errors too"),
    argument("-q", "--quiet", action="store_true", help="print results and errors, nothing else"),
)


class Parser(argparse.ArgumentParser):
    """An argument parser that raises `BadInput` instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(message, hint=f"see `{self.prog} --help`")

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace:
        """What the arguments say; options may stand anywhere between the words. Raises `BadInput`."""
        options, left = self.parse_known_args(arguments)
        # A word that may be absent is taken for absent where an option comes before it.
        return self.parse_intermixed_args(arguments) if left else options

    def _parse_optional(self, arg_string: str) -> Any:
        # No option begins with a digit: `-10m` is a word.
        return None if re.match(r"-\d", arg_string) else super()._parse_optional(arg_string)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            choices = [str(choice) for choice in action.choices]
            expected = f"expected one of {', '.join(choices)}"
            raise argparse.ArgumentError(action, f"{value!r}: {expected}{did_you_mean(str(value), choices)}")


def parser_of(command: Command) -> Parser:
    """The parser of one command, which knows the common options as well."""
    parser = Parser(
        prog=f"launchpad {command.name}",
        description=" ".join(
            filter(None, (f"{command.summary[0].upper()}{command.summary[1:]}.", command.details))
        ),
        epilog=f"example:\n  {command.example}",
        formatter_class=_HelpFormatter,
        allow_abbrev=False,
    )
    for own in command.arguments:
        parser.add_argument(*own.names, **own.settings)
    common = parser.add_argument_group("common options")
    for shared in COMMON:
        common.add_argument(*shared.names, **shared.settings)
    return parser


class _HelpFormatter(argparse.HelpFormatter):
    """Keeps the example's lines, wraps everything else."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if text.startswith("example:") else super()._fill_text(text, width, indent)


def split(argv: Sequence[str]) -> tuple[str | None, list[str]]:
    """The command's name and everything else: common options may stand before it."""
    takes_value = {name for shared in COMMON if "metavar" in shared.settings for name in shared.names}
    index = 0
    while index < len(argv) and argv[index].startswith("-") and argv[index] != "--":
        index += 2 if argv[index] in takes_value else 1
    if index >= len(argv) or argv[index] == "--":
        return None, list(argv)
    return argv[index], [*argv[:index], *argv[index + 1 :]]


def did_you_mean(name: str, among: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing if nothing is near."""
    close = get_close_matches(name[:80].lower(), list(among), 1)
    return f"; did you mean '{close[0]}'?" if close else ""
