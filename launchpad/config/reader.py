"""Nodes to frozen values, steered by the types themselves.

What can't be read becomes a fault and leaves a `HOLE` in its place, so that everything else of the file is
still read and checked. A struct may have a method `faults()` that yields `(path, sentence)` for what its
types can't say; it is asked when nothing in the struct is missing.
"""

from collections.abc import Mapping as AbstractMapping
from functools import cache
from types import MappingProxyType
from typing import Any, get_args

import msgspec
from msgspec import inspect

from launchpad.config.document import LATER, Document
from launchpad.config.faults import HOLE, Faults, Path, Place, listed, nearest
from launchpad.config.nodes import Mapping, Node, Scalar, Sequence
from launchpad.config.scalars import STRUCTS, environment_fault, parsed, quoted, scalar
from launchpad.model.definition import (
    Channel,
    Dump,
    Given,
    Name,
    Provider,
    Restoration,
    Rollout,
    Step,
    Verb,
)
from launchpad.model.probe import Derived, Probe

Settings = AbstractMapping[str, type[msgspec.Struct]]
"""Kind of provider or channel → the struct that its settings are read into."""
NONE: Settings = MappingProxyType({})


@cache
def info(type_: Any) -> inspect.Type:
    """Type information, computed once."""
    return inspect.type_info(type_)


def _struct_info(cls: type) -> inspect.StructType:
    type_ = info(cls)
    assert isinstance(type_, inspect.StructType), "asked of structs"
    return type_


_OPTIONS: dict[Verb, tuple[str, inspect.StructType]] = {
    "backup": ("dump", _struct_info(Dump)),
    "restore": ("restoration", _struct_info(Restoration)),
    "smoke": ("given", _struct_info(Given)),
}
"""By verb: the field of a step for what may stand beside it, and what that is."""


