"""An incident: in the head's row, and in full."""

from collections.abc import Iterator

from launchpad.model.text import clean
from launchpad.model.values import format_duration
from launchpad.rules.view import IncidentView
from launchpad.rules.view.incidents import REMOVED, timeline
from screens.render.row import Row, Span, fit, line, rule, wrap
from screens.render.scene import Scene
from screens.render.words import SEVERITY

_NAME = 10


def row(scene: Scene, shown: IncidentView, width: int) -> Row:
    """What it is, who has it, when the next word is due: in a place that never moves."""
    state = shown.state
    said = SEVERITY[state.severity]
    left = [
        Span(f" {scene.glyphs.bad} {said.word} {state.id}", said.style),
        Span(f"  {shown.title}"),
        Span(f"  {shown.measured}", "dim"),
    ]
    lead = f"{state.commander} commands  " if width >= 110 else f"{state.commander}  "
    commander = Span(lead, "dim") if state.commander else Span("NO COMMANDER  ", "warn")
    opens = scene.hint("incident.open", "opens it" if width >= 110 else "more")
    right = [commander, _next(scene, shown), Span(f"  {opens}" if opens else "", "dim"), Span(" ")]
    return line(width, left, right, gap=2)


def _next(scene: Scene, shown: IncidentView) -> Span:
    at = scene.clock(shown.state.next_at)
    return Span(f"UPDATE WAS DUE {at}", "bad") if shown.update_late else Span(f"update {at}", "dim")


def rows(scene: Scene, shown: IncidentView, width: int) -> list[Row]:
    """All there is to know, the present first, then what happened, newest first."""
    return [
        *_summary(scene, shown, width),
        Row(),
        rule(width, [Span("RESPONSE", "title")], stroke=scene.glyphs.stroke),
        *_response(shown, width),
        *_tasks(scene, shown, width),
        Row(),
        rule(width, [Span("TIMELINE", "title"), Span(" newest first", "dim")], stroke=scene.glyphs.stroke),
        *_timeline(scene, shown, width),
    ]


def _summary(scene: Scene, shown: IncidentView, width: int) -> Iterator[Row]:
    state = shown.state
    lasted = format_duration(shown.lasted // 1)
    since = f"{state.severity}, {state.status}, since {scene.clock(state.detected_at)} ({lasted})"
    due = f"{'was due' if shown.update_late else 'at'} {scene.clock(state.next_at)}" if state.next_at else ""
    told = {
        "what": shown.title,
        "state": since,
        "measured": shown.measured,
        "affects": shown.affects or "nobody has said whom it hits",
        "lead": shown.commander,
        "update": due,
        "cause": clean(state.cause, 1000),
    }
    for name, text in told.items():
        style = "bad" if name == "update" and shown.update_late else "text"
        yield from _named(name, text, width, style) if text else ()


def _named(name: str, text: str, width: int, style: str = "text") -> Iterator[Row]:
    for index, piece in enumerate(wrap(text, width - _NAME - 1)):
        label = fit(f" {name}" if index == 0 else "", _NAME)
        yield line(width, [Span(label, "dim"), Span(piece, style)])


def _response(shown: IncidentView, width: int) -> Iterator[Row]:
    for milestone in (*shown.milestones, *shown.recovery):
        yield line(width, [Span(f" {milestone.sentence}", "bad" if milestone.late else "text")])


def _tasks(scene: Scene, shown: IncidentView, width: int) -> Iterator[Row]:
    tasks = shown.state.tasks
    if tasks:
        yield Row()
        yield rule(width, [Span("TASKS", "title")], stroke=scene.glyphs.stroke)
    for task in tasks:
        inside = scene.glyphs.ok if task.done_by else " "
        who = f"  done by {task.done_by}" if task.done_by else f"  {task.assignee or ''}"
        text = f"{task.number} {clean(task.text) or REMOVED}"
        yield line(
            width, [Span(f" [{inside}] ", "ok" if task.done_by else "text"), Span(text), Span(who, "dim")]
        )


def _timeline(scene: Scene, shown: IncidentView, width: int) -> Iterator[Row]:
    for entry in reversed(timeline(shown.state, scene.view.state)):
        text = REMOVED if entry.redacted else clean(entry.text, 2000)
        said = f"{entry.what}: {text}" if text else entry.what
        first, *rest = wrap(said, width - 24)
        stamp = Span(f" {scene.stamp(entry.at)} ", "dim")
        yield line(width, [stamp, Span(fit(entry.by, 12) + " ", "accent"), Span(first)])
        yield from (line(width, [Span(" " * 23), Span(piece)]) for piece in rest)
