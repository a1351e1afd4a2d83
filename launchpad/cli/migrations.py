"""migrations: how far the databases of the launch are."""

import argparse

from launchpad.cli import shapes, words
from launchpad.cli.command import command
from launchpad.cli.shell import Shell
from launchpad.cli.verdicts import gravest
from launchpad.errors import Exit
from launchpad.model.migrations import NONE_YET
from launchpad.model.state import MigrationState
from launchpad.rules.migrations import asked_for, lasts, standing


@command(
    "migrations",
    "how far each database is migrated, what is pending, and what this launch did",
    example="launchpad migrations",
    details="The engine reads them: every half minute where a gate asks, else every six minutes."
    " Exit status: 0 nothing is pending, 1 something is, 5 unknown.",
)
def migrations(shell: Shell, options: argparse.Namespace) -> Exit:  # noqa: ARG001
    state, now = shell.session.state, shell.session.clock()
    definition = state.definition
    names = asked_for(definition) if definition else ()
    if definition is None or not names:
        shell.out.say("no database is migrated by this launch")
        shell.out.result({"migrations": []}, [])
        return Exit.DONE
    known = {name: state.migrations.get(name, MigrationState()) for name in names}
    found = {name: standing(one, lasts(definition, name), now) for name, one in known.items()}
    rows = [("database", "verdict", "how far", "this launch")]
    rows += [(name, *found[name], _done(one)) for name, one in known.items()]
    pending = [
        f"{name}: {one} is pending" + (", and DESTROYS DATA" if one in reading.destructive else "")
        for name, database in known.items()
        if (reading := database.reading) is not None
        for one in reading.pending
    ]
    shell.out.result(
        {"migrations": [shapes.migrations(name, one, *found[name]) for name, one in known.items()]},
        [*shell.out.table(rows, words.STYLES), *pending],
    )
    return gravest(verdict for verdict, _ in found.values())


def _done(known: MigrationState) -> str:
    """What this launch did to a database."""
    if known.applied is None:
        return "changed nothing"
    return f"{known.applied.before or NONE_YET} to {known.applied.after.version or NONE_YET}"
