"""A definition changed in the midst of a launch, by shell."""

import pytest

from tests.support.cli import DEFINITION, LAUNCH

pytestmark = pytest.mark.slow
CHANGED = DEFINITION.replace("Code is frozen", "Code is thawed").replace(
    "rollback: {key: r,", "rollback: {key: r, title: Way back,"
)


def test_what_differs_is_shown_and_recorded_with_a_reason(opened):
    assert "nothing differs" in opened("amend", "--check").stdout
    assert "nothing differs" in opened.refusal("amend", "--yes", "--reason", "x", status=3).splitlines()[-1]
    opened.define(CHANGED)
    shown = opened("amend", "--check")
    assert shown.stderr == ""
    assert shown.stdout.splitlines() == [
        f"launchpad.yaml changes {LAUNCH}:",
        "- item freeze: title Code is frozen -> Code is thawed",
        "- action rollback: title nothing -> Way back",
    ]
    assert "--reason" in opened("amend", "--yes", status=2).stderr
    assert "--yes" in opened("amend", "--reason", "we thaw", status=3).stderr
    assert "`launchpad amend` shows how" in opened("items").stderr
    done = opened("amend", "--yes", "--reason", "we thaw")
    assert "action rollback: title nothing -> Way back" in done.stderr
    assert done.stdout.startswith("amended item freeze: title Code is frozen -> Code is thawed; action")
    after = opened("items")
    assert after.stderr == ""
    assert "Code is thawed" in after.stdout
    assert "amended by lead at" in opened("status", status=None).stdout


def test_who_may_not_and_what_may_not_be_changed(opened):
    opened.define(CHANGED)
    asks = ("amend", "--yes", "--reason", "x")
    assert "takes a director" in opened("--as", "ada", *asks, status=3).stderr
    opened.define(CHANGED.replace("4.2.0", "4.3.0"))
    hint = opened("--launch", LAUNCH, *asks, status=3).stderr
    assert "its version is 4.3.0, not 4.2.0: that is another launch" in hint
    opened.define(CHANGED.replace("gates:", "gaits:"))
    assert opened("--launch", LAUNCH, *asks, status=2).stderr.startswith("launchpad.yaml:")
    opened.define(f"store: sqlite:elsewhere.db\n{CHANGED}")
    assert "no store at" in opened(*asks, status=2).stderr
    opened("lock", "site", "--reason", "incident 42", "--launch", LAUNCH, "--store", url(opened))
    opened.define(DEFINITION.replace("  site:\n", "  shop:\n").replace(": site]", ": shop]"))
    checked = opened.json("amend", "--check", status=3)
    assert checked["hindrances"] == ["site is locked by lead: it can't be taken away until it is unlocked"]


def url(cli):
    return f"sqlite:///{cli.home}/state/launchpad/launchpad.db"


def test_another_file_can_be_named_and_the_definition_that_holds_be_read(opened):
    other = opened.home / "night.yaml"
    opened.define(CHANGED).rename(other)
    opened("--store", url(opened), "amend", "night.yaml", "--yes", "--reason", "we thaw")
    shown = opened.json("definition")
    assert shown["definition"]["items"][0]["title"] == "Code is thawed"
    [amendment] = shown["amendments"]
    assert (amendment["by"], amendment["reason"]) == ("lead", "we thaw")
    assert [d["sentence"] for d in amendment["differences"]][
        1
    ] == "action rollback: title nothing -> Way back"
    told = opened("definition").stdout
    assert "item freeze: id: freeze, title: Code is thawed" in told
    assert "amended by lead at" in told
