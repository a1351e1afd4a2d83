"""The life of our alerts against that of Prometheus' own, instant by instant, on the same series.

A gap in a series is a stale marker there and an unknown reading here. Ours differ from theirs in one rule,
on purpose: what is unknown does not resolve a firing alert. So Prometheus gets, where ours fires and knows
nothing, a value that meets the rule; everything else is as it stands.
"""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from launchpad.model.definition import Alert, Threshold
from launchpad.model.events import AlertChanged
from launchpad.model.fold import Fold
from launchpad.model.journal import Recorded
from launchpad.model.values import SECOND, Quantity
from launchpad.rules.alerts import Evidence, next_event

STEP = 10
"""Seconds between two evaluations, and two samples."""
LIMIT = 5

Series = list[int | None]
RULES = st.tuples(st.sampled_from([0, 10, 15, 30]), st.sampled_from([0, 10, 25, 40]))
SERIES = st.lists(
    st.tuples(st.sampled_from([2, 7, 7, None]), st.integers(1, 6)), min_size=1, max_size=14
).map(lambda runs: [value for value, times in runs for _ in range(times)])


def ours(for_: int, keep: int, series: Series) -> tuple[list[str], Series]:
    """Our status at every evaluation, and the series as Prometheus has to see it."""
    limit = Threshold(objective="errors", op=">", limit=Quantity(value=LIMIT))
    rule = Alert(when=limit, for_=for_, keep_firing_for=keep)
    folding, statuses, equivalent = Fold(), [], []
    for index, value in enumerate(series):
        now = (1000 + index * STEP) * SECOND
        before = folding.state.alerts.get("a")
        met = None if value is None else value > LIMIT
        event = next_event("a", rule, before, Evidence(crossed=met, value=value, n=1), now)
        if event is not None:
            folding.apply(recorded(folding.state.seq + 1, now, event))
        status = folding.state.alerts["a"].status if "a" in folding.state.alerts else "inactive"
        statuses.append(status)
        held = met is None and before is not None and before.status == "firing"
        equivalent.append(LIMIT + 1 if held else value)
    assert folding.state.anomalies == 0
    return statuses, equivalent


def recorded(seq: int, at: int, event: AlertChanged) -> Recorded:
    return Recorded(launch="l", seq=seq, id=f"e{seq}", at=at, event=event, actor="engine", auth="engine")


def disagreement(folder: Path, cases: list[tuple[tuple[int, int], Series, list[str]]]) -> str:
    """What `promtool` finds where its alerts are not in the statuses given; empty if it agrees with all."""
    rules = [
        {
            "alert": f"rule_{n}",
            "expr": f"series_{n} > {LIMIT}",
            "for": f"{for_}s",
            "keep_firing_for": f"{keep}s",
        }
        for n, ((for_, keep), _, _) in enumerate(cases)
    ]
    (folder / "rules.yml").write_text(json.dumps({"groups": [{"name": "ours", "rules": rules}]}))
    test = {
        "interval": f"{STEP}s",
        "input_series": [
            {
                "series": f"series_{n}",
                "values": " ".join("stale" if value is None else str(value) for value in series),
            }
            for n, (_, series, _) in enumerate(cases)
        ],
        "promql_expr_test": [
            {
                "expr": f'ALERTS{{alertname="rule_{n}"}}',
                "eval_time": f"{index * STEP}s",
                "exp_samples": [
                    {"labels": f'ALERTS{{alertname="rule_{n}", alertstate="{status}"}}', "value": 1}
                ]
                if status in ("pending", "firing")
                else [],
            }
            for n, (_, _, statuses) in enumerate(cases)
            for index, status in enumerate(statuses)
        ],
    }
    document = {"rule_files": ["rules.yml"], "evaluation_interval": f"{STEP}s", "tests": [test]}
    (folder / "test.yml").write_text(json.dumps(document))
    ran = subprocess.run(
        ["promtool", "test", "rules", "test.yml"], cwd=folder, capture_output=True, text=True, check=False
    )
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr


@pytest.mark.needs("promtool")
@given(st.lists(st.tuples(RULES, SERIES), min_size=1, max_size=12))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pending_and_firing_intervals_are_those_of_prometheus(tmp_path, cases):
    judged = []
    for (for_, keep), series in cases:
        statuses, equivalent = ours(for_, keep, series)
        judged.append(((for_, keep), equivalent, statuses))
    assert disagreement(tmp_path, judged) == ""


@pytest.mark.needs("promtool")
def test_the_comparison_sees_a_single_instant_that_differs(tmp_path):
    rule, series = (30, 20), [2, 7, 7, 7, 7, 2, 2, 2, 2]
    statuses, equivalent = ours(*rule, series)
    assert statuses == ["inactive", *["pending"] * 3, *["firing"] * 3, "resolved", "resolved"]
    assert disagreement(tmp_path, [(rule, equivalent, statuses)]) == ""
    statuses[6] = "resolved"
    assert "rule_0" in disagreement(tmp_path, [(rule, equivalent, statuses)])


def test_where_nothing_is_known_of_it_a_firing_alert_goes_on():
    """The one rule that is not Prometheus'."""
    statuses, _ = ours(0, 20, [7, None, None, None, 2, None, 2, 2, 2])
    assert statuses == [*["firing"] * 8, "resolved"]
