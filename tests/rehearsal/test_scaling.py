"""Templates of examples: durations that shrink with the speed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchpad.model.values import parse_duration
from launchpad.rehearsal.scaling import fill, shrunk, written


def test_only_what_is_marked_shrinks():
    text = "for: ${20s}, window: ${1m/10s}, timeout: 2s, url: $url/, cost: $$5"
    names = {"url": "http://x"}
    assert fill(text, names, 1) == "for: 20s, window: 60s, timeout: 2s, url: http://x/, cost: $5"
    assert fill(text, names, 10) == "for: 2s, window: 10s, timeout: 2s, url: http://x/, cost: $5"
    assert fill("due: T-${2m}", {}, 60) == "due: T-2s"


@pytest.mark.parametrize(
    ("text", "what"), [("$nobody", "expected one of url"), ("${soon}", "a duration such as")]
)
def test_what_can_not_be_filled_is_named(text, what):
    with pytest.raises(ValueError, match=what):
        fill(text, {"url": ""}, 2)


@given(
    st.floats(min_value=0.1, max_value=1e5),
    st.floats(min_value=0, max_value=60),
    st.floats(min_value=1, max_value=60),
)
def test_nothing_shrinks_below_its_floor_or_grows_with_the_speed(seconds, floor, speed):
    short = shrunk(seconds, floor, speed)
    assert shrunk(seconds, floor, 1) == seconds
    assert short >= floor or speed == 1
    assert short <= max(seconds, floor)


@given(st.floats(min_value=0.001, max_value=1e6))
def test_a_duration_is_written_as_definitions_read_it(seconds):
    assert parse_duration(written(seconds)) == pytest.approx(seconds, abs=0.001)
