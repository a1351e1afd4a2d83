"""Smoke tests: what each step needs is there by then, can be asked, and gives no secret away."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from launchpad.config.checks import probes
from launchpad.config.checks.signals import whole
from launchpad.config.document import Document
from launchpad.config.faults import HOLE, Faults, Path
from launchpad.config.scalars import environment_fault, quoted
from launchpad.model.definition import (
    CommandStep,
    Given,
    HttpStep,
    Item,
    SmokeCondition,
    SmokeProof,
    SmokeStep,
    SmokeSuite,
)
from launchpad.model.filling import PLACEHOLDER, filled_text, placeholders, texts_in
from launchpad.model.http import parse_url
from launchpad.model.values import format_duration, is_secret_reference

_OF_LAUNCH = ("launch.product", "launch.version", "launch.environment")


def check(document: Document, placed: Sequence[tuple[Path, Item]], faults: Faults) -> None:
    """Adds what is wrong with `smoke`, and with gates and items that wait for one."""
    for name, suite in whole(document.smoke):
        path: Path = ("smoke", name)
        if document.providers is not HOLE and name in document.providers:
            what = f"'{name}' is a provider's name too, expected another: steps name both"
            faults.at(path, what, key=True)
        _check_suite(path, suite, faults)
    for name, action in whole(document.actions):
        for index, step in enumerate(() if action.steps is HOLE else action.steps):
            if step is not HOLE and step.given is not None and step.given is not HOLE:
                path = ("actions", name, "steps", index)
                known = {*_OF_LAUNCH, *_brought(action.steps[:index], document)}
                _check_given(path, step.provider, step.given, known, document, faults)
    for name, gate in whole(document.gates):
        for index, condition in enumerate(gate):
            if isinstance(condition, SmokeCondition):
                _check_condition(("gates", name, index), condition, document, faults)
    for path, item in placed:
        if isinstance(item.check, SmokeProof):
            faults.refer((*path, "check", "smoke"), item.check.smoke, document.smoke, "smoke test")


def _check_given(
    path: Path, to: str, given: Given, known: set[str], document: Document, faults: Faults
) -> None:
    """What a step gives to its smoke test is a value of that, no secret, and known by then."""
    suite = dict(whole(document.smoke)).get(to)
    if suite is None:
        if document.smoke is not HOLE and to not in document.smoke:
            faults.at((*path, "with"), f"'{to}' is no smoke test, expected no 'with'", key=True)
        return
    if HOLE in (suite.values, given.values):
        return
    for name, text in given.values.items():
        where = (*path, "with", name)
        faults.refer(where, name, suite.values, f"value of the smoke test {to}", key=True)
        if text is HOLE:
            continue
        if is_secret_reference(text) or is_secret_reference(suite.values.get(name, "")):
            faults.at(where, f"a secret stays where it is, under 'values' of the smoke test {to}")
        for one in placeholders(text):
            if one not in known and not one.startswith("param."):
                told = ", ".join(sorted(known))
                what = f"nothing is known as {quoted(one)} by then, expected param.NAME or one of {told}"
                faults.at(where, what)
        if "{{" in PLACEHOLDER.sub("", text):
            faults.at(where, "a placeholder that is not closed, expected such as {{ launch.version }}")


def _brought(steps: Sequence[Any], document: Document) -> Iterator[str]:
    """What steps bring for those after them, as it is written there."""
    providers: Any = {} if document.providers is HOLE else document.providers
    for step in steps:
        if step is not HOLE and HOLE not in (step.provider, step.verb) and step.provider in providers:
            brings = getattr(getattr(providers[step.provider], "settings", None), "brings", None)
            yield from (f"{step.provider}.{name}" for name in (brings(step.verb) if brings else ()))


def _check_condition(path: Path, condition: SmokeCondition, document: Document, faults: Faults) -> None:
    faults.refer((*path, "smoke"), condition.smoke, document.smoke, "smoke test")
    suite = dict(whole(document.smoke)).get(condition.smoke)
    if condition.within == 0:
        faults.at((*path, "within"), "expected a duration above zero")
        return
    every = suite.every if suite is not None else None
    if every is not None and HOLE not in (condition.within, every) and condition.within < every:
        what = f"it runs only every {format_duration(every)}, when its last outcome is too old"
        faults.at((*path, "within"), f"{what}; expected at least that")


def _check_suite(path: Path, suite: SmokeSuite, faults: Faults) -> None:
    if suite.timeout == 0:
        faults.at((*path, "timeout"), "expected a duration above zero")
    if suite.every is not None and suite.every is not HOLE and suite.every < SmokeProof.oftenest:
        least = format_duration(SmokeProof.oftenest)
        faults.at((*path, "every"), f"expected at least {least} between two walks")
    if HOLE in (suite.values, suite.steps):
        return
    known: dict[str, str | None] = dict.fromkeys(_OF_LAUNCH)
    # What is known now; None: only once it runs.
    known |= {name: None if is_secret_reference(text) else text for name, text in suite.values.items()}
    secret = {name for name, text in suite.values.items() if is_secret_reference(text)}
    for name in known.keys() - set(_OF_LAUNCH):
        if name.startswith("launch."):
            faults.at((*path, "values", name), "names with 'launch.' are the launch's own", key=True)
    for index, step in enumerate(suite.steps):
        if step is not HOLE:
            _check_step((*path, "steps", index), step, known, secret, faults)
            extracts = step.extract if isinstance(step, HttpStep) and step.extract is not HOLE else {}
            known |= dict.fromkeys(extracts)


def _check_step(
    path: Path, step: SmokeStep, known: Mapping[str, str | None], secret: set[str], faults: Faults
) -> None:
    for inside, text in _texts(step):
        where = (*path, *inside)
        for name in placeholders(text):
            if name not in known:
                expected = ", ".join(known)
                faults.at(where, f"nothing is known as {quoted(name)} by then, expected one of {expected}")
            elif name in secret and isinstance(step, CommandStep) and inside[:1] == ("argv",):
                faults.at(where, "other processes can read arguments; pass the secret in 'env'")
        if "{{" in PLACEHOLDER.sub("", text):
            faults.at(where, "a placeholder that is not closed, expected such as {{ launch.version }}")
        key = inside[-1] if isinstance(inside[-1], str) else ""
        if inside[0] == "json" and (wrong := environment_fault(key, text)):
            faults.at(where, wrong)
    if not isinstance(step, HttpStep):
        if not any("{{" in text for _, text in _texts(step)):
            probes.check_asked(path, step, faults)
        return
    _check_url(path, step, known, faults)
    probes.check_headers(path, step.headers, faults)
    if step.timeout is not HOLE and step.timeout <= 0:
        faults.at((*path, "timeout"), "expected a duration above zero")
    for name in () if step.extract is HOLE else step.extract:
        if name in known:
            faults.at((*path, "extract", name), f"{quoted(name)} is known already", key=True)


def _check_url(path: Path, step: HttpStep, known: Mapping[str, str | None], faults: Faults) -> None:
    """A URL is one, as far as it is known before the walk begins."""
    if step.url is HOLE or any(name not in known for name in placeholders(step.url)):
        return
    first = placeholders(step.url)[:1] if step.url.startswith("{{") else []
    if any(known[name] is None for name in first):
        return
    try:
        parse_url(filled_text(step.url, {name: text or "x" for name, text in known.items()}))
    except ValueError as error:
        faults.at((*path, "url"), f"{error}, found {quoted(step.url)}")


def _texts(step: SmokeStep) -> Iterator[tuple[Path, str]]:
    """Every text of a step that could be read, with where it stands."""
    for name in step.__struct_fields__:
        value: Any = getattr(step, name)
        if value is not HOLE and name != "extract":
            yield from texts_in(_builtins(value), (name,))


def _builtins(value: Any) -> Any:
    """A value as JSON has it, without what could not be read."""
    match value:
        case msgspec.Struct():
            return {name: _builtins(getattr(value, name)) for name in value.__struct_fields__}
        case dict():
            return {name: _builtins(one) for name, one in value.items()}
        case tuple() | list():
            return [_builtins(one) for one in value]
        case _:
            return None if value is HOLE else value
