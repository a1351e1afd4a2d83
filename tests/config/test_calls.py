"""The alerts that go without saying."""

from pathlib import Path

import pytest

from launchpad.config import loads
from launchpad.errors import BadInput
from launchpad.model.definition import Definition
from tests.support.kinds import CHANNELS, PROVIDERS

HEAD = """
launch: {product: shop, version: '1'}
control: [127.0.0.1:1]
signals: {home: {probe: http, url: https://a.example, every: 10s}}
objectives: {errors: {signal: home, error_rate: true, below: 1%, window: 5m}}
channels: {slack: {kind: webhook, url: 'https://hooks.example/x'}, desk: {kind: webhook, url: 'https://d.example/'}}
escalations: {oncall: [{after: 1m, notify: [desk]}]}
providers:
  store: {kind: command, rollout: {read: {argv: [r]}, set: {argv: [s]}, halt: {argv: [h]}}}
  site: {kind: command, operations: {deploy: {argv: [d]}, rollback: {argv: [b]}}}
"""
TOLD = "alerts: {down: {when: errors > 5%, severity: critical, notify: [slack], escalate: oncall}}\n"
ROLLOUT = "rollouts: {android: {provider: store, stages: [{percent: 10, soak: 1h}, {percent: 100}], guards: [{objective: errors}]%s}}\n"  # noqa: E501


def read(text: str) -> Definition:
    return loads(text.encode(), Path("launchpad.yaml"), PROVIDERS, channels=CHANNELS).definition


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(BadInput) as told:
        read(text)
    return told.value.faults


def test_whom_critical_alerts_tell_is_told_of_halts() -> None:
    alerts = read(HEAD + TOLD + ROLLOUT % "").alerts
    assert list(alerts) == ["down", "android-halted", "android-not-halted"]
    halted, lost = alerts["android-halted"], alerts["android-not-halted"]
    assert (halted.halted, halted.severity, halted.notify, halted.escalate) == (
        "android", "critical", ("slack",), "oncall",
    )  # fmt: skip
    assert (lost.unhalted, lost.severity, lost.notify) == ("android", "critical", ("slack",))


def test_a_rollout_names_its_own() -> None:
    alerts = read(HEAD + TOLD + ROLLOUT % ", notify: [desk]").alerts
    assert (alerts["android-halted"].notify, alerts["android-halted"].escalate) == (("desk",), None)


def test_where_nobody_could_be_told_there_are_none() -> None:
    assert read(HEAD + ROLLOUT % "").alerts == {}


def test_what_is_only_told_is_not_halted() -> None:
    assert "android-halted" not in read(HEAD + TOLD + ROLLOUT % ", on_breach: tell").alerts


def test_who_hears_of_incidents() -> None:
    assert read(HEAD + TOLD).incidents.notify == ("slack",), "whom critical alerts tell"
    ladder = TOLD.replace("notify: [slack], ", "")
    assert read(HEAD + ladder).incidents.notify == ("desk",), "the first step of a ladder alone"
    assert read(HEAD).incidents is None
    assert read(HEAD + TOLD + "incidents: {notify: [desk]}\n").incidents.notify == ("desk",)
    assert read(HEAD + TOLD + "incidents: {notify: []}\n").incidents.notify == ()
    (fault,) = faults(HEAD + "incidents: {notify: [slak]}\n")
    assert "did you mean 'slack'" in fault


def test_ones_own_stands_in_its_place() -> None:
    own = TOLD.rstrip().removesuffix("}") + ", mine: {halted: android, severity: low}}\n"
    alerts = read(HEAD + own + ROLLOUT % "").alerts
    assert list(alerts) == ["down", "mine", "android-not-halted"]


def test_no_call_is_lost_to_a_name() -> None:
    own = TOLD.rstrip().removesuffix("}") + ", android-halted: {absent: home}}\n"
    alerts = read(HEAD + own + ROLLOUT % "").alerts
    assert alerts["android-halted"].absent == "home"
    assert alerts["android-halted-2"].halted == "android"
    long = "a" * 60
    two = (ROLLOUT % "").replace("}}\n", "}").replace("android:", f"{long}-1:")
    two += f", {long}-2: {two.partition('1: ')[2]}}}\n"
    halted = [rule.halted for rule in read(HEAD + TOLD + two).alerts.values() if rule.halted]
    assert halted == [f"{long}-1", f"{long}-2"]


def test_a_repair_that_is_offered_is_told() -> None:
    actions = """
actions:
  back: {steps: [rollback: site]}
  deploy: {steps: [deploy: site], on_failure: {run: back, mode: ask}}
"""
    assert read(HEAD + TOLD + actions).alerts["rollback-recommended"].recommends == "rollback"
    assert "rollback-recommended" not in read(HEAD + TOLD + actions.replace("ask", "never")).alerts


@pytest.mark.parametrize(
    ("alert", "says"),
    [
        ("{halted: ios}", "rollout"),
        ("{recommends: halt}", "rollback"),
        ("{halted: android, unhalted: android}", "exactly one of"),
        ("{halted: android, by: 1%}", "says nothing about 'halted'"),
    ],
)
def test_faults_are_named(alert: str, says: str) -> None:
    assert any(says in str(fault) for fault in faults(HEAD + f"alerts: {{mine: {alert}}}\n" + ROLLOUT % ""))


def test_a_rollout_tells_only_whom_there_is() -> None:
    found = faults(HEAD + ROLLOUT % ", notify: [nobody], escalate: none")
    assert len(found) == 2
