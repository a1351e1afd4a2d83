"""The schema for editors accepts what `load` accepts, and has a word for every key."""

import copy
import json
import re
from pathlib import Path

import pytest
import yaml

from launchpad.config import load
from launchpad.config.schema import checklist_schema, schema, written_duration
from launchpad.config.starter import Answers, starter
from launchpad.model.values import parse_duration
from tests.support.kinds import CHANNELS, PROVIDERS

TOP = Path(__file__).parents[2]
TYPES = {"string": str, "object": dict, "array": list, "boolean": bool, "null": type(None)}


class Plain(yaml.SafeLoader):
    """Reads what an editor's YAML 1.2 would: dates stay text."""


Plain.yaml_implicit_resolvers = {
    letter: [(tag, rule) for tag, rule in rules if tag != "tag:yaml.org,2002:timestamp"]
    for letter, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def complaints(value, node, root, at="") -> list[str]:
    """What a JSON Schema validator would say; the keywords that our schema uses, no others."""
    known = {
        "title",
        "description",
        "examples",
        "default",
        "$schema",
        "$defs",
        "type",
        "properties",
        "required",
    }
    known |= {
        "additionalProperties",
        "propertyNames",
        "minProperties",
        "maxProperties",
        "items",
        "minItems",
        "anyOf",
    }
    known |= {"enum", "const", "pattern", "minLength", "maxLength", "minimum", "maximum", "$ref"}
    known |= {"exclusiveMinimum", "exclusiveMaximum"}
    assert node.keys() <= known, node.keys() - known
    if "$ref" in node:
        return complaints(value, root["$defs"][node["$ref"].rpartition("/")[2]], root, at)
    if "anyOf" in node:
        tried = [complaints(value, option, root, at) for option in node["anyOf"]]
        return [] if any(not found for found in tried) else min(tried, key=len)
    found = [f"{at}: {word}" for word in broken(value, node)]
    if isinstance(value, dict):
        properties = node.get("properties", {})
        for key, inner in value.items():
            rule = properties.get(key, node.get("additionalProperties", {}))
            if rule is False:
                found.append(f"{at}: {key} is not allowed")
            elif isinstance(rule, dict):
                found += complaints(inner, rule, root, f"{at}.{key}")
            found += complaints(key, node.get("propertyNames", {}), root, f"{at}.{key}")
        found += [f"{at}: {key} is missing" for key in node.get("required", ()) if key not in value]
    if isinstance(value, list):
        for index, inner in enumerate(value):
            found += complaints(inner, node.get("items", {}), root, f"{at}[{index}]")
    return found


def broken(value, node) -> list[str]:
    """The simple keywords that a value breaks."""
    types = node.get("type", [])
    number = isinstance(value, int | float) and not isinstance(value, bool)
    fits = any(
        number and (t == "number" or isinstance(value, int))
        if t in ("number", "integer")
        else isinstance(value, TYPES[t])
        for t in ([types] if isinstance(types, str) else types)
    )
    size = len(value) if isinstance(value, str | list | dict) else 0
    tests = {
        "type": not types or fits,
        "enum": value in node.get("enum", [value]),
        "const": value == node.get("const", value),
        "pattern": not isinstance(value, str) or re.search(node.get("pattern", ""), value),
        "length": not isinstance(value, str)
        or node.get("minLength", 0) <= size <= node.get("maxLength", size),
        "size": not isinstance(value, dict)
        or node.get("minProperties", 0) <= size <= node.get("maxProperties", size),
        "items": not isinstance(value, list) or node.get("minItems", 0) <= size,
        "range": not number or node.get("minimum", value) <= value <= node.get("maximum", value),
    }
    return [word for word, holds in tests.items() if not holds]


def test_the_schema_accepts_the_example_and_what_init_writes():
    root = schema(PROVIDERS, CHANNELS)
    answers = Answers(product="Acme", version="4.2", url="https://acme.test", operator="lead")
    for text in ((TOP / "config.example.yaml").read_text(encoding="utf-8"), starter(answers)):
        assert complaints(yaml.load(text, Plain), root, root) == []


def test_the_checklist_schema_accepts_the_shipped_ones():
    root = checklist_schema()
    for path in sorted((TOP / "checklists").glob("*.yaml")):
        assert complaints(yaml.load(path.read_text(encoding="utf-8"), Plain), root, root) == []


WRONG = {
    "an unknown key": lambda d: d.update(replays={}),
    "no launch": lambda d: d.pop("launch"),
    "an unknown role": lambda d: d["operators"][0].update(role="boss"),
    "a duration without a unit": lambda d: d["signals"]["homepage"].update(every=5),
    "a share without a sign": lambda d: d["objectives"]["availability"].update(target=99.9),
    "a status that is none": lambda d: d["signals"]["homepage"]["expect"].update(status=99),
    "a threshold without a limit": lambda d: d["alerts"]["down"].update(when="availability"),
    "an unknown condition": lambda d: d["gates"]["launch"].append({"backup": {"of": "db"}}),
    "an unknown verb": lambda d: d["actions"]["backup"]["steps"].append({"ship": "site"}),
    "a step of two": lambda d: d["actions"]["backup"]["steps"].append({"deploy": "site", "smoke": "site"}),
    "no steps": lambda d: d["actions"]["backup"].update(steps=[]),
    "an unknown kind": lambda d: d["providers"]["site"].update(kind="ftp"),
    "an unknown setting": lambda d: d["providers"]["site"].update(host="x"),
    "a rollout without stages": lambda d: d["rollouts"]["android"].pop("stages"),
    "an unknown key of a rollout": lambda d: d["rollouts"]["android"].update(tracks="x"),
    "a time without a zone": lambda d: d["launch"].update(t0="2026-12-01 09:00"),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_schema_refuses(name):
    root = schema(PROVIDERS, CHANNELS)
    document = copy.deepcopy(yaml.load((TOP / "config.example.yaml").read_text(encoding="utf-8"), Plain))
    WRONG[name](document)
    assert complaints(document, root, root) != []


def test_it_is_json_and_every_key_is_described():
    root = json.loads(json.dumps(schema(PROVIDERS, CHANNELS)))
    assert root["title"] == "launchpad.yaml"
    assert root["properties"]["gates"]["description"].startswith("What must hold.")
    assert root["$defs"]["HttpSignal"]["properties"]["timeout"]["description"]
    assert root["$defs"]["HttpSignal"]["properties"]["every"]["default"] == "10s"
    assert root["$defs"]["Item"]["properties"]["evidence"]["description"].startswith("`required`")
    assert "condition" not in root["$defs"]["ItemsCondition"]["properties"]


@pytest.mark.parametrize("seconds", [0, 0.5, 1, 90, 5400, 86400, 90061.25])
def test_defaults_are_shown_as_they_are_written(seconds):
    assert parse_duration(written_duration(seconds)) == seconds


def test_a_list_of_one_may_be_written_without_brackets(tmp_path):
    path = tmp_path / "launchpad.yaml"
    path.write_text(
        "launch: {product: A, version: 1}\noperators: {name: a}\n".replace(
            "{name: a}", "[{name: a, role: director, teams: qa}]"
        )
    )
    assert load(path, {}).definition.operators[0].teams == ("qa",)
