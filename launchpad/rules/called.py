"""Who is told where the definition names nobody: whoever would be told of what is grave."""

from collections.abc import Mapping

from launchpad.model.definition import Alert, IncidentCalls, Ladder, Name


def usual(alerts: Mapping[Name, Alert]) -> tuple[tuple[Name, ...], Name | None]:
    """Whom the critical alerts tell, else whom any does; and the first ladder of theirs."""
    for rules in ([a for a in alerts.values() if a.severity == "critical"], list(alerts.values())):
        notify = tuple(dict.fromkeys(name for rule in rules for name in rule.notify))
        escalate = next((rule.escalate for rule in rules if rule.escalate), None)
        if notify or escalate:
            return notify, escalate
    return (), None


def of_incidents(
    named: IncidentCalls | None, alerts: Mapping[Name, Alert], escalations: Mapping[Name, Ladder]
) -> tuple[Name, ...]:
    """Who hears of incidents: whom the definition names, be that nobody, else the usual ones; if that is a
    ladder alone, those of its first step."""
    if named is not None:
        return named.notify
    notify, escalate = usual(alerts)
    if not notify and escalate is not None:
        return escalations[escalate][0].notify
    return notify
