"""Alerts that are pending or firing."""

from collections.abc import Sequence

from launchpad.model.journal import Recorded
from launchpad.model.values import SECOND, format_duration
from launchpad.rules import escalation
from launchpad.rules.view import AlertView
from screens.render import messages
from screens.render.row import Row, Span, cell_len, fit, line
from screens.render.scene import Scene
from screens.render.words import SEVERITY

_NARROW = 80
"""Below this width a row does not say what follows from the rest of it."""


def heading(scene: Scene) -> list[Span]:
    """The panel's title with the counts."""
    alerts = scene.view.alerts
    unacked = sum(a.unacknowledged for a in alerts)
    title = [Span("ALERTS", "title"), Span(f" {len(alerts)}" if alerts else " none", "dim")]
    return [*title, Span(f", {unacked} unacknowledged", "bad")] if unacked else title


def row(scene: Scene, alert: AlertView, width: int) -> Row:
    """One alert: how grave, which rule, since when, who has it."""
    said = SEVERITY[alert.severity]
    state = alert.state
    firing = state.status == "firing"
    style = said.style if firing else "warn"
    sign = scene.glyphs.bad if firing else scene.glyphs.warn
    spans = [
        Span(" " + fit(f"{sign} {said.word}", 11), style),
        Span(fit(alert.rule, _rules(scene, width)), "text"),
        Span(fit(alert.shown, 9, right=True), style),
        Span(fit(format_duration(alert.lasted), 8, right=True), "dim"),
        Span("  "),
        *_standing(alert, width),
        Span("  ".join(notes(alert)), "dim"),
    ]
    return line(width, spans)


def _rules(scene: Scene, width: int) -> int:
    """Cells for the rules: no more than the longest needs, so that what is done about it has the rest."""
    longest = max(cell_len(alert.rule) for alert in scene.view.alerts)
    return min(longest, max(14, min(width * 2 // 5, width - 43)))


def _standing(alert: AlertView, width: int) -> list[Span]:
    state = alert.state
    if state.status != "firing":
        return [Span("pending  ", "warn")]
    if state.acknowledged_by is not None:
        note = f": {state.acknowledgement}" if state.acknowledgement else ""
        return [Span(f"acked {state.acknowledged_by}{note}  ", "dim")]
    # Whoever reads that nobody is told knows that nobody has it.
    if alert.muted:
        return []
    page = [Span(f"{alert.page}  ", "warn")] if alert.page else []
    # Somebody is only woken while nobody has acknowledged it.
    return page if page and width < _NARROW else [Span("UNACKED  ", "bad"), *page]


def notes(alert: AlertView) -> list[str]:
    """What else there is to say of it, and who of its group rises with it."""
    return [*alert.notes, *([f"+{len(alert.others)} in {alert.group}"] if alert.others else [])]


def plain(alert: AlertView) -> str:
    """The alert as a line of text."""
    state = alert.state
    note = f": {state.acknowledgement}" if state.acknowledgement else ""
    acked = f", acknowledged by {state.acknowledged_by}{note}" if state.acknowledged_by else ""
    lasted = format_duration(alert.lasted)
    more = "".join(f", {note}" for note in notes(alert))
    paged = f", {alert.page}" if alert.page else ""
    return (
        f"{alert.severity} {alert.rule}: now {alert.shown}, {state.status} for {lasted}{acked}{paged}{more}"
    )


def details(scene: Scene, alert: AlertView, events: Sequence[Recorded] = ()) -> list[Span]:
    """All there is to know about an alert; each span is a paragraph. `events` are all of the launch."""
    state = alert.state
    rule = scene.view.definition.alerts.get(state.name)
    said = SEVERITY[alert.severity]
    firing = state.status == "firing"
    told = [
        Span(f"{said.word}  {alert.rule}", "title"),
        Span(
            f"{state.status} since {scene.time(state.since)} ({format_duration(alert.lasted)}),"
            f" now {alert.shown}, n={alert.n}",
            said.style if firing else "warn",
        ),
    ]
    if state.acknowledged_by is not None:
        note = f": {state.acknowledgement}" if state.acknowledgement else ""
        told.append(Span(f"acknowledged by {state.acknowledged_by}{note}"))
    elif firing:
        told.append(Span("nobody has acknowledged it", "bad"))
    told += [Span(note, "warn") for note in notes(alert)]
    if rule is not None and rule.affects:
        told.append(Span(f"affects: {rule.affects}"))
    if rule is not None and rule.source:
        told.append(Span(f"after: {rule.source}", "dim"))
    told += [Span(step.text, step.style) for step in ladder(scene, alert)]
    told += messages.of_alert(scene, alert, events)
    before = [change for change in alert.before if change not in alert.notes]
    return [*told, *(Span(f"shortly before: {change}", "dim") for change in before)]


def ladder(scene: Scene, alert: AlertView) -> list[Span]:
    """Who is woken when while nobody acknowledges: each step, taken or not."""
    view, state = scene.view, alert.state
    taken = {each.step for each in state.escalations}
    passed = {step for each in state.escalations for step in each.skipped}
    coming = {due.step for due in escalation.ahead(view.state, view.definition, state, view.now)}
    steps = []
    for due in escalation.ladder(view.state, view.definition, state):
        who = f"wakes {', '.join(due.notify)}"
        if due.step in taken:
            steps.append(Span(f"{scene.glyphs.ok} {who} at {scene.clock(due.at)}", "dim"))
        elif due.step in passed:
            steps.append(Span(f"{scene.glyphs.skipped} {who}: passed over", "dim"))
        elif due.step in coming:
            left = format_duration(max(0, int((due.at - view.now) / SECOND)))
            steps.append(Span(f"{scene.glyphs.run} {who} in {left}", "warn"))
    return steps


def under(scene: Scene, width: int, height: int) -> list[Row]:
    """The ladder of the worst alert that nobody has acknowledged, where there is room for it."""
    worst = next((a for a in scene.view.alerts if a.unacknowledged), None)
    listed = sum(not a.spoken_for for a in scene.view.alerts)
    steps = ladder(scene, worst) if worst is not None and width >= _NARROW else []
    return [line(width, [Span("   "), step]) for step in steps][: max(0, height - listed)]
