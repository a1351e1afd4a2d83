"""Phrases that every form of the report shares."""

from collections.abc import Iterator

from launchpad.model.migrations import NONE_YET, MigrationFact
from launchpad.model.state import ItemState, Remark, RunState
from launchpad.model.state.incidents import REVIEW
from launchpad.model.state.runs import REPAIRS
from launchpad.model.values import SECOND, Micros, format_duration, format_instant
from launchpad.report.account import Report
from launchpad.report.measures import Measure
from launchpad.report.troubles import Trouble
from launchpad.rules.view.incidents import IncidentView

STATUS = {"success": "Success", "partial": "Partial", "failed": "Failed", "aborted": "Aborted"}
"""The outcome of a launch, as a report calls it."""


def title(report: Report) -> str:
    about = report.summary
    return f"Deployment Report: {about.product} {about.version}, {when(report, about.until)[:10]}"


def when(report: Report, at: Micros | None) -> str:
    """An instant in the launch's zone, or a dash."""
    return "-" if at is None else format_instant(at, report.zone, date=True)


def clock(report: Report, at: Micros) -> str:
    """The time of day; with the date where that is not the day of the launch."""
    text = when(report, at)
    day = when(report, report.summary.launched_at or report.summary.opened_at)[:10]
    return text[11:] if text[:10] == day else text


def lasted(seconds: float | None) -> str:
    return "-" if seconds is None else format_duration(round(seconds))


def summary(report: Report) -> tuple[tuple[str, str], ...]:
    """The first lines, label and value."""
    about = report.summary
    status = STATUS.get(about.status, about.status.capitalize())
    facts = [
        ("Version", about.version),
        ("Environment", about.environment),
        ("Deployed by", ", ".join(about.deployed_by) or "nobody: nothing was deployed"),
        ("Status", f"{status}: {about.closing_words}" if about.closing_words else status),
        ("Duration", lasted(about.duration)),
        ("Opened", f"{when(report, about.opened_at)} {report.zone} by {about.opened_by}"),
    ]
    if about.planned_t0 is not None:
        facts.append(("T-0 as planned", f"{when(report, about.planned_t0)} {report.zone}"))
    facts.append(("Launched", _launched(report)))
    facts += [("Incident", _incident_in_short(report, shown)) for shown in report.incidents]
    facts += [("Rolled back", _rollback_in_short(report, run)) for run in report.rollbacks]
    facts += [("Rollout", f"{name}, {reading.sentence}") for name, reading in report.rollouts.items()]
    facts += [("Migrated", f"{name}, {_migrated(fact)}") for name, fact in report.migrated.items()]
    ended = "Closed" if about.status in STATUS else "As of"
    return (*facts, (ended, f"{when(report, about.until)} {report.zone}"))


def _launched(report: Report) -> str:
    at = report.summary.launched_at
    return "the launch was not begun" if at is None else f"{when(report, at)} {report.zone}"


def _incident_in_short(report: Report, shown: IncidentView) -> str:
    state = shown.state
    began = f"{state.id}, {state.severity}, at {clock(report, state.detected_at)}: {shown.title}"
    if state.resolved_at is None:
        return f"{began}; not over when the report was made"
    return f"{began}; over after {lasted(shown.lasted)}"


def _rollback_in_short(report: Report, run: RunState) -> str:
    at = clock(report, run.started_at or run.requested_at)
    by = run.confirmed_by or run.requested_by
    return f"{run.id} at {at} by {by}: {run.status}{_took(report, run)}"


def _took(report: Report, run: RunState) -> str:
    """How long a rollback took, beside how long it may take."""
    if run.started_at is None or run.ended_at is None:
        return ""
    target, took = report.summary.rollback_target, f" after {run_lasted(run)}"
    if target is None or run.status != "succeeded":
        return took
    seconds = (run.ended_at - run.started_at) / SECOND
    return f"{took}, {'within' if seconds <= target else 'LATER than'} the target of {lasted(target)}"


def _migrated(fact: MigrationFact) -> str:
    return f"from {fact.before or NONE_YET} to {fact.after.version or NONE_YET}"


def label(report: Report, measure: Measure) -> str:
    """What a measure is called: by its kind, and by its name where others are of the same kind."""
    kind = measure.kind.capitalize()
    alone = sum(one.kind == measure.kind for one in report.measures) == 1
    return kind if alone else f"{kind} of {measure.name}"


def verdict(measure: Measure) -> str:
    return {True: "met", False: "MISSED", None: "not known"}[measure.met]


def times_off(measure: Measure) -> str:
    """How long it was bad, and how long nothing was known; empty if neither."""
    parts = [f"bad for {lasted(measure.bad)}"] if measure.bad >= 1 else []
    parts += [f"unknown for {lasted(measure.unknown)}"] if measure.unknown >= 1 else []
    return ", ".join(parts)


