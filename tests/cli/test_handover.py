"""Handing over by shell."""

import pytest

pytestmark = pytest.mark.slow


def test_the_next_person_reads_what_others_did_since(opened):
    opened("note", "early")
    opened("--as", "ada", "note", "checked the backups")
    opened("--as", "ada", "incident", "declare", "cards fail", "--severity", "critical")
    shown = opened("handover")
    assert "incident-1 critical declared: cards fail; nobody commands it yet; update at " in shown.stdout
    assert "ada DECLARES incident-1 CRITICAL: cards fail" in shown.stdout
    assert "ada notes: checked the backups" in shown.stdout
    assert "notes: early" not in shown.stdout
    found = opened.json("handover")
    assert found["headline"] == "1 incident, 1 note"
    assert [chapter["name"] for chapter in found["chapters"]] == ["incidents", "notes"]
    assert opened.json("handover", "--to", "ada")["chapters"] == []
    assert "notes: early" in opened("handover", "--to", "ada", "--since", "8h").stdout
    everything = opened.json("handover", "--to", "bob")
    assert everything["since"] is None
    assert [chapter["name"] for chapter in everything["chapters"]] == ["incidents", "launch", "notes"]
    unknown = opened.refusal("handover", "--to", "nobody", status=2)
    assert "there is no operator nobody; there are: " in unknown
    assert "expected a duration" in opened.refusal("handover", "--since", "soon", status=2)
