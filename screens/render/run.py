"""The running action: where it stands, what it waits for, what it said last."""

from launchpad.model.samples import LockInfo, LogLine
from launchpad.model.state import RunState
from launchpad.model.text import clean
from launchpad.model.values import SECOND, format_duration
from launchpad.rules.locks import run_owner
from launchpad.rules.view import ItemView, RunView
from launchpad.rules.view.mine import mine, next_item
from screens.render.close import unfinished
from screens.render.long import Long
from screens.render.plans import wish_of
from screens.render.row import Row, Span, line
from screens.render.scene import Scene
from screens.render.words import RUNS, STEPS, glyph, lasting

_LOG = 4
"""Rows of log that all steps may not take away."""


def heading(scene: Scene, run: RunView | None) -> tuple[list[Span], list[Span]]:
    """The panel's title and the keys that act on it."""
    if run is None:
        # Somebody else may have begun one since.
        known = Span(" nothing ran when last read", "unknown") if scene.lost else Span(" nothing runs", "dim")
        return [Span("ACTION", "title"), known], []
    state = run.state
    said = RUNS[state.status]
    title = [
        Span(f"ACTION {state.id} ", "title"),
        Span(f"{glyph(scene.glyphs, said)} {said.word}", said.style),
    ]
    trouble = _trouble(scene, run)
    if trouble.text:
        title.append(Span(f"  {trouble.text} ", trouble.style))
    title.append(Span(f" by {state.requested_by}", "dim"))
    if state.started_at is not None:
        number = min(run.step + 1, len(state.steps))
        title.append(Span(f"  step {number} of {len(state.steps)}"))
        title.append(Span(f"  {format_duration(run.elapsed)}", "dim"))
    return title, [Span(_keys(scene, run), "dim")]


def _trouble(scene: Scene, run: RunView) -> Span:
    """What keeps it from going on, as far as is known."""
    if run.state.status not in ("running", "aborting"):
        return Span("")
    if not scene.in_touch:
        return Span("" if scene.loading else "not known how it goes on", "unknown")
    if not scene.view.engine.watching:
        return Span("STANDS STILL: no engine", "bad")
    if run.timed_out:
        return Span("TIMED OUT", "bad")
    return Span("STUCK? it has long said nothing", "warn") if run.stuck else Span("")


def _keys(scene: Scene, run: RunView) -> str:
    offered = {
        "resolve": scene.hint("run.resolve", "resolve") if run.state.status == "interrupted" else "",
        "approve": scene.hint("run.approve", "approve") if wish_of(run, scene.me.name) == "approve" else "",
        "abort": "" if run.state.ended else scene.hint("run.abort", "abort"),
    }
    return "  ".join(hint for action, hint in offered.items() if hint and scene.allows(action))


def standing(scene: Scene, run: RunView | None, width: int, height: int) -> list[Row]:
    """What stays over the log, in at most `height` rows: the present step, or all where there is room."""
    own = run_owner(scene.view.state.launch, run.state.id) if run else ""
    locks = [_lock(lock, width) for lock in scene.view.locks if lock.owner != own]
    if run is None:
        return [*_idle(scene, width), *locks][:height]
    rows = _steps(scene, run, width) if len(run.state.steps) + _LOG < height else [_step(scene, run, width)]
    if run.state.glass_broken_by:
        reason = f" WITHOUT APPROVAL by {run.state.glass_broken_by}: {clean(run.state.glass_reason)}"
        rows.append(line(width, [Span(reason, "warn")]))
    if run.state.overridden_by:
        reason = f" OVERRIDDEN by {run.state.overridden_by}: {run.state.override_reason}"
        rows.append(line(width, [Span(reason, "warn")]))
    if run.state.reason:
        rows.append(line(width, [Span(f" {run.state.reason}", RUNS[run.state.status].style)]))
    return [*rows, *(locks if height > _LOG else [])][:height]


def log_row(scene: Scene, entry: LogLine, width: int) -> Row:
    """One line of a run's output."""
    said = log_line(scene, entry)
    return line(width, [*said.head, said.text])


def log_line(scene: Scene, entry: LogLine) -> Long:
    """The same, however long it is."""
    step = f"[{entry.step + 1}] "
    return Long((Span(f" {scene.time(entry.at)} ", "dim"), Span(step, "dim")), Span(entry.text))


def plain(scene: Scene, entry: LogLine) -> str:
    """A line of a run's output, for copying and filtering."""
    return f"{scene.time(entry.at)} [{entry.step + 1}] {entry.text}"


def _lock(lock: LockInfo, width: int) -> Row:
    target = "everything" if lock.target == "*" else lock.target
    left = f"  for {lasting(lock.expires_in)} more"
    return line(width, [Span(f" LOCKED {target} by {lock.owner}: {lock.reason}", "warn"), Span(left, "dim")])