class Reader:
    """Reads nodes as types, collecting faults and places."""

    def __init__(self, faults: Faults, providers: Settings, channels: Settings = NONE) -> None:
        self._faults = faults
        self._settings: dict[type, Settings] = {Provider: providers, Channel: channels}
        self._document: Node | None = None

    def read(self, node: Node, type_: Any, path: Path = ()) -> Any:
        """The value of `node` as `type_`, or HOLE. `path` is where it stands in the document."""
        self._faults.note(path, node.place)
        if type_ is Document:
            self._document = node
        return self._read(node, info(type_), path)

    def _read(
        self, node: Node, type_: inspect.Type, path: Path, kind: str | None = None, hint: str = ""
    ) -> Any:
        match type_:
            case inspect.Metadata():
                kind = (type_.extra or {}).get("read", kind)
                hint = (type_.extra_json_schema or {}).get("description", hint)
                return self._read(node, type_.type, path, kind, hint)
            case inspect.StructType():
                return self._struct_or_scalar(node, type_, path)
            case inspect.UnionType():
                return self._union(node, type_, path, kind, hint)
            case inspect.VarTupleType():
                return self._tuple(node, type_, path)
            case inspect.DictType():
                return self._dict(node, type_, path, kind)
            case inspect.AnyType():
                return _builtins(node)
            case _:
                return self._scalar(node, type_, kind, hint)

    def _scalar(self, node: Node, type_: inspect.Type, kind: str | None, hint: str) -> Any:
        if not isinstance(node, Scalar):
            return self._fault(node.place, f"{_found(node)}, expected a single value")
        if node.nothing:
            return self._fault(node.place, f"nothing here, {_wanted(hint)}")
        try:
            return scalar(node.text, type_, kind, _wanted(hint))
        except ValueError as error:
            return self._fault(node.place, str(error))

    def _union(self, node: Node, type_: inspect.UnionType, path: Path, kind: str | None, hint: str) -> Any:
        members = [member for member in type_.types if not isinstance(member, inspect.NoneType)]
        if len(members) < len(type_.types) and isinstance(node, Scalar) and node.nothing:
            return None
        if len(members) == 1:
            return self._read(node, members[0], path, kind, hint)
        by_tag = {str(member.tag): member for member in members if isinstance(member, inspect.StructType)}
        if any(issubclass(member.cls, Probe) for member in by_tag.values()):
            derived = {tag: one for tag, one in by_tag.items() if issubclass(one.cls, Derived)}
            first = next(iter(node.pairs), "") if isinstance(node, Mapping) else ""
            if first in derived:
                return self._struct(node, derived[first], path)
            kinds = {tag: one for tag, one in by_tag.items() if tag not in derived}
            return self._probe(node, kinds, path)
        names = list(by_tag)
        if not isinstance(node, Mapping):
            return self._fault(node.place, f"{_found(node)}, expected a mapping with one of {listed(names)}")
        chosen = [key for key in node.pairs if key in by_tag]
        if len(chosen) == 1:
            return self._struct(node, by_tag[chosen[0]], path)
        if chosen:
            place = node.pairs[chosen[1]][0]
            return self._fault(
                place, f"'{chosen[1]}' stands beside '{chosen[0]}', expected one; make it two entries"
            )
        unknown = next(iter(node.pairs), "")
        place = node.pairs[unknown][0] if unknown else node.place
        return self._fault(
            place, f"expected one of {listed(names)}, found {quoted(unknown)}{nearest(unknown, names)}"
        )

    def _tuple(self, node: Node, type_: inspect.VarTupleType, path: Path) -> Any:
        if isinstance(node, Scalar) and not node.nothing and _stands_alone(type_.item_type):
            node = Sequence(node.place, [node])
        if not isinstance(node, Sequence):
            return self._fault(node.place, f"{_found(node)}, expected a list")
        if len(node.items) < (type_.min_length or 0):
            return self._fault(node.place, "an empty list, expected at least one entry")
        values = []
        for index, item in enumerate(node.items):
            self._faults.note((*path, index), item.place)
            values.append(self._read(item, type_.item_type, (*path, index)))
        return tuple(values)

    def _dict(self, node: Node, type_: inspect.DictType, path: Path, kind: str | None) -> Any:
        if not isinstance(node, Mapping):
            return self._fault(node.place, f"{_found(node)}, expected a mapping")
        if len(node.pairs) < (type_.min_length or 0):
            return self._fault(node.place, "an empty mapping, expected at least one entry")
        values = {}
        for key, (place, value) in node.pairs.items():
            self._faults.note((*path, key), value.place, place)
            name = self._read(Scalar(place, key, plain=False), type_.key_type, (*path, key))
            read = self._read(value, type_.value_type, (*path, key))
            if kind == "environment" and read is not HOLE and (wrong := environment_fault(key, read)):
                read = self._fault(value.place, wrong)
            if name is not HOLE:
                values[name] = read
        return values

    def _struct_or_scalar(self, node: Node, type_: inspect.StructType, path: Path) -> Any:
        if type_.cls is Step:
            return self._step(node, path)
        if type_.cls in self._settings:
            return self._adapter(node, path, type_.cls)
        if type_.cls is Rollout:
            return self._rollout(node, type_, path)
        if type_.cls not in STRUCTS:
            return self._struct(node, type_, path)
        if not isinstance(node, Scalar):
            return self._fault(node.place, f"{_found(node)}, expected a single value")
        try:
            return parsed(STRUCTS[type_.cls], node.text)
        except ValueError as error:
            return self._fault(node.place, str(error))

    def _struct(
        self, node: Node, type_: inspect.StructType, path: Path, besides: tuple[str, ...] = ()
    ) -> Any:
        """Reads a mapping; `besides` are keys that somebody else has read."""
        keys = [f.encode_name for f in type_.fields]
        if not isinstance(node, Mapping):
            return self._fault(
                node.place, f"{_found(node)}, expected a mapping with keys such as {listed(keys, 4)}"
            )
        before = self._faults.added
        for key, (place, _) in node.pairs.items():
            if key not in keys and key not in besides:
                self._unknown(key, place, type_.cls, [*besides, *keys])
        for f in type_.fields:
            if f.required and f.encode_name not in node.pairs:
                missing = f"'{f.encode_name}' is missing{_beside(node)}"
                self._faults.at(path, missing, key=True)
        values = {f.name: self._field(node, f, path) for f in type_.fields}
        value = type_.cls(**{name: read for name, read in values.items() if read is not msgspec.UNSET})
        if self._faults.added == before and hasattr(value, "faults"):
            for where, what in value.faults():
                self._faults.at((*path, *where), what)
        return value

    def _field(self, node: Mapping, f: inspect.Field, path: Path) -> Any:
        """The field's value; UNSET where its default stands."""
        if f.encode_name not in node.pairs:
            return HOLE if f.required else msgspec.UNSET
        key, value = node.pairs[f.encode_name]
        inside = (*path, f.encode_name)
        self._faults.note(inside, value.place, key)
        if isinstance(value, Scalar) and value.nothing and not f.required and _holds_many(f.type):
            return msgspec.UNSET
        return self._read(value, f.type, inside)

    def _step(self, node: Node, path: Path) -> Any:
        verbs = get_args(Verb)
        if not isinstance(node, Mapping) or not node.pairs:
            return self._fault(
                node.place, f"{_found(node)}, expected 'VERB: PROVIDER' such as 'deploy: site'"
            )
        verb: Any
        verb, (place, provider) = next(iter(node.pairs.items()))
        options = _OPTIONS.get(verb) if len(node.pairs) > 1 else None
        if options is None:
            for key in list(node.pairs)[1:]:
                self._unknown(key, node.pairs[key][0], Step, [])
        if verb not in verbs:
            near = nearest(verb, verbs)
            return self._fault(place, f"unknown verb {quoted(verb)}, expected one of {listed(verbs)}{near}")
        self._faults.note((*path, "verb"), place)
        self._faults.note((*path, "provider"), provider.place)
        step = Step(verb=verb, provider=self._read(provider, info(Name), path))
        if options is None:
            return step
        field, type_ = options
        # They stand beside the verb, and are noted as if they stood in the step itself.
        return msgspec.structs.replace(step, **{field: self._struct(node, type_, path, besides=(verb,))})

    def _probe(self, node: Node, kinds: AbstractMapping[str, inspect.StructType], path: Path) -> Any:
        """Reads `{probe: KIND, …}` as the struct of its kind."""
        if not isinstance(node, Mapping):
            return self._fault(
                node.place, f"{_found(node)}, expected a mapping with 'probe' and what it asks"
            )
        if "probe" not in node.pairs:
            for key, (place, _) in node.pairs.items():
                if key in LATER[Probe]:
                    return self._fault(place, _not_yet(key))
        kind = self._kind(node, "probe", list(kinds), path)
        return HOLE if kind is None else self._struct(node, kinds[kind], path, besides=("probe",))

    def _kind(self, node: Mapping, key: str, kinds: list[str], path: Path) -> str | None:
        """Which of `kinds` the mapping's `key` names; None, and a fault, if none."""
        if key not in node.pairs:
            where = self._faults.place(path, key=True)
            self._faults.add(where, f"'{key}' is missing, expected one of {listed(kinds)}")
            return None
        kind = node.pairs[key][1]
        if isinstance(kind, Scalar) and kind.text in kinds:
            return kind.text
        text = kind.text if isinstance(kind, Scalar) else ""
        what = f"unknown {key} {quoted(text)}, expected one of {listed(kinds)}{nearest(text, kinds)}"
        self._faults.add(kind.place, what)
        return None

    def _adapter(self, node: Node, path: Path, cls: type) -> Any:
        """Reads `{kind: …, settings…}` with the settings type of its kind; the settings stay a struct."""
        kinds = sorted(self._settings[cls])
        if not isinstance(node, Mapping):
            return self._fault(node.place, f"{_found(node)}, expected a mapping with 'kind' and its settings")
        kind = self._kind(node, "kind", kinds, path)
        if kind is None:
            return HOLE
        type_ = info(self._settings[cls][kind])
        assert isinstance(type_, inspect.StructType)
        before = self._faults.added
        settings = self._struct(node, type_, path, besides=("kind",))
        # Settings answer for themselves (`verbs`), which they can't with a hole in them.
        return cls(kind=kind, settings=settings if self._faults.added == before else HOLE)

    def _rollout(self, node: Node, type_: inspect.StructType, path: Path) -> Any:
        """Reads a rollout; the settings that its provider's kind has for it stand beside its own keys."""
        kind = self._kind_of_provider(node)
        settings = getattr(self._settings[Provider].get(kind), "rollout_settings", None)
        own = msgspec.structs.replace(type_, fields=tuple(f for f in type_.fields if f.name != "settings"))
        theirs = info(settings) if settings is not None else None
        keys = tuple(f.encode_name for f in theirs.fields) if isinstance(theirs, inspect.StructType) else ()
        rollout = self._struct(node, own, path, besides=keys)
        if not isinstance(node, Mapping) or rollout is HOLE or not isinstance(theirs, inspect.StructType):
            return rollout
        before = self._faults.added
        # What neither knows has been said.
        read = self._struct(node, theirs, path, besides=tuple(node.pairs))
        return msgspec.structs.replace(rollout, settings=read if self._faults.added == before else HOLE)

    def _kind_of_provider(self, rollout: Node) -> str:
        """The kind of the provider that a rollout names, as written; empty if that can't be told."""
        node: Node | None = self._document
        for key in ("providers", _text(rollout, "provider")):
            node = node.pairs[key][1] if isinstance(node, Mapping) and key in node.pairs else None
        return _text(node, "kind")

    def _unknown(self, key: str, place: Place, cls: type, keys: list[str]) -> None:
        if key in _later(cls):
            self._faults.add(place, _not_yet(key))
            return
        expected = f"expected one of {listed(keys)}" if keys else "expected none beside the verb"
        self._faults.add(place, f"unknown key {quoted(key)}, {expected}{nearest(key, keys)}")

    def _fault(self, place: Place, what: str) -> Any:
        self._faults.add(place, what)
        return HOLE


