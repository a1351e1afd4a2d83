"""tick, untick, skip, fail, assign, comment, evidence, add: the checklist."""

import argparse

from launchpad.cli.command import argument, command
from launchpad.cli.seeing import duration
from launchpad.cli.shell import Shell
from launchpad.errors import BadInput, Exit
from launchpad.model import commands as cmd
from launchpad.model.definition import PHASES
from launchpad.model.text import clean
from launchpad.model.values import parse_offset

ITEM = argument("item", metavar="ID", help="the item, as `launchpad items` names it")
EXPECT = argument(
    "--expect",
    metavar="SEQ",
    type=int,
    help="refuse if the subject has a later event than this one of an earlier output",
)


@command(
    "tick",
    "mark an item as done",
    ITEM,
    argument(
        "--evidence",
        metavar="TEXT",
        action="append",
        default=[],
        help="what proves it: a note, a link, or both; may be given several times",
    ),
    EXPECT,
    example="launchpad tick restore-tested --evidence https://wiki/restore",
)
def tick(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.Tick(item=options.item, evidence="\n".join(options.evidence), expect=options.expect))
    return Exit.DONE


@command(
    "untick",
    "open an item again",
    ITEM,
    argument("--reason", metavar="TEXT", default="", help="why"),
    EXPECT,
    example="launchpad untick dns --reason 'wrong zone'",
)
def untick(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.Untick(item=options.item, text=options.reason, expect=options.expect))
    return Exit.DONE


@command(
    "skip",
    "leave an item out; a required one takes a director",
    ITEM,
    argument("--reason", metavar="TEXT", required=True, help="why"),
    EXPECT,
    example="launchpad skip press-kit --reason 'no press this time'",
)
def skip(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.Skip(item=options.item, text=options.reason, expect=options.expect))
    return Exit.DONE


@command(
    "fail",
    "say that an item does not hold",
    ITEM,
    argument("--reason", metavar="TEXT", required=True, help="what was found"),
    EXPECT,
    example="launchpad fail smoke --reason 'login is broken in Safari'",
)
def fail(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.Fail(item=options.item, text=options.reason, expect=options.expect))
    return Exit.DONE


@command(
    "assign",
    "give an item to a person, or with - to nobody",
    ITEM,
    argument("assignee", metavar="NAME", help="the operator, or - for nobody"),
    EXPECT,
    example="launchpad assign dns ana",
)
def assign(shell: Shell, options: argparse.Namespace) -> int:
    assignee = None if options.assignee == "-" else options.assignee
    shell.perform(cmd.Assign(item=options.item, assignee=assignee, expect=options.expect))
    return Exit.DONE


@command(
    "comment",
    "remark on an item",
    ITEM,
    argument("text", metavar="TEXT"),
    example="launchpad comment dns 'propagated in the EU, waiting for the US'",
)
def comment(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.Comment(item=options.item, text=options.text))
    return Exit.DONE


@command(
    "evidence",
    "keep what proves an item",
    ITEM,
    argument("text", metavar="TEXT", nargs="+", help="a note, a link, or several of them"),
    example="launchpad evidence legal 'signed by both' https://wiki/legal-approval",
    details="Links are http or https, without passwords; the report makes them links.",
)
def evidence(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.AddEvidence(item=options.item, text="\n".join(options.text)))
    return Exit.DONE


@command(
    "add",
    "add an item that nobody had thought of",
    argument("title", metavar="TITLE", help="what has to be done"),
    argument("--id", metavar="ID", default="", help="absent: made from the title"),
    argument("--phase", choices=PHASES, help="absent: the present one"),
    argument("--team", metavar="NAME", help="the team that owns it"),
    argument("--due", metavar="OFFSET", help="relative to T-0, such as T-30m or T+2h"),
    argument("--every", metavar="DURATION", help="again and again, first when it is due"),
    argument("--until", metavar="OFFSET", help="with --every: when it recurs no more, such as T+4h"),
    argument("--required", action="store_true", help="gates wait for it; directors only"),
    example="launchpad add 'Call the bank about the payout limit' --team payments --due T+30m",
    details="An item that recurs is open again each time it is due: --due T+30m --every 30m --until T+4h.",
)
def add(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(
        cmd.AddItem(
            title=options.title,
            id=options.id,
            phase=options.phase,
            team=options.team,
            required=options.required,
            due=_offset(options.due),
            every=duration(options.every) if options.every else None,
            until=_offset(options.until),
        )
    )
    return Exit.DONE


def _offset(text: str | None) -> float | None:
    """Seconds from T-0 in an option. Raises `BadInput`."""
    try:
        return parse_offset(text) if text else None
    except ValueError as error:
        raise BadInput(f"{clean(text or '', 40)!r}: {error}") from None
