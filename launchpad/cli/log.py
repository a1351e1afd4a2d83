"""notes, mentions: the war-room log."""

import argparse
from collections.abc import Sequence

from launchpad.cli import shapes
from launchpad.cli.command import argument, command
from launchpad.cli.seeing import duration
from launchpad.cli.shell import Shell
from launchpad.errors import Exit
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.journal import Recorded
from launchpad.model.text import clean
from launchpad.model.values import SECOND, format_instant
from launchpad.rules.mentions import meant_for, read_upto
from launchpad.rules.narrate import narrate

_SAID = (
    ev.NoteWritten,
    ev.ItemCommented,
    ev.EvidenceAdded,
    ev.IncidentDeclared,
    ev.IncidentImpactStated,
    ev.IncidentUpdated,
)
"""What people say to one another."""


@command(
    "notes",
    "the war-room log: notes, comments, evidence and updates, the oldest first",
    argument("--search", metavar="TEXT", default="", help="what holds these words, in whatever case"),
    argument("--by", metavar="NAME", help="what this person wrote"),
    argument("--since", metavar="DURATION", help="of so long, such as 2h"),
    example="launchpad notes --search checkout --since 2h",
)
def notes(shell: Shell, options: argparse.Namespace) -> int:
    words = options.search.casefold().split()
    after = 0 if options.since is None else shell.session.clock() - round(duration(options.since) * SECOND)
    found = [
        recorded
        for recorded in shell.session.events
        if isinstance(recorded.event, _SAID)
        and recorded.at >= after
        and options.by in (None, recorded.actor)
        and all(word in _sentence(shell, recorded).casefold() for word in words)
    ]
    _print(shell, found)
    if not found:
        shell.out.say("nothing of that was written")
    return Exit.DONE


@command(
    "mentions",
    "what others wrote to you: `@NAME`, or `@TEAM` for a team of yours",
    argument("--read", action="store_true", help="have them count as read"),
    argument("--all", dest="everything", action="store_true", help="those that were read before, too"),
    example="launchpad mentions --read",
    details="Exit status: 1 while something is unread.",
)
def mentions(shell: Shell, options: argparse.Namespace) -> int:
    me, seen = shell.identity, read_upto(shell.identity, shell.session.state)
    called = list(meant_for(me, shell.session.events))
    unread = [recorded for recorded in called if recorded.seq > seen]
    _print(shell, called if options.everything else unread)
    if not unread:
        shell.out.say("nothing is unread")
    elif options.read:
        shell.desk.perform(cmd.ReadMentions(upto=unread[-1].seq))
    return Exit.NO if unread and not options.read else Exit.DONE


def _sentence(shell: Shell, recorded: Recorded) -> str:
    definition = shell.session.state.definition
    assert definition is not None, "a session holds an opened launch"
    return clean(narrate(recorded, definition).text, 5000)


def _print(shell: Shell, found: Sequence[Recorded]) -> None:
    definition = shell.session.state.definition
    zone = definition.zone if definition else "UTC"
    shell.out.result(
        [
            {
                "seq": recorded.seq,
                "at": shapes.instant(recorded.at),
                "by": recorded.actor,
                "kind": recorded.kind,
                "subject": recorded.subject,
                "text": recorded.text,
                "redacted": recorded.redacted,
            }
            for recorded in found
        ],
        [
            f"{format_instant(each.at, zone, date=True)} {clean(each.actor)} {_sentence(shell, each)}"
            for each in found
        ],
    )
