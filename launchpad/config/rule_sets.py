"""Shipped sets of alert rules, and their way into a launch's alerts."""

from collections.abc import Collection
from importlib import resources
from typing import Any

from msgspec.structs import replace

from launchpad.config.document import AlertSet, AlertSetUse, Document
from launchpad.config.faults import HOLE, Faults, Path, Place, listed, nearest
from launchpad.config.nodes import compose
from launchpad.config.reader import Reader
from launchpad.config.source import decode
from launchpad.model.definition import Alert, Threshold

_SUFFIX = ".yaml"


def shipped() -> tuple[str, ...]:
    """Names of the shipped sets."""
    folder = resources.files("launchpad.config") / "alert_sets"
    return tuple(sorted(f.name.removesuffix(_SUFFIX) for f in folder.iterdir() if f.name.endswith(_SUFFIX)))


def load_set(name: str) -> AlertSet:
    """A shipped set. Raises BadInput where it is not as it should be, KeyError for a name that none has."""
    if name not in shipped():
        raise KeyError(name)
    label = f"launchpad/config/alert_sets/{name}{_SUFFIX}"
    faults = Faults(label)
    data = (resources.files("launchpad.config") / "alert_sets" / f"{name}{_SUFFIX}").read_bytes()
    root = compose(decode(data, label, faults), label, faults)
    read = Reader(faults, {}).read(root, AlertSet) if root is not None else HOLE
    faults.raise_any()
    assert isinstance(read, AlertSet)
    return read


def with_sets(document: Document, faults: Faults) -> Document:
    """The document with the rules of the sets it uses among its alerts; its own win over those of a set."""
    if HOLE in (document.alert_sets, document.alerts):
        return document
    alerts: dict[str, Any] = dict(document.alerts)
    of_sets: set[str] = set()
    for index, use in enumerate(document.alert_sets):
        if use is not HOLE and use.use is not HOLE:
            path: Path = ("alert_sets", index)
            rules = _rules(use, path, document, faults)
            if twice := [name for name in rules if name in of_sets]:
                what = f"a set above has {listed(twice)} already, expected those under 'skip'"
                faults.at((*path, "use"), what)
            of_sets |= rules.keys()
            for name, rule in rules.items():
                if name not in alerts:
                    alerts[name] = rule
                    faults.note(("alerts", name), *_twice(faults.place((*path, "use"))))
    return replace(document, alerts=alerts)


def _twice(place: Place) -> tuple[Place, Place]:
    return place, place


def _rules(use: AlertSetUse, path: Path, document: Document, faults: Faults) -> dict[str, Alert]:
    if use.use not in shipped():
        near = nearest(use.use, shipped())
        what = f"no shipped alert set is called '{use.use}', expected one of {listed(shipped())}{near}"
        faults.at((*path, "use"), what)
        return {}
    if HOLE in (use.skip, use.objectives):
        return {}
    of = load_set(use.use)
    for name in use.skip:
        faults.refer((*path, "skip", name), name, of.alerts, f"rule of '{use.use}'", key=True)
    for name in use.objectives:
        faults.refer((*path, "objectives", name), name, of.objectives, f"word of '{use.use}'", key=True)
    kept = {name: rule for name, rule in of.alerts.items() if name not in use.skip}
    here = {word: _called(word, use) for word in of.objectives}
    if document.objectives is not HOLE:
        for word in of.objectives:
            about = [name for name, rule in kept.items() if rule.objective == word]
            if about and here[word] not in document.objectives:
                what = f"no objective is called '{here[word]}', expected one named for '{word}' under"
                faults.at((*path, "use"), f"{what} 'objectives', or {listed(about)} under 'skip'")
                kept = {name: rule for name, rule in kept.items() if name not in about}
    alerts = kept.keys() | document.alerts.keys()
    told: dict[str, Any] = {}
    if use.notify is not HOLE and use.escalate is not HOLE:
        told = {"notify": use.notify, "escalate": use.escalate}
    return {name: replace(_about(rule, here, alerts), **told) for name, rule in kept.items()}


def _called(word: str, use: AlertSetUse) -> str:
    name = use.objectives.get(word, word)
    return word if name is HOLE else name


def _about(rule: Alert, here: dict[str, str], alerts: Collection[str]) -> Alert:
    """The rule about the objectives that this launch calls so, and not inhibited by what was skipped."""
    changes: dict[str, Any] = {"inhibited_by": tuple(n for n in rule.inhibited_by if n in alerts)}
    for form in ("when", "reaches", "rises", "falls", "burns", "deviates"):
        match getattr(rule, form):
            case Threshold() as limit:
                changes[form] = replace(limit, objective=here[limit.objective])
            case str() as name:
                changes[form] = here[name]
    return replace(rule, **changes)
