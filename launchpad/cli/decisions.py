"""gate, poll: may we go?"""

import argparse

from launchpad.cli import shapes, words
from launchpad.cli.checklist import EXPECT
from launchpad.cli.command import argument, command
from launchpad.cli.shell import Shell
from launchpad.errors import BadInput, Exit
from launchpad.model import commands as cmd
from launchpad.model.plan import GATE_VERDICTS
from launchpad.rules.gates import ahead, evaluate


@command(
    "gate",
    "a gate with each of its reasons; the exit status is its verdict",
    argument("name", metavar="NAME", nargs="?", help="absent: the next phase's, then those of actions"),
    example="launchpad gate deploy",
    details="Exit status: 0 GO, 1 NO-GO, 5 HOLD (something is unknown); without a name that of the first.",
)
def gate(shell: Shell, options: argparse.Namespace) -> int:
    view = shell.session.view()
    if options.name is None:
        reports = ahead(view.situation)
        lines = [line for report in reports for line in words.gate(report, shell.out)]
        shell.out.result([shapes.gate(report) for report in reports], lines)
        if not reports:
            shell.out.say("no gate is defined for what lies ahead")
        return words.EXIT[reports[0].verdict] if reports else Exit.DONE
    report = evaluate(options.name, view.situation)
    if report is None:
        known = ", ".join(view.definition.gates) or "none"
        raise BadInput(f"there is no gate {options.name}", hint=f"defined are: {known}")
    shell.out.result(shapes.gate(report), words.gate(report, shell.out))
    return words.EXIT[report.verdict]


@command(
    "poll",
    "the go/no-go roll-call: look at it, call it, answer it, close it",
    argument(
        "verb",
        metavar="call|answer|close",
        nargs="?",
        choices=("call", "answer", "close"),
        help="absent: how it stands",
    ),
    argument("answer", metavar="go|no-go", nargs="?", choices=("go", "no-go"), help="with answer"),
    argument(
        "--team",
        metavar="NAME",
        action="append",
        default=[],
        help="with answer: the team, where you speak for several or are its proxy; with call: whom to ask",
    ),
    argument("--reason", metavar="TEXT", default="", help="with call: the question; a no-go needs one"),
    EXPECT,
    example="launchpad poll answer no-go --reason 'reconciliation is late'",
    details="An answer is bound to the numbers it is given on: a go lapses when an alert fires that was quiet"
    " then, when T-0 is moved, and when the roll is called anew. To call and close takes a director, to"
    " answer for a team that is not yours an operator. Exit status of the bare command: 0 all go, 1 a no-go,"
    " 5 an answer is missing or has lapsed.",
)
def poll(shell: Shell, options: argparse.Namespace) -> int:
    if (options.verb == "answer") != (options.answer is not None):
        raise BadInput("`poll answer` takes go or no-go", hint="such as `launchpad poll answer go`")
    if options.answer == "no-go" and not options.reason.strip():
        raise BadInput("a no-go needs a few words", hint="give --reason")
    match options.verb:
        case "call":
            shell.perform(cmd.CallPoll(teams=tuple(options.team), text=options.reason, expect=options.expect))
        case "answer":
            for team in options.team or [""]:
                shell.perform(
                    cmd.AnswerPoll(
                        answer=options.answer, team=team, text=options.reason, expect=options.expect
                    )
                )
        case "close":
            shell.perform(cmd.ClosePoll(expect=options.expect))
        case _:
            return _standing(shell)
    return Exit.DONE


def _standing(shell: Shell) -> int:
    view = shell.session.view()
    shell.out.result(shapes.poll(view), words.poll(view, shell.out))
    if not view.ballots:
        shell.out.say("the roll has not been called, and no gate ahead waits for it")
        return Exit.DONE
    worst = max((ballot.verdict for ballot in view.ballots), key=GATE_VERDICTS.index)
    return words.EXIT[worst]
