"""incident: declared trouble."""

import argparse

from launchpad.cli import shapes, words
from launchpad.cli.checklist import EXPECT
from launchpad.cli.command import argument, command
from launchpad.cli.seeing import duration
from launchpad.cli.shell import Shell
from launchpad.errors import BadInput, Exit, Refused
from launchpad.model import commands as cmd
from launchpad.model.definition import SEVERITIES
from launchpad.rules.view import IncidentView, View
from launchpad.rules.view.incidents import draft

_VERBS = ("declare", "update", "command", "task", "mitigate", "resolve", "review")
_ONLY_WITH = {
    "alert": ("declare",),
    "commander": ("declare",),
    "impact": ("declare", "update"),
    "severity": ("declare", "update"),
    "next": ("update",),
    "template": ("update",),
    "assignee": ("task",),
    "done": ("task",),
}
"""Options that only some verbs take."""


@command(
    "incident",
    "declared trouble: look at it, declare it, tell of it, end it",
    argument("verb", metavar="|".join(_VERBS), nargs="?", choices=_VERBS, help="absent: how it stands"),
    argument(
        "text",
        metavar="TEXT",
        nargs="?",
        default="",
        help="declare: what is wrong; update: how it stands; command: who, if not you; task: what to do; "
        "mitigate: by what; resolve: the cause; review: what was learnt",
    ),
    argument("--incident", metavar="ID", default="", help="which; absent: the gravest that is open"),
    argument("--severity", choices=SEVERITIES, help="with declare and update; absent: the alert's"),
    argument("--alert", metavar="NAME", default="", help="with declare: the alert that shows it"),
    argument("--impact", metavar="TEXT", default="", help="with declare and update: whom or what it hits"),
    argument("--commander", metavar="NAME", default="", help="with declare: who leads the response"),
    argument("--next", metavar="DURATION", help="with update: until the next one; absent: by the severity"),
    argument("--assignee", metavar="NAME", help="with task: who does it"),
    argument("--done", metavar="N", type=int, help="with task: the task of that number is done"),
    argument(
        "--template", action="store_true", help="with update: print what there is to tell, record nothing"
    ),
    EXPECT,
    example="launchpad incident declare 'cards fail' --alert high_error_rate --impact 'all who pay by card'",
    details="Anybody from engineer up declares, updates and takes command; to resolve and review it takes the"
    " commander or a director. Declaring from an alert acknowledges it. Response times are held against"
    " `targets` of the definition. Exit status of the bare command: 1 while an incident is open.",
)
def incident(shell: Shell, options: argparse.Namespace) -> int:
    for option, verbs in _ONLY_WITH.items():
        if getattr(options, option) not in (None, "", False) and options.verb not in verbs:
            raise BadInput(f"--{option} goes with `incident {verbs[0]}`")
    if options.verb is None:
        return _show(shell, options.incident)
    if options.template:
        return _print_draft(shell, options.incident, _next(options))
    shell.perform(_wish(options))
    return Exit.DONE


def _wish(options: argparse.Namespace) -> cmd.Command:
    """What the desk is asked for."""
    of, text, expect = options.incident, options.text, options.expect
    match options.verb:
        case "declare":
            return cmd.DeclareIncident(
                text=text,
                severity=options.severity,
                alert=options.alert,
                impact=options.impact,
                commander=options.commander,
            )
        case "update":
            return cmd.UpdateIncident(
                incident=of,
                text=text,
                impact=options.impact,
                severity=options.severity,
                next_in=_next(options),
            )
        case "command":
            return cmd.CommandIncident(incident=of, commander=text, expect=expect)
        case "task" if options.done is not None:
            return cmd.FinishIncidentTask(incident=of, task=options.done)
        case "task":
            return cmd.AddIncidentTask(incident=of, text=text, assignee=options.assignee)
        case "mitigate":
            return cmd.MitigateIncident(incident=of, text=text, expect=expect)
        case "resolve":
            return cmd.ResolveIncident(incident=of, text=text, expect=expect)
    return cmd.ReviewIncident(incident=of, text=text, expect=expect)


def _show(shell: Shell, name: str) -> int:
    view = shell.session.view()
    shown = [_named(view, name)] if name else list(view.incidents)
    lines = [line for each in shown for line in words.incident(each, view, shell.out)]
    shell.out.result([shapes.incident(each, view) for each in shown], lines)
    if not shown:
        shell.out.say("no incident was declared")
    return Exit.NO if any(each.state.open for each in shown) else Exit.DONE


def _next(options: argparse.Namespace) -> float | None:
    return None if options.next is None else duration(options.next)


def _print_draft(shell: Shell, name: str, next_in: float | None) -> int:
    view = shell.session.view()
    shown = _named(view, name) if name else view.incident
    if shown is None:
        raise Refused("no incident is open", hint="name one that is over: --incident ID")
    told = draft(shown, view.definition, view.now, next_in)
    shell.out.result({"incident": shown.state.id, "template": told}, [told])
    return Exit.DONE


def _named(view: View, name: str) -> IncidentView:
    found = next((each for each in view.incidents if each.state.id == name), None)
    if found is None:
        known = ", ".join(each.state.id for each in view.incidents) or "none"
        raise BadInput(f"there is no incident {name}", hint=f"declared were: {known}")
    return found
