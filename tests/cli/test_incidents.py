"""Incidents by shell: declared, told, ended, each with its exit status."""

import pytest

pytestmark = pytest.mark.slow


def test_an_incident_goes_its_way(opened):
    assert "no incident was declared" in opened("incident").stderr
    opened("phase", "launch", "--override", "a test")
    assert "needs a severity" in opened.refusal("incident", "declare", "cards fail", status=2)
    impact = ("--impact", "all who pay by card")
    opened("--as", "bob", "incident", "declare", "cards fail", "--severity", "critical", *impact)
    told = opened("incident", "update", "--template").stdout
    assert told.startswith("Acme: we are looking into cards fail, since ")
    assert "Impact: all who pay by card. bob leads the response. Next update by " in told
    within = opened("incident", "update", "--template", "--next", "36h").stdout
    assert within.rpartition("Next update by ")[2] != told.rpartition("Next update by ")[2]
    assert "nobody commands incident-1" in opened.refusal(
        "--as", "bob", "incident", "resolve", "a bad index", status=3
    )
    opened("--as", "bob", "incident", "command")
    opened("--as", "bob", "incident", "update", "rolling back", "--next", "10m", "--severity", "high")
    opened("--as", "bob", "incident", "task", "call the bank", "--assignee", "ada")
    opened("--as", "ada", "incident", "task", "--done", "1")
    opened("--as", "bob", "incident", "mitigate", "rollback-1")
    brief = opened("status", "--brief", status=1).stdout
    assert "NOT OK: incident-1 high, mitigating: cards fail since " in brief
    assert "; affects all who pay by card; bob commands; next: update at " in brief
    shown = opened("incident", status=1).stdout
    for part in (
        "incident-1 high mitigating since",
        "[x] 1 call the bank (ada) done by ada",
        "bob mitigating: roll",
    ):
        assert part in shown
    opened("--as", "bob", "incident", "resolve", "a bad index")
    opened("incident", "review", "test the index", "--incident", "incident-1")
    (incident,) = opened.json("incident")
    assert (incident["status"], incident["cause"], incident["commander"]) == (
        "reviewed",
        "a bad index",
        "bob",
    )
    assert [m["name"] for m in incident["milestones"]] == [
        "acknowledged",
        "declared",
        "mitigating",
        "resolved",
    ]
    assert [e["what"] for e in incident["timeline"]][:3] == ["declared it critical", "impact", "bob commands"]
    ended = opened("incident", "update", "--template", "--incident", "incident-1").stdout
    assert "cards fail: resolved. It lasted from" in ended


def test_what_does_not_go_together_is_said(opened):
    assert "--done goes with `incident task`" in opened.refusal(
        "incident", "update", "x", "--done", "1", status=2
    )
    assert "no incident is open" in opened.refusal("incident", "update", "x", status=3)
    assert "no incident is open" in opened.refusal("incident", "update", "--template", status=3)
    assert "declared were: none" in opened.refusal("incident", "--incident", "incident-7", status=2)
    assert "takes an engineer" in opened.refusal(
        "--as", "eve", "incident", "declare", "x", "--severity", "low", status=3
    )
