"""An alert's life, to the second."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchpad.model.definition import Alert, Threshold
from launchpad.model.state import AlertState
from launchpad.model.values import SECOND, Quantity
from launchpad.rules.alerts import crossed, describe, next_status
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
    st.sampled_from([None, "inactive", "pending", "firing", "resolved"]),
    st.integers(0, 10**6),
    st.sampled_from([0.0, 60.0]),
)
def test_what_is_unknown_moves_nothing(status, at, for_):
    assert next_status(rule(for_), alert(status) if status else None, UNKNOWN, at * SECOND) is None


@pytest.mark.parametrize(("op", "on_the_limit"), [(">", False), (">=", True), ("<", False), ("<=", True)])
def test_a_threshold_is_exact(op, on_the_limit):
    assert crossed(rule(op=op).when, reading(0.01)) is on_the_limit
    assert crossed(rule(op=op).when, reading(0.0100001)) is (">" in op)
    assert crossed(rule(op=op).when, reading(0.0099999)) is ("<" in op)


def test_a_rule_reads_as_it_was_written():
    assert describe(rule().when) == "errors > 1%"
    assert (
        describe(Threshold(objective="latency", op=">=", limit=Quantity(value=1.25, unit="s")))
        == "latency >= 1.25 s"
    )
