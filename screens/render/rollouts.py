"""Rollouts: which share has the release, what comes next and what holds it, and how the guards do."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from launchpad.model.definition import RolloutStage
from launchpad.model.rollouts import WHOLE, people, shown
from launchpad.model.values import format_duration
from launchpad.rules.guards import GuardView
from launchpad.rules.ladder import RolloutView, ShownStatus
from screens.render import gate as gate_rows
from screens.render.row import Row, Span, cut, fit, line, wrap
from screens.render.scene import Scene
from screens.render.words import VERDICTS, Said, glyph

STATUSES: dict[ShownStatus, Said] = {
    "not started": Said("not started", "dim"),
    "submitted": Said("submitted", "info"),
    "in review": Said("in review", "info"),
    "approved": Said("approved", "info"),
    "rolling": Said("rolling", "accent"),
    "halted": Said("HALTED", "warn"),
    "complete": Said("complete", "ok"),
    "rejected": Said("REJECTED", "bad"),
    "removed": Said("REMOVED", "bad"),
    "rolled back": Said("rolled back", "warn"),
    "unknown": Said("unknown", "unknown"),
}
_NOTABLE: tuple[ShownStatus, ...] = ("rejected", "removed", "halted", "unknown")
"""What the panel's title counts."""
_STATUS = 13
_SHARE = 6


class Part(NamedTuple):
    """A row of the panel: a rollout, one of its guards, or its ladder."""

    rollout: RolloutView
    guard: GuardView | None = None
    ladder: bool = False

    @property
    def key(self) -> str:
        of = self.guard.name if self.guard else "ladder" if self.ladder else ""
        return f"{self.rollout.name} {of}".rstrip()


Detail = Literal["line", "guards", "ladder"]
"""How much is shown of a rollout: a line, its guards too, its ladder too."""


def parts(shown_ones: Sequence[RolloutView], detail: Detail) -> list[Part]:
    """The rows of the panel."""
    found = []
    for rollout in shown_ones:
        found.append(Part(rollout))
        if detail == "ladder":
            found.append(Part(rollout, ladder=True))
        if detail != "line":
            found += [Part(rollout, guard) for guard in rollout.guards]
    return found


def heading(scene: Scene) -> list[Span]:
    """The panel's title, with what is wrong."""
    title = [Span("ROLLOUTS", "title")]
    broken = sum(r.breached for r in scene.view.rollouts)
    if broken:
        title.append(Span(f" {broken} broken", "bad"))
    counts = ((status, sum(r.status == status for r in scene.view.rollouts)) for status in _NOTABLE)
    return [*title, *(Span(f" {count} {said}", STATUSES[said].style) for said, count in counts if count)]


def row(scene: Scene, part: Part, width: int) -> Row:
    """One row of the panel."""
    if part.guard is not None:
        return _guard(scene, part.guard, width)
    return _ladder(scene, part.rollout, width) if part.ladder else summary(scene, part.rollout, width)


def summary(scene: Scene, of: RolloutView, width: int) -> Row:
    """A rollout in a line: name, bar, share, state, what comes next."""
    said = _said(of)
    bar = 20 if width >= 100 else 12 if width >= 56 else 8
    name = 14 if width >= 100 else 9
    spans = [
        Span(f" {fit(of.name, name)} ", "text"),
        *_bar(scene, of, bar),
        Span(fit(shown(of.percent) if of.state else "?", _SHARE, right=True), said.style),
        Span(f" {fit(f'{glyph(scene.glyphs, said)} {said.word}', _STATUS)} ", said.style),
        Span(_next(scene, of), _next_style(of)),
    ]
    return line(width, spans)


def _said(of: RolloutView) -> Said:
    return Said("BROKEN", "bad") if of.breached else STATUSES[of.status]


def _bar(scene: Scene, of: RolloutView, width: int) -> list[Span]:
    filled = round(of.percent / WHOLE * width)
    if of.percent > 0:
        filled = max(1, filled)
    full, rest = ("█", "░") if scene.glyphs.substitutes is None else ("#", "-")
    style = _said(of).style if of.known else "unknown"
    return [Span("["), Span(full * filled, style), Span(rest * (width - filled), "faint"), Span("]")]


