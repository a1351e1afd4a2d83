"""Gates: GO, HOLD or NO-GO, each condition with the numbers it rests on."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from launchpad.model.definition import (
    PHASES,
    SEVERITIES,
    AlertCondition,
    AnyCondition,
    ItemsCondition,
    Objective,
    ObjectiveCondition,
    Phase,
    PhaseCondition,
    WindowCondition,
)
from launchpad.model.plan import GATE_VERDICTS, ConditionReport, GateReport, GateVerdict
from launchpad.model.state import ItemState, State
from launchpad.model.values import SECOND, Micros, Value, format_duration, format_quantity
from launchpad.rules.items import stale
from launchpad.rules.objectives import Reading

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Situation(Value):
    """All that a gate is judged on."""

    state: State
    readings: Mapping[str, Reading]
    now: Micros
    watched: bool
    """Whether an engine keeps readings and alerts up to date."""


def evaluate(name: str, situation: Situation) -> GateReport | None:
    """The gate `name`; None if the definition has no such gate."""
    definition = situation.state.definition
    gate = definition.gates.get(name) if definition else None
    if gate is None:
        return None
    conditions = tuple(_judge(condition, name, situation) for condition in gate)
    binding = [c.verdict for c in conditions if not c.advisory]
    worst: GateVerdict = max(binding, key=GATE_VERDICTS.index, default="GO")
    return GateReport(gate=name, verdict=worst, conditions=conditions)


def limit_of(name: str, objective: Objective) -> str:
    """`latency p95 below 2 s`: an objective as a sentence."""
    limit = format_quantity(objective.limit.value, objective.limit.unit)
    if objective.percentile is not None:
        return f"{name} p{objective.percentile:g} below {limit}"
    return f"{name} below {limit}" if objective.error_rate else f"{name} at least {limit}"


def _judge(condition: AnyCondition, gate: str, situation: Situation) -> ConditionReport:
    name, verdict, detail = _JUDGES[type(condition)](condition, gate, situation)
    return ConditionReport(name=name, verdict=verdict, detail=detail, advisory=condition.advisory)


Judgement = tuple[str, GateVerdict, str]


def _items(condition: ItemsCondition, gate: str, situation: Situation) -> Judgement:
    goal: str = gate if gate in PHASES else situation.state.phase
    phases = PHASES[: PHASES.index(goal)] if goal in PHASES else ()
    concerned = [
        item
        for item in situation.state.items.values()
        if item.item.phase in phases and (item.item.required or condition.items == "all")
    ]
    name = f"{condition.items} items done"
    if not concerned:
        return name, "GO", "there are none before this phase"
    missing = [item for item in concerned if item.status in ("open", "failed")]
    unsure = [item for item in concerned if stale(item, situation.now)]
    done = f"{len(concerned) - len(missing) - len(unsure)} of {len(concerned)} done"
    certain = [item for item in missing if not _check_unknown(item)]
    if certain:
        return name, "NO-GO", f"{done}; open: {_ids(certain)}"
    if missing or unsure:
        return name, "HOLD", f"{done}; not verified: {_ids([*missing, *unsure])}"
    return name, "GO", done


def _check_unknown(item: ItemState) -> bool:
    """An automated item that its check could not decide."""
    return (
        item.item.check is not None
        and item.status == "open"
        and (item.check is None or item.check.verdict == "unknown")
    )


def _ids(items: list[ItemState], most: int = 3) -> str:
    shown = ", ".join(item.item.id for item in items[:most])
    return f"{shown} and {len(items) - most} more" if len(items) > most else shown


def _objective(condition: ObjectiveCondition, _gate: str, situation: Situation) -> Judgement:
    definition = situation.state.definition
    assert definition is not None, "a gate comes from a definition"
    name = limit_of(condition.objective, definition.objectives[condition.objective])
    reading = situation.readings.get(condition.objective)
    if reading is None:
        return name, "HOLD", "no data"
    if not situation.watched:
        return name, "HOLD", f"no engine is watching; last {reading.evidence}"
    verdict: GateVerdict = {"ok": "GO", "bad": "NO-GO", "unknown": "HOLD"}[reading.verdict]  # type: ignore[assignment]
    because = f"; {reading.reason}" if reading.reason else ""
    return name, verdict, reading.evidence + because


def _no_alert(condition: AlertCondition, _gate: str, situation: Situation) -> Judgement:
    definition = situation.state.definition
    assert definition is not None, "a gate comes from a definition"
    grave = SEVERITIES[: SEVERITIES.index(condition.no_alert) + 1]
    name = (
        f"no {condition.no_alert} alert"
        if condition.no_alert == "critical"
        else (f"no alert of severity {condition.no_alert} or worse")
    )
    rules = {n: rule for n, rule in definition.alerts.items() if rule.severity in grave}
    states = situation.state.alerts
    firing = [n for n in rules if n in states and states[n].status == "firing"]
    if firing:
        since = format_duration((situation.now - states[firing[0]].since) / SECOND)
        return name, "NO-GO", f"firing: {', '.join(firing)} (for {since})"
    if not situation.watched:
        return name, "HOLD", "no engine is watching"
    blind = [
        n for n, rule in rules.items() if rule.objective and _blind(situation.readings.get(rule.objective))
    ]
    if blind:
        return name, "HOLD", f"can't tell: {', '.join(blind)} has no data"
    return name, "GO", f"{len(rules)} rules quiet"


def _blind(reading: Reading | None) -> bool:
    return reading is None or reading.verdict == "unknown"


def _phase(condition: PhaseCondition, _gate: str, situation: Situation) -> Judgement:
    present: Phase = situation.state.phase
    verdict: GateVerdict = "GO" if present == condition.phase else "NO-GO"
    return f"phase is {condition.phase}", verdict, f"now in {present}"


def _window(condition: WindowCondition, _gate: str, situation: Situation) -> Judgement:
    definition = situation.state.definition
    assert definition is not None, "a gate comes from a definition"
    window = condition.window
    zone = ZoneInfo(definition.zone)
    local = datetime.fromtimestamp(situation.now / SECOND, zone)
    wanted = []
    fits = True
    # A range that passes midnight belongs to the day on which it began.
    day = local
    if window.between is not None:
        begin, end = window.between.split("-")
        clock = local.strftime("%H:%M")
        overnight = begin > end
        fits = begin <= clock or clock < end if overnight else begin <= clock < end
        if overnight and clock < end:
            day = local - timedelta(days=1)
        wanted.append(f"between {window.between}")
    if window.not_on:
        fits = fits and _DAYS[day.weekday()] not in window.not_on
        wanted.append("not on " + ", ".join(window.not_on))
    detail = f"now {local:%a %H:%M} {definition.zone}"
    return f"time is {' and '.join(wanted) or 'any'}", "GO" if fits else "NO-GO", detail


_JUDGES: Mapping[type, Callable[[Any, str, Situation], Judgement]] = {
    ItemsCondition: _items,
    ObjectiveCondition: _objective,
    AlertCondition: _no_alert,
    PhaseCondition: _phase,
    WindowCondition: _window,
}
