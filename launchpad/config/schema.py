"""JSON Schema of a `launchpad.yaml`, for editors; made from the types that `load` reads."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from textwrap import dedent
from typing import Any, get_args

import msgspec

from launchpad.config.document import Checklist, Document
from launchpad.config.reader import NONE, Settings
from launchpad.model.definition import (
    Channel,
    Condition,
    Criterion,
    Dump,
    Given,
    Guard,
    Provider,
    Restoration,
    Rollout,
    Step,
    Threshold,
    Verb,
    Wait,
)
from launchpad.model.probe import Derived
from launchpad.model.values import Quantity, ZonedTime

Schema = dict[str, Any]

_NUMBER = r"[0-9]+(\.[0-9]+)?"
_LIMIT = rf"({_NUMBER}%?|({_NUMBER}(ms|s|m|h|d|w))+)"
_WRITTEN: dict[type, Schema] = {
    Quantity: {
        "type": ["string", "number"],
        "pattern": f"^{_LIMIT}$",
        "examples": ["2s", "0.1%"],
        "description": "A limit: a duration, a percentage or a number.",
    },
    ZonedTime: {
        "type": "string",
        "pattern": r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)? +\S+$",
        "examples": ["2026-12-01 09:00 Europe/Berlin"],
        "description": "A local time and its IANA zone.",
    },
    Threshold: {
        "type": "string",
        "pattern": rf"^\S+?\s*(>=|<=|>|<)\s*{_LIMIT}$",
        "examples": ["errors > 1%"],
        "description": "An objective and the limit it must not cross.",
    },
    Wait: {
        "type": "string",
        "pattern": rf"^(({_NUMBER}(ms|s|m|h|d|w))+|next-business-day|never)$",
        "examples": ["15m", "next-business-day"],
        "description": "How long after the alert fired.",
    },
    Step: {
        "type": "object",
        "propertyNames": {"enum": list(get_args(Verb))},
        "additionalProperties": {"type": "string"},
        "minProperties": 1,
        "maxProperties": 1,
        "examples": [{"deploy": "site"}],
        "description": "VERB: PROVIDER",
    },
}
"""Structs that are written in a way of their own."""


def schema(providers: Settings, channels: Settings = NONE) -> Schema:
    """The schema of a definition whose providers and channels are of these kinds."""
    return _schema(Document, "launchpad.yaml", {Provider: providers, Channel: channels})


def checklist_schema() -> Schema:
    """The schema of a checklist file."""
    return _schema(Checklist, "A Launchpad checklist", {})


def _schema(root: type, title: str, adapters: Mapping[type, Settings]) -> Schema:
    kept = tuple(dict.fromkeys(_rollout_settings(adapters.get(Provider, {}))))
    roots = (root, *(cls for kinds in adapters.values() for cls in kinds.values()), *kept)
    components: Schema
    _, components = msgspec.json.schema_components(roots, ref_template="#/$defs/{name}")
    for name, cls in _structs(roots).items():
        if cls in _WRITTEN:
            components[name] = _WRITTEN[cls]
        elif cls not in (Provider, Channel):
            _polish(components[name], cls)
    for adapter, kinds in adapters.items():
        settings = {kind: components.pop(cls.__name__) for kind, cls in kinds.items()}
        components[adapter.__name__] = {"anyOf": [_adapter(kind, one) for kind, one in settings.items()]}
    if Step.__name__ in components:
        beside = {"backup": Dump, "restore": Restoration, "smoke": Given}
        told = [_step(verb, components.pop(cls.__name__)) for verb, cls in beside.items()]
        components[Step.__name__] = {"anyOf": [components[Step.__name__], *told]}
    if Rollout.__name__ in components:
        components[Rollout.__name__] = _rollout(components[Rollout.__name__], components, kept)
    head: Schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    body: Schema = components.pop(root.__name__)
    return head | body | {"title": title, "$defs": components}


def _rollout_settings(providers: Settings) -> Iterator[type]:
    """What the kinds of providers must know of each rollout."""
    for settings in providers.values():
        if (cls := getattr(settings, "rollout_settings", None)) is not None:
            yield cls


def _rollout(own: Schema, components: Schema, settings: tuple[type, ...]) -> Schema:
    """The schema of a rollout: its own keys, and beside them those of its provider's kind."""
    properties = {key: value for key, value in own["properties"].items() if key != "settings"}
    for cls in settings:
        properties |= components.pop(cls.__name__)["properties"]
    return own | {"properties": properties}


