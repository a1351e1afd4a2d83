"""Windows against their definition: every reading as if computed from scratch."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launchpad.model.definition import Definition, HttpSignal, Launch, Objective
from launchpad.model.samples import Sample
from launchpad.model.values import SECOND, Quantity
from launchpad.rules.objectives import Meter, budget_left, format_budget, stale_after
from launchpad.rules.windows import ACCURACY, Histogram, Tally, Trend, Window

DURATIONS = st.floats(1e-6, 3600)


def sample(
    observed: float, verdict: str = "ok", duration: float | None = 0.1, signal: str = "homepage"
) -> Sample:
    at = round(observed * SECOND)
    reason = "" if verdict == "ok" else f"{verdict} at {observed:g}"
    return Sample(signal=signal, observed=at, received=at, verdict=verdict, duration=duration, reason=reason)


SAMPLES = st.builds(
    sample,
    st.integers(0, 400),
    st.sampled_from(["ok", "ok", "bad", "unknown"]),
    st.none() | DURATIONS,
    st.sampled_from(["homepage", "api"]),
)


def nearest_rank(values: list[float], percent: float) -> float:
    """The definition: the smallest value that at least `percent` of all do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


@given(st.lists(DURATIONS, min_size=1, max_size=200), st.sampled_from([0.1, 1, 50, 90, 95, 99, 99.9]))
def test_a_percentile_is_right_to_a_hundredth(values, percent):
    assert Histogram(values).percentile(percent) == pytest.approx(
        nearest_rank(values, percent), rel=ACCURACY * 1.0001
    )


@given(st.lists(DURATIONS), st.lists(DURATIONS), st.sampled_from([50, 95, 99.9]))
def test_merged_histograms_are_the_histogram_of_all(one, other, percent):
    merged = Histogram(one)
    merged.merge(Histogram(other))
    assert merged.n == len(one) + len(other)
    assert merged.percentile(percent) == Histogram(one + other).percentile(percent)


@given(st.lists(DURATIONS), st.lists(DURATIONS), st.randoms())
def test_what_left_a_histogram_leaves_no_trace(kept, gone, random):
    histogram = Histogram(kept + gone)
    for value in random.sample(gone, len(gone)):
        histogram.remove(value)
    assert histogram.n == len(kept)
    assert histogram.percentile(95) == Histogram(kept).percentile(95)


def test_nothing_measured_has_no_percentile():
    assert Histogram().percentile(95) is None
    assert Histogram([0.0]).percentile(50) <= 1e-6 * (1 + ACCURACY)


def definition() -> Definition:
    return Definition(
        launch=Launch(product="Acme", version="1"),
        signals={
            "homepage": HttpSignal(url="http://x/", every=5.0, timeout=3.0),
            "api": HttpSignal(url="http://x/", every=60.0, timeout=3.0),
        },
        objectives={
            "availability": Objective(signal="homepage", window=120.0, target=0.9),
            "latency": Objective(
                signal="homepage", window=60.0, percentile=95, below=Quantity(value=1.0, unit="s"), at_least=2
            ),
            "errors": Objective(
                signal="api", window=300.0, error_rate=True, below=Quantity(value=0.1, unit="%")
            ),
        },
    )


def from_scratch(made: Definition, name: str, samples: list[Sample], now: int) -> dict:
    """What a reading must say, straight from the words of the definition."""
    objective = made.objectives[name]
    known = [
        s for s in samples if s.signal == objective.signal and s.observed <= now and s.verdict != "unknown"
    ]
    inside = [s for s in known if s.observed > now - objective.window * SECOND]
    if objective.percentile is not None:
        known = [s for s in known if s.duration is not None]
        counted = [s.duration for s in inside if s.duration is not None]
        value = nearest_rank(counted, objective.percentile) if counted else None
        n = len(counted)
    else:
        n = len(inside)
        wanted = "bad" if objective.error_rate else "ok"
        value = sum(s.verdict == wanted for s in inside) / n if n else None
    age = min(((now - s.observed) / SECOND for s in known), default=None)
    unknown = age is None or age > stale_after(made.signals[objective.signal]) or n < objective.at_least
    return {"n": n, "value": value, "age": age, "unknown": unknown or value is None}


