"""messages: who was told what."""

import argparse

from launchpad.cli import shapes, words
from launchpad.cli.command import argument, command
from launchpad.cli.shell import Shell
from launchpad.errors import Exit


@command(
    "messages",
    "who was told what of alerts, and who could not be told",
    argument("--failed", action="store_true", help="only those that have not got through"),
    example="launchpad messages --failed",
    details="Exit status: 1 if somebody could not be told, 5 if that is not known.",
)
def messages(shell: Shell, options: argparse.Namespace) -> int:
    view = shell.session.view()
    shown = [m for m in view.messages if not options.failed or m.verdict != "ok"]
    shell.out.result([shapes.message(m) for m in shown], words.messages(shown, view, shell.out))
    if not shown:
        shell.out.say("nobody has been told anything" if not view.messages else "everybody was told")
    verdicts = {m.verdict for m in view.messages}
    return Exit.NO if "bad" in verdicts else Exit.HOLD if "unknown" in verdicts else Exit.DONE
