"""phase, countdown, ack, note, lock, unlock, close: verbs on the launch itself."""

import argparse
from typing import get_args

from launchpad.cli.checklist import EXPECT
from launchpad.cli.command import argument, command
from launchpad.cli.seeing import duration
from launchpad.cli.shell import Shell
from launchpad.errors import BadInput, Exit
from launchpad.model import commands as cmd
from launchpad.model.definition import PHASES
from launchpad.model.events import Outcome
from launchpad.model.values import parse_slip

_TARGET = argument(
    "target", metavar="TARGET", nargs="?", default="*", help="a provider of the definition; absent: all"
)


@command(
    "phase",
    "enter a phase; its gate applies",
    argument("phase", metavar="NAME", choices=PHASES, help=", ".join(PHASES)),
    argument(
        "--override", metavar="REASON", default="", help="go against the gate; directors only, and loud"
    ),
    EXPECT,
    example="launchpad phase launch",
)
def phase(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.EnterPhase(phase=options.phase, override=options.override, expect=options.expect))
    return Exit.DONE


@command(
    "countdown",
    "hold or resume the countdown, or slip T-0",
    argument("verb", metavar="hold|resume|slip", choices=("hold", "resume", "slip"), help="what to do"),
    argument("by", metavar="DURATION", nargs="?", help="with slip: how much later, +30m; or earlier, -10m"),
    argument("--earlier", action="store_true", help="with slip: that much earlier instead"),
    argument("--reason", metavar="TEXT", default="", help="why; a hold needs it"),
    EXPECT,
    example="launchpad countdown hold --reason 'payments is late'",
    details="During a hold T-0 and all due times move on with the clock. Anybody from engineer up may hold; "
    "to resume or slip takes a director.",
)
def countdown(shell: Shell, options: argparse.Namespace) -> int:
    if (options.verb == "slip") != (options.by is not None):
        raise BadInput("`countdown slip` takes a duration", hint="such as `launchpad countdown slip +30m`")
    if options.verb == "hold":
        if not options.reason.strip():
            raise BadInput("a hold needs a few words", hint="give --reason")
        shell.perform(cmd.HoldCountdown(text=options.reason))
    elif options.verb == "resume":
        shell.perform(cmd.ResumeCountdown(expect=options.expect))
    else:
        seconds = duration(options.by, parse_slip)
        if options.earlier and seconds < 0:
            raise BadInput(f"{options.by} is earlier already", hint="leave --earlier out")
        wish = cmd.SlipCountdown(
            seconds=-seconds if options.earlier else seconds, text=options.reason, expect=options.expect
        )
        shell.perform(wish)
    return Exit.DONE


@command(
    "ack",
    "say that you have an alert",
    argument("alert", metavar="ALERT", help="as `launchpad alerts` names it"),
    argument("--reason", metavar="TEXT", default="", help="what you know"),
    example="launchpad ack high_error_rate --reason 'checkout, on it'",
)
def ack(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.Acknowledge(alert=options.alert, text=options.reason))
    return Exit.DONE


@command(
    "note",
    "write a line in the war-room log",
    argument("text", metavar="TEXT"),
    example="launchpad note 'press release is out'",
)
def note(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.WriteNote(text=options.text))
    return Exit.DONE


@command(
    "lock",
    "keep everybody else's runs off a target",
    _TARGET,
    argument("--reason", metavar="TEXT", required=True, help="why"),
    argument(
        "--for", dest="span", metavar="DURATION", default="1h", help="how long, such as 30m (default: 1h)"
    ),
    example="launchpad lock site --reason 'incident 42' --for 30m",
    details="It holds in this launch and in every other of the same product and environment.",
)
def lock(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.Lock(target=options.target, text=options.reason, seconds=duration(options.span)))
    return Exit.DONE


@command(
    "unlock",
    "release a lock; another's takes a director",
    argument(
        "target", metavar="TARGET", nargs="?", default="*", help="what is locked, as it is shown; absent: all"
    ),
    argument("--reason", metavar="TEXT", default="", help="why; a lock that a run holds needs it"),
    example="launchpad unlock site --reason 'the fix is reviewed'",
    details="After a rollback its targets stay locked, for whoever asked for it too (`lock_after` of the "
    "action, a day by default).",
)
def unlock(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.Unlock(target=options.target, text=options.reason))
    return Exit.DONE


@command(
    "close",
    "end the launch",
    argument("--outcome", required=True, choices=get_args(Outcome), help="how it went"),
    argument("--reason", metavar="TEXT", default="", help="what there is to say about it"),
    example="launchpad close --outcome success",
)
def close(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.CloseLaunch(outcome=options.outcome, text=options.reason))
    head = shell.store.head(shell.launch)
    shell.out.say(
        f"The journal ends at event {head.seq} with {head.hash}; `launchpad verify --head` proves it."
    )
    return Exit.DONE
