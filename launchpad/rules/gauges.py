"""What alert rules are judged on, kept up to date sample by sample.

A threshold is judged on its objective's reading. The other rules look at more than the objective's own
window, and have windows of their own here.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from launchpad.model.definition import Alert, Definition, Objective, Signal
from launchpad.model.samples import Sample
from launchpad.model.values import SECOND, Micros
from launchpad.rules.alerts import Evidence, beyond, evidence_of
from launchpad.rules.objectives import Reading, allowed, count_of, meets, stale_after, value_of
from launchpad.rules.windows import Shares, Trend, Window

MONTH = 30 * 86400.0

FROM_NOTHING = 100.0
"""What grew from nothing counts as having grown by this many times, where its objective is not met."""

_POINTS = 60
"""Into how many a stretch is divided for its line."""
_LEAST_POINTS = 3


class BurnWindow(NamedTuple):
    """Spending the budget `rate` times as fast as the period allows, seen in both windows."""

    rate: float
    long: float
    short: float
    pace: str


BURN_WINDOWS = (
    BurnWindow(14.4, 3600.0, 300.0, "fast"),
    BurnWindow(6.0, 6 * 3600.0, 1800.0, "fast"),
    BurnWindow(3.0, 86400.0, 7200.0, "slow"),
    BurnWindow(1.0, 3 * 86400.0, 6 * 3600.0, "slow"),
)
"""For a period of 30 days: "The Site Reliability Workbook", chapter 5, section 6 (multiple windows, multiple
burn rates)."""


def burn_windows(rule: Alert) -> tuple[BurnWindow, ...]:
    """The windows of a rule, in the proportion of its period to a month."""
    scale = rule.period / MONTH
    return tuple(
        w._replace(long=w.long * scale, short=w.short * scale)
        for w in BURN_WINDOWS
        if rule.pace in (None, w.pace)
    )


class Gauge(Protocol):
    """What one rule needs beside its objective's reading."""

    reach: float
    """Seconds of history it depends on."""

    def add(self, sample: Sample) -> None: ...
    def judge(self, now: Micros, reading: Reading | None) -> Evidence: ...


_UNKNOWN = Evidence(crossed=None)


class _Beyond:
    """`when`."""

    reach = 0.0

    def __init__(self, rule: Alert) -> None:
        self._rule = rule

    def add(self, sample: Sample) -> None:
        """The reading has it already."""

    def judge(self, now: Micros, reading: Reading | None) -> Evidence:  # noqa: ARG002  # a Gauge
        assert self._rule.when is not None
        return evidence_of(self._rule.when, reading) if reading else _UNKNOWN


class _Absence:
    """`absent`: nothing known for as long as it takes a reading to be stale. The value is the age."""

    def __init__(self, signal: Signal) -> None:
        self._limit = stale_after(signal)
        self.reach = max(600.0, self._limit)
        self._window = Window(self._limit)

    def add(self, sample: Sample) -> None:
        self._window.add(sample)

    def judge(self, now: Micros, reading: Reading | None) -> Evidence:  # noqa: ARG002  # a Gauge
        self._window.advance(now)
        newest = self._window.newest_known
        if newest is None:
            return Evidence(crossed=True)
        age = (now - newest.observed) / SECOND
        return Evidence(crossed=age > self._limit, value=age, n=self._window.tally.known)


class _Earlier:
    """The objective's value over a stretch that ended `lag` seconds ago."""

    def __init__(self, objective: Objective, at_least: int, *, length: float, lag: float) -> None:
        self.reach = length + lag
        self._objective = objective
        self._at_least = at_least
        self._lag = round(lag * SECOND)
        self._window = Window(length)

    def add(self, sample: Sample) -> None:
        self._window.add(sample)

    def value(self, now: Micros) -> float | None:
        """None while too little is known of it."""
        self._window.advance(now - self._lag)
        tally = self._window.tally
        if count_of(self._objective, tally) < self._at_least:
            return None
        return value_of(self._objective, tally)


class _Change:
    """`rises`, `falls`. The value is the change, as a share of the earlier value."""

    def __init__(self, rule: Alert, objective: Objective) -> None:
        assert rule.by is not None, "checked when the definition is read"
        assert rule.within is not None, "checked when the definition is read"
        at_least = max(rule.at_least, objective.at_least)
        self._earlier = _Earlier(objective, at_least, length=objective.window, lag=rule.within)
        self._objective = objective
        self._sign = 1 if rule.rises else -1
        self._by = rule.by
        self.reach = self._earlier.reach
        self.add = self._earlier.add

    def judge(self, now: Micros, reading: Reading | None) -> Evidence:
        then = self._earlier.value(now)
        if reading is None or reading.verdict == "unknown" or reading.value is None or then is None:
            return _UNKNOWN
        if then > 0:
            change = (reading.value - then) / then
        else:
            change = FROM_NOTHING if reading.value > 0 and not meets(self._objective, reading.value) else 0.0
        return Evidence(crossed=self._sign * change >= self._by, value=abs(change), n=reading.n)


class _Deviation:
    """`deviates`. The value is how many times the usual it is."""

    def __init__(self, rule: Alert, objective: Objective) -> None:
        at_least = max(rule.at_least, objective.at_least)
        self._usual = _Earlier(objective, at_least, length=rule.baseline, lag=objective.window)
        self._objective = objective
        self._factor = rule.factor
        self.reach = self._usual.reach
        self.add = self._usual.add

    def judge(self, now: Micros, reading: Reading | None) -> Evidence:
        usual = self._usual.value(now)
        if reading is None or reading.verdict == "unknown" or reading.value is None or usual is None:
            return _UNKNOWN
        if usual > 0:
            times = reading.value / usual
        else:
            times = FROM_NOTHING if not meets(self._objective, reading.value) else 0.0
        return Evidence(crossed=times > self._factor, value=times, n=reading.n)