def _next(scene: Scene, of: RolloutView) -> str:
    if not of.known:
        return of.unread if of.age is None else f"read {format_duration(of.age // 1)} ago: {of.unread}"
    if of.breached:
        return of.broken[0].sentence if of.broken else of.reason
    if of.status == "halted" and of.because:
        return of.because
    coming = of.coming(scene.view.now)
    detail = of.state.reading.detail if of.state else ""
    return coming or detail


def _next_style(of: RolloutView) -> str:
    if not of.known:
        return "unknown"
    return "bad" if of.breached else "text"


def _guard(scene: Scene, guard: GuardView, width: int) -> Row:
    said = VERDICTS[guard.verdict]
    spans = [
        Span(f"   {glyph(scene.glyphs, said)} ", said.style),
        Span(fit(guard.name, max(16, min(32, width // 3))), "dim"),
        Span(f" {said.word} ", said.style),
        Span(guard.detail, "dim"),
    ]
    return line(width, spans)


def _ladder(scene: Scene, of: RolloutView, width: int) -> Row:
    """The stages: those behind, the present one with what of its soak has counted, those ahead."""
    stages = of.rollout.stages
    reached = of.rollout.stage_at(of.percent) if of.status in ("rolling", "halted") else None
    behind = len(stages) if of.status == "complete" else reached or 0
    spans = [Span("   ")]
    for index, stage in enumerate(stages):
        if index:
            spans.append(Span(" → ", "faint"))
        share = shown(stage.percent)
        if index < behind:
            spans.append(Span(f"{scene.glyphs.ok} {share}", "ok"))
        elif index == reached and of.status == "halted":
            spans.append(Span(f"{scene.glyphs.warn} {share}", "warn"))
        elif index == reached:
            spans.append(Span(f"{scene.glyphs.here} {share}{_soak(of, stage)}", "title"))
        else:
            spans.append(Span(f"{share} {format_duration(stage.soak)}" if stage.soak else share, "dim"))
    return line(width, spans)


def _soak(of: RolloutView, stage: RolloutStage) -> str:
    if not stage.soak:
        return ""
    counted = format_duration(min(of.soaked, of.soak) // 1)
    return f" {counted} of {format_duration(stage.soak)}, {of.coverage:.0%} counted"


def plain(scene: Scene, part: Part) -> str:
    """A row as a sentence, for copying and filtering."""
    of = part.rollout
    if part.guard is not None:
        return f"{of.name}: {part.guard.sentence} ({part.guard.verdict})"
    coming = of.coming(scene.view.now)
    return f"{of.name} is {of.standing}" + (f"; {coming}" if coming else "")


def details(scene: Scene, name: str, width: int) -> list[Row]:
    """A rollout in full."""
    of = next((one for one in scene.view.rollouts if one.name == name), None)
    if of is None:
        return [line(width, [Span(f" there is no rollout {name} any more", "dim")])]
    rows = [summary(scene, of, width), _ladder(scene, of, width)]
    rows += [_guard(scene, guard, width) for guard in of.guards]
    told = [f"{of.name} is {of.standing}" + (f", read {of.age:.0f} s ago" if of.age is not None else "")]
    if of.state is not None:
        reading = of.state.reading
        if everybody := people(reading.users, WHOLE).removeprefix("about "):
            some = people(reading.users, reading.percent).removesuffix(" people")
            told.append(f"{some if reading.percent else 'none'} of {everybody} may have it")
        run = f" ({of.state.run})" if of.state.run else ""
        told.append(f"since {scene.stamp(of.state.since)}{run}" + (f", {of.because}" if of.because else ""))
        if reading.detail:
            told.append(cut(reading.detail, 400))
    if coming := of.coming(scene.view.now):
        told.append(f"next: {coming}")
    way = of.rollout
    told.append(f"steps forward: {way.advance}; a broken guard: {way.on_breach}")
    told.append(f"read every {format_duration(way.every)}")
    rows.append(Row())
    rows += [line(width, [Span(f" {piece}")]) for text in told for piece in wrap(text, width - 2)]
    if of.gate is not None:
        rows += [
            Row(),
            line(width, gate_rows.heading(of.gate)),
            *gate_rows.full(of.gate, width, scene.glyphs),
        ]
    return rows