def _later(cls: type) -> frozenset[str]:
    return frozenset().union(*(keys for owner, keys in LATER.items() if issubclass(cls, owner)))


def _not_yet(key: str) -> str:
    """Silence would pass for consent."""
    return f"'{key}' is not acted on by this version of Launchpad; remove it"


def _found(node: Node) -> str:
    match node:
        case Scalar():
            return "nothing here" if node.nothing else f"found {quoted(node.text)}"
        case Sequence():
            return "found a list"
        case Mapping():
            return "found a mapping"


def _wanted(hint: str) -> str:
    """`expected a duration …`, from a type's description."""
    return f"expected {hint[:1].lower()}{hint[1:].rstrip('.')}" if hint else "expected a value"


def _beside(node: Mapping) -> str:
    keys = listed(map(quoted, node.pairs), 3)
    return f", expected beside {keys}" if keys else ""


def _text(node: Node | None, key: str) -> str:
    """What stands behind a key, if that is a single value."""
    value = node.pairs[key][1] if isinstance(node, Mapping) and key in node.pairs else None
    return value.text if isinstance(value, Scalar) else ""


def _bare(type_: inspect.Type) -> inspect.Type:
    return type_.type if isinstance(type_, inspect.Metadata) else type_


def _stands_alone(type_: inspect.Type) -> bool:
    """Whether one such value may be written without the brackets of a list: `status: 200`."""
    bare = _bare(type_)
    named = isinstance(bare, inspect.StrType) and bare.pattern is not None
    return named or isinstance(bare, inspect.IntType | inspect.LiteralType)


def _holds_many(type_: inspect.Type) -> bool:
    """Whether a key with nothing behind it means an empty one."""
    return isinstance(_bare(type_), inspect.VarTupleType | inspect.DictType)


def _builtins(node: Node) -> Any:
    """A node of no declared type, by the rules of JSON: what is quoted is text."""
    match node:
        case Sequence():
            return [_builtins(item) for item in node.items]
        case Mapping():
            return {key: _builtins(value) for key, (_, value) in node.pairs.items()}
        case Scalar(plain=False):
            return node.text
    if node.nothing:
        return None
    try:
        return msgspec.json.decode(node.text)
    except msgspec.DecodeError:
        return node.text
