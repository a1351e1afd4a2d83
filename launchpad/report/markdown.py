"""The report in Markdown: the first headings are those that deployment reports commonly have."""

import re
from collections.abc import Iterable, Iterator, Sequence

from launchpad.model.links import pieces
from launchpad.model.plan import GateReport
from launchpad.report import phrases
from launchpad.report.account import Report

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def markdown(report: Report) -> str:
    """The whole report."""
    parts = (
        _head(report),
        _metrics(report),
        _issues(report),
        _rollbacks(report),
        _said(report),
        _decisions(report),
        _runs(report),
        _checklist(report),
        _people(report),
        _timeline(report),
        _foot(report),
    )
    return "\n".join(line for part in parts for line in part) + "\n"


def plain(text: str) -> str:
    """`text` on one line, read by Markdown as it stands."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def linked(text: str) -> str:
    """As `plain`, with its links ready to be followed."""
    whole = " ".join(text.split())
    return "".join(
        f"<{piece.text}>" if piece.link else _SPECIAL.sub(r"\\\1", piece.text) for piece in pieces(whole)
    )


def _head(report: Report) -> Iterator[str]:
    yield f"# {plain(phrases.title(report))}"
    yield from _heading("Summary")
    yield from (f"- {label}: {plain(value)}" for label, value in phrases.summary(report))


def _metrics(report: Report) -> Iterator[str]:
    yield from _heading("Metrics")
    if not report.measures:
        yield "Nothing was measured."
    for measure in report.measures:
        off = f"; {phrases.times_off(measure)}" if phrases.times_off(measure) else ""
        yield (
            f"- {plain(phrases.label(report, measure))}: **{measure.shown}** "
            f"({plain(measure.sentence)}: "
            f"{phrases.verdict(measure)}, n={measure.n}{off})"
        )
    for name, verdict, told in phrases.smoke(report):
        yield f"- Smoke test {plain(name)}: **{verdict}** ({plain(told)})"
    notes = report.said("impact")
    yield from (f"- User impact: {plain(note.text)} ({plain(note.by)})" for note in notes)
    if not notes:
        yield f"- User impact: {plain(phrases.impact(report))}"


def _issues(report: Report) -> Iterator[str]:
    yield from _heading("Issues")
    if not report.troubles and not report.incidents:
        yield "None: no incident was declared, no alert fired, no run failed and no rollout was halted."
    for number, shown in enumerate(report.incidents, 1):
        grade, began = shown.state.severity, phrases.clock(report, shown.state.detected_at)
        yield f"{number}. **{shown.state.id}** ({grade}): {plain(shown.title)}, at {began}"
        yield from (f"   - {label}: {plain(words)}" for label, words in phrases.incident(report, shown))
    for number, trouble in enumerate(report.troubles, len(report.incidents) + 1):
        severity = f" ({trouble.severity})" if trouble.severity else ""
        value = f", {trouble.value}" if trouble.value else ""
        began = phrases.clock(report, trouble.began_at)
        yield f"{number}. **{plain(trouble.name)}**{severity}: {plain(trouble.what + value)}, at {began}"
        yield from (f"   - Before: {plain(before)}" for before in trouble.before)
        if trouble.affects:
            yield f"   - Impact: {plain(trouble.affects)}"
        yield f"   - Resolution: {plain(phrases.resolution(report, trouble))}"
        if trouble.told:
            yield f"   - Told: {plain(', '.join(trouble.told))}"
    if means := phrases.means(report):
        yield ""
        yield f"{means.capitalize()}."


def _rollbacks(report: Report) -> Iterator[str]:
    yield from _heading("Rollbacks")
    if not report.rollbacks:
        yield "None."
    for run in report.rollbacks:
        at = phrases.when(report, run.started_at)
        yield f"- {plain(run.id)} by {plain(run.requested_by)} at {at}: {plain(phrases.run_outcome(run))}"


def _said(report: Report) -> Iterator[str]:
    yield from _heading("Lessons Learned")
    lessons = report.said("lesson")
    yield from (f"- {plain(note.text)} ({plain(note.by)})" for note in lessons)
    if not lessons:
        yield "None was noted (`launchpad lesson TEXT`)."
    yield from _heading("Action Items")
    items = report.said("action-item")
    for note in items:
        yield f"- [ ] {plain(note.text)}" + (f" ({plain(note.owner)})" if note.owner else "")
    if not items:
        yield "None was noted (`launchpad action-item TEXT`)."


def _decisions(report: Report) -> Iterator[str]:
    yield from _heading("Decisions")
    for decision in report.decisions:
        why = f": {plain(decision.why)}" if decision.why else ""
        loud = "**" if decision.loud else ""
        at = phrases.clock(report, decision.at)
        yield f"- {at} {plain(decision.by)} {loud}{plain(decision.what)}{loud}{why}"
        yield from (f"  - {plain(number)}" for number in decision.numbers)
        if decision.gate is not None:
            yield from _gate(decision.gate)
    if not report.decisions:
        yield "None."


def _gate(gate: GateReport) -> Iterator[str]:
    yield f"  - gate {plain(gate.gate)}: {gate.verdict}, {gate.met} of {len(gate.conditions)}"
    for condition in gate.conditions:
        advisory = " (advisory)" if condition.advisory else ""
        yield f"    - {condition.verdict} {plain(condition.name)}{advisory}: {plain(condition.detail)}"


def _runs(report: Report) -> Iterator[str]:
    yield from _heading("Runs")
    rows = [
        (
            run.id,
            phrases.run_outcome(run),
            run.requested_by,
            phrases.run_approvals(run),
            phrases.clock(report, run.started_at) if run.started_at is not None else "-",
            phrases.run_lasted(run),
            run.digest,
        )
        for run in report.runs
    ]
    yield from _table(("Run", "Outcome", "By", "Approved by", "Began", "Took", "Plan"), rows)


def _checklist(report: Report) -> Iterator[str]:
    yield from _heading("Checklist")
    for section in report.checklist:
        yield f"### {section.phase}, {section.finished} of {len(section.items)}"
        yield ""
        for item in section.items:
            box = "x" if phrases.mark(report, item) == "done" else " "
            must = " (required)" if item.item.required else ""
            yield f"- [{box}] {plain(item.item.title)}{must}: {plain(phrases.item_standing(report, item))}"
            for what, remark in phrases.remarks(item):
                said = "(text removed)" if remark.redacted else linked(remark.text)
                yield f"  - {what} by {plain(remark.by)} at {phrases.clock(report, remark.at)}: {said}"
        yield ""


def _people(report: Report) -> Iterator[str]:
    yield from _heading("People")
    rows = [
        (
            p.name,
            p.role or "-",
            str(p.acts),
            phrases.clock(report, p.first_at),
            phrases.clock(report, p.last_at),
        )
        for p in report.people
    ]
    yield from _table(("Who", "Role", "Acts", "First", "Last"), rows)


def _timeline(report: Report) -> Iterator[str]:
    yield from _heading("Timeline")
    for told in report.timeline:
        at = phrases.clock(report, told.at)
        yield f"- {at} {plain(told.by)} {plain(told.sentence.text)} #{told.seq}"


def _foot(report: Report) -> Iterator[str]:
    yield ""
    yield (
        f"Times are in {plain(report.zone)}. The journal of `{report.launch}` ends at event "
        f"{report.head_seq}; `launchpad verify {report.launch} --head {report.head_hash}` proves that it "
        "still holds all of this."
    )
    if report.anomalies:
        yield ""
        yield f"{report.anomalies} events did not fit what came before them; `launchpad verify` tells more."


def _heading(text: str) -> Iterator[str]:
    yield ""
    yield f"## {text}"
    yield ""


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    cells = [" | ".join(plain(cell) for cell in row) for row in rows]
    if not cells:
        yield "None."
        return
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    yield from (f"| {row} |" for row in cells)
