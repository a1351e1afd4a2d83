"""init, validate, schema: the definition before there is a launch."""

import argparse
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from launchpad.cli.command import argument, command
from launchpad.cli.shell import DEFAULT_FILE, Shell
from launchpad.errors import BadInput, Exit
from launchpad.wiring import (
    channel_settings,
    load_definition,
    os_login,
    provider_settings,
    references,
)

if TYPE_CHECKING:
    from launchpad.config.starter import Answers

_QUESTIONS: tuple[tuple[str, str, str, str], ...] = (
    ("product", "--product", "What is launched?", ""),
    ("version", "--release", "Which version?", "1.0.0"),
    ("url", "--url", "An address of it that should always answer", ""),
    ("t0", "--t0", "When, such as 2026-12-01 09:00 Europe/Berlin (empty: not planned yet)", ""),
    ("operator", "--operator", "Who is the launch director?", os_login()),
)
"""Answer, flag, question, default."""


@command(
    "init",
    f"write a {DEFAULT_FILE} that validates, and a .env.example",
    argument("directory", metavar="DIR", nargs="?", default=".", help="where to (default: here)"),
    argument("--product", metavar="NAME", help="what is launched"),
    argument("--release", dest="version", metavar="VERSION", help="which version"),
    argument("--url", metavar="URL", help="an address of it that should always answer"),
    argument("--t0", metavar="TIME", help="when, such as '2026-12-01 09:00 Europe/Berlin'"),
    argument("--operator", metavar="NAME", help="the launch director (default: you)"),
    argument("--example", action="store_true", help="write the complete, commented example instead"),
    example="launchpad init --product Acme --release 4.2.0 --url https://acme.com",
    details="Asks for what the options leave open. Never overwrites a file.",
)
def init(shell: Shell, options: argparse.Namespace) -> int:
    from launchpad.config import starter

    directory = Path(options.directory)
    target = directory / DEFAULT_FILE
    if target.exists() or target.is_symlink():
        raise BadInput(f"{target} exists already", hint="name another directory")
    text = starter.example() if options.example else starter.starter(_answers(options))
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _write_new(target, text)
    except OSError as error:
        raise BadInput(f"{target} can't be written: {error.strerror}") from None
    written = [str(target)]
    environment = directory / ".env.example"
    try:
        _write_new(environment, starter.env_example(_references(target)))
        written.append(str(environment))
    except FileExistsError:
        shell.out.say(f"{environment} exists already and stays as it is")
    shell.out.result({"written": written}, [f"wrote {name}" for name in written])
    there = "" if directory.resolve() == Path.cwd() else f"`cd {shlex.quote(str(directory))}`, "
    shell.out.say(f"Next: {there}`launchpad validate`, `launchpad doctor`, `launchpad run`.")
    return Exit.DONE


def _answers(options: argparse.Namespace) -> "Answers":
    """The answers given by options, and by a person for the rest."""
    from launchpad.config.starter import Answers

    given: dict[str, str] = {}
    for name, flag, question, default in _QUESTIONS:
        answer = getattr(options, name)
        if answer is None and sys.stdin.isatty():
            answer = _ask(name, question, default)
        answer = answer or default
        if not answer and name != "t0":
            raise BadInput(
                f"{flag} is missing, and there is no terminal to ask", hint="see `launchpad init --help`"
            )
        if answer:
            given[name] = answer
    if given["operator"] != os_login():
        given["login"] = os_login()
    return Answers(**given)


def _ask(name: str, question: str, default: str) -> str:
    """A person's answer; asks again until it can be used. Ends as if interrupted when input ends."""
    from launchpad.config.starter import check_answer

    while True:
        sys.stderr.write(f"{question}{f' [{default}]' if default else ''}: ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise KeyboardInterrupt
        answer = line.strip() or default
        if not answer and name == "t0":
            return answer
        try:
            check_answer(name, answer)
        except BadInput as error:
            sys.stderr.write(f"  {error}\n")
        else:
            return answer


def _write_new(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8") as file:
        file.write(text)


def _references(path: Path) -> tuple[str, ...]:
    return references(load_definition(path).definition)


@command(
    "validate",
    "check a definition: each fault one line FILE:LINE:COL",
    argument("file", metavar="FILE", nargs="?", help="the definition (else as for every command)"),
    example="launchpad validate launchpad.yaml",
    details="Exit status: 2 if there is a fault.",
)
def validate(shell: Shell, options: argparse.Namespace) -> int:
    path = Path(options.file) if options.file else shell.require_file()
    definition = load_definition(path).definition
    counts = {
        "items": len(definition.items),
        "skipped": len(definition.skips),
        "signals": len(definition.signals),
        "objectives": len(definition.objectives),
        "alerts": len(definition.alerts),
        "gates": len(definition.gates),
        "actions": len(definition.actions),
        "operators": len(definition.operators),
    }
    skipped = f", {len(definition.skips)} skipped" if definition.skips else ""
    told = ", ".join(
        f"{count} {name.removesuffix('s') if count == 1 else name}"
        for name, count in counts.items()
        if name != "skipped"
    )
    shell.out.result(
        {"file": str(path), "valid": True, "digest": definition.digest(), **counts},
        [f"{path} is valid: {told}{skipped}"],
    )
    return Exit.DONE


@command(
    "schema",
    "the JSON Schema of the definition, for editors",
    argument("--checklist", action="store_true", help="of a checklist file instead"),
    example="launchpad schema > launchpad.schema.json",
)
def schema(shell: Shell, options: argparse.Namespace) -> int:
    import msgspec

    from launchpad.config import schema as schemas

    whole = schemas.schema(provider_settings(), channel_settings())
    made = schemas.checklist_schema() if options.checklist else whole
    shell.out.result(made, [msgspec.json.format(msgspec.json.encode(made), indent=2).decode()])
    return Exit.DONE
