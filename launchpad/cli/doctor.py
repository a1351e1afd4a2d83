"""doctor: what stands in the way of a launch on this machine, a line each, with the mend."""

import argparse
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from launchpad.cli import clocks, reach
from launchpad.cli.command import argument, command
from launchpad.cli.engines import watching
from launchpad.cli.finding import Finding
from launchpad.cli.shell import Shell
from launchpad.cli.verdicts import gravest
from launchpad.errors import BadInput, LaunchpadError
from launchpad.model.definition import Definition
from launchpad.model.filling import placeholders
from launchpad.model.services import CommandCheck
from launchpad.model.values import format_duration
from launchpad.wiring import (
    load_face,
    local_identity,
    references,
    sqlite_path,
    state_dir,
)

if TYPE_CHECKING:
    from launchpad.config import Loaded


@command(
    "doctor",
    "look for what stands in the way: store, secrets, clock, programs",
    argument(
        "--send-test",
        metavar="NAME",
        nargs="*",
        help="send a test message to these contacts and channels, or to all of them",
    ),
    example="launchpad doctor -c launchpad.yaml",
    details="Changes nothing, but for --send-test: its messages do reach people, and a launch that is open"
    " keeps what became of them. Exit status: 1 if something is wrong, with --send-test 5 if it is not known"
    " whether a message got there.",
)
def doctor(shell: Shell, options: argparse.Namespace) -> int:
    sends = options.send_test is not None
    findings = list(reach.send_tests(shell, options.send_test) if sends else _findings(shell))
    rows = [("", "", ""), *findings]
    styles = {"ok": "good", "bad": "bad", "unknown": "unknown"}
    shell.out.result([finding._asdict() for finding in findings], shell.out.table(rows, styles)[1:])
    # What the machine alone can't tell stands in nobody's way; a test is there to tell.
    return gravest(finding.verdict for finding in findings if sends or finding.verdict == "bad")


def _findings(shell: Shell) -> Iterator[Finding]:
    yield _state_directory()
    yield _face()
    loaded = None
    try:
        loaded = shell.loaded
    except BadInput as error:
        yield Finding("bad", "definition", f"{error}; `launchpad validate` names each")
        return
    if loaded is None:
        yield Finding("unknown", "definition", "there is none here; `launchpad init` writes one")
    else:
        yield Finding("ok", "definition", f"{shell.file} is valid")
    yield from _store(shell)
    if loaded is not None:
        yield _operator(shell, loaded)
        yield from _secrets(shell, loaded)
        yield from _programs(shell, loaded)
        yield from reach.last_reached(shell, loaded.definition)


def _state_directory() -> Finding:
    directory = state_dir()
    nearest = next(path for path in (directory, *directory.parents) if path.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        return Finding("bad", "state directory", f"{nearest} can't be written to; set XDG_STATE_HOME")
    return Finding("ok", "state directory", str(directory))


def _face() -> Finding:
    try:
        load_face()
    except BadInput as error:
        return Finding("bad", "face", str(error))
    term = os.environ.get("TERM", "")
    if term in ("", "dumb"):
        return Finding("unknown", "face", f"TERM is '{term}': no face can be drawn in this terminal")
    return Finding("ok", "face", f"TERM is {term}")


def _store(shell: Shell) -> Iterator[Finding]:
    try:
        path = sqlite_path(shell.url)
        if path is not None and not path.exists():
            yield Finding("ok", "store", f"{path} will be made by the first `launchpad run`")
            return
        store = shell.store
        drift = abs(clocks.ahead(store))
        yield Finding("ok", "store", store.url)
        if drift > clocks.TOLERATED:
            yield Finding(
                "bad", "clock", f"{format_duration(drift)} away from the store's; set this machine's"
            )
        else:
            yield Finding("ok", "clock", f"{format_duration(drift)} away from the store's")
        yield from _launch(shell)
        if path is not None:
            yield Finding(
                "unknown", "copies", f"the only journal is {path}; `launchpad export` makes a copy elsewhere"
            )
    except LaunchpadError as error:
        yield Finding("bad", "store", str(error))


def _launch(shell: Shell) -> Iterator[Finding]:
    try:
        view = shell.session.view()
    except BadInput as error:
        yield Finding("unknown", "launch", str(error))
        return
    verdict: Literal["bad", "unknown"] | None = "bad" if view.engine.lacking else None
    if view.state.open and not watching(shell.store, shell.launch):
        verdict = "unknown"
    yield Finding(verdict or "ok", "launch", f"{shell.launch}, {view.state.phase}: {view.engine.sentence}")


def _operator(shell: Shell, loaded: "Loaded") -> Finding:
    who = local_identity(loaded.definition, shell.url, shell.options.claimed)
    if who.role == "viewer":
        return Finding("unknown", "you", f"{who.name} is no operator of this launch and can only watch")
    return Finding("ok", "you", f"{who.name} is {who.role}")


def _secrets(shell: Shell, loaded: "Loaded") -> Iterator[Finding]:
    from launchpad.config.secrets import SecretResolver

    resolver = SecretResolver(loaded.base_dir, shell.environ)
    for reference in references(loaded.definition):
        try:
            resolver.resolve(reference)
        except BadInput as error:
            yield Finding("bad", "secret", str(error))
        else:
            yield Finding("ok", "secret", reference)


def _programs(shell: Shell, loaded: "Loaded") -> Iterator[Finding]:
    for what, program, directory in _commands(loaded.definition, loaded.base_dir):
        if "/" in program:
            path = directory / program
            found = str(path) if os.access(path, os.X_OK) and path.is_file() else None
        else:
            found = shutil.which(program, path=shell.environ.get("PATH"))
        if found:
            yield Finding("ok", what, found)
        else:
            yield Finding("bad", what, f"{program} is not there or can't be run; install it or mend `argv`")


def _commands(definition: Definition, base_dir: Path) -> Iterator[tuple[str, str, Path]]:
    """Each program that the launch would run, with what for, and from where."""
    from launchpad.backups.dumps import PROGRAMS

    for name, provider in definition.providers.items():
        if provider.kind == "command":
            for what, program in _programs_of(provider.settings):
                argv = program.get("argv") or ("/bin/sh",)
                yield f"{what} {name}", argv[0], base_dir / (program.get("cwd") or "")
    for what, probe in _probes(definition):
        if isinstance(probe, CommandCheck) and not placeholders(probe.argv[0]):
            yield what, probe.argv[0], base_dir / (probe.cwd or "")
    dumped = {(s.provider, s.dump.format) for a in definition.actions.values() for s in a.steps if s.dump}
    for name, form in sorted(dumped):
        yield from ((f"backup {name}", program, base_dir) for program in PROGRAMS[form])


def _programs_of(settings: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The programs of a provider of kind `command`, each with what it is for."""
    yield from settings.get("operations", {}).items()
    for part in ("rollout", "migrations"):
        for what, program in (settings.get(part) or {}).items():
            if program:
                yield f"{part} {what}", program


def _probes(definition: Definition) -> Iterator[tuple[str, Any]]:
    """Whatever asks something of the world, with what it is called."""
    yield from ((f"signal {name}", signal) for name, signal in definition.signals.items())
    yield from ((f"check {item.id}", item.check) for item in definition.items)
    for name, suite in definition.smoke.items():
        yield from ((f"smoke {name}", step) for step in suite.steps)
