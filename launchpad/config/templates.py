"""Checklists: the shipped ones, the user's files, and their way into a launch's items."""

from importlib import resources
from pathlib import Path as FilePath
from typing import Any

import msgspec

from launchpad.config.document import Checklist, ChecklistUse, Document, SectionOverride
from launchpad.config.faults import HOLE, Faults, Path, Place, Unreadable, listed, nearest
from launchpad.config.nodes import compose
from launchpad.config.reader import Reader
from launchpad.config.source import decode, read_source
from launchpad.errors import BadInput
from launchpad.model.definition import Item

PROPOSAL = "check: {"
"""How a line of an item's details begins that is a test to copy; once there is one it has said its part."""
Placed = list[tuple[Path, Item]]
"""Items, each with the path under which its faults are found."""


def shipped() -> tuple[str, ...]:
    """Names of the shipped checklists."""
    folder = resources.files("checklists")
    return tuple(sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml")))


def load_template(name: str) -> Checklist:
    """A shipped checklist. Raises BadInput for a name that none has."""
    faults = Faults(_label(name))
    if name not in shipped():
        raise BadInput(f"no shipped checklist is called '{name}'", hint=f"there is {listed(shipped())}")
    try:
        checklist = _parse(_shipped_text(name, faults), _label(name), (), faults, Reader(faults, {}))
    except Unreadable:
        checklist = HOLE
    faults.raise_any()
    assert isinstance(checklist, Checklist)
    return checklist


def expand(
    document: Document, base: FilePath, faults: Faults, reader: Reader
) -> tuple[Placed, dict[str, str]]:
    """All items of the document's checklists with what this launch changes in them, and those it skips.

    `base` is the definition's folder, as the user spells it.
    """
    placed: Placed = []
    skips: dict[str, str] = {}
    for index, use in enumerate(() if document.checklists is HOLE else document.checklists):
        if use is HOLE:
            continue
        path: Path = ("checklists", index)
        items = _items(use, path, base, faults, reader)
        if items is HOLE:
            continue
        ids = HOLE if any(item.id is HOLE for _, item in items) else {item.id for _, item in items}
        for change in ("skip", "override"):
            for id_ in () if getattr(use, change) is HOLE else getattr(use, change):
                faults.refer((*path, change, id_), id_, ids, "item of this checklist", key=True)
        for change in ("skip_sections", "override_sections"):
            _refer_sections(getattr(use, change), items, (*path, change), faults)
        skips |= _skipped(use, items)
        placed += [(where, _overridden(item, where, use, path, faults)) for where, item in items]
    return placed, skips


def _refer_sections(named: Any, items: Placed, path: Path, faults: Faults) -> None:
    """Adds a fault for each section named at `path` that no item is in."""
    known = {item.section: None for _, item in items if item.section is not HOLE and item.section}
    among = HOLE if any(item.section is HOLE for _, item in items) else known
    for section in () if named is HOLE else named:
        faults.refer((*path, section), section, among, "section of this checklist", key=True)


def _skipped(use: ChecklistUse, items: Placed) -> dict[str, str]:
    """What a use leaves out, each item with the reason: its own, or that of its section."""
    sections = {} if use.skip_sections is HOLE else use.skip_sections
    skips = {
        item.id: sections[item.section]
        for _, item in items
        if HOLE not in (item.id, item.section) and item.section in sections
    }
    return skips if use.skip is HOLE else skips | use.skip


def _items(use: ChecklistUse, path: Path, base: FilePath, faults: Faults, reader: Reader) -> Any:
    """The items of one entry as `Placed`, HOLE if it can't be told which they are."""
    ways = [way for way in ("use", "file", "name") if getattr(use, way) is not None]
    if len(ways) != 1:
        faults.at(path, "expected exactly one of 'use', 'file' and 'name' with 'items'")
        return HOLE
    if getattr(use, ways[0]) is HOLE or use.items is HOLE:
        return HOLE
    if use.name:
        if not use.items:
            faults.at(
                (*path, "name"), f"checklist '{use.name}' has no items, expected 'items' beside it", key=True
            )
        return [((*path, "items", i), item) for i, item in enumerate(use.items) if item is not HOLE]
    if use.items:
        faults.at(
            (*path, "items"), f"'{ways[0]}' names a checklist already, expected no items beside it", key=True
        )
    inside: Path = (*path, "file")
    try:
        if use.use:
            inside = (*path, "use")
            if use.use not in shipped():
                near = nearest(use.use, shipped())
                expected = f"expected one of {listed(shipped())}"
                faults.fatal(
                    faults.place(inside), f"no shipped checklist is called '{use.use}', {expected}{near}"
                )
            label, text = _label(use.use), _shipped_text(use.use, faults)
        else:
            assert use.file
            label = str(base / use.file)
            text = read_source(base / use.file, label, faults, named_at=faults.place(inside))
        checklist = _parse(text, label, (*inside, "items of"), faults, reader)
    except Unreadable:
        return HOLE
    if checklist is HOLE or checklist.items is HOLE:
        return HOLE
    root: Path = (*inside, "items of", "items")
    return [((*root, i), item) for i, item in enumerate(checklist.items) if item is not HOLE]


def _parse(text: str, label: str, path: Path, faults: Faults, reader: Reader) -> Any:
    root = compose(text, label, faults)
    if root is None:
        faults.fatal(Place(label, 1, 1), "the file is empty, expected 'name' and 'items'")
    return reader.read(root, Checklist, path)


def _shipped_text(name: str, faults: Faults) -> str:
    data = (resources.files("checklists") / f"{name}.yaml").read_bytes()
    return decode(data, _label(name), faults)


def _label(name: str) -> str:
    """How faults call a shipped checklist: by the place where it lies in the source."""
    return f"checklists/{name}.yaml"


def _overridden(item: Item, where: Path, use: ChecklistUse, path: Path, faults: Faults) -> Item:
    """The item, which stands at `where`, with what its use at `path` changes in it and in its section."""
    for change, named in (("override_sections", item.section), ("override", item.id)):
        overrides = getattr(use, change)
        if HOLE in (overrides, named):
            continue
        override = overrides.get(named)
        if override and override is not HOLE:
            item = _changed(item, where, override, (*path, change, named), faults)
    return item


def _changed(item: Item, where: Path, override: SectionOverride, path: Path, faults: Faults) -> Item:
    """The item, which stands at `where`, with what the override at `path` changes in it."""
    changes = {name: value for name, value in msgspec.structs.asdict(override).items() if value is not None}
    changed = msgspec.structs.replace(item, **changes)
    if "check" in changes:
        faults.moved((*where, "check"), (*path, "check"))
        every, until = changes.get("every"), changes.get("until")
        changed = msgspec.structs.replace(changed, every=every, until=until, details=_kept(item.details))
    when = next((key for key in ("due", "every", "until") if key in changes), None)
    if when and HOLE not in (changed.due, changed.every, changed.until):
        for (key, *_), what in changed.faults():
            if key in changes:
                faults.at((*path, key), what)
            else:
                faults.at((*path, when), f"with this the item's '{key}' is wrong: {what}")
    return changed


def _kept(details: str) -> str:
    """What is left of the details of an item that got its test."""
    lines = () if details is HOLE else details.splitlines()
    return "\n".join(line for line in lines if not line.startswith(PROPOSAL))
