"""Checklist items as rows."""

from typing import NamedTuple

from launchpad.model.definition import Phase
from launchpad.model.values import SECOND
from launchpad.rules.items import left_out
from launchpad.rules.view import ItemView
from launchpad.rules.view.mine import Mine
from screens.render.row import Row, Span, cell_len, fit, line
from screens.render.scene import Scene
from screens.render.words import MARKS, PHASE_NAMES, box, lasting

_WITH_EVIDENCE = 96
_BOX = 4
_MARGIN = 1
_SHORTEST = 6
"""Cells below which the name of a team says nothing."""
_UNCUT = 1000
"""Cells that nothing in a row takes."""


class Columns(NamedTuple):
    """Widths in cells; 0 leaves a column out."""

    title: int
    who: int
    status: int
    evidence: int


def columns(width: int, *, noted: bool) -> Columns:
    """The grid for a panel of `width` cells; `noted`: whether any item has evidence or a comment."""
    status = 22 if width >= 84 else 14 if width >= 60 else 11
    who = 13 if width >= 70 else 10
    evidence = width // 6 if noted and width >= _WITH_EVIDENCE else 0
    rest = width - _BOX - who - status - evidence - _MARGIN
    return Columns(rest, who, status, evidence)


def heading(scene: Scene, phase: Phase, shown: int) -> tuple[list[Span], list[Span]]:
    """The panel's title, and what still holds the phase up."""
    done, total = scene.progress[phase]
    title = [Span("CHECKLIST ", "title"), Span(f"{PHASE_NAMES[phase]} {done}/{total}", "title")]
    if shown < total:
        title.append(Span(f" ({shown} shown)", "accent"))
        return title, []  # what is looked for goes before what is counted
    of_phase = [i for i in scene.view.items if i.state.item.phase == phase]
    missing = sum(i.state.item.required and not i.finished for i in of_phase)
    overdue = sum(i.overdue for i in of_phase)
    right = []
    if overdue:
        right.append(Span(f"{overdue} overdue", "bad"))
    if missing:
        right.append(Span(f"{'  ' if right else ''}{missing} required open", "warn"))
    return title, right


def heading_of_mine(own: Mine, shown: int) -> tuple[list[Span], list[Span]]:
    """How much one person has to do, and how much of it is late."""
    title = [Span("MINE, NOW ", "title"), Span(f"{len(own.now)} to do", "title")]
    if own.waiting:
        title.append(Span(f", {len(own.waiting)} waiting", "dim"))
    if shown < len(own.all):
        title.append(Span(f" ({shown} shown)", "accent"))
    overdue = sum(item.overdue for item in own.all)
    # What is looked for goes before what is counted.
    return title, [Span(f"{overdue} overdue", "bad")] if overdue and shown == len(own.all) else []


def row(scene: Scene, item: ItemView, width: int, *, of_phase: bool = False) -> Row:
    """One item: box, title, who has it, where it stands; with `of_phase` its phase in the place of who."""
    grid = columns(width, noted=scene.noted)
    stated = item.state
    finished = item.finished
    must = "" if finished or not stated.item.required else "MUST "
    busy = scene.busy_with(f"item:{item.id}")
    who = _phase(item) if of_phase else _who(scene, item)
    # Columns stand under each other. Only a title that would be cut takes what the name beside it leaves, and
    # a team gives way where the title then is whole.
    room = grid.title + grid.who - len(must) - cell_len(busy) - 2
    own = min(cell_len(who.text), grid.who - 1)
    least = own if finished or stated.assignee else min(own, _SHORTEST)
    left = min(room - cell_len(stated.item.title), grid.who - 1)
    named = left if left >= least else own
    spans = [
        box(scene.glyphs, item.mark),
        Span(" "),
        Span(
            fit(stated.item.title, room - named) + " ",
            "dim" if finished or item.mark == "blocked" else "text",
        ),
        Span(busy, "accent"),
        Span(must, "warn"),
        who._replace(text=fit(who.text, named) + " "),
        _status(scene, item, grid.status),
    ]
    if grid.evidence:
        last = (stated.evidence or stated.comments)[-1:]
        text = "  ".join(r.text.replace("\n", " ") or "(redacted)" for r in last)
        spans.append(Span(fit(text, grid.evidence), "dim"))
    return line(width, spans)


