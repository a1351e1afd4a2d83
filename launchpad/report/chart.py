"""An objective's course as a picture that takes the colours of the page and needs no script."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from launchpad.model.values import SECOND, Micros, format_instant, format_quantity
from launchpad.report.measures import Measure, Point

WIDTH, HEIGHT = 720, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 8, 22, 22
_SHORT = 600 * SECOND
"""A course that is shorter has its ends named to the second."""


def chart(measure: Measure, zone: str) -> str:
    """An SVG with the values, the limit, what was done, and where nothing is known; a sentence for those who
    can't see it."""
    values = [point.value for point in measure.course if point.value is not None]
    low, high = _scale(measure, values)
    drawn = "".join(
        (*_unknown(measure), *_limit(measure, low, high), *_lines(measure, low, high), *_marks(measure))
    )
    label = escape(f"{measure.sentence}: {measure.shown} over all, n={measure.n}", {'"': "&quot;"})
    axis = "".join(_axis(measure, zone, low, high))
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
        f"<title>{label}</title>{drawn}{axis}</svg>"
    )


def _scale(measure: Measure, values: list[float]) -> tuple[float, float]:
    """The lowest and highest value drawn, the limit among them, with room around."""
    low, high = min([*values, measure.limit]), max([*values, measure.limit])
    room = (high - low) * 0.1 or abs(high) * 0.1 or 0.01
    low = 0.0 if measure.kind != "uptime" else max(0.0, low - room)
    return low, high + room if measure.unit == "s" else min(1.0 + room / 4, high + room)


def _x(measure: Measure, at: Micros) -> float:
    begin, end = measure.course[0].at, _end(measure)
    share = (at - begin) / max(1, end - begin)
    return _LEFT + min(1.0, max(0.0, share)) * (WIDTH - _LEFT - _RIGHT)


def _end(measure: Measure) -> Micros:
    course = measure.course
    width = course[1].at - course[0].at if len(course) > 1 else 1
    return course[-1].at + width


def _y(value: float, low: float, high: float) -> float:
    return HEIGHT - _BOTTOM - (value - low) / (high - low) * (HEIGHT - _TOP - _BOTTOM)


def _lines(measure: Measure, low: float, high: float) -> Iterator[str]:
    """Unbroken stretches of known values; what was bad is drawn once more over it."""
    for stretch in _stretches(measure.course):
        yield _polyline("course", measure, stretch, low, high)
    for point in measure.course:
        if point.value is not None and not point.good:
            x, y = _x(measure, point.at), _y(point.value, low, high)
            yield f'<circle class="bad" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>'


def _polyline(name: str, measure: Measure, points: list[Point], low: float, high: float) -> str:
    places = [(_x(measure, p.at), _y(p.value or 0.0, low, high)) for p in points]
    if len(places) == 1:
        (x, y) = places[0]
        return f'<circle class="{name}-dot" cx="{x:.1f}" cy="{y:.1f}" r="1.5"/>'
    return f'<polyline class="{name}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>'


def _stretches(course: tuple[Point, ...]) -> Iterator[list[Point]]:
    stretch: list[Point] = []
    for point in course:
        if point.value is not None:
            stretch.append(point)
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def _unknown(measure: Measure) -> Iterator[str]:
    """Shaded: unknown is not good."""
    since: Micros | None = None
    for point in (*measure.course, Point(at=_end(measure), value=0.0)):
        if point.value is None and since is None:
            since = point.at
        elif point.value is not None and since is not None:
            left, right = _x(measure, since), _x(measure, point.at)
            yield (
                f'<rect class="unknown" x="{left:.1f}" y="{_TOP}" width="{right - left:.1f}" '
                f'height="{HEIGHT - _TOP - _BOTTOM}"/>'
            )
            since = None


def _limit(measure: Measure, low: float, high: float) -> Iterator[str]:
    y = _y(measure.limit, low, high)
    yield f'<line class="limit" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'


def _marks(measure: Measure) -> Iterator[str]:
    """What was done, each where it was; a name that would run into the one before is left to its tooltip."""
    free = 0.0
    for mark in measure.marks:
        x = _x(measure, mark.at)
        what = escape(mark.what)
        yield f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 6}" y2="{HEIGHT - _BOTTOM}">'
        yield f"<title>{what}</title></line>"
        wide = 6.2 * len(mark.what) + 6
        if x >= free and x + wide < WIDTH:
            yield f'<text class="mark-name" x="{x + 3:.1f}" y="{_TOP - 8}">{what}</text>'
            free = x + wide


def _axis(measure: Measure, zone: str, low: float, high: float) -> Iterator[str]:
    for value, y in ((high, _TOP + 4), (low, HEIGHT - _BOTTOM)):
        most = value if measure.unit == "s" else 1.0  # no share is above the whole
        shown = escape(format_quantity(min(max(0.0, value), most), measure.unit))
        yield f'<text class="axis" x="{_LEFT - 6}" y="{y}" text-anchor="end">{shown}</text>'
    y_limit = _y(measure.limit, low, high)
    if _TOP + 16 < y_limit < HEIGHT - _BOTTOM - 12:
        shown = escape(format_quantity(measure.limit, measure.unit))
        place = f'x="{_LEFT - 6}" y="{y_limit + 4:.1f}" text-anchor="end"'
        yield f'<text class="axis limit-name" {place}>{shown}</text>'
    for at, anchor in ((measure.course[0].at, "start"), (_end(measure), "end")):
        x = _LEFT if anchor == "start" else WIDTH - _RIGHT
        yield (
            f'<text class="axis" x="{x}" y="{HEIGHT - 6}" text-anchor="{anchor}">'
            f"{_time(measure, at, zone)}</text>"
        )


def _time(measure: Measure, at: Micros, zone: str) -> str:
    """The time of day: with the date where the course goes over days, to the second where it is short."""
    ends = (measure.course[0].at, _end(measure))
    days = {format_instant(a, zone, date=True)[:10] for a in ends}
    text = format_instant(at, zone, date=len(days) > 1)
    return text if ends[1] - ends[0] < _SHORT else text.rpartition(":")[0]
