"""A view in lines of text, as `status` and its kin print it."""

from collections.abc import Iterator

from launchpad.cli.output import Output
from launchpad.errors import Exit
from launchpad.model.approvals import missing, told
from launchpad.model.definition import PHASES
from launchpad.model.differences import summary
from launchpad.model.plan import LOCKED, GateReport, Plan
from launchpad.model.state import RunState
from launchpad.model.text import clean
from launchpad.model.values import format_clock, format_countdown, format_duration, format_instant
from launchpad.rules.criteria import AdviceView
from launchpad.rules.objectives import format_budget
from launchpad.rules.view import AlertView, IncidentView, MessageView, RunView, View
from launchpad.rules.view.incidents import REMOVED, timeline
from launchpad.rules.watch import WatchWindow

STYLES = {
    "GO": "good",
    "HOLD": "unknown",
    "NO-GO": "bad",
    "ok": "good",
    "bad": "bad",
    "unknown": "unknown",
    "done": "good",
    "failed": "bad",
    "stale": "unknown",
    "blocked": "dim",
    "skipped": "dim",
    "firing": "bad",
    "pending": "unknown",
    "succeeded": "good",
    "interrupted": "unknown",
    "aborted": "bad",
    "met": "bad",
    "not met": "good",
}
"""How a word that says a state is coloured."""

EXIT = {"GO": Exit.DONE, "HOLD": Exit.HOLD, "NO-GO": Exit.NO}


def window(of: WatchWindow, zone: str) -> str:
    """`watching the first 4h, 42m left, until 2026-12-01 13:00 Europe/Berlin`."""
    until = format_instant(of.ends_at, zone, date=True)[:16]
    return f"watching the {of.name}, {format_duration(of.left)} left, until {until} {zone}"


def status(view: View, out: Output) -> Iterator[str]:
    """The whole picture."""
    about = view.definition.launch
    countdown = "" if view.countdown is None else f"  {format_countdown(view.countdown)}"
    if view.late:
        countdown += " late"
    if view.state.hold is not None:
        hold = view.state.hold
        countdown += f" held for {format_duration(view.held or 0)} by {clean(f'{hold.by}: {hold.reason}')}"
    environment = about.environment.upper() if view.definition.production else about.environment
    place = out.paint("production" if view.definition.production else "dim", f" {environment} ")
    title = out.paint("strong", clean(f"{about.product} {about.version}"))
    verdict = out.paint(STYLES[view.verdict], view.verdict)
    yield f"{title} {place} {view.state.phase}{countdown}  {verdict}"
    yield clean(f"{view.engine.sentence} · {_fresh(view)} · {len(view.people)} online", 300)
    if view.engine.standbys:
        yield clean(f"standby: {view.engine.behind}", 300)
    if view.state.seat is not None:
        held = view.state.seat
        yield out.paint("unknown", clean(f"{held.holder} holds the director's seat: {held.reason}", 300))
    if view.state.amendments:
        last = view.state.amendments[-1]
        when = format_instant(last.at, view.definition.zone)
        yield clean(f"amended by {last.by} at {when}: {summary(last.differences)}", 300)
    if view.state.read_only:
        yield clean(f"read-only: {view.state.read_only}", 300)
    elif view.state.phase != "pre-launch":
        yield clean(view.standing.sentence, 500)
        if view.window is not None:
            number = f"window {view.window.number} of {view.window.of}"
            yield f"{window(view.window, view.definition.zone)}, {number}"
    if view.gate is not None:
        yield from gate(view.gate, out)
    if view.state.phase == "pre-launch":
        yield from _section("Roll-call", poll(view, out) if view.ballots else [])
    yield from _section(
        "Incidents", [_incident(each, view, out) for each in view.incidents if each.state.open]
    )
    yield from _section("Objectives", _objectives(view, out))
    if view.advice is not None and view.advice.in_force:
        yield from _section("Rollback criteria", list(advice(view.advice, out)))
    yield from _section("Alerts", alerts(view.alerts, out) if view.alerts else [])
    untold = [m for m in view.messages if m.verdict != "ok"]
    yield from _section("Not told", messages(untold, view, out) if untold else [])
    yield from _section("Checklist", _progress(view))
    yield from _section("Rollouts", rollouts(view, out) if view.rollouts else [])
    yield from _section("Runs", runs(view.runs[:5], out) if view.runs else [])
    yield from _section("Locks", [f"{held.target}: {held.owner}, {held.reason}" for held in view.locks])
    yield from _section("Online", [f"{p.operator} ({p.role}, {p.via}) {p.looking_at}" for p in view.people])


