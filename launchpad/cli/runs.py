"""plan, request, confirm, approve, retract, reject, abort, resolve, runs, logs: carrying out actions."""

import argparse
import sys
import time
from collections.abc import Callable
from typing import get_args

from launchpad.cli import shapes, words
from launchpad.cli.checklist import EXPECT
from launchpad.cli.command import argument, command
from launchpad.cli.engines import watching
from launchpad.cli.output import ask
from launchpad.cli.shell import Shell
from launchpad.errors import BadInput, Exit, LaunchpadError, Refused, Unreachable
from launchpad.model import commands as cmd
from launchpad.model.events import Resolution
from launchpad.model.lifecycles import RunStatus
from launchpad.model.samples import LogLine
from launchpad.model.state import RunState
from launchpad.model.values import format_instant
from launchpad.rules.view import run_view

_RUN = argument("run", metavar="RUN", help="as `launchpad runs` names it, such as deploy-1")
_DIGEST = argument(
    "--digest",
    metavar="D",
    required=True,
    help="of the plan that you have read, as `launchpad runs` prints it",
)
_REASON = argument("--reason", metavar="TEXT", default="", help="why")
_OVERRIDE = argument(
    "--override", metavar="REASON", default="", help="go against the gate; directors only, and loud"
)
_PLAN_WAIT = 60.0
"""Seconds to wait for the engine's plan."""
_ENDINGS: dict[RunStatus, Exit] = {"succeeded": Exit.DONE, "interrupted": Exit.HOLD}
"""Exit status of `--wait`; every other ending is a no."""


_PARAM = argument(
    "--param",
    metavar="K=V",
    action="append",
    default=[],
    help="a parameter, never a secret: it is kept for ever; may be given several times",
)


GOING_ON = (
    argument("--yes", action="store_true", help="confirm the plan without being asked"),
    argument("--wait", action="store_true", help="until the run has ended; the exit status is its result"),
    _OVERRIDE,
)
"""Options of every command that asks for a run and shows its plan."""


@command(
    "plan",
    "show what a run of an action would do, and do nothing",
    argument("action", metavar="ACTION", help="an action of the definition"),
    _PARAM,
    argument("--shell", action="store_true", help="print only the commands behind the steps"),
    example="launchpad plan deploy --shell > by-hand.sh",
    details="The engine makes the plan, as it would for `request`; the request is retracted at once, which "
    "the journal tells. The exit status is the gate's: 0 GO or no gate, 1 NO-GO, 5 HOLD.",
)
def plan(shell: Shell, options: argparse.Namespace) -> int:
    name = _requested(shell, options)
    try:
        planned = _planned(shell, name)
    finally:
        _take_back(shell, name)
    if options.shell and planned.plan is not None:
        commands = [step.command for step in planned.plan.steps]
        shell.out.result({"commands": commands}, commands)
    else:
        _show_plan(shell, planned)
    return words.EXIT[planned.gate.verdict] if planned.gate else Exit.DONE


def _requested(shell: Shell, options: argparse.Namespace) -> str:
    """The run that was asked for, by name. Raises `Refused` where no engine could plan it."""
    params = dict(_param(text) for text in options.param)
    return ask_for(shell, cmd.RequestRun(action=options.action, params=params))


def ask_for(shell: Shell, command: cmd.Command) -> str:
    """The run that a command asks for, by name. Raises `Refused` where no engine could plan it."""
    if not watching(shell.store, shell.launch):
        raise Refused(
            "no engine is watching, so nobody can plan or carry out a run",
            hint="start one: `launchpad engine`",
        )
    return shell.desk.perform(command).subject.partition(":")[2]


@command(
    "request",
    "ask for a run of an action: shows its plan, then asks whether to go on",
    argument("action", metavar="ACTION", help="an action of the definition"),
    _PARAM,
    *GOING_ON,
    example="launchpad request deploy --param region=eu --wait",
    details="Without a terminal nothing is confirmed unless --yes is given: the plan is printed with its "
    "digest, for `launchpad confirm`. With --wait the exit status is 0 succeeded, 1 failed, 5 interrupted.",
)
def request(shell: Shell, options: argparse.Namespace) -> int:
    return carry_through(shell, _requested(shell, options), options)


