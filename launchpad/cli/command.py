"""What a shell command is, declared once beside the function that runs it; and the table of all."""

import argparse
import importlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from launchpad.cli.shell import Shell

Run = Callable[["Shell", argparse.Namespace], int]


class Argument(NamedTuple):
    """What `ArgumentParser.add_argument` is called with."""

    names: tuple[str, ...]
    settings: dict[str, Any]


class Command(NamedTuple):
    """One command of the shell."""

    name: str
    summary: str
    """What it does, in a line."""
    example: str
    arguments: Sequence[Argument]
    run: Run
    details: str = ""
    """What the line can't say."""
    names: Callable[[], Sequence[str]] = tuple
    """Names that a shell completes behind it, beside options and choices."""


TABLE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Prepare", "definition", ("init", "validate", "schema")),
    ("Prepare", "doctor", ("doctor",)),
    ("Prepare", "template", ("checklist",)),
    ("Run", "running", ("run", "attach", "engine")),
    ("Run", "serve", ("serve",)),
    ("Run", "rehearse", ("rehearse",)),
    ("See", "seeing", ("status", "watch", "launches", "alerts")),
    ("Checklist", "items", ("items",)),
    ("Checklist", "checklist", ("tick", "untick", "skip", "fail", "assign", "add")),
    ("Checklist", "checklist", ("comment", "evidence")),
    ("Checklist", "checks", ("check",)),
    ("Actions", "runs", ("plan", "request", "confirm", "approve", "break-glass")),
    ("Actions", "runs", ("retract", "reject", "abort", "resolve")),
    ("Actions", "runs", ("runs", "logs")),
    ("Launch", "launch", ("phase", "countdown", "ack", "note", "lock", "unlock", "close")),
    ("Decide", "decisions", ("gate", "poll")),
    ("Decide", "directors", ("seat",)),
    ("Decide", "amending", ("amend", "definition")),
    ("Launch", "silences", ("silence", "unsilence")),
    ("See", "delivery", ("messages",)),
    ("Decide", "criteria", ("criteria",)),
    ("Launch", "incidents", ("incident",)),
    ("See", "handover", ("handover",)),
    ("Journal", "journal", ("verify", "redact", "accept-loss", "export", "import")),
    ("Journal", "report", ("report", "impact", "lesson", "action-item")),
    ("See", "people", ("people",)),
    ("See", "log", ("notes", "mentions")),
    ("Rollouts", "rollouts", ("rollouts", "bump", "halt", "resume", "complete", "veto")),
    ("Checklist", "smoke", ("smoke",)),
    ("Shell", "completion", ("completion",)),
    ("Runs", "migrations", ("migrations",)),
)
"""Heading, module and commands: only the module of the command that was typed is imported."""


def headings() -> dict[str, list[str]]:
    """The commands under each heading, as help and reference list them."""
    found: dict[str, list[str]] = {}
    for heading, _, names in TABLE:
        found.setdefault(heading, []).extend(names)
    return found


HIDDEN: dict[str, str] = {"occupy": "occupy"}
"""Commands that only Launchpad itself calls, and their modules."""

_declared: dict[str, Command] = {}


def argument(*names: str, **settings: Any) -> Argument:
    return Argument(names, settings)


def command(
    name: str,
    summary: str,
    *arguments: Argument,
    example: str,
    details: str = "",
    names: Callable[[], Sequence[str]] = tuple,
) -> Callable[[Run], Run]:
    """Declares the decorated function as the command `name`."""

    def declare(run: Run) -> Run:
        _declared[name] = Command(name, summary, example, arguments, run, details, names)
        return run

    return declare


def modules() -> dict[str, str]:
    """Every command and the module that holds it, hidden ones last."""
    return {name: module for _, module, names in TABLE for name in names} | HIDDEN


def find(name: str) -> Command:
    """The declaration of a command that the table holds."""
    importlib.import_module(f"launchpad.cli.{modules()[name]}")
    return _declared[name]
