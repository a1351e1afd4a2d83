"""What Enter shows of an entry, kept up to date while it is read."""

from collections.abc import Callable, Sequence
from typing import Any

from launchpad.model.journal import Recorded
from launchpad.rules.gates import ahead
from screens.panels import detail_rows
from screens.render import alerts, gate, objectives, rollouts, timeline
from screens.render.row import Row, Span, line
from screens.render.scene import Scene

Draw = Callable[[Scene, int], list[Row]]
_OVER = Span("It is neither pending nor firing any more. When it was last:", "warn")
GONE = Span("An amendment has taken it away. As it was last:", "warn")
"""Stands over what is read of something that is no longer defined."""


def of_entry(
    panel: str, entry: Any, said: Callable[[], str], events: Callable[[], Sequence[Recorded]]
) -> tuple[str, Draw]:
    """A title and the rows; `said` gives the entry as a line of text, `events` gives all of the launch."""
    match panel:
        case "objectives":

            def of_objective(scene: Scene, width: int) -> list[Row]:
                nonlocal entry
                now = next((o for o in scene.view.objectives if o.name == entry.name), None)
                entry = now or entry
                gone = [] if now else [GONE]
                return detail_rows([*gone, *objectives.details(entry, scene.view.definition)], width)

            return f"Objective {entry.name}", of_objective
        case "alerts":

            def of_alert(scene: Scene, width: int) -> list[Row]:
                nonlocal entry
                now = next((a for a in scene.view.alerts if a.state.name == entry.state.name), None)
                entry = now or entry
                over = [] if now else [_OVER]
                return detail_rows([*over, *alerts.details(scene, entry, events())], width)

            return f"Alert {entry.state.name}", of_alert
        case "gate":
            return "Gate", gates
        case "rollouts":
            name = entry.rollout.name
            return f"Rollout {name}", lambda s, w: rollouts.details(s, name, w)
        case "timeline":

            def of_event(scene: Scene, width: int) -> list[Row]:
                # Its text may have been removed since.
                known = events()[entry.seq - 1 : entry.seq]
                now = next((recorded for recorded in known if recorded.hash == entry.hash), entry)
                return detail_rows(timeline.details(scene, now), width)

            return f"Event {entry.seq}", of_event
    return panel.capitalize(), lambda _scene, width: detail_rows([Span(said())], width)


def gates(scene: Scene, width: int) -> list[Row]:
    """Every gate ahead, with all its reasons."""
    reports = ahead(scene.view.situation)
    if not reports:
        return [line(width, [Span(" no gate is defined for what lies ahead", "dim")])]
    rows: list[Row] = []
    for report in reports:
        rows += [Row()] if rows else []
        rows += [line(width, gate.heading(report)), *gate.full(report, width, scene.glyphs)]
    return rows
