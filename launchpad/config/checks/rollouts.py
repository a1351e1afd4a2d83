"""Rollouts: what they name exists, and every guard can speak before its stage is over."""

from typing import Any

from launchpad.config.checks.plans import check_approvals
from launchpad.config.checks.signals import check_unit, whole
from launchpad.config.document import Document
from launchpad.config.faults import HOLE, Faults, Path
from launchpad.model.definition import ROLLOUT_VERBS, KeepGuard, ObjectiveGuard, Rollout
from launchpad.model.values import format_duration


def check(document: Document, faults: Faults) -> None:
    """Adds what is wrong with `rollouts`, and with actions that are named as what can be done to one."""
    for name, _ in whole(document.actions):
        if name in ROLLOUT_VERBS:
            what = f"'{name}' is what is done to a rollout, expected another name"
            faults.at(("actions", name), what, key=True)
    for name, rollout in whole(document.rollouts):
        _check_rollout(("rollouts", name), rollout, document, faults)


def _check_rollout(path: Path, rollout: Rollout, document: Document, faults: Faults) -> None:
    faults.refer((*path, "provider"), rollout.provider, document.providers, "provider")
    providers: Any = {} if document.providers is HOLE else document.providers
    provider = providers.get(rollout.provider, HOLE)
    known = provider is not HOLE and provider.settings is not HOLE
    if known and not getattr(provider.settings, "rolls_out", False):
        what = f"provider '{rollout.provider}' can't roll out, expected one that can"
        faults.at((*path, "provider"), what)
    if rollout.gate is not None:
        faults.refer((*path, "gate"), rollout.gate, document.gates, "gate")
    check_approvals(path, rollout, document, faults)
    for index, guard in enumerate(() if rollout.guards is HOLE else rollout.guards):
        if guard is not HOLE:
            slow = _check_guard((*path, "guards", index), guard, document, faults)
            _check_soak((*path, "guards", index), slow, rollout, faults)


def _check_guard(path: Path, guard: Any, document: Document, faults: Faults) -> float:
    """Adds what is wrong with a guard; the seconds that it looks back over, 0 where that can't be told."""
    if isinstance(guard, KeepGuard):
        return 0.0 if guard.keep is HOLE else _check_kept(path, guard, document, faults)
    if isinstance(guard, ObjectiveGuard):
        faults.refer((*path, "objective"), guard.objective, document.objectives, "objective")
        return _window(guard.objective, document) + _lag(guard.objective, document)
    faults.refer((*path, "quiet"), guard.quiet, document.alerts, "alert")
    alerts: Any = {} if document.alerts is HOLE else document.alerts
    alert = alerts.get(guard.quiet, HOLE)
    return 0.0 if alert is HOLE or alert.for_ is HOLE else float(alert.for_)


def _check_kept(path: Path, guard: KeepGuard, document: Document, faults: Faults) -> float:
    name = guard.keep.objective
    faults.refer((*path, "keep"), name, document.objectives, "objective")
    objectives: Any = {} if document.objectives is HOLE else document.objectives
    objective = objectives.get(name, HOLE)
    if objective is not HOLE and HOLE not in (objective.percentile, objective.target, objective.below):
        check_unit((*path, "keep"), guard.keep.limit, objective.unit, f"objective '{name}'", faults)
        if objective.age:
            faults.at((*path, "keep"), f"'{name}' is an age, expected 'objective: {name}' as the guard")
    window = guard.within if guard.within is not None else _window(name, document)
    if window is HOLE:
        return 0.0
    if guard.within == 0:
        faults.at((*path, "within"), "expected a duration above zero")
    _check_samples(path, guard, name, window, document, faults)
    return window + _lag(name, document)


def _check_samples(
    path: Path, guard: KeepGuard, name: str, window: float, document: Document, faults: Faults
) -> None:
    """A window must be able to hold the samples that a verdict asks for."""
    objectives: Any = {} if document.objectives is HOLE else document.objectives
    signals: Any = {} if document.signals is HOLE else document.signals
    objective = objectives.get(name, HOLE)
    signal = HOLE if objective is HOLE else signals.get(objective.signal, HOLE)
    if signal is HOLE or HOLE in (signal.every, guard.at_least) or not window:
        return
    if window < signal.every * guard.at_least:
        needed = format_duration(signal.every * guard.at_least)
        key = "within" if guard.within is not None else "at_least"
        what = f"{guard.at_least} samples of '{objective.signal}' take {needed}, expected no longer than"
        faults.at((*path, key), f"{what} the {format_duration(window)} that the guard looks back over")


def _window(objective: Any, document: Document) -> float:
    objectives: Any = {} if document.objectives is HOLE else document.objectives
    found = objectives.get(objective, HOLE) if objective is not HOLE else HOLE
    return 0.0 if found is HOLE or found.window is HOLE else float(found.window)


def _lag(objective: Any, document: Document) -> float:
    """Seconds by which what its signal tells may lie back when it is told."""
    objectives: Any = {} if document.objectives is HOLE else document.objectives
    signals: Any = {} if document.signals is HOLE else document.signals
    found = objectives.get(objective, HOLE) if objective is not HOLE else HOLE
    signal = HOLE if found is HOLE or found.signal is HOLE else signals.get(found.signal, HOLE)
    age = getattr(signal, "max_age", 0.0)
    return 0.0 if age is HOLE else float(age)


def _check_soak(path: Path, looks_back: float, rollout: Rollout, faults: Faults) -> None:
    """A guard that looks back further than a soak lasts would speak of the stage before."""
    if rollout.stages is HOLE or HOLE in rollout.stages:
        return
    soaks = [stage.soak for stage in rollout.stages[:-1] if stage.soak is not HOLE]
    if soaks and looks_back > min(soaks):
        what = f"it looks back over {format_duration(looks_back)}, and a soak is over after"
        faults.at(path, f"{what} {format_duration(min(soaks))}; expected a shorter 'within', or longer soaks")