def _step(verb: str, options: Schema) -> Schema:
    """The schema of a step that has more to say than its provider."""
    return options | {
        "properties": {verb: {"type": "string", "description": "The provider."}} | options["properties"],
        "required": [verb, *options.get("required", ())],
    }


def _structs(roots: tuple[type, ...]) -> dict[str, type]:
    """Every struct that `roots` are made of, by name."""
    found: dict[str, type] = {}

    def walk(type_: Any) -> None:
        match type_:
            case msgspec.inspect.StructType(cls=cls):
                if cls.__name__ not in found:
                    found[cls.__name__] = cls
                    for f in type_.fields:
                        walk(f.type)
            case msgspec.inspect.Metadata(type=inner):
                walk(inner)
            case msgspec.inspect.UnionType(types=types):
                for member in types:
                    walk(member)
            case msgspec.inspect.VarTupleType(item_type=item):
                walk(item)
            case msgspec.inspect.DictType(key_type=key, value_type=value):
                walk(key)
                walk(value)

    for root in roots:
        walk(msgspec.inspect.type_info(root))
    return found


def _polish(component: Schema, cls: type) -> None:
    """Says what the reader does beyond the types: no other keys, text for numbers, one for a list of one."""
    properties: Schema = component["properties"]
    if issubclass(cls, Condition | Criterion | Guard | Derived):  # told by their first key
        tag = str(cls.__struct_config__.tag_field)
        properties.pop(tag, None)
        component["required"] = [name for name in component.get("required", ()) if name != tag]
    component["additionalProperties"] = False
    descriptions = attribute_docstrings(cls)
    for f in msgspec.structs.fields(cls):
        written = _as_written(properties[f.encode_name])
        description = " ".join(filter(None, (descriptions.get(f.name), written.pop("description", None))))
        properties[f.encode_name] = {"description": description} | written if description else written


def _as_written(node: Any) -> Any:
    """A property's schema for what is written, which is text wherever the value is not."""
    if isinstance(node, list):
        return [_as_written(item) for item in node]
    if not isinstance(node, dict):
        return node
    written = {key: _as_written(value) for key, value in node.items() if key != "discriminator"}
    if "default" in node:
        written["default"] = node["default"]
    if "pattern" in written:  # a number that is written with its unit
        written["type"] = "string"
    if written.get("type") == "string":
        for bound in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            written.pop(bound, None)
        if isinstance(written.get("default"), float):
            written["default"] = written_duration(written["default"])
        if not {"pattern", "enum"} & written.keys():
            written["type"] = ["string", "number", "boolean"]
    if isinstance(default := written.get("default"), list) and written["items"].get("type") == "string":
        written["default"] = [written_duration(v) if isinstance(v, float) else v for v in default]
    return _or_one(written) if written.get("type") == "array" else written


def _or_one(array: Schema) -> Schema:
    """One number or name may be written without the brackets of a list."""
    items = array["items"]
    if not {"pattern", "enum"} & items.keys() and items.get("type") != "integer":
        return array
    default = {"default": array.pop("default")} if "default" in array else {}
    return {"anyOf": [array, items]} | default


def _adapter(kind: str, settings: Schema) -> Schema:
    """The schema of a provider or channel of one kind: `kind` and its settings side by side."""
    return settings | {
        "properties": {"kind": {"const": kind}} | settings["properties"],
        "required": ["kind", *settings.get("required", ())],
    }


def written_duration(seconds: float) -> str:
    """A duration as it is written in a definition: `1h30m`, `500ms`."""
    rest, parts = round(seconds * 1000), ""
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, rest = divmod(rest, size)
        parts += f"{count}{unit}" if count else ""
    return parts or "0s"


def written_offset(seconds: float) -> str:
    """A time relative to T-0 as it is written in a definition: `T-1d`, `T+0s`."""
    return f"T{'-' if seconds < 0 else '+'}{written_duration(abs(seconds))}"


@cache
def attribute_docstrings(cls: type) -> dict[str, str]:
    """The strings below a class's fields and those of its bases, as one line each."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if not issubclass(base, msgspec.Struct) or base is msgspec.Struct:
            continue
        body = _class_body(base)
        for field, text in pairwise(body):
            match field, text:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(doc))):
                    found[name] = " ".join(doc.split())
    return found


def _class_body(cls: type) -> list[ast.stmt]:
    try:
        source = inspect.getsource(cls)
    except (OSError, TypeError):
        return []
    (definition,) = ast.parse(dedent(source)).body
    return definition.body if isinstance(definition, ast.ClassDef) else []
