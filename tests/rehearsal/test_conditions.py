"""What a script can wait for, in words."""

import pytest

from launchpad.rehearsal.conditions import SUBJECTS, condition
from tests.support.launches import advised, before, degraded, during, escalating


@pytest.mark.parametrize(
    "text",
    [
        "phase is launch",
        "engine is watching",
        "launch is open",
        "health is bad",
        "item backup-tested is done and item dns is open or blocked",
        "item nothing is undefined",
        "alert checkout-errors is firing",
        "alert slow is inactive",
        "run deploy is running",
        "run deploy-1 is not succeeded",
        "run rollback is not requested",
        "approver deploy is ada",
        "approver rollback is nobody",
        "requester deploy is not engine",
        "requester rollback is nobody",
        "rollout android is undefined",
        "share android is undefined",
        "gate deploy is NO-GO",
        "vote support is not asked",
        "incident is undeclared",
        "rollback is not advised",
    ],
)
def test_what_holds_on_a_bad_day(text):
    assert condition(text).holds(degraded().view(14.5)), condition(text).told(degraded().view(14.5))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("phase is post-launch", "phase is launch"),
        ("alert checkout-errors is resolved", "alert checkout-errors is firing"),
        ("phase is launch and run deploy is failed", "run deploy is running"),
        ("health is ok", "health is bad: NOT OK: checkout > 2%"),
        ("gate deploy is GO", "gate deploy is NO-GO: no critical alert"),
        ("everything is measured", "everything is not measured: 2 of 3 signals"),
    ],
)
def test_what_does_not_hold_says_how_it_stands(text, told):
    view = degraded().view(14.5)
    assert not condition(text).holds(view)
    assert condition(text).told(view).startswith(told)


def test_a_quiet_day_a_messenger_and_a_recommendation():
    assert condition("health is ok and alert checkout-errors is inactive").holds(during().view(14))
    assert condition("phase is pre-launch").holds(before().view(-90))
    told = escalating().view(14.5)
    assert condition("message slack is told and message lead is not told").holds(told)
    assert "no such number" in condition("message lead is told").told(told)
    assert condition("rollback is advised and criterion payments-fail is met").holds(advised().view(14.5))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("deploy succeeded", "expected such as"),
        ("weather is fine", "there is no subject 'weather'"),
        ("run is succeeded", "expected a name behind 'run'"),
        ("phase now is launch", "expected no name behind 'phase'"),
        ("", "expected such as"),
    ],
)
def test_what_is_no_condition_says_what_was_expected(text, expected):
    with pytest.raises(ValueError, match=expected):
        condition(text)


def test_every_subject_has_a_value_on_every_day():
    for view in (before().view(-90), during().view(14), degraded().view(14.5)):
        for name, subject in SUBJECTS.items():
            text = f"{name} thing is so" if subject.named else f"{name} is so"
            assert condition(text).told(view).startswith(name)
