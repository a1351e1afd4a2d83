"""Who is told without a line in the definition, where anybody could be: of halts, of recommended rollbacks,
of incidents."""

import itertools
from collections.abc import Collection, Iterator

from launchpad.config.document import Document
from launchpad.model.definition import Alert, IncidentCalls, Name, Rollout
from launchpad.rules.called import of_incidents, usual

_ROOM = 50
"""Characters of a rollout's name in that of an alert."""


def with_calls(document: Document) -> dict[Name, Alert]:
    """The alerts of a sound document, and those that go without saying. Whoever defines one has that instead.

    Who is told: whom the rollout names, else whom critical alerts tell, else whom any does.
    """
    alerts = dict(document.alerts)
    taken = {(rule.halted, rule.unhalted, rule.recommends) for rule in alerts.values()}
    notify, escalate = usual(document.alerts)
    for name, rule in _implied(document):
        of = document.rollouts.get(rule.halted or rule.unhalted or "")
        own = of is not None and bool(of.notify or of.escalate)
        told = _to(rule, of.notify, of.escalate) if of is not None and own else _to(rule, notify, escalate)
        if (told.notify or told.escalate) and (rule.halted, rule.unhalted, rule.recommends) not in taken:
            alerts[_free(name, alerts)] = told
    return alerts


def incident_calls(document: Document) -> IncidentCalls | None:
    """Who hears of incidents, as the journal keeps it; None where nobody could be told."""
    if document.incidents is not None:
        return document.incidents
    notify = of_incidents(None, document.alerts, document.escalations)
    return IncidentCalls(notify=notify) if notify else None


def _implied(document: Document) -> Iterator[tuple[str, Alert]]:
    for name, rollout in document.rollouts.items():
        if _halts_itself(rollout):
            yield f"{name[:_ROOM]}-halted", Alert(halted=name, severity="critical")
        yield f"{name[:_ROOM]}-not-halted", Alert(unhalted=name, severity="critical")
    asks = any(a.on_failure is not None and a.on_failure.mode == "ask" for a in document.actions.values())
    if document.rollback_criteria is not None or asks:
        yield "rollback-recommended", Alert(recommends="rollback", severity="critical")


def _free(name: Name, alerts: Collection[Name]) -> Name:
    """`name`, counted on if another alert has it: nobody's call is lost to a name."""
    counted = (name if count == 1 else f"{name}-{count}" for count in itertools.count(1))
    return next(one for one in counted if one not in alerts)


def _halts_itself(rollout: Rollout) -> bool:
    return bool(rollout.guards) and rollout.on_breach == "halt"


def _to(rule: Alert, notify: tuple[Name, ...], escalate: Name | None) -> Alert:
    return Alert(
        halted=rule.halted,
        unhalted=rule.unhalted,
        recommends=rule.recommends,
        severity=rule.severity,
        notify=notify,
        escalate=escalate,
    )
