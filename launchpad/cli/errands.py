"""Commands that somebody may give over SSH instead of taking a seat: those that only look, each with the
options that name no file, no store, no other launch and no other person."""

import argparse
import shlex
from collections.abc import Mapping, Sequence
from typing import NoReturn

from launchpad.cli.command import Command, find
from launchpad.cli.output import Output
from launchpad.cli.parser import Parser, did_you_mean
from launchpad.cli.shell import Shell
from launchpad.desk import Desk
from launchpad.errors import BadInput, Refused
from launchpad.model.commands import Identity
from launchpad.model.store import Store
from launchpad.model.text import clean
from launchpad.session import Session
from launchpad.store.archive import Chained

ALLOWED: Mapping[str, tuple[str, ...]] = {
    "status": ("--brief", "--watch"),
    "watch": ("--for",),
    "items": ("--phase", "--open", "--overdue", "--team", "--assignee", "--mine", "--by-team"),
    "alerts": (),
    "runs": (),
    "logs": ("run", "--follow"),
    "gate": ("name",),
    "poll": (),
    "criteria": (),
    "messages": ("--failed",),
    "handover": ("--since",),
    "verify": ("--head",),
    "people": ("--role",),
    "notes": ("--search", "--by", "--since"),
    "mentions": ("--all",),
    "rollouts": (),
}
"""Command → those of its own arguments that may be given; `--json` and `--quiet` always may."""
_LONGEST = 1000
"""Characters of a whole command."""


class _Parser(Parser):
    """Names what may be given, where there is no `--help` that could."""

    def error(self, message: str) -> NoReturn:
        taken = (
            each.option_strings[-1] if each.option_strings else each.dest.upper() for each in self._actions
        )
        raise BadInput(message, hint=f"over SSH it takes {', '.join(taken)}")


def errand(text: str) -> Sequence[str]:
    """The arguments of a command that somebody gave. No shell ever sees it. Raises `LaunchpadError`."""
    if len(text) > _LONGEST:
        raise BadInput(f"this command is too long: {len(text)} characters, of which {_LONGEST} are taken")
    try:
        argv = shlex.split(text)
    except ValueError as error:
        raise BadInput(f"this command can't be read: {error}") from None
    if any(not word.isprintable() for word in argv):
        raise BadInput("this command holds characters that can't be printed")
    parsed(argv)
    return argv


def parsed(argv: Sequence[str]) -> tuple[Command, argparse.Namespace]:
    """The command that is meant, and its options. Raises `Refused` for one that is not allowed."""
    name = argv[0] if argv else ""
    if name not in ALLOWED:
        raise Refused(
            f"over SSH there is no command {clean(name, 40)!r}{did_you_mean(name, ALLOWED)}",
            hint=f"one of {', '.join(ALLOWED)}; connect without a command for a seat",
        )
    declared = find(name)
    parser = _Parser(add_help=False, allow_abbrev=False)
    everything = argparse.ArgumentParser(add_help=False)
    for own in declared.arguments:
        action = everything.add_argument(*own.names, **own.settings)
        if set(own.names) & set(ALLOWED[name]):
            parser.add_argument(*own.names, **own.settings)
        else:
            parser.set_defaults(**{action.dest: action.default})
    parser.add_argument("--json", action="store_true")
    parser.add_argument("-q", "--quiet", action="store_true")
    parser.set_defaults(config=None, store=None, launch=None, claimed=None)
    return declared, parser.parse(argv[1:])


def run(argv: Sequence[str], session: Session, desk: Desk, journal: Chained) -> int:
    """Runs the command on what the server of the seat lets through; its exit status."""
    declared, options = parsed(argv)
    out = Output(json=options.json, quiet=options.quiet)
    with _Relayed(options, out, session, desk, journal) as shell:
        return int(declared.run(shell, options))


class _Relayed(Shell):
    """Surroundings without a file and without a store: one launch, as one operator."""

    def __init__(
        self, options: argparse.Namespace, out: Output, session: Session, desk: Desk, journal: Chained
    ) -> None:
        super().__init__(options, out, {})
        self.session = session
        self.desk = desk
        self.launch = session.launch
        self.file = None
        self.loaded = None
        self._journal = journal

    @property
    def store(self) -> Store:
        raise Refused("over SSH there is one launch and no store")

    @property
    def journal(self) -> Chained:
        return self._journal

    @property
    def identity(self) -> Identity:
        return self.desk.identity
