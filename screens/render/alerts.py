"""Alerts that are pending or firing."""

from launchpad.model.values import format_duration
from launchpad.rules.view import AlertView
from screens.render.row import Row, Span, fit, line
from screens.render.scene import Scene
from screens.render.words import SEVERITY

_NARROW = 80
"""Below this width a row does not say what follows from the rest of it."""


def heading(scene: Scene) -> list[Span]:
    """The panel's title with the counts."""
    alerts = scene.view.alerts
    unacked = sum(a.unacknowledged for a in alerts)
    title = [Span("ALERTS", "title"), Span(f" {len(alerts)}" if alerts else " none", "dim")]
    return [*title, Span(f" {unacked} unacknowledged", "bad")] if unacked else title


def row(scene: Scene, alert: AlertView, width: int) -> Row:
    """One alert: how grave, which rule, since when, who has it."""
    said = SEVERITY[alert.severity]
    state = alert.state
    firing = state.status == "firing"
    style = said.style if firing else "warn"
    sign = scene.glyphs.bad if firing else scene.glyphs.warn
    spans = [
        Span(" " + fit(f"{sign} {said.word}", 11), style),
        Span(fit(f"{alert.rule}", max(14, min(width * 2 // 5, width - 43))), "text"),
        Span(fit(alert.shown, 9, right=True), style),
        Span(fit(format_duration(alert.lasted), 8, right=True), "dim"),
        Span("  "),
        *_standing(alert, width),
        Span("  ".join(notes(alert)), "dim"),
    ]
    return line(width, spans)


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
    acked = f", acknowledged by {state.acknowledged_by}" if state.acknowledged_by else ""
    lasted = format_duration(alert.lasted)
    more = "".join(f", {note}" for note in notes(alert))
    paged = f", {alert.page}" if alert.page else ""
    return (
        f"{alert.severity} {alert.rule}: now {alert.shown}, {state.status} for {lasted}{acked}{paged}{more}"
    )
