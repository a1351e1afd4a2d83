"""Signals, objectives, alerts and gates: what is measured, what it is held to, and what rests on it."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from launchpad.config.checks import probes
from launchpad.config.document import Document
from launchpad.config.faults import HOLE, Faults, Path
from launchpad.config.scalars import quoted
from launchpad.model.definition import (
    PHASES,
    Gate,
    Objective,
    ObjectiveCondition,
    PhaseCondition,
    Threshold,
    WindowCondition,
)
from launchpad.model.http import parse_url
from launchpad.model.values import Quantity, format_duration

_UNITS = {"s": "a duration such as 2s", "%": "a percentage such as 1%", "": "a number"}


def check(document: Document, faults: Faults) -> None:
    """Adds what is wrong with signals, objectives, alerts, gates and control targets."""
    for name, signal in whole(document.signals):
        probes.check(("signals", name), signal, faults)
    for name, objective in whole(document.objectives):
        _check_objective(("objectives", name), objective, document, faults)
        if document.signals is not HOLE and name in document.signals:
            what = f"'{name}' is a signal's name too, expected another: they share one namespace"
            faults.at(("objectives", name), what, key=True)
    for name, alert in whole(document.alerts):
        if alert.when is not HOLE:
            _check_threshold(("alerts", name, "when"), alert.when, document.objectives, faults)
    for name, gate in whole(document.gates):
        _check_gate(name, gate, document, faults)
    for index, target in enumerate(() if document.control is HOLE else document.control):
        if target is not HOLE:
            _check_target(("control", index), target, faults)


def whole(mapping: Any) -> Iterator[tuple[str, Any]]:
    """The entries that could be read."""
    if isinstance(mapping, Mapping):
        yield from ((name, value) for name, value in mapping.items() if value is not HOLE)


def _check_objective(path: Path, objective: Objective, document: Document, faults: Faults) -> None:
    faults.refer((*path, "signal"), objective.signal, document.signals, "signal")
    kinds = [
        kind
        for kind in ("target", "percentile", "error_rate")
        if getattr(objective, kind) is HOLE or getattr(objective, kind) not in (None, False)
    ]
    if len(kinds) != 1:
        found = "found " + " and ".join(f"'{kind}'" for kind in kinds) if kinds else "found none"
        what = "expected exactly one of 'target', 'percentile' with 'below' and 'error_rate' with 'below'"
        faults.at(path, f"{what}, {found}", key=True)
    elif kinds == ["target"]:
        if objective.below is not None:
            faults.at(
                (*path, "below"), "'target' is the limit already, expected no 'below' beside it", key=True
            )
    elif objective.below is None:
        faults.at(path, f"'below' is missing, expected the limit of '{kinds[0]}'", key=True)
    elif objective.below is not HOLE:
        _check_unit(
            (*path, "below"), objective.below, "s" if kinds == ["percentile"] else "%", kinds[0], faults
        )
    _check_window(path, objective, document.signals, faults)


def _check_window(path: Path, objective: Objective, signals: Any, faults: Faults) -> None:
    """A window must be able to hold the samples that a verdict asks for."""
    if HOLE in (objective.window, objective.at_least, objective.signal):
        return
    if objective.window <= 0:
        faults.at((*path, "window"), "expected a duration above zero")
        return
    signal = signals.get(objective.signal, HOLE) if isinstance(signals, Mapping) else HOLE
    if signal is HOLE or signal.every is HOLE or objective.window >= signal.every * objective.at_least:
        return
    every, needed = format_duration(signal.every), format_duration(signal.every * objective.at_least)
    samples = "a sample" if objective.at_least == 1 else f"{objective.at_least} samples"
    what = f"too short for {samples} of '{objective.signal}', one every {every}"
    faults.at((*path, "window"), f"{what}; expected at least {needed}")


def _check_threshold(path: Path, when: Threshold, objectives: Any, faults: Faults) -> None:
    faults.refer(path, when.objective, objectives, "objective")
    objective = objectives.get(when.objective, HOLE) if isinstance(objectives, Mapping) else HOLE
    if objective is not HOLE and objective.percentile is not HOLE:
        _check_unit(path, when.limit, objective.unit, f"objective '{when.objective}'", faults)


def _check_unit(path: Path, limit: Quantity, unit: str, of: str, faults: Faults) -> None:
    if limit.unit != unit:
        faults.at(
            path, f"the limit is {_UNITS[limit.unit].partition(' such')[0]}, expected {_UNITS[unit]} for {of}"
        )


def _check_gate(name: str, gate: Gate, document: Document, faults: Faults) -> None:
    path: Path = ("gates", name)
    used = {action.gate for _, action in whole(document.actions)}
    guarded = [phase for phase in PHASES if phase != "pre-launch"]
    close = get_close_matches(name, guarded, 1, 0.7)
    if name not in guarded and name not in used and close:
        guards = "guards nothing: it is not the name of a phase that is entered, and no action names it"
        faults.at(path, f"gate '{name}' {guards}; did you mean '{close[0]}'?", key=True)
    for index, condition in enumerate(gate):
        where = (*path, index)
        match condition:
            case ObjectiveCondition():
                faults.refer((*where, "objective"), condition.objective, document.objectives, "objective")
            case PhaseCondition() if condition.phase == name:
                what = f"this gate guards the way into '{name}', which is never entered already"
                faults.at((*where, "phase"), f"{what}; expected an earlier phase")
            case WindowCondition() if condition.window is not HOLE:
                _check_hours((*where, "window"), condition.window, faults)


def _check_hours(path: Path, window: Any, faults: Faults) -> None:
    if window.between is None and window.not_on == ():
        faults.at(path, "an empty window, expected 'not_on' or 'between'")
    if HOLE not in (window.between, window.not_on):
        start, _, end = (window.between or "").partition("-")
        if start and start == end:
            faults.at((*path, "between"), "begins when it ends, expected two different times")
        if len(set(window.not_on)) == 7:
            faults.at((*path, "not_on"), "every day of the week, expected at least one to be left")


def _check_target(path: Path, target: str, faults: Faults) -> None:
    host, _, port = target.rpartition(":")
    try:
        good = port.isdecimal() and "/" not in target and parse_url(f"http://{host}:{port}/") is not None
    except ValueError:
        good = False
    if not good:
        faults.at(path, f"expected host:port such as 1.1.1.1:443, found {quoted(target)}")