def carry_through(shell: Shell, name: str, options: argparse.Namespace) -> int:
    """Shows the plan of a run that was asked for, asks whether to go on, and waits if that is wished; takes
    `GOING_ON`."""
    try:
        planned = _planned(shell, name)
        if not (shell.out.json and options.wait):  # one result: the run as it ended
            _show_plan(shell, planned)
        _agree(planned, yes=options.yes)
        confirmed = shell.desk.perform(
            cmd.ConfirmRun(run=name, digest=planned.digest, override=options.override)
        )
    except _LeftPlanned as left:
        raise Refused(left.message, hint=left.hint) from None
    except (LaunchpadError, KeyboardInterrupt):
        _take_back(shell, name)
        raise
    shell.out.say(confirmed.message)
    return await_end(shell, name) if options.wait else Exit.DONE


class _LeftPlanned(Refused):
    """Nobody could be asked; the plan stays for `confirm`."""


def _param(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise BadInput(f"--param {text!r}", hint="expected K=V")
    return name, value


def _planned(shell: Shell, name: str) -> RunState:
    """The run once the engine has planned it. Raises `Refused` if it can't, `Unreachable` if it is silent."""
    deadline = time.monotonic() + _PLAN_WAIT
    while (run := _run(shell, name)).status == "requested":
        if time.monotonic() > deadline:
            raise Unreachable(f"the engine has not planned {name} in {_PLAN_WAIT:.0f} s")
        shell.next_event(1.0)
    if run.status != "planned":
        raise Refused(f"{name} is {run.status}: {run.reason}")
    return run


def _show_plan(shell: Shell, run: RunState) -> None:
    assert run.plan is not None, "a planned run has its plan"
    shape = shapes.run(run_view(run, shell.session.clock()))
    shell.out.result(shape, words.plan(run, run.plan, shell.out))


def _agree(run: RunState, *, yes: bool) -> None:
    """Returns if the requester wants it; the typed target stands for what can't be undone."""
    if yes or run.plan is None:
        return
    if not sys.stdin.isatty():
        raise _LeftPlanned(
            f"{run.id} is planned but not confirmed, as there is no terminal to ask",
            hint=f"`launchpad confirm {run.id} --digest {run.digest}`, or --yes from the start",
        )
    if run.plan.reversible:
        agreed = ask(f"Run {run.id}? [y/N] ").lower() in ("y", "yes")
    else:
        target = run.plan.environment
        agreed = ask(f"This can't be undone. Type {target} to run {run.id}: ") == target
    if not agreed:
        raise LaunchpadError(f"{run.id} was not confirmed and is retracted")


def _take_back(shell: Shell, name: str) -> None:
    """Retracts a request that will not be confirmed, so that it blocks nobody; best effort."""
    try:
        shell.session.refresh()
        if not _run(shell, name).ended:
            shell.desk.perform(cmd.RetractRun(run=name))
    except LaunchpadError as error:
        shell.out.say(f"{name} could not be retracted: {error}")


def await_end(shell: Shell, name: str) -> int:
    """Prints the run's log as narration until it ends or waits for a person's decision."""
    follower = _LogFollower(shell, name)
    waits = ""
    while True:
        run = _run(shell, name)
        follower.print_new(lambda line: shell.out.say(line.text))
        if run.ended or run.status == "interrupted":
            break
        shown = run_view(run, shell.session.clock())
        if shown.waits_for and shown.waits_for != waits:
            waits = shown.waits_for
            shell.out.say(f"{name} waits for {waits}")
        if shown.expired:
            raise Refused(f"the plan of {name} has expired", hint="request it again")
        shell.next_event(0.2)
    follower.print_new(lambda line: shell.out.say(line.text))
    reason = f": {run.reason}" if run.reason else ""
    shell.out.result(shapes.run(run_view(run, shell.session.clock())), [f"{name} {run.status}{reason}"])
    return _ENDINGS.get(run.status, Exit.NO)


class _LogFollower:
    """Remembers which lines of a run's log have been printed."""

    def __init__(self, shell: Shell, run: str, after: int = 0) -> None:
        self._shell = shell
        self._run = run
        self._after = after

    def print_new(self, show: Callable[[LogLine], None]) -> None:
        while lines := self._shell.session.log(self._run, after=self._after):
            for line in lines:
                show(line)
            self._after = lines[-1].n


@command(
    "confirm",
    "confirm the plan of a run that you requested",
    _RUN,
    _DIGEST,
    _OVERRIDE,
    example="launchpad confirm deploy-1 --digest 3fa9c1d20b7e",
)
def confirm(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.ConfirmRun(run=options.run, digest=options.digest, override=options.override))
    return Exit.DONE


@command(
    "approve",
    "approve the plan of another's run",
    _RUN,
    _DIGEST,
    example="launchpad approve deploy-1 --digest 3fa9c1d20b7e",
)
def approve(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.ApproveRun(run=options.run, digest=options.digest))
    return Exit.DONE


@command(
    "break-glass",
    "let a plan run without the approvals that it lacks; directors only, and loud",
    _RUN,
    _DIGEST,
    argument("--reason", metavar="TEXT", required=True, help="why nobody can be asked"),
    example="launchpad break-glass deploy-1 --digest 3fa9c1d20b7e --reason 'nobody else is awake'",
    details="The gate still applies; to go against that one too takes an override.",
)
def break_glass(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.BreakGlass(run=options.run, digest=options.digest, text=options.reason))
    return Exit.DONE


@command(
    "retract",
    "take back your request, or your approval",
    _RUN,
    example="launchpad retract deploy-1",
)
def retract(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.RetractRun(run=options.run))
    return Exit.DONE


@command(
    "reject",
    "say no to another's run",
    _RUN,
    _REASON,
    example="launchpad reject deploy-1 --reason 'payments are down'",
)
def reject(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.RejectRun(run=options.run, text=options.reason))
    return Exit.DONE


@command(
    "abort",
    "stop a run at once",
    _RUN,
    _REASON,
    example="launchpad abort deploy-1",
)
def abort(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(cmd.AbortRun(run=options.run, text=options.reason))
    return Exit.DONE


@command(
    "resolve",
    "decide how an interrupted run goes on",
    _RUN,
    argument(
        "resolution", choices=get_args(Resolution), help="retry the step, skip it, call it done, or roll back"
    ),
    _REASON,
    EXPECT,
    example="launchpad resolve deploy-1 done --reason 'the console says it went through'",
)
def resolve(shell: Shell, options: argparse.Namespace) -> int:
    shell.perform(
        cmd.ResolveRun(
            run=options.run, resolution=options.resolution, text=options.reason, expect=options.expect
        )
    )
    return Exit.DONE


@command("runs", "the runs of the launch, newest first", example="launchpad runs --json")
def runs(shell: Shell, _options: argparse.Namespace) -> int:
    view = shell.session.view()
    shell.out.result(
        [shapes.run(run) for run in view.runs], words.runs(view.runs, shell.out) if view.runs else []
    )
    if not view.runs:
        shell.out.say("nothing was run yet")
    return Exit.DONE


@command(
    "logs",
    "the log of a run",
    _RUN,
    argument("--follow", action="store_true", help="go on until the run has ended"),
    example="launchpad logs deploy-1 --follow",
)
def logs(shell: Shell, options: argparse.Namespace) -> int:
    _run(shell, options.run)
    zone = shell.session.state.definition.zone if shell.session.state.definition else "UTC"

    def show(line: LogLine) -> None:
        if shell.out.json:
            shell.out.line(
                {"n": line.n, "at": shapes.instant(line.at), "step": line.step + 1, "text": line.text}
            )
        else:
            shell.out.result(None, [f"{format_instant(line.at, zone)}  {line.step + 1}  {line.text}"])

    follower = _LogFollower(shell, options.run)
    follower.print_new(show)
    while options.follow and not _run(shell, options.run).ended:
        shell.next_event(0.2)
        follower.print_new(show)
    return Exit.DONE


def _run(shell: Shell, run: str) -> RunState:
    """Raises `BadInput` where there is none, or none any more: a journal can lose its end."""
    found = shell.session.state.runs.get(run)
    if found is None:
        raise BadInput(f"there is no run {run}", hint="see `launchpad runs`")
    return found
