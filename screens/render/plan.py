"""A plan in full: what will happen, to whom, whether it can be undone, what stands against it."""

from collections.abc import Iterator

from launchpad.model.approvals import missing, told
from launchpad.model.definition import Operator
from launchpad.model.plan import LOCKED, GateReport, Plan, PlannedStep
from launchpad.model.state import Approval, RunState
from launchpad.model.values import format_duration
from screens.render import gate as gate_rows
from screens.render.row import Row, Span, line, rule, wrap
from screens.render.scene import Scene
from screens.render.words import GATES

_EVIDENCE = 30
"""Lines of a dry run that are shown."""


def rows(scene: Scene, run: RunState, gate: GateReport | None, width: int) -> list[Row]:
    """The whole plan of a planned run, wrapped to `width`. `gate` is the gate as it stands now."""
    plan = run.plan
    if plan is None:
        return []
    return [*_target(scene, plan, width), *_steps(plan, width), *_conditions(scene, gate, width), *_rest(
        scene, run, plan, width
    )]  # fmt: skip


def _target(scene: Scene, plan: Plan, width: int) -> Iterator[Row]:
    style = "badge-production" if scene.production else "badge-environment"
    undone = Span("can be undone", "ok") if plan.reversible else Span("CAN'T BE UNDONE", "bad")
    yield line(
        width,
        [
            Span(f" {plan.environment} ", style),
            Span(f" {scene.view.definition.launch.product} {plan.version}  ", "title"),
            undone,
        ],
    )
    for piece in wrap(plan.unsaid, width - 2, most=2) if plan.unsaid else ():
        yield line(width, [Span(f" {piece}", "unknown")])
    for key, value in plan.params.items():
        yield line(width, [Span(f" {key}: ", "dim"), Span(value)])
    yield Row()


def _steps(plan: Plan, width: int) -> Iterator[Row]:
    count = len(plan.steps)
    yield rule(width, [Span(f"{count} STEP{'S' * (count != 1)}", "title")])
    for number, step in enumerate(plan.steps, 1):
        yield from _step(number, step, width)


def _step(number: int, step: PlannedStep, width: int) -> Iterator[Row]:
    indent = 4
    room = width - indent - 1
    limit = f"at most {format_duration(step.timeout)} "
    head = [Span(f" {number}. ", "dim"), Span(step.name, "title")]
    yield line(width, head, [Span(limit, "dim")])
    for piece in wrap(step.does, room, most=4):
        yield line(width, [Span(" " * indent), Span(piece)])
    for piece in wrap(f"affects: {step.affects}", room, most=3) if step.affects else ():
        yield line(width, [Span(" " * indent), Span(piece)])
    for piece in wrap(f"$ {step.command}", room, most=4):
        yield line(width, [Span(" " * indent), Span(piece, "code")])
    elsewhere = step.console if step.console != step.command else ""
    for piece in wrap(f"or: {elsewhere}", room, most=2) if elsewhere else ():
        yield line(width, [Span(" " * indent), Span(piece, "dim")])
    for text in step.evidence.splitlines()[:_EVIDENCE]:
        yield line(width, [Span(" " * indent), Span(f"| {text}", "dim")])
    if (more := len(step.evidence.splitlines()) - _EVIDENCE) > 0:
        yield line(width, [Span(" " * indent), Span(f"| {more} more lines: launchpad runs --json", "dim")])
    undo = f"undo: {step.undo}" if step.undo else "CAN'T BE UNDONE"
    for piece in wrap(undo, room, most=3):
        yield line(width, [Span(" " * indent), Span(piece, "dim" if step.undo else "bad")])


def _conditions(scene: Scene, gate: GateReport | None, width: int) -> Iterator[Row]:
    yield Row()
    if gate is None:
        yield rule(width, [Span("GATE", "title"), Span(" none: nothing has to hold", "dim")])
        return
    yield rule(width, gate_rows.heading(gate))
    yield from gate_rows.full(gate, width, scene.glyphs)


def _rest(scene: Scene, run: RunState, plan: Plan, width: int) -> Iterator[Row]:
    yield Row()
    yield rule(width, [Span("THEN", "title")])
    for text, style in _notes(scene, run, plan):
        for piece in wrap(text, width - 2, most=4):
            yield line(width, [Span(" "), Span(piece, style)])


def _notes(scene: Scene, run: RunState, plan: Plan) -> Iterator[tuple[str, str]]:
    if run.lapsed:
        yield f"what was said of an earlier plan counts no more: {run.lapsed}", "warn"
    if plan.approvals:
        given = ", ".join(a.by for a in run.approvals) or "none yet"
        left = missing(plan.approvals, plan.approvers, run.approvals)
        among = f"; still: {told(left)}" if plan.approvers and left else ""
        yield f"approvals: {plan.approvals} needed besides {run.requested_by}; given: {given}{among}", "text"
        yield f"can be given by {', '.join(approvers(scene, run)) or 'nobody defined here'}", "dim"
    else:
        yield f"approvals: none needed{f', as {plan.waived}' if plan.waived else ''}", "dim"
    yield f"on failure: {plan.on_failure or 'nothing more; a person decides'}", "dim"
    if plan.lock_after:
        yield f"afterwards locked for {format_duration(plan.lock_after)}, for everybody: {LOCKED}", "text"
    until = f", until {scene.time(run.expires_at)}" if run.expires_at else ""
    yield f"plan {run.digest} of {run.id}{until}", "dim"


def approvers(scene: Scene, run: RunState) -> list[str]:
    """Whose approval still helps: operators and directors other than the requester, those online marked."""
    online = {person.operator for person in scene.view.people}
    done = {approval.by for approval in run.approvals} | {run.requested_by, run.confirmed_by}

    def able(operator: Operator) -> bool:
        return operator.role in ("operator", "director") and operator.name not in done and helps(operator)

    def helps(operator: Operator) -> bool:
        if run.plan is None:
            return True
        given = Approval(by=operator.name, auth="key", at=0, role=operator.role, teams=operator.teams)
        needs = run.plan.approvals, run.plan.approvers
        return len(missing(*needs, [*run.approvals, given])) < len(missing(*needs, run.approvals))

    able_ones = [o.name for o in scene.view.definition.operators if able(o)]
    return [f"{name} (online)" if name in online else name for name in able_ones]


def against(gate: GateReport | None) -> str:
    """Why the plan may not go ahead without an override; empty while it may."""
    if gate is None or gate.verdict == "GO":
        return ""
    return f"gate {gate.gate} is {GATES[gate.verdict].word}: {'; '.join(c.name for c in gate.blockers)}"


def blockers(gate: GateReport | None) -> frozenset[str]:
    """What keeps the gate from GO, each with how it stands."""
    return frozenset(f"{c.name} {c.verdict}" for c in gate.blockers) if gate is not None else frozenset()