@settings(max_examples=200)
@given(st.lists(SAMPLES, max_size=60), st.lists(st.integers(0, 500), min_size=1, max_size=4))
def test_a_meter_says_what_a_fresh_look_at_all_samples_says(samples, instants):
    made = definition()
    meter = Meter(made)
    rest, fed = list(samples), []
    for now in sorted(instants):
        take = len(rest) // 2
        fed, rest = fed + rest[:take], rest[take:]
        meter.feed(fed[-take:] if take else [])
        fresh = Meter(made)
        fresh.feed(fed)
        at_once = fresh.readings(now * SECOND, trend=5)
        # Between two looks that count for something there may be any number of others.
        meter.readings(now * SECOND - SECOND // 2, trend=5, trends_of=("latency",))
        for name, reading in meter.readings(now * SECOND, trend=5).items():
            assert reading == at_once[name]
            expected = from_scratch(made, name, fed, now * SECOND)
            assert (reading.n, reading.age) == (expected["n"], expected["age"])
            assert (reading.verdict == "unknown") == expected["unknown"]
            assert bool(reading.reason) or reading.verdict != "unknown"
            if expected["value"] is None:
                assert reading.value is None
            else:
                assert reading.value == pytest.approx(expected["value"], rel=ACCURACY * 1.0001)
            assert len(reading.trend) == 5


@given(st.lists(SAMPLES, max_size=40), st.randoms())
def test_the_order_of_receipt_changes_no_number(samples, random):
    one, other = Meter(definition()), Meter(definition())
    one.feed(samples)
    other.feed(random.sample(samples, len(samples)))
    left, right = (meter.readings(300 * SECOND, trend=20) for meter in (one, other))
    for name in left:
        for field in ("verdict", "value", "n", "age", "budget", "trend"):
            assert getattr(left[name], field) == getattr(right[name], field)


def test_a_past_that_nobody_asked_for_is_whole_once_somebody_does():
    samples = [sample(second / 2) for second in range(5000)]
    late, early = Meter(definition()), Meter(definition())
    for each in samples:
        late.feed([each])
        early.feed([each])
        early.readings(each.observed, trend=20)
    now = samples[-1].observed
    assert late.readings(now, trend=20) == early.readings(now, trend=20)


def test_only_the_pasts_that_are_asked_for_are_told():
    meter = Meter(definition())
    meter.feed([sample(100)])
    readings = meter.readings(110 * SECOND, trend=20, trends_of={"availability"})
    assert {name: len(reading.trend) for name, reading in readings.items()} == {
        "availability": 20,
        "latency": 0,
        "errors": 0,
    }


def test_a_window_is_open_at_its_beginning_and_closed_at_its_end():
    window = Window(10.0)
    for second in (0, 1, 10, 11):
        window.add(sample(second))
    window.advance(10 * SECOND)
    assert window.tally.ok == 2
    window.advance(11 * SECOND)
    assert window.tally.ok == 2


@given(
    st.lists(st.tuples(SAMPLES, st.integers(0, 60)), max_size=60),
    st.integers(1, 300),
)
def test_a_window_looked_at_once_is_the_window_that_was_followed(steps, length):
    followed, once, now = Window(length), Window(length), 0
    for each, passed in steps:
        followed.add(each)
        once.add(each)
        now += passed
        followed.advance(now * SECOND)
    followed.advance(now * SECOND)
    once.advance(now * SECOND)
    for window in (followed, once):
        inside = [s for s, _ in steps if now - length < s.observed / SECOND <= now]
        timed = [s.duration for s in inside if s.duration is not None and s.verdict != "unknown"]
        assert window.tally.ok == sum(s.verdict == "ok" for s in inside)
        assert window.tally.bad == sum(s.verdict == "bad" for s in inside)
        assert window.tally.unknown == sum(s.verdict == "unknown" for s in inside)
        assert window.tally.durations.n == len(timed)
        assert window.tally.durations.percentile(95) == Histogram(timed).percentile(95)
    for field in ("newest", "newest_known", "newest_timed"):
        one, other = getattr(followed, field), getattr(once, field)
        assert (one and one.observed) == (other and other.observed)


def test_a_sample_from_the_future_waits_and_does_not_look_fresh():
    meter = Meter(definition())
    meter.feed([sample(0), sample(3600)])
    reading = meter.readings(1000 * SECOND)["availability"]
    assert (reading.verdict, reading.n, reading.age, reading.stale) == ("unknown", 0, 1000.0, True)
    reading = meter.readings(3601 * SECOND)["availability"]
    assert (reading.verdict, reading.n, reading.age) == ("ok", 1, 1.0)


def test_a_late_sample_is_counted_where_it_belongs():
    meter = Meter(definition())
    meter.feed([sample(100)])
    meter.readings(110 * SECOND)
    meter.feed([sample(95, "bad"), sample(1, "bad")])
    reading = meter.readings(125 * SECOND)["availability"]
    assert (reading.value, reading.n, reading.age) == (0.5, 2, 25.0)


@pytest.mark.parametrize(
    ("verdicts", "age", "verdict", "reason"),
    [
        ([], 0, "unknown", "no data yet"),
        (["ok"] * 10, 0, "ok", ""),
        (["ok"] * 9 + ["bad"], 0, "ok", "bad at"),
        (["ok"] * 8 + ["bad"] * 2, 0, "bad", "bad at"),
        (["ok"] * 10, 15, "unknown", "stale for 15 s"),
        (["ok"] * 5 + ["unknown"] * 5, 0, "unknown", "unknown at"),
        (["bad"] * 10, 15, "unknown", "bad at"),
    ],
)
def test_an_objectives_verdict(verdicts, age, verdict, reason):
    meter = Meter(definition())
    meter.feed([sample(100 + 5 * n, v) for n, v in enumerate(verdicts)])
    reading = meter.readings((100 + 5 * 9 + age) * SECOND)["availability"]
    assert reading.verdict == verdict
    assert reason in reading.reason


def test_too_few_samples_are_no_verdict():
    meter = Meter(definition())
    meter.feed([sample(100)])
    reading = meter.readings(100 * SECOND)["latency"]
    assert (reading.verdict, reading.reason) == ("unknown", "1 of at least 2 samples")


@pytest.mark.parametrize(
    ("objective", "ok", "bad", "left"),
    [
        (Objective(signal="s", window=1.0, target=0.999), 9990, 0, 1.0),
        (Objective(signal="s", window=1.0, target=0.999), 9995, 5, 0.5),
        (Objective(signal="s", window=1.0, target=0.999), 9990, 10, 0.0),
        (Objective(signal="s", window=1.0, target=0.999), 9980, 20, -1.0),
        (
            Objective(signal="s", window=1.0, error_rate=True, below=Quantity(value=0.01, unit="%")),
            99,
            1,
            0.0,
        ),
        (Objective(signal="s", window=1.0, target=1.0), 10, 0, 1.0),
        (Objective(signal="s", window=1.0, target=1.0), 9, 1, -1.0),
        (Objective(signal="s", window=1.0, target=0.999), 0, 0, None),
        (Objective(signal="s", window=1.0, percentile=95, below=Quantity(value=1, unit="s")), 9, 1, None),
    ],
)
def test_the_error_budget(objective, ok, bad, left):
    tally = Tally()
    for verdict, count in (("ok", ok), ("bad", bad)):
        for _ in range(count):
            tally.add(sample(1, verdict))
    assert budget_left(objective, tally) == (left if left is None else pytest.approx(left, abs=1e-9))


def test_a_target_that_is_just_reached_is_met():
    meter = Meter(definition())
    meter.feed([sample(100 + n, "bad" if n % 10 == 0 else "ok", 0.5) for n in range(20)])
    reading = meter.readings(119 * SECOND)["availability"]
    assert (reading.value, reading.verdict, reading.shown) == (0.9, "ok", "90%")


@given(st.lists(SAMPLES, max_size=60), st.integers(0, 500), st.integers(1, 12))
def test_a_trend_keeps_each_of_its_slots_whole(samples, now, count):
    trend = Trend(width=10.0, slots=60)
    for each in samples:
        trend.add(each)
    columns = trend.columns(now * SECOND, count)
    assert len(columns) == count
    for back, slot in enumerate(reversed(columns)):
        start = (now // 10 - back) * 10 * SECOND
        inside = [s for s in samples if start <= s.observed < start + 10 * SECOND]
        assert (slot.tally.known + slot.tally.unknown if slot else 0) == len(inside)


def test_a_trend_forgets_its_oldest():
    trend = Trend(width=1.0, slots=3)
    for second in (5, 3, 4, 1, 6, 2):
        trend.add(sample(second))
    assert [slot and slot.start // SECOND for slot in trend.columns(6 * SECOND, 5)] == [None, None, 4, 5, 6]


@pytest.mark.parametrize(
    ("left", "told"),
    [(1.0, "100%"), (0.9996, "99%"), (0.29, "29%"), (0.004, "0%"), (0.0, "spent"), (-0.5, "spent")],
)
def test_a_budget_that_was_drawn_on_is_not_told_as_whole(left: float, told: str) -> None:
    assert format_budget(left) == told


def test_a_budget_may_be_told_to_a_tenth() -> None:
    assert [format_budget(left, 1) for left in (1.0, 0.99996, 0.573)] == ["100.0%", "99.9%", "57.3%"]
