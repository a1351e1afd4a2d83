"""criteria: does anything speak for taking the release back?"""

import argparse

from launchpad.cli import shapes, words
from launchpad.cli.checklist import EXPECT
from launchpad.cli.command import argument, command
from launchpad.cli.shell import Shell
from launchpad.errors import BadInput, Exit
from launchpad.model import commands as cmd


@command(
    "criteria",
    "the rollback criteria: look at them, mark those that people judge",
    argument("verb", metavar="met|unmet", nargs="?", choices=("met", "unmet"), help="absent: how they stand"),
    argument("name", metavar="NAME", nargs="?", help="with met or unmet: the criterion"),
    argument("--reason", metavar="TEXT", default="", help="what was seen"),
    EXPECT,
    example="launchpad criteria met payments-fail --reason 'three cards declined'",
    details="They count once the launch is out; they recommend, and never act. Exit status of the bare"
    " command: 0 nothing is recommended, 1 a rollback is, 5 what is not known could turn it.",
)
def criteria(shell: Shell, options: argparse.Namespace) -> int:
    if (options.verb is None) != (options.name is None):
        raise BadInput("`criteria met` takes a name", hint="see `launchpad criteria`")
    if options.verb is not None:
        shell.perform(
            cmd.MarkCriterion(
                criterion=options.name,
                met=options.verb == "met",
                text=options.reason,
                expect=options.expect,
            )
        )
        return Exit.DONE
    view = shell.session.view()
    shell.out.result(shapes.advice(view), words.advice(view.advice, shell.out) if view.advice else [])
    if view.advice is None:
        shell.out.say("no rollback criteria are defined")
        return Exit.DONE
    return {"stay": Exit.DONE, "roll back": Exit.NO, "unknown": Exit.HOLD}[view.advice.verdict]