def _steps(scene: Scene, run: RunView, width: int) -> list[Row]:
    """Every step with its state; the present one as it is told alone."""
    if run.state.plan is None:
        return [_step(scene, run, width)]
    rows = []
    for index, (planned, step) in enumerate(zip(run.state.plan.steps, run.state.steps, strict=True)):
        if index == run.step:
            rows.append(_step(scene, run, width))
            continue
        said = STEPS[step.status]
        took = ""
        if step.started_at is not None and step.ended_at is not None:
            took = f"  {format_duration((step.ended_at - step.started_at) / SECOND)}"
        spans = [
            Span(f" {glyph(scene.glyphs, said)} {planned.verb} {planned.provider} {said.word}", said.style),
            Span(f"{took}  {planned.does}", "dim"),
        ]
        rows.append(line(width, spans))
    return rows


def _step(scene: Scene, run: RunView, width: int) -> Row:
    waits = run.waits_for
    if waits and run.state.status != "interrupted":
        return line(width, [Span(" waits for ", "dim"), Span(waits, "info")])
    current = run.current
    if current is None or run.state.plan is None:
        return line(width, [Span(f" {RUNS[run.state.status].word.lower()}", "dim")])
    planned = run.state.plan.steps[run.step]
    said = STEPS[current.status]
    spans = [
        Span(f" {glyph(scene.glyphs, said)} {planned.verb} {planned.provider} {said.word}", said.style),
        Span(f"  {format_duration(run.step_elapsed)} of {format_duration(planned.timeout)}", "dim"),
        Span(f"  {planned.does}", "text"),
    ]
    if run.state.status == "interrupted":
        spans = [Span(f" {scene.glyphs.warn} {waits}", "warn"), Span(f"  {planned.does}", "dim")]
    return line(width, spans)


def _idle(scene: Scene, width: int) -> list[Row]:
    view, me = scene.view, scene.me
    item = next_item(view.items, view.state.phase, me.name, me.teams)
    rows = []
    if not view.state.open:
        rows.append(line(width, [Span(f" closed{_report(scene)}", "dim")]))
    elif item is not None:
        rows.append(_next(scene, item, width))
    elif not scene.loading and not unfinished(view):
        rows.append(line(width, [Span(f" all is done{_closing(scene)}")]))
    elif me.role != "viewer":
        rows.append(_none_next(scene, width))
    last = next(iter(view.runs), None)
    if last is not None:
        rows.append(_last(scene, last, width))
    return rows


def _closing(scene: Scene) -> str:
    """Who ends the launch, and how."""
    if not scene.allows("close"):
        return ": a director closes the launch"
    hint = scene.hint("phase.next", "closes the launch") or "the palette closes the launch"
    return f": {hint}{_report(scene)}"


def _report(scene: Scene) -> str:
    hint = scene.hint("report.write", "writes the report")
    return f"; {hint}" if hint else ""


def _next(scene: Scene, item: ItemView, width: int) -> Row:
    when = "overdue since" if item.overdue else "due"
    due = f"  {when} {scene.clock(item.due_at)}" if item.due_at is not None else ""
    phase = item.state.item.phase
    elsewhere = f" ({phase})" if phase != scene.view.state.phase else ""
    spans = [
        Span(f" your next item{elsewhere}: ", "dim"),
        Span(item.state.item.title),
        Span(f"  {item.id}", "dim"),
        Span(due, "bad" if item.overdue else "dim"),
    ]
    return line(width, spans)


def _none_next(scene: Scene, width: int) -> Row:
    """Why there is nothing to do for this operator now."""
    view, me = scene.view, scene.me
    waiting = next(iter(mine(view.items, view.state.phase, me.name, me.teams).waiting), None)
    if waiting is None:
        return line(width, [Span(" your next item: ", "dim"), Span("nothing waits for you", "dim")])
    on = ", ".join(waiting.blocked_by) or "its check"
    told = [Span(f"{waiting.state.item.title}  "), Span(f"once {on} is done", "dim")]
    return line(width, [Span(" your next item: ", "dim"), *told])


def _last(scene: Scene, run: RunView, width: int) -> Row:
    said = RUNS[run.state.status]
    spans = [
        Span(" last action: ", "dim"),
        Span(f"{run.state.id} "),
        Span(f"{glyph(scene.glyphs, said)} {said.word.lower()}", said.style),
        Span(f" {scene.clock(run.state.ended_at or run.state.requested_at)}", "dim"),
    ]
    if run.state.started_at is not None:
        spans.append(Span(f" after {format_duration(run.elapsed)}", "dim"))
    if run.state.reason:
        spans.append(Span(f"  {run.state.reason}", said.style))
    return line(width, spans)


def worst_sentence(run: RunState) -> str:
    """The run in a few words, for the smallest screens and for leaving."""
    at = run.current_step
    step = f", step {at + 1} of {len(run.steps)}" if at is not None and run.started_at is not None else ""
    return f"{run.id} {run.status}{step}"
