"""handover: what the next person must know."""

import argparse
from collections.abc import Iterator

from launchpad.cli import shapes
from launchpad.cli.command import argument, command
from launchpad.cli.seeing import duration
from launchpad.cli.shell import Shell
from launchpad.errors import BadInput, Exit
from launchpad.model.definition import Definition
from launchpad.model.values import SECOND, Micros, format_instant
from launchpad.rules.handover import Handover, handover, last_act


@command(
    "handover",
    "what is so now, and what happened since you were last here",
    argument("--since", metavar="DURATION", help="look back so far, such as 8h; absent: to your last act"),
    argument("--to", metavar="NAME", help="for somebody else: since their last act"),
    example="launchpad handover --since 8h",
    details="The gravest first, then the newest. Whoever has never done anything here reads it all.",
)
def show(shell: Shell, options: argparse.Namespace) -> int:
    view = shell.session.view()
    who = options.to or shell.identity.name
    if options.to and last_act(shell.session.events, who) is None:
        _known(view.definition, who)
    since = _since(shell, view.now, who, options.since)
    found = handover(view, shell.session.events, who, since)
    shell.out.result(shapes.handover(found), _lines(found, view.definition.zone))
    return Exit.DONE


def _known(definition: Definition, name: str) -> None:
    names = [person.name for person in definition.operators]
    if names and name not in names:
        raise BadInput(f"there is no operator {name}", hint=f"there are: {', '.join(names)}")


def _since(shell: Shell, now: Micros, who: str, span: str | None) -> Micros:
    if span is not None:
        return now - round(duration(span) * SECOND)
    return last_act(shell.session.events, who) or 0


def _lines(found: Handover, zone: str) -> Iterator[str]:
    yield found.standing
    yield from (f"  {line}" for line in found.now)
    since = (
        f"since {format_instant(found.since, zone, date=True)} {zone}"
        if found.since
        else "since the beginning"
    )
    yield ""
    yield f"{since}: {found.headline or 'nothing'}"
    for chapter in found.chapters:
        yield ""
        yield chapter.name.capitalize()
        for line in chapter.lines:
            yield f"  {format_instant(line.at, zone, date=True)} {line.by} {line.text}"
        if chapter.left_out:
            yield f"  and {chapter.left_out} more before"
