"""Objectives: now, limit, trend, what is left of the error budget."""

from typing import NamedTuple

from launchpad.model.definition import Definition
from launchpad.model.probe import Derived
from launchpad.model.values import SECOND, format_duration, format_quantity
from launchpad.rules.objectives import TREND_SLOTS, TREND_SPAN, format_budget
from launchpad.rules.view import ObjectiveView, RunView, View
from screens.render.row import Row, Span, cell_len, cut, fit, line, size_of
from screens.render.scene import Scene
from screens.render.trend import trend
from screens.render.words import VERDICTS, glyph

_MARGIN = 1
_AROUND = 4
"""Cells of a heading besides its title and the names of the columns."""


class Columns(NamedTuple):
    """Widths in cells."""

    state: int
    name: int
    now: int
    limit: int
    trend: int
    budget: int


def columns(width: int) -> Columns:
    """The grid for a panel of `width` cells."""
    narrow = width < 70
    state, now, limit, budget = (10, 8, 9, 7) if narrow else (10, 9, 10, 11)
    rest = width - state - now - limit - budget - _MARGIN - 3
    bars = min(60, max(8, rest * (4 if narrow else 5) // 9))
    return Columns(state, rest - bars, now, limit, bars, budget)


def minutes(width: int) -> int:
    """How many minutes back a trend of a panel `width` cells wide reaches."""
    return 15 if width < 70 else 30 if width < 84 else 60


def points(width: int) -> int:
    """How many points of the past a panel of `width` cells draws."""
    return minutes(width) * 60 * TREND_SLOTS // round(TREND_SPAN)


def heading(scene: Scene, width: int) -> tuple[list[Span], list[Span]]:
    """The panel's title and, at its right, the names of the columns. What is bad is named: it may be out of
    sight, and a list that sorted itself would move under the cursor."""
    shown = scene.view.objectives
    bad = [o.name for o in shown if o.reading.verdict == "bad"]
    unknown = sum(o.reading.verdict == "unknown" for o in shown)
    title = [Span("OBJECTIVES", "title")]
    if bad:
        title.append(Span(f" {len(bad)} bad", "bad"))
    if unknown:
        title.append(Span(f"{';' if bad else ''} {unknown} unknown", "unknown"))
    if shown and not scene.view.engine.watching and scene.view.state.open and scene.in_touch:
        title.append(Span(f"{';' if bad or unknown else ''} not watched", "unknown"))
    elif shown and not bad and not unknown:
        title.append(Span(f" all {len(shown)} met", "ok"))
    grid = columns(width)
    past = fit(f"past {minutes(width)}m", grid.trend) + fit("budget", grid.budget, right=True)
    labels = f"{fit('now', grid.now, right=True)}{fit('limit', grid.limit, right=True)}  {past}".lstrip()
    if bad:
        names = f": {', '.join(bad)}"
        free = width - _AROUND - size_of(title)
        if cell_len(names) > free - len(labels):
            # A value and its limit are known without a heading.
            labels = past
        title[1] = Span(f"{title[1].text}{cut(names, free - len(labels))}", "bad")
    return title, [Span(labels, "dim")]


def row(scene: Scene, shown: ObjectiveView, width: int) -> Row:
    """One objective."""
    grid = columns(width)
    reading = shown.reading
    said = VERDICTS[reading.verdict]
    unknown = reading.verdict == "unknown"
    value = "no data" if reading.stale else reading.shown
    spans = [
        Span(" " + fit(f"{glyph(scene.glyphs, said)} {said.word}", grid.state), said.style),
        Span(fit(shown.name, grid.name), "text"),
        Span(fit(value, grid.now, right=True), said.style if reading.verdict != "ok" else "text"),
        Span(fit(_limit(scene, shown), grid.limit, right=True), "dim"),
        Span("  "),
    ]
    if unknown:
        # What is left of the budget is not known either: its place goes to the reason.
        spans.append(Span(fit(_why(shown), grid.trend + grid.budget), "unknown"))
    else:
        spans += [*trend(shown, grid.trend, scene.glyphs), _budget(shown, grid.budget)]
    return line(width, spans)


def rests_on(scene: Scene, shown: ObjectiveView) -> object:
    """All that `row` is made of besides the width: a reading grows older without looking so."""
    reading = shown.reading
    why = _why(shown) if reading.verdict == "unknown" else ""
    seen = reading.verdict, reading.shown, reading.stale, reading.budget, reading.trend
    return shown.name, shown.objective, seen, why, scene.glyphs


def _limit(scene: Scene, shown: ObjectiveView) -> str:
    limit = format_quantity(shown.objective.limit.value, shown.objective.limit.unit)
    return f"{scene.glyphs.at_least if shown.objective.target is not None else '<'} {limit}"


def _why(shown: ObjectiveView) -> str:
    reading = shown.reading
    if reading.age is not None and reading.stale:
        stale = f"stale {format_duration(reading.age)}"
        return stale if reading.reason.startswith("stale") else f"{stale}: {reading.reason}"
    return reading.reason


def _budget(shown: ObjectiveView, width: int) -> Span:
    left = shown.reading.budget
    if left is None:
        return Span(fit("-", width, right=True), "dim")
    style = "bad" if left <= 0 else "warn" if left < 0.25 else "dim"
    text = format_budget(left) + " left" * (left > 0 and width > 9)
    return Span(fit(text, width, right=True), style)


def marked(view: View, width: int) -> list[tuple[RunView, float]]:
    """The runs that began within the trends of a panel `width` cells wide, the newest first, and how many
    seconds ago."""
    span = minutes(width) * 60
    began = [(run, (view.now - run.state.started_at) / SECOND) for run in view.runs if run.state.started_at]
    return [(run, ago) for run, ago in began if 0 <= ago < span]


def markers(scene: Scene, width: int, height: int) -> list[Row]:
    """A line under the trends that marks when runs began; none where none did, or where it would take the
    row of an objective."""
    runs = marked(scene.view, width)
    if not runs or not 0 < len(scene.view.objectives) < height:
        return []
    grid = columns(width)
    cells = [" "] * grid.trend
    for _, ago in runs:
        cells[grid.trend - 1 - int(ago / (minutes(width) * 60) * grid.trend)] = scene.glyphs.mark
    at = 1 + grid.state + grid.name + grid.now + grid.limit
    more = f" and {len(runs) - 1} more" if len(runs) > 1 else ""
    said = f"{scene.glyphs.mark} {runs[0][0].state.id}{more} began"
    marks = Span(fit("".join(cells), grid.trend), "accent")
    return [Row((Span(fit(said, at, right=True), "dim"), Span("  "), marks))]


def plain(shown: ObjectiveView) -> str:
    """The objective as a sentence, for copying and filtering."""
    reading = shown.reading
    why = f" ({reading.reason})" if reading.reason else ""
    return f"{shown.sentence}: {reading.verdict}, {reading.evidence}{why}"


def details(shown: ObjectiveView, definition: Definition) -> list[Span]:
    """What a verdict rests on, in full."""
    reading = shown.reading
    signal = definition.signals[shown.objective.signal]
    window = f"window {format_duration(reading.window)}, " if reading.window else ""
    every, limit = format_duration(signal.every), f"timeout {format_duration(signal.timeout)}"
    lines = [
        Span(shown.sentence, "title"),
        Span(f"{reading.verdict}: {reading.evidence}", VERDICTS[reading.verdict].style),
        Span(f"{window}stale after {format_duration(reading.stale_after)}"),
        Span(f"signal {shown.objective.signal}: {signal.asks}"),
        Span(f"looked at every {every}" if isinstance(signal, Derived) else f"probed every {every}, {limit}"),
    ]
    if reading.budget is not None and reading.verdict != "unknown":
        spent = reading.budget <= 0
        left = f"error budget{'' if spent else ' left'}: {format_budget(reading.budget, 1)}"
        lines.append(Span(left, "bad" if spent else "text"))
    if reading.reason:
        lines.append(Span(f"last answer: {cut(reading.reason, 400)}"))
    return lines


def empty(width: int) -> list[Row]:
    """What stands where there are no objectives."""
    return [line(width, [Span(" no objectives are defined: health is unknown", "unknown")])]
