"""people: who is here."""

import argparse

from launchpad.cli import shapes
from launchpad.cli.command import argument, command
from launchpad.cli.shell import Shell
from launchpad.errors import Exit
from launchpad.model.definition import ROLES
from launchpad.model.values import format_duration
from launchpad.rules.presence import IDLE, idle, teams_of


@command(
    "people",
    "who has the launch open: role, teams, from where, looking at what, idle for how long",
    argument("--role", choices=ROLES, help="of this role only"),
    example="launchpad people --json",
)
def people(shell: Shell, options: argparse.Namespace) -> int:
    view = shell.session.view()
    shown = [person for person in view.people if options.role in (None, person.role)]
    rows = [("who", "role", "teams", "from", "looking at", "idle")]
    for person in shown:
        still = idle(person)
        rows.append(
            (
                person.operator,
                person.role,
                ", ".join(teams_of(view.definition, person.operator)),
                person.via,
                person.looking_at,
                format_duration(still // 1) if still >= IDLE else "",
            )
        )
    shell.out.result(
        [shapes.person(person, view.definition) for person in shown], shell.out.table(rows) if shown else []
    )
    if not shown:
        shell.out.say("nobody has the launch open")
    return Exit.DONE
