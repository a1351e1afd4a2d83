"""For how long counts what was once found, whatever becomes of the clock."""

import pytest

from launchpad.model.values import SECOND
from launchpad.rules.age import to_renew, told

NOW = 1_800_000_000 * SECOND


@pytest.mark.parametrize(("age", "anew"), [(0, False), (450, False), (451, True), (-2, False), (-3600, True)])
def test_what_was_found_before_the_clock_was_set_back_is_recorded_anew(age, anew):
    assert to_renew(NOW - age * SECOND, NOW, 900.0) == anew


@pytest.mark.parametrize(
    ("age", "says"),
    [
        (900, "15m ago"),
        (901, "15m01s ago, which is too long"),
        (-2, "0 s ago"),
        (-3600, "before the clock was set back, so how long ago is not known"),
    ],
)
def test_an_age_is_told_with_why_it_does_not_count(age, says):
    assert told(NOW - age * SECOND, NOW, 900.0) == says
