"""Gates and the roll-call by shell."""

import pytest

from launchpad.model.commands import Identity
from tests.support.cli import DEFINITION

pytestmark = pytest.mark.slow
GATES = """    - poll: [engineering, qa]
    - countdown: counting
      advisory: true
  deploy:
    - unlocked: site
"""
DECIDED = DEFINITION.replace("    - items: required\n", GATES).replace(
    "{name: bob, role: engineer}", "{name: bob, role: engineer, teams: [qa]}"
)


@pytest.fixture
def asked(cli):
    cli.open(DECIDED)
    return cli


def test_the_roll_is_called_answered_looked_at_and_closed(asked):
    assert "the roll has not been called" in asked("poll", status=5).stdout
    assert "has not been called" in asked.refusal("poll", "answer", "go", status=3)
    asked("poll", "call", "--reason", "T-1h")
    asked("poll", "answer", "go")
    silent = asked.refusal("--as", "bob", "poll", "answer", "no-go", status=2)
    assert "needs a few words; give --reason" in silent
    asked("--as", "bob", "poll", "answer", "no-go", "--reason", "smoke is red")
    assert "smoke is red" in asked("poll", status=1).stdout
    asked("--as", "bob", "poll", "answer", "go")
    shown = asked.json("poll")
    assert shown["about"] == "T-1h"
    assert [(t["team"], t["verdict"], t["vote"]["by"]) for t in shown["teams"]] == [
        ("engineering", "GO", "lead"),
        ("qa", "GO", "bob"),
    ]
    assert asked.json("status", "--brief")["verdict"] == "GO"
    asked("poll", "close")
    assert "closed the roll" in asked.refusal("poll", "answer", "go", status=3)


def test_who_may_do_what(asked):
    assert "takes a director" in asked.refusal("--as", "ada", "poll", "call", status=3)
    asked("poll", "call")
    for_another = ("--as", "bob", "poll", "answer", "go", "--team", "engineering")
    assert "operator" in asked.refusal(*for_another, status=3)
    asked("--as", "ada", "poll", "answer", "go", "--team", "engineering")
    assert asked.json("poll", status=5)["teams"][0]["vote"]["proxy"] is True
    assert "takes go or no-go" in asked.refusal("poll", "answer", status=2)


def test_a_gate_is_read_with_its_reasons_and_its_verdict_is_the_status(asked):
    shown = asked.json("gate", status=5)
    assert [report["gate"] for report in shown] == ["launch", "deploy"]
    assert shown[0]["conditions"][1]["detail"] == "this launch has no T-0"
    assert "no lock is held" in asked("gate", "deploy").stdout
    asked("lock", "site", "--reason", "incident 42")
    assert "incident 42" in asked("gate", "deploy", status=1).stdout
    assert "defined are: launch, deploy" in asked.refusal("gate", "nothing", status=2)


def test_a_deputy_takes_the_seat_and_a_director_takes_it_back(cli):
    deputised = DEFINITION.replace("environment: staging}", "environment: staging, deputies: [ada]}")
    # The one login of this test is the deputy's.
    deputised = deputised.replace("login: LOGIN", "login: nobody-here")
    deputised = deputised.replace("role: operator}", "role: operator, login: LOGIN}")
    cli.open(deputised, by=Identity(name="lead", role="director"))
    assert "with the directors" in cli("seat").stdout
    assert "takes a director" in cli.refusal("phase", "launch", "--override", "now", status=3)
    assert "needs a few words" in cli.refusal("seat", "take", status=2)
    assert "only claimed" in cli.refusal("--as", "ada", "seat", "take", "--reason", "x", status=3)
    cli("seat", "take", "--reason", "the laptop of lead died")
    assert "ada has held the director's seat for" in cli("seat").stdout
    assert cli.json("seat")["holder"] == "ada"
    assert "ada holds the director's seat" in cli("status", status=None).stdout
    cli("phase", "launch", "--override", "we can't wait")
    cli("--as", "lead", "seat", "take")
    assert cli.json("seat") is None
    assert "takes a name" in cli.refusal("seat", "hand", status=2)
