"""The end of a launch: what it still waits for, and what closing it means."""

from collections.abc import Mapping

from launchpad.model.definition import PHASES, Phase
from launchpad.model.events import Outcome
from launchpad.rules.view import View
from screens.render.row import Row, Span, fit, line, wrap
from screens.render.scene import Scene

MEANS: Mapping[Outcome, str] = {
    "success": "the release is out, and all is well",
    "partial": "some of it is out, or not all of it went well",
    "failed": "it was taken back, or never worked",
    "aborted": "it was given up before it was out",
}
"""How a launch can end."""
_OUTCOME = 9


def unfinished(view: View) -> list[str]:
    """What a launch is not to be closed on, in a few words each; empty when the next step is to close it."""
    told = [] if view.next_phase is None else [f"the launch is in {view.state.phase}"]
    told += _open_items(view, PHASES[-1])
    going_on = (run.state for run in view.runs if not run.state.ended and not run.expired)
    told += [f"{run.id} is {run.status}" for run in going_on]
    if view.incident is not None:
        told.append(f"{view.incident.state.id} is {view.incident.state.status}")
    told += [f"alert {a.state.name} is {a.state.status}" for a in view.alerts]
    told += [f"{r.name} is {r.status}" for r in view.rollouts if r.status in ("rolling", "halted", "unknown")]
    return told


def _open_items(view: View, phase: Phase) -> list[str]:
    """How many items of a phase are not done."""
    of_phase = [item for item in view.items if item.state.item.phase == phase]
    left = sum(not item.finished for item in of_phase)
    return [f"{left} of {len(of_phase)} items of {phase} are open"] if left else []


def rows(scene: Scene, chosen: Outcome | None, width: int) -> list[Row]:
    """The outcomes to choose from, and what is left behind."""
    drawn = []
    for number, (outcome, means) in enumerate(MEANS.items(), 1):
        here = outcome == chosen
        pointer = scene.glyphs.pointer if here else " "
        name = Span(fit(outcome, _OUTCOME), "title" if here else "text")
        told = [Span(pointer, "accent"), Span(f"{number}  ", "key"), name, Span(means, "dim")]
        drawn.append(line(width, told))
    left = [said for phase in PHASES[:-1] for said in _open_items(scene.view, phase)]
    left += unfinished(scene.view)
    if left:
        drawn += [Row(), line(width, [Span(f" {scene.glyphs.warn} not finished", "warn")])]
        drawn += [line(width, [Span(f"   {piece}")]) for said in left for piece in wrap(said, width - 4)]
    text = "Nothing can be changed after that. The launch can be read as before, and reported"
    report = scene.hint("report.write", "writes the report")
    said = f"{text}: {report}." if report else f"{text}."
    return [*drawn, Row(), *(line(width, [Span(f" {p}", "dim")]) for p in wrap(said, width - 2))]
