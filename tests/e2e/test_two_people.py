"""People on one launch, each in a seat of their own: what one does, the others see and answer."""

import re

import pytest

from launchpad.model import commands as cmd
from tests.ssh.served import Served
from tests.support.cli import Cli, eventually

pytestmark = [pytest.mark.needs("ssh", "ssh-keygen", "tmux"), pytest.mark.slow]

MINE = re.compile(r"^ @\d ", re.MULTILINE)
"""The sign at the head of whoever has something unread."""


@pytest.fixture
def served(tmp_path):
    served = Served(Cli(tmp_path))
    served.text = served.text.replace("- items: required", "- poll: [engineering]")
    served.cli.define(served.text)
    served.serve()
    served.says("watching")
    yield served
    served.close()


def test_requested_in_one_seat_and_approved_in_the_other(served):
    ada, lead = served.connect("ada", (120, 40)), served.connect("lead", (120, 40))
    ada.shows("2 online")
    ada.press("d")
    ada.shows("deploy-1")
    # Keys of a dialog's first half second are dropped on purpose.
    eventually(lambda: ada.press("y") or served.run("deploy-1").confirmed, seconds=30)
    lead.shows("P approve")
    lead.press("P")
    lead.shows("deploy-1")
    eventually(lambda: lead.press("y") or served.run("deploy-1").approvals, seconds=30)
    ada.shows("deploy-1 succeeded", seconds=30)
    run = served.run("deploy-1")
    assert (run.requested_by, [(each.by, each.auth) for each in run.approvals]) == ("ada", [("lead", "key")])


def test_a_mention_rings_where_it_is_meant_and_stays_until_it_is_looked_at(served):
    bob, eve, lead = (served.connect(who, (120, 40)) for who in ("bob", "eve", "lead"))
    bob.shows("3 online")
    served.does("ada", cmd.WriteNote(text="@bob the graph, please; and @engineering too"))
    for terminal, person in ((bob, "bob"), (lead, "lead")):
        terminal.shows(r"ada notes: @bob the graph, please.*@ reads")
        terminal.shows(MINE.pattern)
        assert terminal.rang(), person
    eve.shows("@bob the graph")
    assert not MINE.search(eve.screen())
    assert not eve.rang()
    again = served.connect("bob", (80, 24))
    again.shows(r"1 unread: ada notes: @bob")
    assert not again.rang()
    bob.press("@")
    bob.shows("What mentions you")
    bob.press("Escape")
    bob.hides(MINE.pattern)
    again.hides(MINE.pattern)
    assert MINE.search(lead.screen())
    [read] = [each for each in served.session().events if each.kind == "mentions.read"]
    assert (read.actor, read.auth) == ("bob", "key")
    found = served.cli.json("notes", "--search", "GRAPH please")
    assert [(each["by"], each["kind"]) for each in found] == [("ada", "note.written")]
    assert served.cli.json("notes", "--search", "nothing like it") == []
    assert served.cli.json("mentions", status=1)[0]["by"] == "ada"
    assert served.cli.json("mentions", "--read")[0]["by"] == "ada"
    assert served.cli.json("mentions") == []
    lead.hides(MINE.pattern)


def test_the_roll_is_called_and_answered_before_everybodys_eyes(served):
    bob, lead = served.connect("bob", (120, 40)), served.connect("lead", (120, 40))
    bob.shows("2 online")
    served.does("lead", cmd.CallPoll(teams=("engineering",), text="T-1h"))
    for terminal in (bob, lead):
        terminal.shows("called the roll for engineering")
    lead.press("g")
    lead.shows("engineering")
    eventually(lambda: lead.press("y") or served.session().state.poll.votes, seconds=30)
    bob.shows("says GO for engineering")


def test_the_seat_is_handed_over_before_everybodys_eyes(served):
    ada, bob = served.connect("ada", (120, 40)), served.connect("bob", (120, 40))
    bob.shows("2 online")
    served.does("lead", cmd.HandSeat(to="ada", text="I must sleep"))
    for terminal in (ada, bob):
        terminal.shows("ada holds the director's seat")
    ada.shows("ada.* director")
