"""amend, definition: the definition of a launch that is under way."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from launchpad.cli import shapes
from launchpad.cli.command import argument, command
from launchpad.cli.output import ask
from launchpad.cli.shell import DEFAULT_FILE, Shell
from launchpad.errors import BadInput, Exit, LaunchpadError, Refused
from launchpad.model import commands as cmd
from launchpad.model.definition import Definition
from launchpad.model.differences import Difference, differences, told
from launchpad.model.text import clean
from launchpad.model.values import format_instant
from launchpad.rules.amendment import hindrances, lapses
from launchpad.wiring import load_definition, store_url

if TYPE_CHECKING:
    from launchpad.config import Loaded


@command(
    "amend",
    "change the definition while the launch is under way; directors only",
    argument("file", metavar="FILE", nargs="?", help="the changed definition (else as for every command)"),
    argument("--check", action="store_true", help="show what differs and what it undoes, and do nothing"),
    argument("--yes", action="store_true", help="record it without being asked"),
    argument("--reason", metavar="TEXT", default="", help="why; asked for where there is a terminal"),
    example="launchpad amend --reason 'checkout has another URL'",
    details="Shows what differs, then asks. The running engine and every open face follow within a second "
    "or so. Plans, approvals and answers to the roll-call that rest on what changed lapse. With --check the "
    "exit status is 3 if it would be refused.",
)
def amend(shell: Shell, options: argparse.Namespace) -> int:
    elsewhere = options.config or shell.environ.get("LAUNCHPAD_CONFIG") or Path(DEFAULT_FILE).exists()
    if options.file and not elsewhere:
        options.config = options.file
    shell.tells_difference = False
    path = Path(options.file) if options.file else shell.require_file()
    loaded = load_definition(path)
    _same_store(shell, loaded)
    before, after = _held(shell), loaded.definition
    found = differences(before, after)
    undone = lapses(shell.session.events, after, by=shell.identity.name, now=shell.session.clock())
    stands = hindrances(shell.session.state, after, shell.store.locks(shell.launch))
    if options.check:
        data = {"differences": [shapes.difference(d) for d in found], "lapses": undone, "hindrances": stands}
        shell.out.result(data, _told(shell, path, found, undone, stands))
        return Exit.REFUSED if stands else Exit.DONE
    if found and not shell.out.json:
        for line in _told(shell, path, found, undone, stands):
            shell.out.say(line)
    if found and not stands:
        _agree(shell, options)
    shell.perform(cmd.Amend(definition=after, base=before.digest(), text=options.reason))
    return Exit.DONE


def _held(shell: Shell) -> Definition:
    definition = shell.session.state.definition
    assert definition is not None, "a session holds an opened launch"
    return definition


def _same_store(shell: Shell, loaded: "Loaded") -> None:
    """Raises `Refused` if the changed definition would have the launch lie elsewhere."""
    asked = shell.options.store or shell.environ.get("LAUNCHPAD_STORE")
    if asked or loaded.store is None:
        return
    if (store := store_url(None, loaded, shell.environ)) != shell.url:
        raise Refused(
            f"{shell.launch} lies in {shell.url}, and can't be moved to {store}",
            hint="leave `store:` as it was",
        )


def _told(
    shell: Shell, path: Path, found: Sequence[Difference], undone: Sequence[str], stands: Sequence[str]
) -> list[str]:
    if not found:
        return [f"{path} is what {shell.launch} goes by: nothing differs"]
    lines = [f"{path} changes {shell.launch}:", *(f"- {one.sentence}" for one in found)]
    if undone:
        lines += ["These lapse:", *(f"- {one}" for one in undone)]
    if stands:
        lines += ["It can't be recorded:", *(f"- {one}" for one in stands)]
    return [clean(line, 500) for line in lines]


def _agree(shell: Shell, options: argparse.Namespace) -> None:
    """Asks for what was not said. Raises where nobody can be asked, or who was asked says no."""
    there = sys.stdin.isatty()
    if not options.reason and there:
        options.reason = ask("Why? It is kept in the journal: ")
    if not options.reason:
        raise BadInput("an amendment needs a reason", hint="give --reason")
    if options.yes:
        return
    if not there:
        raise Refused("there is no terminal to ask whether to record it", hint="say so with --yes")
    if ask(f"Amend {shell.launch}? [y/N] ").lower() not in ("y", "yes"):
        raise LaunchpadError("nothing was amended")


@command(
    "definition",
    "the definition that holds now, as it was amended",
    example="launchpad definition --json",
)
def definition(shell: Shell, _options: argparse.Namespace) -> int:
    state, held = shell.session.state, _held(shell)
    zone = held.zone
    lines = [f"launch: {told(held.launch)}"]
    lines += [
        f"{one.section} {one.name}".rstrip() + f": {one.after}"
        for one in differences(Definition(launch=held.launch), held)
    ]
    for one in state.amendments:
        when = format_instant(one.at, zone, date=True)
        lines += ["", f"amended by {one.by} at {when} {zone}: {one.reason}"]
        lines += [f"- {d.sentence}" for d in one.differences]
    shell.out.result(shapes.definition(state, held), [clean(line, 500) for line in lines])
    return Exit.DONE
