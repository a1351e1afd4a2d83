"""What remains on a terminal too small for panels: identity, worst alert, running action."""

from launchpad.model.values import format_countdown
from screens.render import criteria, head
from screens.render.row import Row, Span, line
from screens.render.run import worst_sentence
from screens.render.scene import Scene
from screens.render.words import GATES


def rows(scene: Scene, width: int, height: int) -> list[Row]:
    """At most `height` rows, the most important first."""
    view = scene.view
    launch = view.definition.launch
    said = GATES[view.verdict]
    clock = format_countdown(view.countdown) if view.countdown is not None else ""
    badge = head.first_line(scene, 200).spans[0]
    stale = Span(" STORE AWAY ", "badge-bad") if scene.lost else Span("")
    engine = Span("" if view.engine.watching or view.state.outcome else " NO ENGINE ", "badge-bad")
    keys = "  ".join(filter(None, (scene.hint("palette", "palette"), scene.hint("quit", "quit"))))
    standing = head.standing_line(scene, width, alone=True)
    alert = standing if head.tells_standing(scene) else head.alert_line(scene, width)
    kept = [
        line(
            width,
            [
                badge,
                Span(f" {said.word} ", f"badge-{said.style}"),
                stale,
                engine,
                Span(f" {clock}{' HELD' if view.held is not None else ' LATE' if view.late else ''}"),
            ],
            back=head.ground(scene),
        ),
        alert,
        *([line(width, advised)] if (advised := criteria.badge(scene)) else []),
        line(width, [_action(scene)]),
        line(width, [Span(f" {launch.product} {launch.version} {view.state.phase}", "title")]),
        *([standing] if standing is not alert else []),
        line(width, [Span(f" {scene.me.name} {scene.me.role}, {len(view.people)} online", "dim")]),
        line(width, [Span(f" more shows at 80x23;  {keys}", "dim")]),
    ]
    return kept[:height]


def _action(scene: Scene) -> Span:
    run = scene.view.run
    if run is None:
        return Span(" nothing runs", "dim")
    waits = f": {run.waits_for}" if run.waits_for else ""
    return Span(f" {scene.glyphs.run} {worst_sentence(run.state)}{waits}", "accent")
