"""An alert's life, to the second."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from launchpad.model.definition import Alert, Threshold
from launchpad.model.events import AlertChanged, AlertEased
from launchpad.model.state import AlertState
from launchpad.model.values import SECOND, Quantity
from launchpad.rules.alerts import crossed, describe, evidence_of, next_event
from launchpad.rules.alerts import shown as shown_value
from launchpad.rules.objectives import Reading


def rule(for_: float = 60.0, op: str = ">") -> Alert:
    return Alert(when=Threshold(objective="errors", op=op, limit=Quantity(value=0.01, unit="%")), for_=for_)


def reading(value: float | None) -> Reading:
    verdict = "unknown" if value is None else "ok"
    return Reading(
        objective="errors",
        verdict=verdict,
        value=value,
        limit=0.01,
        unit="%",
        n=5,
        window=300.0,
        age=1.0,
        stale_after=14.0,
    )


def alert(status: str, since: float = 0, pending: float | None = None) -> AlertState:
    begun = None if pending is None else round(pending * SECOND)
    return AlertState(name="a", status=status, since=round(since * SECOND), seq=1, pending_since=begun)


def next_status(rule: Alert, before: AlertState | None, shown: Reading, now: int) -> str | None:
    event = next_event("a", rule, before, evidence_of(rule.when, shown), now)
    return event.status if isinstance(event, AlertChanged) else None


BEYOND, WITHIN, UNKNOWN = reading(0.02), reading(0.005), reading(None)


@pytest.mark.parametrize(
    ("before", "shown", "at", "for_", "after"),
    [
        (None, WITHIN, 0, 60, None),
        (None, BEYOND, 0, 60, "pending"),
        (None, BEYOND, 0, 0, "firing"),
        (alert("inactive"), BEYOND, 5, 60, "pending"),
        (alert("pending", 100, 100), BEYOND, 159.999999, 60, None),
        (alert("pending", 100, 100), BEYOND, 160, 60, "firing"),
        (alert("pending", 100, 100), WITHIN, 200, 60, "inactive"),
        (alert("pending", 100, 100), UNKNOWN, 200, 60, "inactive"),
        (alert("firing", 160, 100), BEYOND, 200, 60, None),
        (alert("firing", 160, 100), WITHIN, 200, 60, "resolved"),
        (alert("resolved", 200, 100), WITHIN, 300, 60, None),
        (alert("resolved", 200, 100), BEYOND, 300, 60, "pending"),
        (alert("resolved", 200, 100), BEYOND, 300, 0, "firing"),
    ],
)
def test_each_step_of_an_alerts_life(before, shown, at, for_, after):
    assert next_status(rule(for_), before, shown, round(at * SECOND)) == after


@given(
    st.sampled_from([None, "inactive", "firing", "resolved"]),
    st.integers(0, 10**6),
    st.sampled_from([0.0, 60.0]),
)
def test_what_is_unknown_neither_fires_nor_resolves(status, at, for_):
    assert next_status(rule(for_), alert(status) if status else None, UNKNOWN, at * SECOND) is None


@given(st.lists(st.tuples(st.sampled_from([BEYOND, WITHIN, UNKNOWN]), st.integers(1, 20)), max_size=12))
def test_an_alert_fires_only_after_the_threshold_was_seen_crossed_all_the_while(stretches):
    """Judged every second, as the engine does; each stretch is a reading and for how long it held."""
    seen = [shown for shown, seconds in stretches for _ in range(seconds)]
    state = None
    for second, shown in enumerate(seen):
        status = next_status(rule(for_=10.0), state, shown, second * SECOND)
        if status == "firing":
            assert second >= 10
            assert all(one is BEYOND for one in seen[second - 10 : second + 1])
        if status is not None:
            state = alert(status, second, state.pending_since / SECOND if status == "firing" else second)
    if len(seen) > 10 and all(one is BEYOND for one in seen[-11:]):
        assert state.status == "firing"


@pytest.mark.parametrize(("op", "on_the_limit"), [(">", False), (">=", True), ("<", False), ("<=", True)])
def test_a_threshold_is_exact(op, on_the_limit):
    assert crossed(rule(op=op).when, reading(0.01)) is on_the_limit
    assert crossed(rule(op=op).when, reading(0.0100001)) is (">" in op)
    assert crossed(rule(op=op).when, reading(0.0099999)) is ("<" in op)


@pytest.mark.parametrize(("value", "told"), [(99.0, "99.0x"), (100.0, "100x"), (1234.5, "1234x")])
def test_how_fast_a_budget_burns_is_told_to_a_tenth_where_that_tells_something(value, told):
    assert shown_value(Alert(burns="errors", pace="fast"), value) == told


def test_a_rule_reads_as_it_was_written():
    assert describe(rule().when) == "errors > 1%"
    assert (
        describe(Threshold(objective="latency", op=">=", limit=Quantity(value=1.25, unit="s")))
        == "latency >= 1.25 s"
    )


def test_a_firing_alert_is_kept_until_its_rule_was_unmet_for_long_enough():
    kept = Alert(when=rule().when, keep_firing_for=30.0)
    firing = alert("firing", 100, 100)
    assert next_event("a", kept, firing, evidence_of(kept.when, BEYOND), 110 * SECOND) is None
    eased = next_event("a", kept, firing, evidence_of(kept.when, WITHIN), 120 * SECOND)
    assert eased == AlertEased(alert="a", eased=True, value=0.005, n=5)
    firing = replace(firing, eased_since=120 * SECOND)
    assert next_event("a", kept, firing, evidence_of(kept.when, WITHIN), 149 * SECOND) is None
    assert next_status(kept, firing, WITHIN, 150 * SECOND) == "resolved"


@pytest.mark.parametrize("shown", [BEYOND, UNKNOWN])
def test_what_is_met_again_or_unknown_does_not_count_towards_resolution(shown):
    kept = Alert(when=rule().when, keep_firing_for=30.0)
    firing = replace(alert("firing", 100, 100), eased_since=120 * SECOND)
    again = next_event("a", kept, firing, evidence_of(kept.when, shown), 200 * SECOND)
    assert isinstance(again, AlertEased)
    assert not again.eased
