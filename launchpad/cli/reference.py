"""The reference of the shell commands, `docs/cli.md`: `python -m launchpad.cli.reference > docs/cli.md`."""

import argparse
import sys

from launchpad.cli.command import Argument, Command, find, headings
from launchpad.cli.parser import COMMON
from launchpad.errors import Exit

_EXITS = {
    Exit.DONE: "done, or the answer is yes (GO)",
    Exit.NO: "the answer is no: NO-GO, a failed check or run, a broken chain",
    Exit.USAGE: "bad input or usage",
    Exit.REFUSED: "refused: role, gate, lock, or an expectation that no longer holds",
    Exit.UNREACHABLE: "the store or a provider is out of reach",
    Exit.HOLD: "HOLD: something that must be known is unknown",
    Exit.INTERRUPTED: "interrupted",
}


def reference() -> str:
    """The whole page."""
    lines = [
        "# The shell commands",
        "",
        "Everything the screens do can be scripted; the same desk stands behind both. This page is made from",
        "the commands themselves: `python -m launchpad.cli.reference > docs/cli.md`.",
        "",
        "Common options stand before or after the command:",
        "",
        *_options(COMMON),
        "",
        "Results go to stdout, narration and errors to stderr. Verbs print the event that they made; given",
        "back as `--expect`, it makes a later verb refuse when its subject has moved. With `--json` an error",
        'is `{"error": {"message", "hint", "exit_code"}}`.',
        "",
        "| exit status | means |",
        "|---|---|",
        *(f"| {status.value} | {means} |" for status, means in _EXITS.items()),
    ]
    for heading, names in headings().items():
        lines += ["", f"## {heading}"]
        for name in names:
            lines += ["", *_section(find(name))]
    return "\n".join(lines) + "\n"


def _section(command: Command) -> list[str]:
    own = [each for each in command.arguments if each.settings.get("help") != argparse.SUPPRESS]
    summary = f"{command.summary[0].upper()}{command.summary[1:]}."
    lines = [f"### {command.name}", "", f"    {usage(command)}", "", f"{summary} {command.details}".rstrip()]
    described = _options(tuple(each for each in own if each.settings.get("help")))
    if described:
        lines += ["", *described]
    return [*lines, "", "```sh", command.example, "```"]


def usage(command: Command) -> str:
    """`launchpad tick ID [--evidence TEXT] [--expect SEQ]`"""
    words = ["launchpad", command.name]
    for each in command.arguments:
        if each.settings.get("help") == argparse.SUPPRESS:
            continue
        word = _name(each)
        if each.names[0].startswith("-"):
            optional = not each.settings.get("required")
        else:
            optional = each.settings.get("nargs") == "?"
        words.append(f"[{word}]" if optional else word)
    return " ".join(words)


def _options(arguments: tuple[Argument, ...]) -> list[str]:
    return [f"- `{_name(each)}`: {each.settings['help']}" for each in arguments]


def _name(argument: Argument) -> str:
    """An option with what it takes, or a positional's placeholder."""
    choices = argument.settings.get("choices")
    takes = str(argument.settings.get("metavar") or ("|".join(choices) if choices else ""))
    if not argument.names[0].startswith("-"):
        return takes or argument.names[0].upper()
    names = ", ".join(argument.names)
    return f"{names} {takes}".rstrip()


if __name__ == "__main__":
    sys.stdout.write(reference())
