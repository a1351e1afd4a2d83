"""items: the checklist, whole or a part of it."""

import argparse
from collections.abc import Iterator

from launchpad.cli import shapes, words
from launchpad.cli.command import argument, command
from launchpad.cli.shell import Shell
from launchpad.errors import BadInput, Exit
from launchpad.model.definition import PHASES
from launchpad.model.values import format_clock, format_instant
from launchpad.rules.finding import NOBODY
from launchpad.rules.view import ItemView, View
from launchpad.rules.view.mine import mine
from launchpad.rules.view.teams import TeamProgress, by_team

_SPARE = ("event", "by", "team", "assignee")
"""Columns that a narrow terminal does without, in this order."""


@command(
    "items",
    "the checklist, or a part of it",
    argument("--phase", choices=PHASES, help="of this phase only"),
    argument("--open", dest="unfinished", action="store_true", help="what is neither done nor skipped"),
    argument("--overdue", action="store_true", help="what should have been done by now"),
    argument("--team", metavar="NAME", help="what this team owns; - for what no team owns"),
    argument("--assignee", metavar="NAME", help="what this person has; - for what nobody has"),
    argument(
        "--mine",
        action="store_true",
        help="what you can do now, overdue and due first, then what waits for something",
    ),
    argument("--by-team", action="store_true", help="how far each team has come, instead"),
    example="launchpad items --team qa --open",
    details="An asterisk marks what a gate waits for. A terminal gets the columns that fit, a file or a pipe"
    " all of them.",
)
def items(shell: Shell, options: argparse.Namespace) -> int:
    view = shell.session.view()
    shown = [item for item in _listed(shell, view, options) if _asked(item, options)]
    if options.by_team:
        if options.mine:
            raise BadInput("--mine and --by-team don't go together", hint="leave one out")
        teams = by_team(shown)
        shell.out.result([_progress(team) for team in teams], _team_lines(shell, teams))
    else:
        lines = _lines(shell, shown, view, waits=options.mine)
        shell.out.result([shapes.item(item) for item in shown], lines if shown else [])
    if not shown:
        shell.out.say("there is no such item")
    return Exit.DONE


def _listed(shell: Shell, view: View, options: argparse.Namespace) -> tuple[ItemView, ...]:
    if not options.mine:
        return view.items
    me = shell.identity
    return mine(view.items, view.state.phase, me.name, me.teams).all


def _asked(item: ItemView, options: argparse.Namespace) -> bool:
    stated = item.state
    return (
        options.phase in (None, stated.item.phase)
        and options.team in (None, stated.item.team or NOBODY)
        and options.assignee in (None, stated.assignee or NOBODY)
        and not (options.unfinished and item.finished)
        and (item.overdue or not options.overdue)
    )


def _lines(shell: Shell, shown: list[ItemView], view: View, *, waits: bool) -> list[str]:
    """A line for each item; with `waits`, what it waits for."""
    heads = ("item", "mark", "title", "team", "assignee", "due", "by", "event")
    rows = [(*heads, "waits for") if waits else heads]
    for item in shown:
        state = item.state
        row = (
            item.id,
            item.mark,
            state.item.title + (" *" if state.item.required else ""),
            state.item.team or "",
            state.assignee or "",
            _due(item, view, brief=shell.out.columns is not None),
            state.by or "",
            str(state.seq or ""),
        )
        rows.append((*row, ", ".join(item.blocked_by)) if waits else row)
    return shell.out.table(rows, words.STYLES, flexible="title", spare=_SPARE)


def _due(item: ItemView, view: View, *, brief: bool) -> str:
    if item.due_at is None:
        return ""
    zone = view.definition.zone
    if brief:
        due = format_clock(item.due_at, zone, view.now)
    else:
        due = format_instant(item.due_at, zone, date=True)[:16]
    late = " late" if item.overdue else ""
    again = f" ({item.recurrence.count})" if item.recurrence else ""
    return due + late + again


def _team_lines(shell: Shell, teams: tuple[TeamProgress, ...]) -> Iterator[str]:
    rows: list[tuple[str, ...]] = [("team", "done", "of", "required open", "overdue", "failed", "blocked")]
    for of in teams:
        counts = (of.required, of.overdue, of.failed, of.blocked)
        rows.append((of.team or "(no team)", str(of.done), str(of.total), *(str(n or "") for n in counts)))
    yield from shell.out.table(rows) if teams else []


def _progress(of: TeamProgress) -> shapes.Shape:
    return {
        "team": of.team or None,
        "done": of.done,
        "of": of.total,
        "open": of.open,
        "required_open": of.required,
        "overdue": of.overdue,
        "failed": of.failed,
        "blocked": of.blocked,
    }