def smoke(report: Report) -> Iterator[tuple[str, str, str]]:
    """Each smoke test: its name, its last verdict, and how it went."""
    for name, known in report.smoke.items():
        if known.last is not None:
            of = f", in {known.run}" if known.run else ""
            yield name, known.last.verdict, f"{known.last.sentence}, at {clock(report, known.at)}{of}"


def impact(report: Report) -> str:
    """Whether users felt it, where nobody has said so."""
    felt = [f"{shown.state.id}: {shown.affects}" for shown in report.incidents if shown.affects]
    if felt:
        return "; ".join(felt)
    quiet = not report.troubles and not report.incidents
    if report.measures and all(measure.met for measure in report.measures) and quiet:
        return "None was noticed: every objective was met, and no alert fired."
    return "Nobody has described it (`launchpad impact TEXT`)."


def incident(report: Report, shown: IncidentView) -> tuple[tuple[str, str], ...]:
    """What there is to say of an incident, label and words."""
    state = shown.state
    facts = [("Impact", shown.affects or "nobody has said"), ("Command", shown.commander)]
    if state.resolved_at is None:
        facts.append(("Resolution", "not resolved when the report was made"))
    else:
        cause = state.cause or "(text removed)"
        by = f"resolved by {state.resolved_by} at {clock(report, state.resolved_at)}"
        facts.append(("Resolution", f"{by}, {lasted(shown.lasted)} after it was detected: {cause}"))
    times = (*shown.milestones, *shown.recovery)
    facts += [("LATE" if time.late else "Response", time.sentence) for time in times]
    undone = [task.text for task in state.tasks if task.done_at is None]
    facts += [("Left to do", task) for task in undone]
    said = next((e.text for e in reversed(state.entries) if e.what == REVIEW and e.text), "")
    return (*facts, ("Review", said)) if said else tuple(facts)


def resolution(report: Report, trouble: Trouble) -> str:
    parts = []
    if trouble.acknowledged_at is not None:
        words = f": {trouble.words}" if trouble.words else ""
        parts.append(f"{trouble.acknowledged_by} had it after {lasted(trouble.to_acknowledge)}{words}")
    elif trouble.severity:
        parts.append("nobody acknowledged it")
    if trouble.over_at is not None:
        parts.append(f"over at {clock(report, trouble.over_at)}, {lasted(trouble.to_restore)} after it began")
    elif trouble.severity:
        parts.append("not over when the report was made")
    mends = (run for run in report.runs if run.params.get(REPAIRS) == trouble.name)
    parts += [f"{run.id}, {run_outcome(run)}" for run in mends if run.started_at is not None]
    return "; ".join(parts) or "see the runs below"


def means(report: Report) -> str:
    """Mean times of the alerts, over those that have one."""
    alerts = [trouble for trouble in report.troubles if trouble.severity]
    acknowledged = [t.to_acknowledge for t in alerts if t.to_acknowledge is not None]
    restored = [t.to_restore for t in alerts if t.to_restore is not None]
    parts = []
    if acknowledged:
        mean = lasted(sum(acknowledged) / len(acknowledged))
        parts.append(f"mean time to acknowledge {mean} ({len(acknowledged)} of {len(alerts)})")
    if restored:
        mean = lasted(sum(restored) / len(restored))
        parts.append(f"mean time to restore {mean} ({len(restored)} of {len(alerts)})")
    return "; ".join(parts)


def run_outcome(run: RunState) -> str:
    return f"{run.status}: {run.reason}" if run.reason else run.status


def run_lasted(run: RunState) -> str:
    if run.started_at is None or run.ended_at is None:
        return "-"
    return lasted((run.ended_at - run.started_at) / SECOND)


def run_approvals(run: RunState) -> str:
    given = ", ".join(approval.by for approval in run.approvals)
    if run.glass_broken_by:
        return f"{given + ', ' if given else ''}GLASS BROKEN by {run.glass_broken_by}: {run.glass_reason}"
    return given or ("not needed" if run.plan is not None and not run.plan.approvals else "-")


def remarks(item: ItemState) -> tuple[tuple[str, Remark], ...]:
    """What was said of an item: evidence, then comments, each with what it is."""
    return (*(("Evidence", one) for one in item.evidence), *(("Comment", one) for one in item.comments))


def item_standing(report: Report, item: ItemState) -> str:
    """What became of an item: by whom, when, with what evidence."""
    by = f" by {item.by}" if item.by else ""
    at = f" at {clock(report, item.at)}" if item.at is not None else ""
    reason = f": {item.reason}" if item.reason else ""
    count = f", {len(item.occurrences)} of {item.item.occurrences} times, last" if item.item.every else ""
    return f"{mark(report, item)}{count}{by}{at}{reason}"


def mark(report: Report, item: ItemState) -> str:
    """Its status, or that its proof was too old in the end."""
    outworn = any(item.item.id in section.stale for section in report.checklist)
    return "stale" if outworn else item.status
