"""Shipped alert rules, in a launch's own words."""

import re
from pathlib import Path

import pytest

from launchpad.config.loading import loads
from launchpad.config.rule_sets import load_set, shipped
from launchpad.errors import BadInput
from launchpad.model.definition import Definition

MEASURED = """
launch: {product: A, version: 1}
signals: {home: {probe: http, url: "http://a"}}
objectives:
  availability: {signal: home, target: 99.9%, window: 1h}
  errors: {signal: home, error_rate: true, below: 0.1%, window: 5m}
  latency: {signal: home, percentile: 95, below: 2s, window: 10m}
"""


def read(text: str) -> Definition:
    return loads(text.encode(), Path("launchpad.yaml"), {}).definition


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(BadInput) as told:
        read(text)
    return told.value.faults


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_set_is_whole_and_every_rule_has_its_source(name):
    rules = load_set(name)
    assert rules.name == name
    alerts = read(MEASURED + f"alert_sets: [use: {name}]").alerts
    assert set(alerts) == set(rules.alerts)
    assert all(rule.source for rule in alerts.values())
    assert {rule.objective for rule in alerts.values()} <= set(rules.objectives)


def test_the_limits_are_the_runbooks():
    alerts = read(MEASURED + "alert_sets: [use: launch-day]").alerts
    assert (alerts["high-error-rate"].when.limit.value, alerts["high-error-rate"].for_) == (0.01, 300)
    assert (alerts["slow"].when.limit.value, alerts["slow"].for_) == (3, 600)
    assert (alerts["down"].when.limit.value, alerts["down"].for_) == (0.99, 60)
    assert alerts["errors-unusual"].factor == 10


def test_names_of_this_launch_and_rules_left_out():
    text = MEASURED.replace("latency:", "speed:")
    use = "alert_sets: [{use: launch-day, objectives: {latency: speed}, skip: {slow: we know}}]"
    alerts = read(text + use).alerts
    assert "slow" not in alerts
    assert alerts["slow-soon"].reaches.objective == "speed"
    assert alerts["slow-soon"].inhibited_by == (), "what was left out can't inhibit"


def test_ones_own_rule_counts():
    own = "alerts: {down: {absent: home, for: 2m}}\nalert_sets: [use: launch-day]"
    down = read(MEASURED + own).alerts["down"]
    assert down.absent == "home"
    assert down.when is None


@pytest.mark.parametrize(
    ("use", "said"),
    [
        ("[use: lunch-day]", "no shipped alert set is called 'lunch-day', .*did you mean 'launch-day'?"),
        ("[{use: launch-day, skip: {slw: x}}]", "no rule of 'launch-day' is called 'slw'"),
        ("[{use: launch-day, objectives: {speed: latency}}]", "no word of 'launch-day' is called 'speed'"),
        ("[{use: launch-day, objectives: {latency: fast}}]", "no objective is called 'fast', expected one"),
        (
            "[{use: launch-day, objectives: {latency: errors}}]",
            "the limit is a duration, expected a percentage",
        ),
        (
            "[{use: launch-day}, {use: launch-day, skip: {down: once}}]",
            "a set above has .*slow.* already, expected those under 'skip'",
        ),
    ],
)
def test_a_fault_stands_at_the_use(use, said):
    found = faults(MEASURED + f"alert_sets: {use}")
    assert all(":8:" in line for line in found)

    assert any(re.search(said, line) for line in found), found