def _section(heading: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield heading
        yield from (f"  {line}" for line in lines)


def _fresh(view: View) -> str:
    fresh = view.freshness
    if not fresh.total:
        return "nothing is measured"
    age = "" if fresh.oldest is None else f", oldest {format_duration(fresh.oldest)}"
    return f"{fresh.ok} of {fresh.total} signals fresh{age}"


def gate(report: GateReport, out: Output) -> Iterator[str]:
    """A gate with each of its reasons."""
    verdict = out.paint(STYLES[report.verdict], report.verdict)
    yield f"gate {report.gate}: {verdict}, {report.met} of {len(report.conditions)} conditions hold"
    rows = [("", "", "")]
    rows += [(c.verdict, c.name + (" (advisory)" if c.advisory else ""), c.detail) for c in report.conditions]
    yield from (f"  {line}" for line in out.table(rows, STYLES)[1:])


def poll(view: View, out: Output) -> list[str]:
    """A line for each team."""
    rows = [("team", "counts", "answer")]
    rows += [(ballot.team, ballot.verdict, ballot.sentence) for ballot in view.ballots]
    return out.table(rows, STYLES) if view.ballots else []


def _objectives(view: View, out: Output) -> list[str]:
    rows = [("", "objective", "now", "budget", "why")]
    for shown in view.objectives:
        reading = shown.reading
        budget = "" if reading.budget is None else format_budget(reading.budget)
        rows.append((reading.verdict, shown.sentence, reading.evidence, budget, reading.reason))
    return out.table(rows, STYLES) if len(rows) > 1 else []


def advice(of: AdviceView, out: Output) -> Iterator[str]:
    """What the rollback criteria come to, and each of them."""
    style = {"roll back": "bad", "unknown": "unknown", "stay": "good"}[of.verdict]
    yield out.paint(style, of.sentence)
    rows = [("", "", "", "")]
    rows += [(c.verdict, c.name, c.sentence, c.detail) for c in of.criteria]
    yield from (f"  {line}" for line in out.table(rows, STYLES)[1:])


def rollouts(view: View, out: Output) -> list[str]:
    """A line for each rollout, and one for each of its guards."""
    rows = [("", "rollout", "how it stands", "next", "event")]
    for shown in view.rollouts:
        seq = str(shown.state.seq) if shown.state else ""
        rows.append((shown.verdict, shown.name, shown.standing, shown.coming(view.now), seq))
        rows += [(guard.verdict, "", guard.name, guard.detail, "") for guard in shown.guards]
    return out.table(rows, STYLES)


def _progress(view: View) -> list[str]:
    lines = []
    for phase in PHASES:
        done, total = view.progress(phase)
        if total:
            late = sum(i.overdue for i in view.items if i.state.item.phase == phase)
            lines.append(f"{phase}: {done} of {total}" + (f", {late} overdue" if late else ""))
    return lines


def alerts(shown: tuple[AlertView, ...], out: Output) -> list[str]:
    """A line for each alert that is pending or firing."""
    rows = [("alert", "status", "severity", "rule", "now", "for", "acknowledged", "next", "note")]
    for alert in shown:
        state = alert.state
        rows.append(
            (
                state.name,
                state.status,
                alert.severity,
                alert.rule,
                f"{alert.shown}, n={alert.n}",
                format_duration(alert.lasted),
                f"{state.acknowledged_by} {state.acknowledgement}".strip() if state.acknowledged_by else "",
                alert.page,
                clean("; ".join(alert.notes)),
            )
        )
    return out.table(rows, STYLES)


def messages(shown: list[MessageView], view: View, out: Output) -> list[str]:
    """A line for each message."""
    rows = [("", "alert", "to", "tried", "how it stands")]
    for message in shown:
        at = format_instant(message.state.tried_at, view.definition.zone)
        rows.append((message.verdict, message.state.about, message.recipient, at, message.sentence))
    return out.table(rows, STYLES) if shown else []


def incident(shown: IncidentView, view: View, out: Output) -> Iterator[str]:
    """An incident in full: what, whom, who, the times, the tasks, all that happened."""
    state, zone = shown.state, view.definition.zone
    yield _incident(shown, view, out)
    told = {"measured": shown.measured, "affects": shown.affects, "cause": clean(state.cause, 500)}
    yield from (f"  {name}: {text}" for name, text in told.items() if text)
    if state.next_at is not None:
        word = "was due" if shown.update_late else "at"
        yield f"  next update {word} {format_clock(state.next_at, zone, view.now)} {zone}"
    for milestone in (*shown.milestones, *shown.recovery):
        yield "  " + out.paint("bad" if milestone.late else "", milestone.sentence)
    for task in state.tasks:
        who = f" ({task.assignee})" if task.assignee else ""
        done = f" done by {task.done_by}" if task.done_by else ""
        yield f"  [{'x' if task.done_by else ' '}] {task.number} {clean(task.text) or REMOVED}{who}{done}"
    for entry in timeline(state, view.state):
        text = REMOVED if entry.redacted else clean(entry.text, 500)
        said = f": {text}" if text else ""
        yield f"  {format_instant(entry.at, zone, date=True)} {clean(entry.by)} {entry.what}{said}"


def _incident(shown: IncidentView, view: View, out: Output) -> str:
    state, zone = shown.state, view.definition.zone
    status = out.paint("bad" if state.open else "dim", f"{state.severity} {state.status}")
    since = f"since {format_clock(state.detected_at, zone, view.now)} ({format_duration(shown.lasted // 1)})"
    return f"{state.id} {status} {since}: {shown.title}; {clean(shown.commander)}"


def runs(shown: tuple[RunView, ...], out: Output) -> list[str]:
    """A line for each run."""
    rows = [("run", "status", "step", "elapsed", "by", "waits for", "digest", "event")]
    for run in shown:
        state = run.state
        rows.append(
            (
                state.id,
                "expired" if run.expired else state.status,
                f"{min(run.step + 1, len(state.steps))}/{len(state.steps)}" if state.steps else "",
                format_duration(run.elapsed),
                state.requested_by,
                "" if run.expired else run.waits_for or state.reason,
                state.digest,
                str(state.seq),
            )
        )
    return out.table(rows, STYLES)


def plan(run: RunState, of: Plan, out: Output) -> Iterator[str]:
    """What the run will do, step by step, with its gate and how it is undone."""
    yield clean(f"{run.id}: {of.title} {of.version} in {of.environment}, digest {run.digest}", 300)
    for number, step in enumerate(of.steps, 1):
        yield f"  {number}. " + clean(f"{step.name}: {step.does}", 500)
        if step.affects:
            yield "     affects: " + clean(step.affects, 300)
        yield "     by hand: " + clean(step.command, 500)
        if step.console and step.console != step.command:
            yield "     or: " + clean(step.console, 300)
        yield from (f"     | {clean(text, 500)}" for text in step.evidence.splitlines())
        yield "     undo: " + clean(step.undo) if step.undo else out.paint("bad", "     CAN'T BE UNDONE")
    if of.unsaid:
        yield out.paint("unknown", f"  {clean(of.unsaid, 300)}")
    if of.approvals:
        among = f": {told(missing(of.approvals, of.approvers, ()))}" if of.approvers else ""
        yield f"  needs {of.approvals} approval{'s' if of.approvals > 1 else ''} by others{among}"
    if of.waived:
        yield f"  needs no approval: {of.waived}"
    if of.on_failure:
        yield "  on failure: " + clean(of.on_failure)
    if of.lock_after:
        yield f"  afterwards locked for {format_duration(of.lock_after)}, for everybody: {LOCKED}"
    if run.gate is not None:
        yield from gate(run.gate, out)
