"""Alerts: one rule each, with what it needs and nothing else."""

from typing import Any

from launchpad.config.checks.circles import circles
from launchpad.config.checks.signals import check_unit, whole
from launchpad.config.document import Document
from launchpad.config.faults import HOLE, Faults, Path, listed
from launchpad.model.definition import Alert, Objective, Threshold
from launchpad.model.values import format_duration
from launchpad.rules.gauges import burn_windows

FORMS = {
    "when": (),
    "absent": (),
    "rises": ("by", "within"),
    "falls": ("by", "within"),
    "burns": (),
    "reaches": ("within",),
    "deviates": (),
    "halted": (),
    "unhalted": (),
    "recommends": (),
}
"""What says which rule it is, and the keys that each needs."""
_BESIDE = {
    "by": ("rises", "falls"),
    "within": ("rises", "falls", "reaches"),
    "period": ("burns",),
    "pace": ("burns",),
    "over": ("reaches",),
    "factor": ("deviates",),
    "baseline": ("deviates",),
    "at_least": ("rises", "falls", "burns", "reaches", "deviates"),
}
"""Keys that only some rules have."""


def check(document: Document, faults: Faults) -> None:
    """Adds what is wrong with alerts."""
    for name, alert in whole(document.alerts):
        _check_alert(("alerts", name), alert, document, faults)
    rules = dict(whole(document.alerts))
    by = {
        name: [other for other in rule.inhibited_by if other is not HOLE]
        for name, rule in rules.items()
        if rule.inhibited_by is not HOLE
    }
    for circle in circles(by):
        what = f"these alerts would silence each other: {' → '.join([*circle, circle[0]])}"
        faults.at(("alerts", circle[0], "inhibited_by"), what)


def _check_alert(path: Path, alert: Alert, document: Document, faults: Faults) -> None:
    forms = [form for form in FORMS if getattr(alert, form) is not None]
    if len(forms) != 1:
        found = "found " + " and ".join(f"'{form}'" for form in forms) if forms else "found none"
        faults.at(path, f"expected exactly one of {listed(FORMS)}, {found}", key=True)
        return
    (form,) = forms
    for key in FORMS[form]:
        if getattr(alert, key) is None:
            faults.at(path, f"'{key}' is missing, expected beside '{form}'", key=True)
        elif getattr(alert, key) == 0:
            faults.at((*path, key), "expected more than nothing")
    for key, owners in _BESIDE.items():
        if form not in owners and faults.written((*path, key)):
            faults.at(
                (*path, key), f"'{key}' says nothing about '{form}'; it goes with {listed(owners)}", key=True
            )
    for index, other in enumerate(() if alert.inhibited_by is HOLE else alert.inhibited_by):
        faults.refer((*path, "inhibited_by", index), other, document.alerts, "alert")
    of = getattr(alert, form)
    if of is not HOLE:
        _check_subject((*path, form), form, of, alert, document, faults)


def _check_subject(path: Path, form: str, of: Any, alert: Alert, document: Document, faults: Faults) -> None:
    if form == "absent":
        faults.refer(path, of, document.signals, "signal")
        return
    if form in ("halted", "unhalted"):
        faults.refer(path, of, document.rollouts, "rollout")
        return
    if form == "recommends":
        return
    name = of.objective if isinstance(of, Threshold) else of
    faults.refer(path, name, document.objectives, "objective")
    objectives: Any = {} if document.objectives is HOLE else document.objectives
    objective = objectives.get(name, HOLE)
    if objective is HOLE or HOLE in (objective.percentile, objective.target, objective.below):
        return
    if objective.age and form != "when":
        faults.at(path, f"'{name}' is an age, which the clock moves; expected 'when'")
    elif isinstance(of, Threshold):
        check_unit(path, of.limit, objective.unit, f"objective '{name}'", faults)
    elif form == "deviates" and objective.target is not None:
        faults.at(path, f"'{name}' is an availability, expected an error rate or a latency")
    elif form == "burns":
        _check_burn(path, name, objective, alert, document, faults)


def _check_burn(
    path: Path, name: str, objective: Objective, alert: Alert, document: Document, faults: Faults
) -> None:
    if objective.percentile is not None:
        faults.at(
            path, f"'{name}' is a latency and has no error budget, expected an availability or error rate"
        )
        return
    if objective.target == 1 or (objective.below is not None and objective.below.value == 0):
        faults.at(path, f"'{name}' allows no failure, expected an objective with an error budget")
    signals: Any = {} if document.signals is HOLE else document.signals
    signal = signals.get(objective.signal, HOLE)
    if signal is HOLE or HOLE in (signal.every, alert.period, alert.pace):
        return
    shortest = min(w.short for w in burn_windows(alert))
    if shortest < signal.every:
        every, window = format_duration(signal.every), format_duration(shortest)
        faults.at(
            (*path[:-1], "period"),
            f"its shortest window is {window}, expected at least the {every} between two probes "
            f"of '{objective.signal}'",
        )
