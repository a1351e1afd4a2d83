"""The shipped example: valid, complete, and what it says is what comes out."""

from datetime import UTC, datetime
from inspect import get_annotations
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec
import yaml
from msgspec import inspect

from launchpad.config import Document, load
from launchpad.config.starter import example
from launchpad.model.command import CommandSettings
from launchpad.model.definition import (
    Channel,
    Condition,
    Definition,
    Dump,
    Given,
    HttpStep,
    Provider,
    Restoration,
    Rollout,
    SmokeStep,
    Step,
    Threshold,
    Wait,
)
from launchpad.model.probe import Derived, Probe
from launchpad.model.values import Quantity, ZonedTime
from tests.support.kinds import CHANNELS, PROVIDERS

TOP = Path(__file__).parents[2]
EXAMPLE = TOP / "config.example.yaml"
ADAPTERS = {Provider: PROVIDERS, Channel: CHANNELS}
ROLLOUTS = {
    kind: settings.rollout_settings
    for kind, settings in PROVIDERS.items()
    if hasattr(settings, "rollout_settings")
}
OTHERWISE_WRITTEN = (*ADAPTERS, Quantity, Step, Threshold, Wait, ZonedTime)


def test_the_example_says_what_it_means():
    loaded = load(EXAMPLE, PROVIDERS, channels=CHANNELS)
    definition = loaded.definition
    assert definition.launch.t0
    at = datetime(2026, 12, 1, 9, 0, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    assert definition.launch.t0 == ZonedTime(at=int(at.timestamp()) * 1_000_000, zone="Europe/Berlin")
    assert definition.signals["homepage"].timeout == 3.0
    assert definition.signals["checkout"].timeout == 10.0
    assert definition.objectives["errors"].below == Quantity(value=0.001, unit="%")
    assert definition.alerts["slow"].when == Threshold(
        objective="latency", op=">", limit=Quantity(value=3, unit="s")
    )
    assert definition.actions["deploy"].steps[0] == Step(verb="migrate", provider="database")
    assert definition.skips["load-tested"] == "no new code on the hot path", "its own reason counts"
    assert definition.skips["limits-kept"] == "measured last week, and nothing has changed since"
    items = {item.id: item for item in definition.items}
    assert items["legal-approved"].team == "counsel"
    assert items["legal-approved"].due == -86400
    assert items["legal-approved"].evidence == "required"
    assert items["staging-verified"].environments == ("production",)
    assert items["certificate-valid"].check
    assert items["certificate-valid"].check.expires_after == 30 * 86400
    assert items["health-endpoint"].check
    assert items["health-endpoint"].check.expect.contains == '"healthy"'
    settings = msgspec.convert(definition.providers["site"].settings, CommandSettings)
    assert settings.verbs == ("deploy", "promote", "smoke", "rollback")
    assert settings.operations["smoke"].timeout == 120
    assert loaded.base_dir == TOP
    assert loaded.store == f"sqlite://{quote(str(TOP))}/acme-shop.db"


def test_the_package_carries_the_example():
    assert example() == EXAMPLE.read_text(encoding="utf-8")


def test_every_key_of_the_models_is_shown():
    """Where two keys can't stand side by side, a commented line shows the other."""
    text = EXAMPLE.read_text(encoding="utf-8").replace("  # - file:", "  - file:")
    shown = set(keys(yaml.safe_load(text), inspect.type_info(Document)))
    settings = [*ROLLOUTS.values(), Dump, Restoration, Given]
    settings += [cls for kinds in ADAPTERS.values() for cls in kinds.values()]
    assert declared(Document).union(*map(declared, settings)) == shown


def keys(node, type_):
    """The `(struct, key)` that a YAML node uses, read as a type."""
    match type_:
        case inspect.Metadata(type=inner):
            yield from keys(node, inner)
        case inspect.UnionType(types=types):
            structs = [member for member in types if isinstance(member, inspect.StructType)]
            for member in chosen(node, structs) if len(structs) > 1 else structs:
                yield from keys(node, member)
        case inspect.VarTupleType(item_type=item):
            for entry in node if isinstance(node, list) else [node]:
                yield from keys(entry, item)
        case inspect.DictType(value_type=value):
            for entry in node.values():
                yield from keys(entry, value)
        case inspect.StructType(cls=cls) if cls in ADAPTERS:
            yield from keys(node, inspect.type_info(ADAPTERS[cls][node["kind"]]))
        case inspect.StructType(cls=cls) if cls is Step:
            yield from saved(node)
        case inspect.StructType(cls=cls, fields=fields) if cls not in OTHERWISE_WRITTEN:
            yield from used(node, cls, fields)
            for settings in ROLLOUTS.values() if cls is Rollout else ():
                yield from used(node, settings, inspect.type_info(settings).fields)


def saved(step):
    """As `keys`, of a step that has more to say than its provider."""
    for verb, options in (("backup", Dump), ("restore", Restoration), ("smoke", Given)):
        if verb in step and len(step) > 1:
            yield from keys(step, inspect.type_info(options))


def used(node, cls, fields):
    """As `keys`, of a struct."""
    for f in fields:
        if f.encode_name in node:
            yield owner(cls, f.name), f.encode_name
            yield from keys(node[f.encode_name], f.type)


def chosen(node, structs):
    """The members of a union that a YAML node is: named by `probe`, or by having its first key."""
    if "probe" in node:
        return [member for member in structs if member.tag == node["probe"]]
    return [member for member in structs if member.tag in node]


def declared(root: type) -> set[tuple[type, str]]:
    """Every `(struct, key)` that may stand in a `root`."""
    found: set[tuple[type, str]] = set()
    waiting: list[inspect.Type] = [inspect.type_info(root)]
    while waiting:
        match waiting.pop():
            case inspect.StructType(cls=cls, fields=fields) if cls not in OTHERWISE_WRITTEN:
                found |= {(owner(cls, f.name), f.encode_name) for f in fields if f.name != "settings"}
                waiting += [f.type for f in fields]
            case inspect.Metadata(type=inner) | inspect.VarTupleType(item_type=inner):
                waiting.append(inner)
            case inspect.UnionType(types=types):
                waiting += types
            case inspect.DictType(value_type=value):
                waiting.append(value)
    return found


def owner(cls: type, name: str) -> type:
    """The class that declares a field; one speaks for what all conditions, or all probes, have."""
    if issubclass(cls, Condition) and name == "advisory":
        return Condition
    if issubclass(cls, Probe | Derived) and name in ("every", "valid_for"):
        return Probe
    if issubclass(cls, SmokeStep) and name in ("name", "retries", "pause"):
        return HttpStep
    return next(base for base in cls.__mro__ if name in get_annotations(base))


def test_the_document_has_every_part_of_a_definition():
    """Declared twice because items and skips are written as checklists; all else must agree."""
    document = {f.name: (f.type, f.default) for f in msgspec.structs.fields(Document)}
    for f in msgspec.structs.fields(Definition):
        if f.name not in ("items", "skips"):
            assert document[f.name] == (f.type, f.default)
    assert set(document) == {f.name for f in msgspec.structs.fields(Definition)} - {"items", "skips"} | {
        "alert_sets",
        "checklists",
        "store",
    }
