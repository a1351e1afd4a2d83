"""Watch windows and recurring items by shell."""

import pytest

from tests.support.cli import DEFINITION

pytestmark = pytest.mark.slow
LATE = "environment: staging, t0: 2020-01-01 09:00 UTC, watch: [15m, 1h]}"
SMOKE = "id: smoke, title: Smoke, phase: launch, due: T+30m, every: 30m, until: T+4h"
COUNTED = DEFINITION.replace("environment: staging}", LATE).replace(
    "      - {id: dns,", f"      - {{{SMOKE}}}\n      - {{id: dns,"
)


def test_the_window_is_told_once_the_launch_is_out(cli):
    cli.open(COUNTED)
    assert cli.json("status", status=None)["watch"] is None
    cli("phase", "launch", "--override", "now")
    watch = cli.json("status", status=None)["watch"]
    assert (watch["window"], watch["of"], watch["length"]) == (1, 2, 900.0)
    assert 800 < watch["left"] < 900
    assert "watching the first 15m, 14m" in cli("status", "--brief", status=None).stdout
    assert "window 1 of 2" in cli("status", status=None).stdout


def test_a_recurring_item_counts_its_occurrences(cli):
    cli.open(COUNTED)
    assert "late (0 of 8, 7 missed)" in cli("items", "--phase", "launch").stdout
    assert "ticked smoke, 1 of 8" in cli("tick", "smoke").stdout
    [smoke] = [i for i in cli.json("items") if i["item"] == "smoke"]
    assert (smoke["mark"], smoke["overdue"]) == ("done", False)
    assert smoke["recurrence"] == {"occurrence": 7, "of": 8, "done": 1, "missed": 7}
    cli("add", "Queue", "--due", "T+1h", "--every", "10m", "--until", "T+2h")
    assert "(0 of 7" in cli("items").stdout
    assert "'until' is missing" in cli.refusal("add", "x", "--due", "T+1h", "--every", "1h", status=2)
    assert "expected a duration" in cli.refusal("add", "x", "--every", "often", status=2)


CRITERIA = """
rollback_criteria:
  at_least: 1
  of:
    - {hand: payments-fail, title: Customers can't pay}
    - {hand: data-wrong, title: Data is lost or wrong}
"""


def test_rollback_criteria_are_marked_and_their_advice_is_the_status(cli):
    cli.open(DEFINITION + CRITERIA)
    assert "they count once the launch is out" in cli("criteria").stdout
    assert "nothing is out yet" in cli.refusal("criteria", "met", "payments-fail", status=3)
    cli("phase", "launch", "--override", "now")
    assert "met 0 of 2, 2 unknown" in cli("criteria", status=5).stdout
    cli("criteria", "unmet", "data-wrong")
    cli("--as", "bob", "criteria", "met", "payments-fail", "--reason", "three cards declined")
    assert "met 1 of 2: recommends roll back" in cli("criteria", status=1).stdout
    assert "three cards declined" in cli("status", status=None).stdout
    assert "recommends roll back" in cli("status", "--brief", status=None).stdout
    shown = cli.json("criteria", status=1)
    assert (shown["verdict"], shown["met"], shown["run"]) == ("roll back", 1, "rollback")
    mark = next(c for c in shown["criteria"] if c["name"] == "payments-fail")
    cli("criteria", "unmet", "payments-fail", "--expect", str(mark["seq"]))
    assert "takes an engineer" in cli.refusal("--as", "eve", "criteria", "met", "data-wrong", status=3)
    assert "to mark" in cli.refusal("criteria", "met", "nothing", status=2)
    assert "takes a name" in cli.refusal("criteria", "met", status=2)
    cli("criteria")


def test_without_criteria_that_is_said(opened):
    assert "no rollback criteria are defined" in opened("criteria").stderr
