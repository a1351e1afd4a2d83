"""An alert's life: inactive, pending, firing, resolved."""

import operator
from collections.abc import Callable, Mapping

from launchpad.model.definition import SEVERITIES, Alert, Definition, Severity, Threshold
from launchpad.model.events import AlertChanged, AlertEased, AlertStatus
from launchpad.model.state import AlertState, State
from launchpad.model.state.alerts import FIRINGS_KEPT
from launchpad.model.text import clean
from launchpad.model.values import SECOND, Micros, Value, format_duration, format_quantity
from launchpad.rules.objectives import Reading

_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


NO_DATA = "no data"
FLAPPING_SPAN = 900.0
"""Seconds."""

SHORTLY_BEFORE = 900.0
"""Seconds before an alert rises in which a change may have to do with it."""


class Evidence(Value):
    """What an alert's rule rests on at one instant."""

    crossed: bool | None
    """Whether the rule is met; None while that is unknown."""
    value: float | None = None
    n: int = 0
    """Known samples behind the value."""


def beyond(threshold: Threshold, value: float) -> bool:
    return _COMPARE[threshold.op](value, threshold.limit.value)


def crossed(threshold: Threshold, reading: Reading) -> bool | None:
    """Whether the reading lies beyond the threshold; None while the reading is unknown."""
    if reading.verdict == "unknown" or reading.value is None:
        return None
    return beyond(threshold, reading.value)


def evidence_of(threshold: Threshold, reading: Reading) -> Evidence:
    """What a rule on a threshold rests on."""
    return Evidence(crossed=crossed(threshold, reading), value=reading.value, n=reading.n)


def next_event(
    name: str, rule: Alert, before: AlertState | None, seen: Evidence, now: Micros
) -> AlertChanged | AlertEased | None:
    """What happens to the alert at `now`, if anything does.

    A rule that is met makes the alert pending, and firing once it was met for `for`; one that is not met
    ends it, where it fires after `keep_firing_for`. Both are judged at each evaluation and at no other
    time, as Prometheus does it (`AlertingRule.Eval` in rules/alerting.go).

    What differs is meant: there, no data is a rule that is not met, and resolves. Here what is unknown
    neither fires an alert nor resolves one, nor does it count towards `keep_firing_for`. As there, it
    sends a pending one back to inactive: `for` counts only time in which the rule was seen to be met.
    """
    status = _next_status(rule, before, seen.crossed, now)
    if status is not None:
        return AlertChanged(alert=name, status=status, severity=rule.severity, value=seen.value, n=seen.n)
    if before is None or before.status != "firing":
        return None
    eased = seen.crossed is False
    if eased == (before.eased_since is not None):
        return None
    return AlertEased(alert=name, eased=eased, value=seen.value, n=seen.n)


def _next_status(rule: Alert, before: AlertState | None, met: bool | None, now: Micros) -> AlertStatus | None:
    match before.status if before else "inactive":
        case "pending":
            assert before is not None, "nothing is inactive"
            if not met:
                return "inactive"
            waited = now - (before.pending_since or before.since)
            return "firing" if waited >= rule.for_ * SECOND else None
        case "firing":
            if met is not False:
                return None
            assert before is not None, "nothing is inactive"
            quiet = 0 if before.eased_since is None else now - before.eased_since
            return "resolved" if quiet >= rule.keep_firing_for * SECOND else None
        case _:
            return ("pending" if rule.for_ else "firing") if met else None


def flapping(alert: AlertState, now: Micros) -> bool:
    """Whether it fired `FIRINGS_KEPT` times within `FLAPPING_SPAN` up to now."""
    return now <= flaps_until(alert)


def flaps_until(alert: AlertState) -> Micros:
    """The last instant at which it counts as flapping; 0 where it has not fired `FIRINGS_KEPT` times."""
    return alert.fired[0] + round(FLAPPING_SPAN * SECOND) if len(alert.fired) == FIRINGS_KEPT else 0


