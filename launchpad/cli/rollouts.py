"""rollouts, bump, halt, resume, complete, veto: giving the release to more and more users."""

import argparse

from launchpad.cli import shapes, words
from launchpad.cli.checklist import EXPECT
from launchpad.cli.command import argument, command
from launchpad.cli.runs import GOING_ON, ask_for, await_end, carry_through
from launchpad.cli.shell import Shell
from launchpad.desk.rollouts import ALL
from launchpad.errors import BadInput, Exit, Refused
from launchpad.model import commands as cmd

_ROLLOUT = argument("rollout", metavar="ROLLOUT", help="as `launchpad rollouts` names it")


@command(
    "rollouts",
    "how each rollout stands, what comes next and what holds it",
    example="launchpad rollouts",
    details="Exit status: 0, 1 if one is halted or a guard is broken, 5 if that is not known of one.",
)
def rollouts(shell: Shell, _options: argparse.Namespace) -> int:
    view = shell.session.view()
    shell.out.result(
        [shapes.rollout(shown) for shown in view.rollouts],
        words.rollouts(view, shell.out) if view.rollouts else [],
    )
    if not view.rollouts:
        shell.out.say("no rollouts are defined")
    if any(shown.status == "halted" or shown.breached for shown in view.rollouts):
        return Exit.NO
    return Exit.HOLD if any(not shown.known for shown in view.rollouts) else Exit.DONE


@command(
    "bump",
    "give the release to more users: shows the plan, then asks whether to go on",
    _ROLLOUT,
    argument("percent", metavar="PERCENT", nargs="?", help="share of users; absent: the next stage's"),
    EXPECT,
    *GOING_ON,
    example="launchpad bump android 50 --wait",
    details="As with `request`. The gate is the rollout's own: what it names, its guards, and its soak.",
)
def bump(shell: Shell, options: argparse.Namespace) -> int:
    percent = None if options.percent is None else _percent(options.percent)
    asked = cmd.BumpRollout(rollout=options.rollout, percent=percent, expect=options.expect)
    return carry_through(shell, ask_for(shell, asked), options)


def _percent(text: str) -> float:
    try:
        return float(text.removesuffix("%"))
    except ValueError:
        raise BadInput(f"{text[:40]!r} is no share of users", hint="give a number such as 50") from None


@command(
    "resume",
    "go on with a halted rollout: shows the plan, then asks whether to go on",
    _ROLLOUT,
    EXPECT,
    *GOING_ON,
    example="launchpad resume android",
)
def resume(shell: Shell, options: argparse.Namespace) -> int:
    asked = cmd.ResumeRollout(rollout=options.rollout, expect=options.expect)
    return carry_through(shell, ask_for(shell, asked), options)


@command(
    "complete",
    "give the release to everybody: shows the plan, then asks whether to go on",
    _ROLLOUT,
    EXPECT,
    *GOING_ON,
    example="launchpad complete android --wait",
)
def complete(shell: Shell, options: argparse.Namespace) -> int:
    asked = cmd.CompleteRollout(rollout=options.rollout, expect=options.expect)
    return carry_through(shell, ask_for(shell, asked), options)


@command(
    "halt",
    "stop a rollout at once; no gate, no approval, no question",
    argument("rollout", metavar="ROLLOUT", nargs="?", help="as `launchpad rollouts` names it"),
    argument("--all", action="store_true", help="all that may be rolling"),
    argument("--reason", metavar="TEXT", default="", help="why"),
    argument("--wait", action="store_true", help="until it has ended; the exit status is its result"),
    example="launchpad halt android --reason 'crashes on start'",
    details="Ends every run on the rollout first. Without an engine it waits until one is there.",
)
def halt(shell: Shell, options: argparse.Namespace) -> int:
    if (options.rollout is None) != options.all:
        raise BadInput("`halt` takes a rollout or --all", hint="see `launchpad rollouts`")
    name = ALL if options.all else options.rollout
    before = set(shell.session.state.runs)
    shell.perform(cmd.HaltRollout(rollout=name, text=options.reason))
    shell.session.refresh()
    view = shell.session.view()
    if not view.engine.watching:
        raise Refused(
            "the halt is recorded, but no engine is watching that could carry it out",
            hint="start one: `launchpad engine`; or halt it at the provider",
        )
    asked = [r.id for r in view.state.runs.values() if r.stops and (r.id not in before or not r.ended)]
    return max((await_end(shell, run) for run in asked), default=0) if options.wait else Exit.DONE


@command(
    "veto",
    "keep the engine from taking a rollout's next step",
    _ROLLOUT,
    argument("--reason", metavar="TEXT", required=True, help="why"),
    example="launchpad veto android --reason 'support is not awake yet'",
    details="It holds until the rollout stands otherwise; a person can still bump it.",
)
def veto(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.VetoRollout(rollout=options.rollout, text=options.reason))
    return Exit.DONE
