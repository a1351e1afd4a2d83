"""seat: who decides."""

import argparse

from launchpad.cli import shapes
from launchpad.cli.checklist import EXPECT
from launchpad.cli.command import argument, command
from launchpad.cli.shell import Shell
from launchpad.errors import BadInput, Exit
from launchpad.model import commands as cmd
from launchpad.model.text import clean
from launchpad.model.values import SECOND, format_duration


@command(
    "seat",
    "who sits in the director's seat; take it, or hand it over",
    argument("verb", metavar="take|hand", nargs="?", choices=("take", "hand"), help="absent: who sits there"),
    argument("to", metavar="NAME", nargs="?", help="with hand: to whom"),
    argument("--reason", metavar="TEXT", default="", help="why; a director who takes it back needs none"),
    EXPECT,
    example="launchpad seat take --reason 'the laptop of lead died'",
    details="A deputy of the definition may take it while no director is connected; a director may hand it"
    " over, and take it back at any time. Whoever holds it has a director's rights in this launch.",
)
def seat(shell: Shell, options: argparse.Namespace) -> int:
    if (options.verb == "hand") != (options.to is not None):
        raise BadInput("`hand` takes a name", hint="such as `launchpad seat hand ops --reason …`")
    if options.verb == "take":
        shell.perform(cmd.TakeSeat(text=options.reason, expect=options.expect))
    elif options.verb == "hand":
        shell.perform(cmd.HandSeat(to=options.to, text=options.reason, expect=options.expect))
    else:
        view = shell.session.view()
        held = view.state.seat
        if held is None:
            sentence = "the seat is with the directors"
        else:
            lasted = format_duration((view.now - held.since) / SECOND)
            sentence = f"{held.holder} has held the director's seat for {lasted}: {clean(held.reason)}"
        shell.out.result(shapes.seat(view), [sentence])
    return Exit.DONE
