"""Which alerts are of one trouble: what they watch, and what is done about it, hangs together."""

from collections.abc import Iterator

from launchpad.model.definition import Alert, Definition, Rollout
from launchpad.model.definition.criteria import AlertCriterion, ObjectiveCriterion
from launchpad.model.definition.rollouts import KeepGuard, ObjectiveGuard

Matter = tuple[str, str]
"""Something that an alert is about: its kind and name."""


def of_one_trouble(definition: Definition, one: str, other: str) -> bool:
    """Whether two alerts are: they share a signal, a rollout or its guards, or the advice to roll back."""
    return not matters(definition, one).isdisjoint(matters(definition, other))


def matters(definition: Definition, alert: str) -> frozenset[Matter]:
    """All that an alert is about. One whose rule is gone is about itself."""
    rule = definition.alerts.get(alert)
    return frozenset({("alert", alert), *(_of_rule(definition, rule) if rule is not None else ())})


def _of_rule(definition: Definition, rule: Alert) -> Iterator[Matter]:
    if rule.group:
        yield "group", rule.group
    if rule.absent:
        yield "signal", rule.absent
    if rule.objective:
        yield from _of_objective(definition, rule.objective)
    for name, rollout in definition.rollouts.items():
        if rule.recommends or name in (rule.halted, rule.unhalted):
            yield "rollout", name
            yield from _of_guards(definition, rollout)
    criteria = definition.rollback_criteria if rule.recommends else None
    for criterion in criteria.of if criteria else ():
        if isinstance(criterion, AlertCriterion):
            yield from _of_alert(definition, criterion.alert)
        elif isinstance(criterion, ObjectiveCriterion):
            yield from _of_objective(definition, criterion.objective)


def _of_guards(definition: Definition, rollout: Rollout) -> Iterator[Matter]:
    for guard in rollout.guards:
        if isinstance(guard, KeepGuard):
            yield from _of_objective(definition, guard.keep.objective)
        elif isinstance(guard, ObjectiveGuard):
            yield from _of_objective(definition, guard.objective)
        else:
            yield from _of_alert(definition, guard.quiet)


def _of_alert(definition: Definition, name: str) -> Iterator[Matter]:
    """An alert by its name, and what is measured for it."""
    yield "alert", name
    rule = definition.alerts.get(name)
    if rule is not None and rule.objective:
        yield from _of_objective(definition, rule.objective)


def _of_objective(definition: Definition, name: str) -> Iterator[Matter]:
    objective = definition.objectives.get(name)
    yield "signal", objective.signal if objective is not None else name
