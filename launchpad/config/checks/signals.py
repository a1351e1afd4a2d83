"""Signals, objectives and gates: what is measured, what it is held to, and what rests on it."""

from collections.abc import Iterator, Mapping
from typing import Any

from launchpad.config.checks import probes
from launchpad.config.document import Document
from launchpad.config.faults import HOLE, Faults, Path
from launchpad.config.scalars import quoted
from launchpad.model.definition import BackupSignal, Objective
from launchpad.model.http import parse_url
from launchpad.model.values import Quantity, format_duration

_UNITS = {"s": "a duration such as 2s", "%": "a percentage such as 1%", "": "a number"}


def check(document: Document, faults: Faults) -> None:
    """Adds what is wrong with signals, objectives, gates and control targets."""
    for name, signal in whole(document.signals):
        probes.check(("signals", name), signal, faults)
    for name, objective in whole(document.objectives):
        _check_objective(("objectives", name), objective, document, faults)
        if document.signals is not HOLE and name in document.signals:
            what = f"'{name}' is a signal's name too, expected another: they share one namespace"
            faults.at(("objectives", name), what, key=True)
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
    if _is_age(objective, document):
        _check_age(path, objective, kinds, faults)
        return
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
        check_unit(
            (*path, "below"), objective.below, "s" if kinds == ["percentile"] else "%", kinds[0], faults
        )
    _check_window(path, objective, document.signals, faults)


def _is_age(objective: Objective, document: Document) -> bool:
    signals: Any = {} if document.signals is HOLE else document.signals
    return objective.signal is not HOLE and isinstance(signals.get(objective.signal), BackupSignal)


def _check_age(path: Path, objective: Objective, kinds: list[str], faults: Faults) -> None:
    for key in (*kinds, "window", "at_least"):
        if faults.written((*path, key)):
            what = f"'{objective.signal}' is an age, and that of now; expected 'below' and no '{key}'"
            faults.at((*path, key), what, key=True)
    if objective.below is None:
        faults.at(path, f"'below' is missing, expected how old '{objective.signal}' may be", key=True)
    elif objective.below is not HOLE:
        check_unit((*path, "below"), objective.below, "s", "an age", faults)


def _check_window(path: Path, objective: Objective, signals: Any, faults: Faults) -> None:
    """A window must be able to hold the samples that a verdict asks for."""
    if not faults.written((*path, "window")):
        faults.at(path, "'window' is missing, expected the stretch of time it is computed over", key=True)
        return
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


def check_unit(path: Path, limit: Quantity, unit: str, of: str, faults: Faults) -> None:
    """Adds a fault where a limit is not in the unit of what it limits."""
    if limit.unit != unit:
        faults.at(
            path, f"the limit is {_UNITS[limit.unit].partition(' such')[0]}, expected {_UNITS[unit]} for {of}"
        )


def _check_target(path: Path, target: str, faults: Faults) -> None:
    host, _, port = target.rpartition(":")
    try:
        good = port.isdecimal() and "/" not in target and parse_url(f"http://{host}:{port}/") is not None
    except ValueError:
        good = False
    if not good:
        faults.at(path, f"expected host:port such as 1.1.1.1:443, found {quoted(target)}")
