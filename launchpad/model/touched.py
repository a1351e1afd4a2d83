"""What is no longer what it was, once one definition follows another."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from launchpad.model.definition import (
    Action,
    Alert,
    AlertCondition,
    AnyGuard,
    Check,
    CheckCondition,
    Definition,
    Gate,
    KeepGuard,
    ObjectiveGuard,
    QuietGuard,
    Rollout,
    SmokeCondition,
    SmokeProof,
    SmokeSuite,
)
from launchpad.model.definition import ObjectiveCondition as OfObjective
from launchpad.model.values import Value

_TELLING = ("severity", "inhibited_by", "group", "source", "notify", "escalate")
"""Keys of an alert that say who hears of it, not when it fires."""


class Touched(Value):
    """By name; whatever is gone is touched, too."""

    signals: frozenset[str]
    """Measured otherwise: what was measured before says nothing of them."""
    objectives: frozenset[str]
    """Held otherwise, or resting on a signal that is measured otherwise."""
    alerts: frozenset[str]
    """Firing at another time."""
    checks: frozenset[str]
    """Items that are proved otherwise, or recur at other times."""
    gates: frozenset[str]
    """Asking for something else, or for something that has changed."""
    providers: frozenset[str]
    actions: Mapping[str, str]
    """Those whose plan is no longer what it was, each with why: `gate deploy was amended`."""
    rollouts: Mapping[str, str]
    """Those that go forward otherwise, each with why."""
    read_otherwise: frozenset[str]
    """Rollouts of which what was read before says nothing."""
    smoke: frozenset[str] = frozenset()
    """Smoke tests that are others now."""


def touched(before: Definition, after: Definition) -> Touched:
    signals = _differing(before.signals, after.signals)
    objectives = _differing(before.objectives, after.objectives) | {
        name for name, objective in after.objectives.items() if objective.signal in signals
    }
    alerts = _differing(_judged(before), _judged(after)) | {
        name for name, rule in after.alerts.items() if rule.objective in objectives or rule.absent in signals
    }
    checks = _differing(_checks(before), _checks(after))
    graded = _differing(_severities(before), _severities(after))
    smoke = _differing(before.smoke, after.smoke)
    gates = _differing(before.gates, after.gates) | {
        name
        for name, gate in after.gates.items()
        if _rests_on(gate, objectives, checks, smoke, alerts=bool(alerts | graded))
    }
    providers = _differing(before.providers, after.providers)
    things = dict.fromkeys(providers, "provider") | dict.fromkeys(smoke, "smoke test")
    return Touched(
        signals=signals,
        objectives=objectives,
        alerts=alerts,
        checks=checks,
        gates=gates,
        providers=providers,
        smoke=smoke,
        rollouts={
            name: why
            for name in {*before.rollouts, *after.rollouts}
            if (why := _why_rolled(name, before, after, gates | objectives | alerts, providers))
        },
        read_otherwise=frozenset(
            name
            for name, rollout in before.rollouts.items()
            if (now := after.rollouts.get(name)) is None
            or (now.provider, now.settings) != (rollout.provider, rollout.settings)
            or rollout.provider in providers
        ),
        actions={
            name: why
            for name in {*before.actions, *after.actions}
            if (why := _why(name, before.actions.get(name), after.actions.get(name), gates, things))
        },
    )


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(name for name in {*before, *after} if before.get(name) != after.get(name))


def _judged(definition: Definition) -> dict[str, tuple[Any, ...]]:
    fields = [name for name in Alert.__struct_fields__ if name not in _TELLING]
    return {name: tuple(getattr(rule, field) for field in fields) for name, rule in definition.alerts.items()}


def _severities(definition: Definition) -> dict[str, str]:
    return {name: rule.severity for name, rule in definition.alerts.items()}


def _checks(definition: Definition) -> dict[str, Any]:
    """What proves an item and, where it recurs, which time of it is meant."""
    return {
        item.id: (item.check, _suite(item.check, definition), item.every, item.due if item.every else None)
        for item in definition.items
    }


def _suite(check: Check | None, definition: Definition) -> SmokeSuite | None:
    """The smoke test that a check runs."""
    return definition.smoke.get(check.smoke) if isinstance(check, SmokeProof) else None


def _rests_on(
    gate: Gate,
    objectives: frozenset[str],
    checks: frozenset[str],
    smoke: frozenset[str],
    *,
    alerts: bool,
) -> bool:
    for condition in gate:
        match condition:
            case OfObjective() if condition.objective in objectives:
                return True
            case AlertCondition() if alerts:
                return True
            case CheckCondition() if checks & set(condition.check):
                return True
            case SmokeCondition() if condition.smoke in smoke:
                return True
    return False


def _why_rolled(
    name: str,
    before: Definition,
    after: Definition,
    things: frozenset[str],
    providers: frozenset[str],
) -> str:
    """`things` are the names of gates, objectives and alerts that are touched."""
    old, rollout = before.rollouts.get(name), after.rollouts.get(name)
    if old is None or rollout is None or _plain(old) != _plain(rollout):
        return f"rollout {name} was amended"
    named = [rollout.gate, *(_guarded(guard) for guard in rollout.guards)]
    thing = next((one for one in named if one in things), None)
    if thing is not None:
        return f"{thing} was amended"
    return f"provider {rollout.provider} was amended" if rollout.provider in providers else ""


def _plain(rollout: Rollout) -> Rollout:
    """Without who is told of it, and of how many."""
    return replace(rollout, notify=(), escalate=None, users=None)


def _guarded(guard: AnyGuard) -> str:
    """The objective or alert that a guard is about."""
    match guard:
        case KeepGuard():
            return guard.keep.objective
        case ObjectiveGuard():
            return guard.objective
        case QuietGuard():
            return guard.quiet


def _why(
    name: str,
    before: Action | None,
    after: Action | None,
    gates: frozenset[str],
    things: Mapping[str, str],
) -> str:
    """`things` are providers and smoke tests that are touched, by name, each with what it is."""
    if before != after:
        return f"action {name} was amended"
    if after is None:
        return ""
    if after.gate in gates:
        return f"gate {after.gate} was amended"
    used = [name for step in after.steps for name in (step.provider, step.vault)]
    target = next((name for name in used if name in things), None)
    return f"{things[target]} {target} was amended" if target else ""
