"""Where an entry of a list leads: to what it is about, or to what it waits for."""

from collections.abc import Sequence
from typing import NamedTuple

from launchpad.model import definition as d
from launchpad.model.events import PhaseEntered, Unknown
from launchpad.model.journal import Recorded
from launchpad.model.plan import ConditionReport
from launchpad.model.samples import LockInfo, LogLine, Presence
from launchpad.rules.locks import run_of
from launchpad.rules.polls import Ballot
from launchpad.rules.view import AlertView, ItemView, ObjectiveView, View
from screens.render.gate import Part
from screens.render.rollouts import Part as RolloutPart


class Place(NamedTuple):
    """Something that can be gone to."""

    kind: str
    """A panel's name, or `run`, `incident`, `criteria`, `messages`, `phase`."""
    name: str = ""
    """Which entry; empty for all of it."""


def leads_to(view: View, events: Sequence[Recorded], entry: object) -> Place | str:
    """The place that `entry` leads to, or a sentence that says why it leads nowhere."""
    match entry:
        case AlertView():
            return _of_alert(view, entry.state.name)
        case ObjectiveView():
            return _of_objective(view, events, entry)
        case Part():
            return _of_condition(view, entry.condition)
        case ConditionReport():
            return _of_condition(view, entry)
        case ItemView():
            if entry.blocked_by:
                return Place("checklist", entry.blocked_by[0])
            return _last(events, "item", entry.id)
        case Ballot() | LogLine() | RolloutPart():
            return _last(events, *_subject(entry))
        case LockInfo():
            launch, run = run_of(entry)
            ours = launch == view.state.launch and run in view.state.runs
            return Place("run", run) if ours else _last(events, "lock", entry.target)
        case Presence():
            _, _, item = entry.looking_at.partition(": ")
            known = item in view.state.items
            return Place("checklist", item) if known else f"{entry.operator} looks at no item"
        case Recorded():
            return _of_event(view, entry)
    return "this leads nowhere"


def _subject(entry: Ballot | LogLine | RolloutPart) -> tuple[str, str]:
    match entry:
        case Ballot():
            return "vote", entry.team
        case LogLine():
            return "run", entry.run
        case _:
            return "rollout", entry.rollout.name


def _last(events: Sequence[Recorded], kind: str, name: str) -> Place | str:
    """The newest line of the timeline about it."""
    subject = f"{kind}:{name}"
    for recorded in reversed(events):
        if not isinstance(recorded.event, Unknown) and recorded.event.subject == subject:
            return Place("timeline", str(recorded.seq))
    return f"nothing has happened to {name} yet"


def _of_alert(view: View, name: str) -> Place | str:
    rule = view.definition.alerts.get(name)
    if rule is None:
        return f"the definition no longer has the alert {name}"
    if rollout := rule.halted or rule.unhalted:
        return Place("rollouts", rollout)
    if rule.recommends:
        return "the rollback criteria say why: C"
    objectives = view.definition.objectives.items()
    of_signal = next((o for o, each in objectives if each.signal == rule.absent), None)
    objective = rule.objective or of_signal
    return Place("objectives", objective) if objective else f"no objective is held to {rule.absent}"


def _of_objective(view: View, events: Sequence[Recorded], shown: ObjectiveView) -> Place | str:
    for alert in view.alerts:
        rule = view.definition.alerts.get(alert.state.name)
        if rule is not None and (rule.objective == shown.name or rule.absent == shown.objective.signal):
            return Place("alerts", alert.state.name)
    return _last(events, "objective", shown.name)


def _of_condition(view: View, report: ConditionReport) -> Place | str:
    asked = _asked(view, report)
    waits = f"{report.name}: {report.detail}"
    match asked:
        case d.ObjectiveCondition():
            return Place("objectives", asked.objective)
        case d.ItemsCondition():
            before = d.PHASES[: d.PHASES.index(view.next_phase)] if view.next_phase else ()
            items = [i for i in view.items if i.state.item.phase in before]
            return _unfinished([i for i in items if asked.items == "all" or i.state.item.required], waits)
        case d.CheckCondition():
            return _unfinished([i for i in view.items if i.id in asked.check], waits)
        case d.AlertCondition():
            worse = d.SEVERITIES[: d.SEVERITIES.index(asked.no_alert) + 1]
            firing = (a for a in view.alerts if a.state.status == "firing" and a.severity in worse)
            return next((Place("alerts", a.state.name) for a in firing), waits)
        case d.PollCondition():
            missing = (b for b in view.ballots if b.team in asked.poll and b.verdict != "GO")
            return Place("poll", next((b.team for b in missing), asked.poll[0]))
        case d.PresentCondition():
            return Place("people")
        case d.UnlockedCondition() | d.ReadyCondition():
            locks = [f"lock {lock.target}" for lock in view.locks]
            return Place("people", locks[0]) if locks else waits
    return waits


def _asked(view: View, report: ConditionReport) -> d.Condition | None:
    """The condition of the definition that a report answers."""
    if view.gate is None:
        return None
    conditions = view.definition.gates.get(view.gate.gate, ())
    pairs = zip(conditions, view.gate.conditions, strict=False)
    return next((condition for condition, answer in pairs if answer == report), None)


def _unfinished(items: Sequence[ItemView], otherwise: str) -> Place | str:
    """The first of the items that is not done; one that can be done now before one that waits itself."""
    left = [item for item in items if not item.finished]
    left.sort(key=lambda item: item.mark == "blocked")
    return Place("checklist", left[0].id) if left else otherwise


_PLACES = {
    "item": "checklist", "remarks": "checklist", "check": "checklist", "alert": "alerts", "silence": "alerts",
    "escalation": "alerts", "objective": "objectives", "run": "run", "vote": "poll", "poll": "poll",
    "incident": "incident", "message": "messages", "criterion": "criteria", "rollback": "criteria",
    "text": "timeline", "lock": "people", "rollout": "rollouts",
}  # fmt: skip
"""What stands before the colon of an event's subject → where that is shown."""


def _of_event(view: View, recorded: Recorded) -> Place | str:
    event = recorded.event
    if isinstance(event, Unknown):
        return "a later version of Launchpad knows what this is about"
    if isinstance(event, PhaseEntered):
        return Place("phase", event.phase)
    kind, _, name = event.subject.partition(":")
    place = _PLACES.get(kind)
    if place is None:
        return "this line is all there is of it"
    if place == "alerts" and all(alert.state.name != name for alert in view.alerts):
        # Long over: what it was about is still there.
        return _of_alert(view, name)
    return Place(place, f"lock {name}" if kind == "lock" else name)
