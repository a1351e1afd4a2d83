"""What differs between two definitions, thing by thing, in the words in which they are written."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Literal

import msgspec
import msgspec.inspect as mi

from launchpad.model.definition import Definition, Step, Threshold
from launchpad.model.text import clean
from launchpad.model.values import (
    Quantity,
    Value,
    ZonedTime,
    format_duration,
    format_instant,
    format_quantity,
)

_LONGEST = 300
"""Characters of a value that are shown."""


class Difference(Value):
    """One thing of a definition that is new, gone, or written otherwise."""

    section: str
    """`objective`, `item`, `launch`."""
    name: str
    """Empty where the section is one thing."""
    what: Literal["added", "removed", "changed"]
    key: str = ""
    """With `changed`: the key beneath the thing, dotted where it lies deeper."""
    before: str = ""
    after: str = ""

    @property
    def sentence(self) -> str:
        """`objective uptime: target 99.9% -> 99.5%`."""
        thing = f"{self.section} {self.name}".rstrip()
        if self.what == "changed":
            return " ".join(f"{thing}: {self.key} {self.before} -> {self.after}".split())
        value = self.after if self.what == "added" else self.before
        return f"{self.what} {thing}" + (f": {value}" if value else "")


def differences(before: Definition, after: Definition) -> tuple[Difference, ...]:
    """All that differs, in the order of the definition's sections."""
    found: list[Difference] = []
    for field in _fields_of(Definition):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new:
            found += _in_section(field, old, new)
    return tuple(found)


def summary(found: Sequence[Difference], most: int = 2) -> str:
    """The first of the differences in a line, and how many more there are."""
    more = len(found) - most
    return "; ".join([*(d.sentence for d in found[:most]), *([f"{more} more"] if more > 0 else [])])


def _in_section(field: mi.Field, old: Any, new: Any) -> Iterator[Difference]:
    olds, news = _by_name(field.type, old), _by_name(field.type, new)
    if olds is None or news is None:
        for key, before, after in _changes("", old, new, field.type):
            yield Difference(
                section=field.encode_name, name="", what="changed", key=key, before=before, after=after
            )
        return
    section = field.encode_name.removesuffix("s")
    inner = _inner(field.type)
    for name in dict.fromkeys([*olds, *news]):
        if name not in news:
            gone = told(olds[name], inner)
            yield Difference(section=section, name=name, what="removed", before=gone)
        elif name not in olds:
            yield Difference(section=section, name=name, what="added", after=told(news[name], inner))
        else:
            for key, before, after in _changes("", olds[name], news[name], inner):
                yield Difference(
                    section=section, name=name, what="changed", key=key, before=before, after=after
                )


def _by_name(type_: mi.Type, value: Any) -> Mapping[str, Any] | None:
    """The things of a section by their names; None where the section is one thing."""
    if isinstance(value, Mapping):
        return value
    inner = _inner(type_)
    if not isinstance(inner, mi.StructType):
        return None
    named = next((f.name for f in inner.fields if f.name in ("id", "name")), None)
    return {getattr(thing, named): thing for thing in value} if named else None


def _changes(key: str, old: Any, new: Any, type_: mi.Type) -> Iterator[tuple[str, str, str]]:
    """Each key beneath that differs, with its values before and after."""
    if old == new:
        return
    if isinstance(old, msgspec.Struct) and type(old) is type(new) and not isinstance(old, _WHOLE):
        for field in _fields_of(type(old)):
            deeper = f"{key}.{field.encode_name}".lstrip(".")
            yield from _changes(deeper, getattr(old, field.name), getattr(new, field.name), field.type)
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in dict.fromkeys([*old, *new]):
            deeper = f"{key}.{name}".lstrip(".")
            yield from _changes(deeper, old.get(name), new.get(name), _inner(type_))
    elif isinstance(old, tuple) and isinstance(new, tuple) and _structs(old, new):
        inner = _inner(type_)
        gone = [told(one, inner) for one in old if one not in new]
        come = [told(one, inner) for one in new if one not in old]
        if gone or come:
            yield key, ", ".join(gone) or "nothing", ", ".join(come) or "nothing"
        else:
            yield key, told(old, type_), told(new, type_)
    else:
        yield key, told(old, type_), told(new, type_)


def _structs(*lists: tuple[Any, ...]) -> bool:
    return any(isinstance(one, msgspec.Struct) for ones in lists for one in ones)


def told(value: Any, type_: mi.Type | None = None) -> str:
    """A value of a definition as it would be written; what is not said of a thing is left out."""
    return clean(_told(value, mi.AnyType() if type_ is None else type_), _LONGEST)


_WHOLE = (Quantity, ZonedTime, Threshold, Step)
"""Structs that are written as one word."""


def _told(value: Any, type_: mi.Type) -> str:
    match value:
        case None | () | "":
            return "nothing"
        case bool():
            return "true" if value else "false"
        case float() | int():
            return _number(value, _kind(type_))
        case Quantity():
            return format_quantity(value.value, value.unit)
        case ZonedTime():
            return f"{format_instant(value.at, value.zone, date=True)} {value.zone}"
        case Threshold():
            return value.described
        case Step():
            return f"{value.verb} {value.provider}"
        case msgspec.Struct():
            return ", ".join(_written(value))
        case Mapping():
            return ", ".join(f"{key}: {_nested(one, _inner(type_))}" for key, one in value.items())
        case tuple() | list():
            return ", ".join(_nested(one, _inner(type_)) for one in value)
    return str(value)


def _written(thing: msgspec.Struct) -> Iterator[str]:
    """The keys of a thing that say more than their defaults."""
    tag = thing.__struct_config__.tag
    if tag and thing.__struct_config__.tag_field == "probe":
        yield f"probe: {tag}"
    for field in _fields_of(type(thing)):
        value = getattr(thing, field.name)
        if value != field.default and not (field.default_factory is dict and not value):
            yield f"{field.encode_name}: {_nested(value, field.type)}"


def _nested(value: Any, type_: mi.Type) -> str:
    text = _told(value, type_)
    if isinstance(value, tuple | list):
        return f"[{text}]"
    whole = not isinstance(value, msgspec.Struct | Mapping) or isinstance(value, _WHOLE)
    return text if whole else f"{{{text}}}"


def _number(value: float, kind: str) -> str:
    match kind:
        case "duration":
            return format_duration(value)
        case "percent":
            return format_quantity(value, "%")
        case "offset":
            return f"T{'-' if value < 0 else '+'}{format_duration(abs(value))}"
    return f"{value:.10g}"


def _kind(type_: mi.Type) -> str:
    """How a number of this type is written."""
    match type_:
        case mi.Metadata():
            return str((type_.extra or {}).get("read", "")) or _kind(type_.type)
        case mi.UnionType():
            return next((kind for member in type_.types if (kind := _kind(member))), "")
    return ""


def _inner(type_: mi.Type) -> mi.Type:
    """The type of what a collection holds; of a union, its first collection's."""
    match type_:
        case mi.Metadata():
            return _inner(type_.type)
        case mi.VarTupleType():
            return type_.item_type
        case mi.DictType():
            return type_.value_type
        case mi.UnionType():
            return next((t for m in type_.types if not isinstance(t := _inner(m), mi.AnyType)), mi.AnyType())
    return mi.AnyType()


@cache
def _fields_of(struct: type[msgspec.Struct]) -> tuple[mi.Field, ...]:
    type_ = mi.type_info(struct)
    assert isinstance(type_, mi.StructType), "of a struct"
    return type_.fields