class _Burn:
    """`burns`. The value is the burn rate of the window that is furthest above its own; n that window's."""

    def __init__(self, rule: Alert, objective: Objective) -> None:
        self._budget = allowed(objective)
        self._at_least = max(rule.at_least, objective.at_least)
        self._pairs = [(w, Shares(w.long), Shares(w.short)) for w in burn_windows(rule)]
        self.reach = max(w.long for w, _, _ in self._pairs)

    def add(self, sample: Sample) -> None:
        for _, long, short in self._pairs:
            long.add(sample)
            short.add(sample)

    def judge(self, now: Micros, reading: Reading | None) -> Evidence:
        if reading is None or reading.stale or not self._budget:
            return _UNKNOWN
        seen = [self._pair(window, long, short, now) for window, long, short in self._pairs]
        known = [(e, w) for e, (w, _, _) in zip(seen, self._pairs, strict=True) if e.value is not None]
        if not known:
            return _UNKNOWN
        worst, _ = max(known, key=lambda one: (bool(one[0].crossed), (one[0].value or 0.0) / one[1].rate))
        # One window that can't be judged leaves open whether the rule is met, unless another says so.
        if not worst.crossed and any(e.crossed is None for e in seen):
            return Evidence(crossed=None, value=worst.value, n=worst.n)
        return worst

    def _pair(self, window: BurnWindow, long: Shares, short: Shares, now: Micros) -> Evidence:
        assert self._budget, "a rule without a budget is not judged"
        failed, n = long.count(now)
        failed_lately, n_lately = short.count(now)
        if n < self._at_least or not n_lately:
            return _UNKNOWN
        slower = min(failed / n, failed_lately / n_lately) / self._budget
        return Evidence(crossed=slower > window.rate, value=slower, n=n)


class _Prediction:
    """`reaches`. The value is where the line through the last stretch leads: `predict_linear` of Prometheus,
    least squares through the objective's value in each sixtieth of it."""

    def __init__(self, rule: Alert, objective: Objective, signal: Signal) -> None:
        assert rule.reaches is not None, "checked when the definition is read"
        assert rule.within is not None, "checked when the definition is read"
        self._limit = rule.reaches
        self._ahead = rule.within
        self._objective = objective
        self._at_least = max(rule.at_least, objective.at_least)
        width = max(rule.over / _POINTS, signal.every)
        self._count = max(1, round(rule.over / width))
        self._trend = Trend(width=width, slots=self._count)
        self.reach = rule.over
        self.add = self._trend.add

    def judge(self, now: Micros, reading: Reading | None) -> Evidence:
        if reading is None or reading.stale:
            return _UNKNOWN
        points, n = [], 0
        for slot in self._trend.columns(now, self._count):
            value = value_of(self._objective, slot.tally) if slot else None
            if slot is not None and value is not None:
                n += count_of(self._objective, slot.tally)
                middle = slot.start + self._trend.width / 2
                points.append(((middle - now) / SECOND, value))
        if len(points) < _LEAST_POINTS or n < self._at_least:
            return _UNKNOWN
        there = max(0.0, _line(points, self._ahead))
        if self._objective.unit == "%":
            there = min(1.0, there)
        return Evidence(crossed=beyond(self._limit, there), value=there, n=n)


def _line(points: list[tuple[float, float]], x: float) -> float:
    """The least-squares line through the points, at `x`."""
    mean_x = sum(p[0] for p in points) / len(points)
    mean_y = sum(p[1] for p in points) / len(points)
    spread = sum((p[0] - mean_x) ** 2 for p in points)
    slope = sum((p[0] - mean_x) * (p[1] - mean_y) for p in points) / spread
    return mean_y + slope * (x - mean_x)


class Gauges:
    """The gauges of all alerts of a definition."""

    def __init__(self, definition: Definition) -> None:
        self._rules = definition.alerts
        self._gauges = {
            name: _gauge(rule, definition) for name, rule in definition.alerts.items() if not rule.calls
        }
        self._by_signal: dict[str, list[Gauge]] = {}
        for name in self._gauges:
            rule = self._rules[name]
            of = rule.absent or definition.objectives[rule.objective or ""].signal
            if rule.when is None:
                self._by_signal.setdefault(of, []).append(self._gauges[name])

    @property
    def signals(self) -> frozenset[str]:
        return frozenset(self._by_signal)

    @property
    def reach(self) -> float:
        """Seconds of history that the rules depend on."""
        return max((gauge.reach for gauge in self._gauges.values()), default=0.0)

    def feed(self, samples: Iterable[Sample]) -> None:
        for sample in samples:
            for gauge in self._by_signal.get(sample.signal, ()):
                gauge.add(sample)

    def evidence(self, now: Micros, readings: Mapping[str, Reading]) -> Mapping[str, Evidence]:
        """What each rule rests on at `now`, with the readings of the same instant."""
        return {
            name: gauge.judge(now, readings.get(self._rules[name].objective or ""))
            for name, gauge in self._gauges.items()
        }


def _gauge(rule: Alert, definition: Definition) -> Gauge:
    if rule.absent:
        return _Absence(definition.signals[rule.absent])
    objective = definition.objectives[rule.objective or ""]
    if rule.when:
        return _Beyond(rule)
    if rule.burns:
        return _Burn(rule, objective)
    if rule.deviates:
        return _Deviation(rule, objective)
    if rule.reaches:
        return _Prediction(rule, objective, definition.signals[objective.signal])
    return _Change(rule, objective)
