"""silence, unsilence: who is told of an alert."""

import argparse

from launchpad.cli.command import argument, command
from launchpad.cli.seeing import duration
from launchpad.cli.shell import Shell
from launchpad.errors import Exit
from launchpad.model import commands as cmd

_ALERT = argument("alert", metavar="ALERT", help="as `launchpad alerts` and the definition name it")


@command(
    "silence",
    "tell nobody of an alert for a while; it is shown as ever",
    _ALERT,
    argument("--for", dest="span", metavar="DURATION", required=True, help="how long, such as 30m"),
    argument("--reason", metavar="TEXT", required=True, help="why"),
    example="launchpad silence slow --for 30m --reason 'load test'",
    details="A silenced alert still fires, and gates that ask for no alert still see it.",
)
def silence(shell: Shell, options: argparse.Namespace) -> int:
    wish = cmd.SilenceAlert(alert=options.alert, text=options.reason, seconds=duration(options.span))
    shell.perform(wish)
    return Exit.DONE


@command(
    "unsilence",
    "end a silence before its time",
    _ALERT,
    example="launchpad unsilence slow",
)
def unsilence(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.UnsilenceAlert(alert=options.alert))
    return Exit.DONE
