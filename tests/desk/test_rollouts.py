"""Verbs on rollouts: forward is held against what was seen, a halt against nothing."""

import pytest

from launchpad.errors import BadInput, Conflict, Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.rollouts import RolloutReading


def stands(room, status="rolling", percent=10.0):
    reading = RolloutReading(status=status, percent=percent, users=1000)
    room.engine(ev.RolloutObserved(rollout="android", reading=reading, observed_at=1))


def state(room):
    room.session.refresh()
    return room.session.state


def test_a_bump_goes_to_the_next_stage_and_expects_what_was_seen(room):
    stands(room)
    room.does("ops", cmd.BumpRollout(rollout="android"))
    aim = state(room).runs["bump-1"].aim
    assert (aim.verb, aim.percent, aim.seen.sentence) == ("bump", 50.0, "rolling at 10%")
    assert "bump-1 is requested" in room.refused("opal", cmd.BumpRollout(rollout="android"))


def test_the_last_stage_completes(room):
    stands(room, percent=50.0)
    room.does("ops", cmd.BumpRollout(rollout="android"))
    assert state(room).runs["complete-1"].aim.percent == 100.0


@pytest.mark.parametrize(
    ("status", "command", "why"),
    [
        ("rolling", cmd.BumpRollout(rollout="android", percent=10.0), "at 10% already; a share only grows"),
        ("rolling", cmd.ResumeRollout(rollout="android"), "rolling at 10% and can't be resumed"),
        ("halted", cmd.BumpRollout(rollout="android"), "halted at 10% and can't be bumped; resume it first"),
        (
            "in review",
            cmd.BumpRollout(rollout="android"),
            "can't be bumped; wait for the store",
        ),
        ("complete", cmd.CompleteRollout(rollout="android"), "complete and can't be completed"),
        ("halted", cmd.VetoRollout(rollout="android", text="no"), "there is nothing to veto"),
    ],
)
def test_what_it_can_not_do_is_said(room, status, command, why):
    stands(room, status)
    assert why in room.refused("lead", command)


def test_bad_input_and_what_was_never_read(room):
    with pytest.raises(BadInput, match="there is no rollout ios; defined are: android"):
        room.does("ops", cmd.HaltRollout(rollout="ios"))
    with pytest.raises(Refused, match="android was never read"):
        room.does("ops", cmd.BumpRollout(rollout="android"))
    stands(room)
    with pytest.raises(BadInput, match="500 is no share"):
        room.does("ops", cmd.BumpRollout(rollout="android", percent=500.0))
    with pytest.raises(Conflict):
        room.does("ops", cmd.BumpRollout(rollout="android", expect=1))


def test_a_halt_needs_nothing_and_ends_what_is_under_way(room):
    room.does("eva", cmd.HaltRollout(rollout="android"))
    assert state(room).runs["halt-1"].aim.seen is None
    assert room.does("ops", cmd.HaltRollout(rollout="*")).already
    room.engine(ev.RunRefused(run="halt-1", reason="no engine could"))
    stands(room)
    room.does("ops", cmd.BumpRollout(rollout="android"))
    room.does("eva", cmd.HaltRollout(rollout="*", text="cards fail"))
    assert state(room).runs["bump-1"].status == "aborted"
    assert state(room).runs["halt-2"].stops
    assert state(room).anomalies == 0


def test_all_are_those_that_may_be_rolling(room):
    stands(room, "halted")
    assert "nothing is rolling" in room.refused("eva", cmd.HaltRollout(rollout="*"))
    # By its name it is halted again, whatever it is said to be.
    assert not room.does("eva", cmd.HaltRollout(rollout="android")).already


def test_a_veto_stays_until_it_stands_otherwise(room):
    stands(room)
    room.does("eva", cmd.VetoRollout(rollout="android", text="not yet"))
    assert room.does("ops", cmd.VetoRollout(rollout="android", text="no")).already
    assert (state(room).rollouts["android"].vetoed_by, state(room).rollouts["android"].veto) == (
        "eva",
        "not yet",
    )
    stands(room, percent=11.0)
    assert state(room).rollouts["android"].vetoed_by is None
