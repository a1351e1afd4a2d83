"""Rollback criteria that people judge."""

import pytest

from launchpad.errors import BadInput, Conflict
from launchpad.model import commands as cmd

MET = cmd.MarkCriterion(criterion="lost-orders", met=True, text="three of them")


def test_a_mark_says_who_saw_what_and_a_later_one_replaces_it(room):
    room.does("lead", cmd.EnterPhase(phase="launch", override="now"))
    assert room.does("eva", MET).message == "lost-orders is met"
    mark = room.state.marks["lost-orders"]
    assert (mark.met, mark.by, mark.seen) == (True, "eva", "three of them")
    room.does("ops", cmd.MarkCriterion(criterion="lost-orders", met=False, expect=mark.seq))
    assert not room.state.marks["lost-orders"].met
    with pytest.raises(Conflict):
        room.does("eva", cmd.MarkCriterion(criterion="lost-orders", met=True, expect=mark.seq))
    room.does("ops", cmd.MarkCriterion(criterion="lost-orders", met=False))
    assert room.state.marks["lost-orders"].seq > mark.seq + 1, "looked anew"


def test_marks_belong_to_the_release_that_is_out(room):
    assert "nothing is out" in room.refused("eva", MET)
    room.does("lead", cmd.EnterPhase(phase="launch", override="now"))
    room.does("eva", MET)
    room.does("lead", cmd.EnterPhase(phase="pre-launch", override="taken back"))
    assert room.state.marks == {}
    room.does("lead", cmd.EnterPhase(phase="launch", override="again"))
    room.does("eva", cmd.MarkCriterion(criterion="lost-orders", met=True, expect=0))
    assert room.state.anomalies == 0


def test_what_is_measured_is_not_marked(room):
    sentence = room.refused("eva", cmd.MarkCriterion(criterion="errors", met=True), kind=BadInput)
    assert "no rollback criterion errors to mark" in sentence
