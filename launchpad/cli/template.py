"""checklist: templates out of documents."""

import argparse
from pathlib import Path

from launchpad.cli.command import argument, command
from launchpad.cli.shell import Shell
from launchpad.errors import BadInput, Exit

_LARGEST = 4 << 20
"""Bytes of a document."""


@command(
    "checklist",
    "make a checklist of the task lists in a Markdown document",
    argument("verb", metavar="import", choices=("import",), help="what to do"),
    argument("file", metavar="FILE.md", help="the document"),
    argument("-o", "--output", metavar="FILE.yaml", help="where to; never overwritten unless --force"),
    argument("--force", action="store_true", help="overwrite FILE"),
    argument("--name", metavar="NAME", help="what the checklist is called (default: as the document)"),
    example="launchpad checklist import LAUNCH.md -o ours.yaml",
    details="Every line of a task list becomes an item; headings become phases and sections, `T-1 week` a due"
    " time, nested lines what their parent waits for, text and code below a line its details. Ids are made"
    " from the words and stay when the document is imported again. Name the file under `checklists:`.",
)
def checklist(shell: Shell, options: argparse.Namespace) -> int:
    from launchpad.config.imports import imported

    source, target = Path(options.file), Path(options.output) if options.output else None
    if target is not None and target.exists() and not options.force:
        raise BadInput(f"{target} exists already", hint="name another file, or overwrite it with --force")
    made = imported(_document(source), source, options.name)
    if target is None:
        shell.out.text(made.yaml)
    else:
        try:
            target.write_text(made.yaml, encoding="utf-8")
        except OSError as error:
            raise BadInput(f"{target} can't be written: {error.strerror}", hint="name another file") from None
    phases = ", ".join(f"{count} {phase}" for phase, count in made.phases.items())
    shell.out.say(f"{made.items} items of {made.tasks} task lines: {phases}")
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
