"""A checklist file made of a Markdown document."""

import contextlib
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from launchpad.config.document import Checklist
from launchpad.config.faults import HOLE, Faults, Unreadable
from launchpad.config.markdown import count_tasks, count_ticked, items_of, slug
from launchpad.config.nodes import compose
from launchpad.config.reader import Reader
from launchpad.config.schema import written_offset
from launchpad.errors import BadInput
from launchpad.model.definition import PHASES, Item
from launchpad.model.values import Value


class Import(Value):
    """A checklist as it is written, and what went into it."""

    yaml: str
    items: int
    tasks: int
    """Lines of task lists in the document."""
    ticked: int
    """Those that are ticked in it; as items they are open."""
    phases: dict[str, int]


def imported(text: str, source: Path, name: str | None = None) -> Import:
    """The checklist of a document; `source` is where it lies. Raises BadInput if it holds no task list."""
    items = items_of(text)
    if not items:
        raise BadInput(f"{source} holds no task list", hint="expected lines such as `- [ ] Code is frozen`")
    called = name or slug(source.stem)
    head = f"# From {source.name}. Teams, due times and what is required are yours to add.\n"
    body = {"name": called, "items": [_written(item) for item in items]}
    made = head + yaml.dump(body, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    _check(made, source)
    phases = Counter(item.phase for item in items)
    return Import(
        yaml=made,
        items=len(items),
        tasks=count_tasks(text),
        ticked=count_ticked(text),
        phases={phase: phases[phase] for phase in PHASES if phases[phase]},
    )


def _written(item: Item) -> dict[str, Any]:
    """An item as a checklist file has it: what is not said is left out."""
    written: dict[str, Any] = {"id": item.id, "title": item.title}
    if item.phase != "pre-launch":
        written["phase"] = item.phase
    if item.section:
        written["section"] = item.section
    if item.needs:
        written["needs"] = list(item.needs)
    if item.due is not None:
        written["due"] = written_offset(item.due)
    if item.runbook:
        written["runbook"] = item.runbook
    if item.details:
        written["details"] = item.details
    return written


class _Dumper(yaml.SafeDumper):
    """Writes several lines as such."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _check(made: str, source: Path) -> None:
    """What is written is read back before anybody rests on it. Raises BadInput."""
    faults = Faults(str(source))
    read = HOLE
    with contextlib.suppress(Unreadable):  # what is wrong stands among the faults
        root = compose(made, str(source), faults)
        read = Reader(faults, {}).read(root, Checklist) if root is not None else HOLE
    faults.raise_any()
    if read is HOLE:
        raise BadInput(f"{source} can't be made a checklist of", hint="is it a Markdown document?")
