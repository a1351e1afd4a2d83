"""A stretch of the past in one line of cells."""

from collections.abc import Sequence
from itertools import groupby, pairwise

from launchpad.model.definition import Objective
from launchpad.model.events import ReadingVerdict
from launchpad.rules.objectives import Point, meets
from launchpad.rules.view import ObjectiveView
from screens.glyphs import Glyphs
from screens.render.row import Span

_WORST: dict[ReadingVerdict, int] = {"unknown": 0, "ok": 1, "bad": 2}
_LEFT = (0x00, 0x40, 0x44, 0x46, 0x47)
_RIGHT = (0x00, 0x80, 0xA0, 0xB0, 0xB8)
"""Dots of a braille cell's columns, filled from below."""


def merged(points: Sequence[Point], count: int, objective: Objective) -> list[Point]:
    """`points` as at most `count` ones, each the mean of a stretch and judged by that mean.

    A stretch with a failure that has no value, such as a latency that was never measured, is bad.
    """
    if len(points) <= count:
        return list(points)
    edges = [len(points) * index // count for index in range(count + 1)]
    return [_mean(points[start:end], objective) for start, end in pairwise(edges)]


def _mean(points: Sequence[Point], objective: Objective) -> Point:
    values = [point.value for point in points if point.value is not None]
    failed = any(point.value is None and point.verdict == "bad" for point in points)
    if not values:
        return Point(value=None, verdict="bad" if failed else "unknown")
    mean = sum(values) / len(values)
    return Point(value=mean, verdict="ok" if meets(objective, mean) and not failed else "bad")


def trend(shown: ObjectiveView, width: int, glyphs: Glyphs) -> list[Span]:
    """The reading's past, the newest at the right; one span for each run of one verdict."""
    per_cell = 2 if glyphs.braille else 1
    points = merged(shown.reading.trend, width * per_cell, shown.objective)
    blank = Point(value=None, verdict="unknown")
    points = [*[blank] * (width * per_cell - len(points)), *points]
    levels = [_level(point, shown, 4 if glyphs.braille else len(glyphs.scale) - 1) for point in points]
    verdicts = [point.verdict for point in points]
    cells = []
    for start in range(0, len(levels), per_cell):
        worst = max(verdicts[start : start + per_cell], key=_WORST.__getitem__)
        cells.append((worst, _cell(levels[start : start + per_cell], glyphs)))
    style = {"ok": "trend", "bad": "trend-bad", "unknown": "faint"}
    return [Span("".join(c for _, c in run), style[worst]) for worst, run in groupby(cells, lambda c: c[0])]


def _cell(levels: Sequence[int | None], glyphs: Glyphs) -> str:
    if all(level is None for level in levels):
        return glyphs.gap
    if not glyphs.braille:
        return glyphs.scale[levels[0] or 0]
    left, right = (level or 0 for level in levels)
    return chr(0x2800 + _LEFT[left] + _RIGHT[right])


def _level(point: Point, shown: ObjectiveView, top: int) -> int | None:
    """Height from 1 (0 for plain scales) to `top`; None without a value, `top` for a plain failure."""
    if point.value is None:
        return top if point.verdict == "bad" else None
    low, high = _range(shown)
    share = (point.value - low) / (high - low) if high > low else 1.0
    least = 1 if top == 4 else 0
    return min(top, max(least, round(least + share * (top - least))))


def _range(shown: ObjectiveView) -> tuple[float, float]:
    """What the lowest and the highest cell stand for, chosen so that the limit can be told apart."""
    limit = shown.reading.limit
    if shown.objective.target is not None:
        return max(0.0, 1 - 4 * (1 - limit)), 1.0
    values = [point.value for point in shown.reading.trend if point.value is not None]
    return 0.0, max([limit * 1.25, *values])
