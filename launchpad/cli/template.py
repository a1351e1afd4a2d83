"""checklist: the shipped ones, and those made of documents."""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from launchpad.cli.command import argument, command
from launchpad.cli.output import wrap
from launchpad.cli.shell import Shell
from launchpad.errors import BadInput, Exit
from launchpad.model.definition import PHASES, Item

if TYPE_CHECKING:
    from launchpad.config.document import Checklist

_LARGEST = 4 << 20
"""Bytes of a document."""


def _names() -> Sequence[str]:
    from launchpad.config.templates import shipped

    return shipped()


@command(
    "checklist",
    "list the shipped checklists, show one, or make one of the task lists in a Markdown document",
    argument("verb", metavar="list|show|import", choices=("list", "show", "import"), help="what to do"),
    argument(
        "name", metavar="NAME|FILE.md", nargs="?", help="with show: the checklist; with import: the document"
    ),
    argument("--details", action="store_true", help="with show: how one knows of each item that it is so"),
    argument(
        "-o",
        "--output",
        metavar="FILE.yaml",
        help="with import: where to; never overwritten unless --force",
    ),
    argument("--force", action="store_true", help="overwrite FILE"),
    argument("--name", dest="called", metavar="NAME", help="what it is called (default: as the document)"),
    example="launchpad checklist import LAUNCH.md -o ours.yaml",
    details="At import every line of a task list becomes an item; headings become phases and sections,"
    " `T-1 week` or `first 48 hours` a due time, nested lines what their parent waits for, text and code"
    " below a line its details. Ids are made from the words and stay when the document is imported again."
    " Name a shipped checklist or a file under `checklists:`.",
    names=_names,
)
def checklist(shell: Shell, options: argparse.Namespace) -> int:
    if (options.name is None) != (options.verb == "list"):
        wanted = {"list": "no name", "show": "the name of a checklist", "import": "a Markdown document"}
        raise BadInput(
            f"`checklist {options.verb}` takes {wanted[options.verb]}",
            hint="see `launchpad checklist --help`",
        )
    return {"list": _list, "show": _show, "import": _import}[options.verb](shell, options)


def _list(shell: Shell, _options: argparse.Namespace) -> int:
    from launchpad.config.templates import load_template

    lists = [load_template(name) for name in _names()]
    counts = [Counter(item.phase for item in each.items) for each in lists]
    rows = [("checklist", *PHASES, "what it is for")]
    for each, count in zip(lists, counts, strict=True):
        rows.append((each.name, *(str(count[phase] or "") for phase in PHASES), each.description or ""))
    shell.out.result(
        [
            {"checklist": each.name, "description": each.description, "items": {p: count[p] for p in PHASES}}
            for each, count in zip(lists, counts, strict=True)
        ],
        shell.out.table(rows),
    )
    return Exit.DONE


def _show(shell: Shell, options: argparse.Namespace) -> int:
    from launchpad.config.templates import load_template

    shown = load_template(options.name)
    rows = [("item", "phase", "section", "title", "team", "due", "needs")]
    for item in shown.items:
        title = item.title + (" *" if item.required else "")
        needs = ", ".join(item.needs)
        rows.append((item.id, item.phase, item.section, title, item.team or "", _due(item), needs))
    head, *blocks = shell.out.table_blocks(
        rows, flexible="title", spare=("needs", "section", "phase", "team")
    )
    lines = [
        line
        for block, item in zip(blocks, shown.items, strict=True)
        for line in (*block, *(_detailed(shell, item) if options.details else ()))
    ]
    shell.out.result(_shape(shown), [*head, *lines])
    return Exit.DONE


def _detailed(shell: Shell, item: Item) -> Iterator[str]:
    """The lines of its details; a test that can be copied stays in one piece."""
    for detail in item.details.splitlines():
        whole = shell.out.columns is None or "{" in detail
        yield from (
            f"    {piece}".rstrip()
            for piece in ([detail] if whole else wrap(detail, (shell.out.columns or 80) - 4))
        )


def _due(item: Item) -> str:
    """`T+1h, every 30m until T+4h`"""
    from launchpad.config.schema import written_duration, written_offset

    due = written_offset(item.due) if item.due is not None else ""
    if item.every is None or item.until is None:
        return due
    return f"{due}, every {written_duration(item.every)} until {written_offset(item.until)}"


def _shape(shown: "Checklist") -> dict[str, Any]:
    """The checklist for `--json`: times are seconds from T-0, durations seconds."""
    items = [
        {
            "item": item.id,
            "title": item.title,
            "phase": item.phase,
            "section": item.section,
            "team": item.team,
            "required": item.required,
            "needs": item.needs,
            "due": item.due,
            "every": item.every,
            "until": item.until,
            "evidence": item.evidence,
            "environments": item.environments,
            "runbook": item.runbook,
            "automated": item.check is not None,
            "details": item.details,
        }
        for item in shown.items
    ]
    return {"checklist": shown.name, "description": shown.description, "items": items}


def _import(shell: Shell, options: argparse.Namespace) -> int:
    from launchpad.config.imports import imported

    source, target = Path(options.name), Path(options.output) if options.output else None
    if target is not None and target.exists() and not options.force:
        raise BadInput(f"{target} exists already", hint="name another file, or overwrite it with --force")
    made = imported(_document(source), source, options.called)
    if target is None:
        shell.out.text(made.yaml)
    else:
        try:
            target.write_text(made.yaml, encoding="utf-8")
        except OSError as error:
            raise BadInput(f"{target} can't be written: {error.strerror}", hint="name another file") from None
    phases = ", ".join(f"{count} {phase}" for phase, count in made.phases.items())
    shell.out.say(f"{made.items} items of {made.tasks} task lines: {phases}")
    if made.ticked:
        shell.out.say(f"ticked in the document, and open in a launch: {made.ticked} of them")
    return Exit.DONE


def _document(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} can't be read: {error.strerror}", hint="name a Markdown document") from None
    if len(data) > _LARGEST:
        raise BadInput(f"{path} is larger than {_LARGEST >> 20} MiB", hint="expected a Markdown document")
    for encoding in ("utf-8-sig", "utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", "replace")