def muted(state: State, definition: Definition, name: str, now: Micros) -> str:
    """Why nobody is told of an alert, or the empty string. It is shown, and holds gates, all the same."""
    silence = state.silences.get(name)
    if silence is not None and silence.lasts(now):
        left = format_duration((silence.until - now) / SECOND)
        return f"silenced by {silence.by} for another {left}: {clean(silence.reason)}"
    rule, alert = definition.alerts.get(name), state.alerts.get(name)
    for other in rule.inhibited_by if rule else ():
        if (one := state.alerts.get(other)) is not None and one.status == "firing":
            return f"inhibited by {other}"
    if alert is not None and flapping(alert, now):
        return f"flapping: fired {len(alert.fired)} times in {format_duration(FLAPPING_SPAN)}"
    return ""


def spoken_for(state: State, definition: Definition, name: str, now: Micros) -> bool:
    """Whether another firing alert of its group, graver or older, tells people for it."""
    rule, alert = definition.alerts.get(name), state.alerts.get(name)
    if rule is None or not rule.group or alert is None:
        return False

    def rank(severity: Severity, firing_seq: int | None) -> tuple[int, int]:
        return SEVERITIES.index(severity), firing_seq or 0

    mine = rank(rule.severity, alert.firing_seq)
    return any(
        other.status == "firing"
        and rank(definition.alerts[other.name].severity, other.firing_seq) < mine
        and not muted(state, definition, other.name, now)
        for other in state.alerts.values()
        if other.name in definition.alerts and definition.alerts[other.name].group == rule.group
    )


def changed_before(alert: AlertState) -> tuple[str, ...]:
    """What was done shortly before the alert rose, the latest first.

    `4m after deploy-1 step 2: deploy site`.
    """
    rose = alert.pending_since or alert.since
    return tuple(
        f"{format_duration((rose - change.at) / SECOND)} after {change.what}"
        for change in reversed(alert.changes)
        if 0 <= rose - change.at <= SHORTLY_BEFORE * SECOND
    )


def describe(threshold: Threshold) -> str:
    """`errors > 1%`, as it was written."""
    return threshold.described


def sentence(rule: Alert) -> str:
    """The rule for people: `errors > 1%`, `latency rises by 50% in 10m`."""
    if rule.halted:
        return f"{rule.halted} was halted by itself"
    if rule.unhalted:
        return f"{rule.unhalted} is NOT halted, though it was to be"
    if rule.recommends:
        return "a rollback is recommended"
    if rule.when:
        return describe(rule.when)
    if rule.reaches:
        return f"{describe(rule.reaches)} within {format_duration(rule.within or 0)}"
    if rule.absent:
        return f"{rule.absent} is absent"
    if rule.burns:
        period = format_duration(rule.period)
        return f"{rule.burns} burns {period} budget" + (f" ({rule.pace})" if rule.pace else "")
    if rule.deviates:
        return f"{rule.deviates} {rule.factor:g}x its {format_duration(rule.baseline)} baseline"
    way, name = ("rises", rule.rises) if rule.rises else ("falls", rule.falls)
    by = format_quantity(rule.by or 0, "%")
    return f"{name} {way} by {by} in {format_duration(rule.within or 0)}"


def shown(rule: Alert, value: float | None) -> str:
    """A value that the rule was judged on, in its unit, or `NO_DATA`."""
    if rule.recommends:
        return "waits for a person"
    if rule.halted or rule.unhalted:
        return "at a share that is not known" if value is None else f"at {value:g}%"
    if value is None:
        return "never seen" if rule.absent else NO_DATA
    limit = rule.when or rule.reaches
    if limit is not None:
        return format_quantity(value, limit.limit.unit, beside=limit.limit.value)
    if rule.absent:
        return format_duration(value)
    if rule.burns or rule.deviates:
        return f"{value:.1f}x" if value < 100 else f"{value:.0f}x"
    return format_quantity(value, "%", beside=rule.by)
