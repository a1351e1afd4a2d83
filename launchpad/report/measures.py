"""What each objective came to over the launch, and its course."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from launchpad.model import events as ev
from launchpad.model.definition import Definition, Objective, Signal
from launchpad.model.journal import Recorded
from launchpad.model.samples import Sample
from launchpad.model.values import SECOND, Micros, Value, format_quantity
from launchpad.rules.objectives import budget_left, count_of, limit_of, meets, stale_after, value_of
from launchpad.rules.windows import Tally

_BEFORE = 600 * SECOND
"""Of the time before the launch itself, at least so much is drawn."""
COLUMNS = 180
"""Points of a course."""


class Span(Value):
    """What a report reaches over."""

    begin: Micros
    launched: Micros | None
    end: Micros

    @property
    def judged(self) -> Micros:
        """From when on it counts: from the beginning of the launch itself, if it came to that."""
        return self.launched or self.begin

    @property
    def drawn(self) -> Micros:
        """From when on a course is drawn: a while before the launch itself, to see what it changed."""
        if self.launched is None:
            return self.begin
        return max(self.begin, self.launched - max(_BEFORE, (self.end - self.launched) // 4))


class Point(Value):
    """A stretch of an objective's course."""

    at: Micros
    value: float | None
    """None: nothing is known."""
    good: bool = True


class Mark(Value):
    """Something that happened to the release."""

    at: Micros
    what: str


class Measure(Value):
    """An objective over the whole launch."""

    name: str
    sentence: str
    kind: str
    """`uptime`, `error rate` or `latency`."""
    unit: str
    limit: float
    value: float | None
    n: int
    met: bool | None
    """None while nothing is known."""
    budget: float | None
    bad: float
    """Seconds for which its verdict was bad."""
    unknown: float
    """Seconds for which nothing was known."""
    course: tuple[Point, ...]
    marks: tuple[Mark, ...]

    @property
    def shown(self) -> str:
        return "no data" if self.value is None else format_quantity(self.value, self.unit, beside=self.limit)


class _Course:
    """The samples of one signal, over all and by column."""

    def __init__(self, span: Span) -> None:
        self._span = span
        drawn = span.end - span.drawn
        self.width = max(SECOND, -(-drawn // COLUMNS))
        self.whole = Tally()
        self.known: list[Micros] = []
        """When something was known, in the judged time."""
        self.columns = [Tally() for _ in range(max(1, -(-drawn // self.width)))]

    def add(self, sample: Sample) -> None:
        if not self._span.begin <= sample.observed < self._span.end:
            return
        column = (sample.observed - self._span.drawn) // self.width
        if 0 <= column < len(self.columns):
            self.columns[column].add(sample)
        if sample.observed >= self._span.judged:
            self.whole.add(sample)
            if sample.verdict != "unknown":
                self.known.append(sample.observed)


def measures(
    definition: Definition, events: Sequence[Recorded], samples: Iterable[Sample], span: Span
) -> tuple[Measure, ...]:
    """Every objective of the definition."""
    courses = {o.signal: _Course(span) for o in definition.objectives.values()}
    for sample in samples:
        if sample.signal in courses:
            courses[sample.signal].add(sample)
    marks = tuple(mark for mark in _marks(events) if span.drawn <= mark.at <= span.end)
    return tuple(
        _measure(
            name,
            objective,
            definition.signals[objective.signal],
            courses[objective.signal],
            events,
            span,
            marks,
        )
        for name, objective in definition.objectives.items()
    )


def _measure(
    name: str,
    objective: Objective,
    signal: Signal,
    course: _Course,
    events: Sequence[Recorded],
    span: Span,
    marks: tuple[Mark, ...],
) -> Measure:
    value = value_of(objective, course.whole)
    blind = _blind(course.known, stale_after(signal), span)
    bad, unknown = _lasted(name, events, span, blind)
    # A launch that was not seen for most of its time did not meet anything.
    seen = unknown * 2 <= (span.end - span.judged) / SECOND
    return Measure(
        name=name,
        sentence=limit_of(name, objective),
        kind=_kind(objective),
        unit=objective.unit,
        limit=objective.limit.value,
        value=value,
        n=count_of(objective, course.whole),
        met=meets(objective, value) if value is not None and seen else None,
        budget=budget_left(objective, course.whole),
        bad=bad,
        unknown=unknown,
        course=tuple(
            _point(objective, tally, span.drawn + index * course.width)
            for index, tally in enumerate(course.columns)
        ),
        marks=marks,
    )


def _kind(objective: Objective) -> str:
    if objective.percentile is not None:
        return "latency"
    if objective.age:
        return "age"
    return "error rate" if objective.error_rate else "uptime"


def _point(objective: Objective, tally: Tally, at: Micros) -> Point:
    value = value_of(objective, tally)
    return Point(at=at, value=value, good=value is None or meets(objective, value))


def _blind(known: Sequence[Micros], limit: float, span: Span) -> list[tuple[Micros, Micros]]:
    """When, in the judged time, nothing had been known for longer than `limit` seconds. An engine that is
    gone records no verdict: its last one must not stand for the time it did not see."""
    times = [span.judged, *sorted(known), span.end]
    fresh = round(limit * SECOND)
    return [(one + fresh, other) for one, other in pairwise(times) if other - one > fresh]


def _lasted(
    name: str, events: Sequence[Recorded], span: Span, blind: Sequence[tuple[Micros, Micros]]
) -> tuple[float, float]:
    """Seconds within the judged time that were seen to be bad, and those that were not known."""
    verdict: ev.ReadingVerdict = "unknown"
    since, lasted = span.begin, {"bad": 0, "unknown": 0, "ok": 0}
    changes = [e for e in events if isinstance(e.event, ev.ObjectiveChanged) and e.event.objective == name]
    for recorded in [*changes, None]:
        until = span.end if recorded is None else min(recorded.at, span.end)
        begin = max(since, span.judged)
        unseen = sum(max(0, min(until, end) - max(begin, start)) for start, end in blind)
        lasted[verdict] += max(0, until - begin) - unseen
        lasted["unknown"] += unseen
        if recorded is not None and isinstance(recorded.event, ev.ObjectiveChanged):
            verdict, since = recorded.event.verdict, recorded.at
    return lasted["bad"] / SECOND, lasted["unknown"] / SECOND


def _marks(events: Sequence[Recorded]) -> list[Mark]:
    found = []
    for recorded in events:
        match recorded.event:
            case ev.PhaseEntered(phase=phase):
                found.append(Mark(at=recorded.at, what=phase))
            case ev.RunSucceeded(run=run):
                found.append(Mark(at=recorded.at, what=run))
            case ev.RunFailed(run=run):
                found.append(Mark(at=recorded.at, what=f"{run} failed"))
            case ev.IncidentDeclared(incident=incident):
                found.append(Mark(at=recorded.at, what=incident))
    return found