def rests_on(scene: Scene, item: ItemView) -> object:
    """All that `row` is made of besides the width."""
    late = lasting((scene.view.now - item.due_at) / SECOND) if item.overdue and item.due_at else ""
    return item, late, scene.busy_with(f"item:{item.id}"), scene.noted, scene.setting


def _phase(item: ItemView) -> Span:
    return Span(PHASE_NAMES[item.state.item.phase], "dim")


def _who(scene: Scene, item: ItemView) -> Span:
    """Who did it; until then the person on it, else the team that owns it."""
    if item.finished and item.state.by:
        return Span(item.state.by, "dim")
    name = item.state.assignee or item.state.item.team or "-"
    mine = item.state.assignee == scene.me.name
    style = "accent" if mine else "text" if item.state.assignee else "dim"
    return Span(name, style)


def _status(scene: Scene, item: ItemView, width: int) -> Span:
    stated = item.state
    said = MARKS[item.mark]
    match item.mark:
        case "done" | "skipped":
            return _finished(scene, item, width)
        case "failed":
            return Span(fit(f"failed: {stated.reason or stated.by or ''}", width), said.style)
        case "stale":
            mend = scene.hint("item.verify", "verifies")
            return Span(fit(f"stale: {mend}" if mend else "stale", width), said.style)
        case "blocked":
            return Span(fit(f"needs {', '.join(item.blocked_by)}", width), said.style)
    if stated.check_requested:
        return Span(fit("being checked", width), "accent")
    if stated.status == "failed":
        return Span(fit(f"not yet: {stated.reason}", width), "dim")
    if stated.check is not None and stated.check.verdict == "unknown":
        return Span(fit(f"? {stated.check.reason}", width), "unknown")
    if item.due_at is not None:
        return _due(scene, item, item.due_at, width)
    if stated.item.check is not None:
        return Span(fit("not checked yet", width), "unknown")
    return Span(fit("open", width), "dim")


def _finished(scene: Scene, item: ItemView, width: int) -> Span:
    stated, again = item.state, item.recurrence
    if item.mark == "done" and again is not None:
        following = f" next {scene.clock(item.due_at)}" if again.comes_again else " done"
        return Span(fit(f"{again.done}/{again.of}{following}", width), "dim")
    if item.mark == "done":
        return Span(fit(f"done {scene.clock(stated.at)}", width), "dim")
    # Why the definition leaves it out says itself that it is left out.
    reason = stated.reason if left_out(stated) else f"skipped: {stated.reason or stated.by or ''}"
    return Span(fit(reason, width), MARKS[item.mark].style)


def _due(scene: Scene, item: ItemView, at: int, width: int) -> Span:
    count = f" {item.recurrence.done}/{item.recurrence.of}" if item.recurrence else ""
    if not item.overdue:
        return Span(fit(f"due {scene.clock(at)}{count}", width), "text")
    late = lasting((scene.view.now - at) / SECOND)
    # How late it is goes before how often it was done.
    told = (
        f"{scene.glyphs.warn} overdue {late}{count}",
        f"{scene.glyphs.warn} overdue {late}",
        f"late {late}",
    )
    return Span(fit(next((text for text in told if cell_len(text) <= width), told[-1]), width), "bad")


def plain(item: ItemView) -> str:
    """The item as a line of text, for copying."""
    stated = item.state
    who = stated.assignee or stated.item.team or ""
    by = f" by {stated.by}" if stated.by else ""
    return f"{item.id}: {stated.item.title} [{item.mark}{by}] {who}".rstrip()


def in_full(scene: Scene, item: ItemView) -> str:
    """The item in a sentence, with nothing cut."""
    stated = item.state
    must = "required" if stated.item.required and not item.finished else ""
    who = _who(scene, item).text.strip("-")
    last = (stated.evidence or stated.comments)[-1:]
    # Without the sign, which a line might end with.
    status = _status(scene, item, _UNCUT).text.strip().removeprefix(f"{scene.glyphs.warn} ")
    told = [must, who, status, *(r.text or "(redacted)" for r in last)]
    return f"{stated.item.title}: {', '.join(part for part in told if part)}"


def found_by(item: ItemView) -> str:
    """What a filter's words are looked for in."""
    declared = item.state.item
    return f"{plain(item)} {declared.section} {declared.team or ''}"
