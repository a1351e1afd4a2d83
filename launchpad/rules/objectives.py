"""What an objective's samples say now: value, verdict, age, trend, error budget.

The engine and every face compute the same readings from the same samples.
"""

import math
from collections.abc import Container, Iterable, Mapping
from functools import lru_cache

from msgspec.structs import replace

from launchpad.model.definition import Definition, Objective, Signal
from launchpad.model.events import ReadingVerdict
from launchpad.model.samples import Sample
from launchpad.model.values import SECOND, Micros, Value, format_duration, format_quantity
from launchpad.rules.windows import Tally, Trend, Window

TREND_SLOTS = 240
TREND_SPAN = 3600.0
"""Trends reach back this many seconds (further where a signal is probed more rarely than a slot)."""
_MOST_WAITING = 1000
"""Samples; an hour's, of a signal that is probed as often as most are, wait together."""
_OLDEST = 100.0
"""The percentile that an age is over a stretch: how old it got."""


class Point(Value):
    """One column of a trend."""

    value: float | None
    verdict: ReadingVerdict


class Reading(Value):
    """An objective at one instant, with everything its verdict rests on."""

    objective: str
    verdict: ReadingVerdict
    value: float | None
    """In the objective's unit: seconds, or a fraction."""
    limit: float
    unit: str
    """`s` or `%`."""
    n: int
    """Known samples in the window."""
    window: float
    age: float | None
    """Seconds since the newest sample that was not unknown; None if there never was one."""
    stale_after: float
    reason: str = ""
    """Why it is unknown, or what the last bad sample said."""
    budget: float | None = None
    """Share of the error budget that is left (negative: overspent); None for latencies and ages."""
    trend: tuple[Point, ...] = ()

    @property
    def stale(self) -> bool:
        return self.age is None or self.age > self.stale_after

    @property
    def shown(self) -> str:
        """The value for people, or `no data`."""
        return "no data" if self.value is None else format_quantity(self.value, self.unit, beside=self.limit)

    @property
    def evidence(self) -> str:
        """`2.3%, n=120, 3 s old`: what every verdict prints."""
        age = "never seen" if self.age is None else f"{format_duration(self.age)} old"
        return f"{self.shown}, n={self.n}, {age}"


def stale_after(signal: Signal) -> float:
    """Seconds without a known sample after which a signal is stale: two missed probes and a slow third."""
    return 2 * signal.every + signal.timeout + 1


def value_of(objective: Objective, tally: Tally) -> float | None:
    """The objective's quantity over a tally; None if nothing in it is known."""
    if objective.unit == "s":
        return tally.durations.percentile(_OLDEST if objective.percentile is None else objective.percentile)
    if not tally.known:
        return None
    return (tally.bad if objective.error_rate else tally.ok) / tally.known


@lru_cache(maxsize=4096)
def limit_of(name: str, objective: Objective) -> str:
    """`latency p95 below 2 s`: an objective as a sentence."""
    limit = format_quantity(objective.limit.value, objective.limit.unit)
    if objective.percentile is not None:
        return f"{name} p{objective.percentile:g} below {limit}"
    return f"{name} at least {limit}" if objective.target is not None else f"{name} below {limit}"


def count_of(objective: Objective, tally: Tally) -> int:
    """The known samples that the value rests on."""
    return tally.durations.n if objective.unit == "s" else tally.known


def allowed(objective: Objective) -> float | None:
    """The share of failed probes that the error budget allows; None for a latency or an age."""
    if objective.unit == "s":
        return None
    return 1 - objective.limit.value if objective.target is not None else objective.limit.value


def meets(objective: Objective, value: float) -> bool:
    """Availability must reach its target; everything else must stay below its limit."""
    return value >= objective.limit.value if objective.target is not None else value < objective.limit.value


def budget_left(objective: Objective, tally: Tally) -> float | None:
    """1 - bad / allowed bad: "The Site Reliability Workbook", chapter 2 (error budgets)."""
    budget = allowed(objective)
    if budget is None or not tally.known:
        return None
    failed = tally.bad / tally.known
    return 1 - failed / budget if budget > 0 else (1.0 if failed == 0 else -1.0)


def format_budget(left: float, places: int = 0) -> str:
    """`99%` or `spent`. Rounded down: what has been drawn on is not whole, and what is spent is not left."""
    if left <= 0:
        return "spent"
    scale = 10**places
    # An inexact product must not fall below the whole number that it stands for.
    return f"{math.floor(round(left * 100 * scale, 6)) / scale:.{places}f}%"


def read(
    name: str,
    objective: Objective,
    signal: Signal,
    window: Window,
    now: Micros,
    trend: tuple[Point, ...] = (),
) -> Reading:
    """The reading of one objective. `window` has been advanced to `now`."""
    tally = window.tally
    newest = _newest(objective, window)
    if objective.age:
        value, n = (newest.duration, 1) if newest is not None else (None, 0)
    else:
        value, n = value_of(objective, tally), count_of(objective, tally)
    age = None if newest is None else max(0.0, (now - newest.observed) / SECOND)
    limit = stale_after(signal)
    verdict: ReadingVerdict = "unknown"
    reason = ""
    if age is None:
        reason = _why_unknown(window, "no data yet")
    elif age > limit:
        reason = _why_unknown(window, f"stale for {format_duration(age)}")
    elif value is None:
        reason = "nothing measured in the window"
    elif n < objective.at_least:
        reason = f"{n} of at least {objective.at_least} samples"
    else:
        verdict = "ok" if meets(objective, value) else "bad"
        if newest is not None and newest.verdict == "bad":
            reason = newest.reason
    return Reading(
        objective=name,
        verdict=verdict,
        value=value,
        limit=objective.limit.value,
        unit=objective.unit,
        n=n,
        window=objective.window,
        age=age,
        stale_after=limit,
        reason=reason,
        budget=budget_left(objective, tally),
        trend=trend,
    )


