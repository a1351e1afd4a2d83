"""Plans to choose from: what waits for a yes, and what can be asked for."""

from typing import Literal, NamedTuple

from launchpad.model.approvals import missing, told
from launchpad.model.definition import Action
from launchpad.rules.gates import evaluate
from launchpad.rules.view import RunView, View
from screens.render.plan import approvers
from screens.render.row import Row, Span, line, wrap
from screens.render.scene import Scene
from screens.render.words import GATES, glyph

Wish = Literal["approve", "confirm", "look", "ask"]
_WISHES: dict[Wish, tuple[str, str]] = {
    "approve": ("approve", "accent"),
    "confirm": ("confirm", "accent"),
    "look": ("waits", "dim"),
    "ask": ("ask for", "text"),
}


class Choice(NamedTuple):
    """A run's plan, or an action that has none yet."""

    wish: Wish
    name: str
    """Of the run or, with `ask`, of the action."""


def choices(view: View, me: str) -> tuple[Choice, ...]:
    """What waits for me first, then what waits for others, then what can be asked for."""
    found = [Choice(wish, run.state.id) for run in view.runs if (wish := wish_of(run, me))]
    busy = {run.state.action for run in view.runs if not run.state.ended and not run.expired}
    found += [Choice("ask", name) for name in view.definition.actions if name not in busy]
    order: list[Wish] = list(_WISHES)
    return tuple(sorted(found, key=lambda choice: order.index(choice.wish)))


def wish_of(run: RunView, me: str) -> Wish | None:
    """What a run's plan waits for, as I see it; None if it waits for nobody's yes."""
    state = run.state
    if run.expired or state.status != "planned":
        return None
    if not state.confirmed:
        return "confirm" if state.requested_by == me or state.requested_auth == "engine" else "look"
    given = {approval.by for approval in state.approvals}
    return "look" if me in {state.requested_by, state.confirmed_by, *given} else "approve"


def rows(scene: Scene, choice: Choice, key: str, width: int) -> list[Row]:
    """A line to choose by, and beneath it who must approve and what is missing."""
    word, style = _WISHES[choice.wish]
    run = next((r for r in scene.view.runs if r.state.id == choice.name), None)
    action = scene.view.definition.actions.get(run.state.action if run else choice.name)
    title = (run.state.plan.title if run and run.state.plan else action.title if action else "") or ""
    said = f"{choice.name}: {title}" if title else choice.name
    head = line(
        width,
        [Span(f" {key or ' '} ", "key"), Span(f"{word} ", style), Span(said, "title")],
        [Span(f"{run.state.digest} " if run else "", "dim")],
    )
    told_of = _of_run(scene, run) if run else _of_action(scene, action)
    beneath = [
        line(width, [Span("   "), Span(piece, style)])
        for text, style in told_of
        for piece in wrap(text, width - 5, most=2)
    ]
    return [head, *beneath]


def _of_run(scene: Scene, run: RunView) -> list[tuple[str, str]]:
    state = run.state
    lines = [(f"asked by {state.requested_by}; waits for {run.waits_for}", "text")]
    if state.awaits_approval:
        able = ", ".join(approvers(scene, state)) or "nobody defined here"
        lines.append((f"can be given by {able}", "dim"))
    gate = state.plan.gate if state.plan else None
    return [*lines, *_gate(scene, gate)]


def _of_action(scene: Scene, action: Action | None) -> list[tuple[str, str]]:
    if action is None:
        return []
    needed = max(action.approvals, sum(action.approvers.values()))
    people = (
        f"needs {needed} approval{'s' * (needed > 1)} besides whoever asks" if needed else "needs no approval"
    )
    if action.approvers:
        people += f": {told(missing(needed, action.approvers, ()))}"
    return [(people, "dim"), *_gate(scene, action.gate)]


def _gate(scene: Scene, name: str | None) -> list[tuple[str, str]]:
    report = evaluate(name, scene.view.situation) if name else None
    if report is None:
        return []
    said = GATES[report.verdict]
    blockers = "; ".join(f"{c.name}: {c.detail}" for c in report.blockers[:2])
    text = f"{glyph(scene.glyphs, said)} gate {report.gate} is {said.word}" + (
        f": {blockers}" if blockers else ""
    )
    return [(text, "dim" if report.verdict == "GO" else said.style)]
