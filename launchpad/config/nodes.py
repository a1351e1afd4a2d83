"""YAML text to a small tree that knows its places, built so that hostile text can't blow it up.

Only what a definition needs: one document, no tags, no merge keys; aliases count as often as they are
used. Scalars stay text: what they mean is decided by the type that is read, so YAML's own guesses (`no`,
`16:00`, `1e3`) never happen.
"""

from dataclasses import dataclass, field
from typing import Any

import yaml

from launchpad.config.faults import Faults, Place

MAX_DEPTH = 40
MAX_NODES = 20_000
"""Nodes of a file, each alias counted in full."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_QUOTES = "write the value without it, in quotes if it should stay text"


@dataclass(slots=True)
class Scalar:
    place: Place
    text: str
    plain: bool
    """Not quoted and no block."""
    size: int = 1
    height: int = 0

    @property
    def nothing(self) -> bool:
        """Whether nothing is written here."""
        return self.plain and self.text in _NOTHING


@dataclass(slots=True)
class Sequence:
    place: Place
    items: list["Node"] = field(default_factory=list)
    size: int = 1
    height: int = 0


@dataclass(slots=True)
class Mapping:
    place: Place
    pairs: dict[str, tuple[Place, "Node"]] = field(default_factory=dict)
    """Key → where the key stands, and its value."""
    size: int = 1
    height: int = 0


Node = Scalar | Sequence | Mapping


def compose(text: str, label: str, faults: Faults) -> Node | None:
    """The tree of a YAML text, None if it is empty. `label` is the file's name in faults.

    Duplicate keys, tags and the like are added to `faults`; what makes the rest unreadable raises
    Unreadable.
    """
    composer = _Composer(label, faults)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            composer.feed(event)
    except yaml.MarkedYAMLError as error:
        faults.fatal(*_syntax(error, text, label))
    except yaml.YAMLError as error:
        faults.fatal(Place(label, 1, 1), f"not YAML: {error}")
    return composer.root


class _Composer:
    """Puts parser events together, without recursion."""

    def __init__(self, label: str, faults: Faults) -> None:
        self.root: Node | None = None
        self._label = label
        self._faults = faults
        self._open: list[tuple[Sequence | Mapping, Scalar | None]] = []
        """Containers being filled, each with the key that waits for its value."""
        self._anchors: dict[str, Node | None] = {}
        """None: still being filled."""
        self._names: list[str | None] = []
        self._documents = 0

    def feed(self, event: yaml.Event) -> None:
        match event:
            case yaml.ScalarEvent():
                plain = event.style in (None, "")
                self._begin(event, Scalar(self._place(event), event.value, plain))
            case yaml.SequenceStartEvent():
                self._push(event, Sequence(self._place(event)))
            case yaml.MappingStartEvent():
                self._push(event, Mapping(self._place(event)))
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._pop()
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self._faults.fatal(self._place(event), "a second document begins, expected one in a file")

    def _place(self, event: Any) -> Place:
        mark = event.start_mark
        return Place(self._label, mark.line + 1, mark.column + 1)

    def _begin(self, event: Any, node: Node) -> None:
        """Checks what stands before a node and, for a scalar, puts it in its place."""
        if event.tag not in (None, "!"):
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")[:60]
            self._faults.add(node.place, f"tag '{tag}', expected none; {_QUOTES}")
        if isinstance(node, Scalar):
            if event.anchor:
                self._anchors[event.anchor] = node
            self._place_value(node)

    def _push(self, event: Any, node: Sequence | Mapping) -> None:
        self._begin(event, node)
        if len(self._open) >= MAX_DEPTH:
            self._faults.fatal(node.place, f"nested too deeply, expected at most {MAX_DEPTH} levels")
        if event.anchor:
            self._anchors[event.anchor] = None
        self._names.append(event.anchor)
        self._open.append((node, None))

    def _pop(self) -> None:
        node, _ = self._open.pop()
        name = self._names.pop()
        if name:
            self._anchors[name] = node
        self._place_value(node)

    def _alias(self, event: Any) -> None:
        place = self._place(event)
        if event.anchor not in self._anchors:
            self._faults.fatal(
                place, f"alias '*{event.anchor}' stands for nothing, expected an anchor before it"
            )
        node = self._anchors[event.anchor]
        if node is None:
            self._faults.fatal(place, f"alias '*{event.anchor}' stands inside of what it stands for")
        if len(self._open) + node.height > MAX_DEPTH:
            self._faults.fatal(place, f"nested too deeply, expected at most {MAX_DEPTH} levels")
        self._place_value(node, place)

    def _place_value(self, node: Node, place: Place | None = None) -> None:
        """Puts a finished node where it belongs: root, next in a list, key or value of a mapping."""
        if not self._open:
            self.root = node
            return
        parent, key = self._open[-1]
        parent.size += node.size
        parent.height = max(parent.height, node.height + 1)
        if parent.size > MAX_NODES:
            self._faults.fatal(place or node.place, f"too much: expected at most {MAX_NODES:,} values")
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif key is None:
            self._open[-1] = (parent, self._key(node, place or node.place))
        else:
            self._open[-1] = (parent, None)
            self._put(parent, key, node)

    def _key(self, node: Node, place: Place) -> Scalar:
        if not isinstance(node, Scalar):
            self._faults.fatal(
                place, "a list or mapping where a key belongs; quote it if it is meant as text"
            )
        return Scalar(place, node.text, node.plain)

    def _put(self, parent: Mapping, key: Scalar, value: Node) -> None:
        if key.text == "<<" and key.plain:
            self._faults.add(key.place, "merge key '<<', expected the keys themselves; write them out")
        elif key.text in parent.pairs:
            first = parent.pairs[key.text][0].line
            self._faults.add(
                key.place, f"key '{key.text[:60]}' is already on line {first}, expected it once; remove one"
            )
        else:
            parent.pairs[key.text] = (key.place, value)


def _syntax(error: yaml.MarkedYAMLError, text: str, label: str) -> tuple[Place, str]:
    """Where the text stops being YAML, and a sentence about it."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.split("\n")
    here = lines[line] if line < len(lines) else ""
    indent = here[: len(here) - len(here.lstrip())]
    if "\t" in indent:
        return Place(label, line + 1, indent.index("\t") + 1), "a tab in the indentation, expected blanks"
    what = f"not YAML: {error.problem or 'unreadable'}"
    if error.context:
        what += f" ({error.context}"
        what += f" that begins on line {error.context_mark.line + 1})" if error.context_mark else ")"
    return Place(label, line + 1, column + 1), what