def _newest(objective: Objective, window: Window) -> Sample | None:
    return window.newest_timed if objective.unit == "s" else window.newest_known


def _why_unknown(window: Window, otherwise: str) -> str:
    newest = window.newest
    return newest.reason if newest is not None and newest.verdict != "ok" else otherwise


class Meter:
    """Keeps the windows and trends of a definition's objectives up to date, sample by sample."""

    def __init__(self, definition: Definition) -> None:
        self._dials: dict[str, _Dial] = {}
        self._by_signal: dict[str, list[_Dial]] = {}
        for name, objective in definition.objectives.items():
            dial = self._dials[name] = _Dial(name, objective, definition.signals[objective.signal])
            self._by_signal.setdefault(objective.signal, []).append(dial)

    @property
    def reach(self) -> float:
        """Seconds of history that readings depend on."""
        spans = [dial.window.length for dial in self._dials.values()]
        return max([TREND_SPAN if spans else 0.0, *spans])

    def feed(self, samples: Iterable[Sample]) -> None:
        for sample in samples:
            for dial in self._by_signal.get(sample.signal, ()):
                dial.add(sample)

    def readings(
        self, now: Micros, *, trend: int = 0, trends_of: Container[str] | None = None
    ) -> Mapping[str, Reading]:
        """Every objective's reading at `now`, with `trend` columns of its past; where `trends_of` names
        some, the others come without one."""
        return {
            name: dial.reading(now, trend if trends_of is None or name in trends_of else 0)
            for name, dial in self._dials.items()
        }


class _Dial:
    """What one objective has been fed, and its reading: that is made again only once a sample or the time
    changes more of it than its age."""

    def __init__(self, name: str, objective: Objective, signal: Signal) -> None:
        self.window = Window(objective.window)
        self._name = name
        self._objective = objective
        self._signal = signal
        self._past = _Past(objective, signal.every)
        self._read: Reading | None = None
        """As it was at `_read_at`; None where a sample came since."""
        self._read_at: Micros = 0
        self._holds_until: Micros = 0
        self._newest_at: Micros | None = None
        """When the sample was observed that the age is of."""

    def add(self, sample: Sample) -> None:
        self.window.add(sample)
        self._past.add(sample)
        self._read = None

    def reading(self, now: Micros, trend: int) -> Reading:
        """The reading at `now`, with `trend` columns of its past."""
        past = self._past.points(now, trend) if trend else ()
        known = self._read
        if known is None or not self._read_at <= now < self._holds_until:
            self.window.advance(now)
            known = self._read = read(self._name, self._objective, self._signal, self.window, now)
            self._read_at, self._holds_until = now, self._end_of(known, now)
            newest = _newest(self._objective, self.window)
            self._newest_at = newest.observed if newest is not None else None
        age = None if self._newest_at is None else max(0.0, (now - self._newest_at) / SECOND)
        return replace(known, age=age, trend=past)

    def _end_of(self, known: Reading, now: Micros) -> Micros:
        """Until when time alone changes nothing but the age."""
        if known.age is None:
            return self.window.changes_at
        return min(self.window.changes_at, now + math.floor((known.stale_after - known.age) * SECOND))


class _Past:
    """An objective's trend. A point is worked out again only when its slot has got another sample: with
    hundreds of objectives on a screen the past would cost more than the present."""

    def __init__(self, objective: Objective, every: float) -> None:
        self._objective = objective
        self._trend = Trend(width=max(TREND_SPAN / TREND_SLOTS, every), slots=TREND_SLOTS)
        self._told: tuple[Point, ...] = ()
        self._newest = 0
        """The slot of the last point of what was told."""
        self._changed: set[Micros] = set()
        """Slots that have got a sample since."""
        self._waiting: list[Sample] = []
        """Samples that no slot has got yet: most pasts are never looked at."""

    def add(self, sample: Sample) -> None:
        self._waiting.append(sample)
        if len(self._waiting) == _MOST_WAITING:
            self._take_in()

    def _take_in(self) -> None:
        for sample in self._waiting:
            self._changed.add(self._trend.start_of(sample.observed))
            self._trend.add(sample)
        self._waiting.clear()

    def points(self, now: Micros, count: int) -> tuple[Point, ...]:
        """The last `count` points up to `now`, the newest last."""
        self._take_in()
        newest, width = self._trend.start_of(now), self._trend.width
        passed = (newest - self._newest) // width
        if count != len(self._told) or not 0 <= passed < count:
            self._told = tuple(
                _point(self._objective, slot.tally) if slot else _NOTHING
                for slot in self._trend.columns(now, count)
            )
        elif passed or self._changed:
            told = [*self._told[passed:], *[_NOTHING] * passed]
            for start in self._changed:
                place = count - 1 - (newest - start) // width
                slot = self._trend.slot_at(start)
                if slot is not None and 0 <= place < count:
                    told[place] = _point(self._objective, slot.tally)
            self._told = tuple(told)
        self._newest = newest
        # What is ahead of `now` is told when its time has come.
        self._changed = {start for start in self._changed if start > newest}
        return self._told


_NOTHING = Point(value=None, verdict="unknown")


def _point(objective: Objective, tally: Tally) -> Point:
    value = value_of(objective, tally)
    if value is None:
        return Point(value=None, verdict="bad" if tally.bad else "unknown")
    return Point(value=value, verdict="ok" if meets(objective, value) else "bad")
