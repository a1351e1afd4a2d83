"""The roll-call: whom it asks, who may answer, and what makes an answer lapse."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from launchpad.errors import BadInput, Conflict
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.commands import Identity
from launchpad.model.definition import Operator
from launchpad.model.fold import fold
from launchpad.model.journal import Recorded
from launchpad.model.state import AlertState
from launchpad.model.values import SECOND
from launchpad.rules.polls import UNSETTLED, ballots, teams_asked, troubled
from tests.support.histories import LAUNCH, definition

ALERT = {"severity": "critical", "value": 0.02, "n": 60}


def alert(status, name="high_errors"):
    return ev.AlertChanged(alert=name, status=status, **ALERT)


def called(room):
    """A roll-call that both teams have answered with go."""
    room.does("lead", cmd.CallPoll(text="T-1h"))
    room.does("lead", cmd.AnswerPoll(answer="go"))
    room.does("eva", cmd.AnswerPoll(answer="go", text="smoke is green"))
    return room


def standing(room):
    now = room.store.now()
    return {b.team: b.verdict for b in ballots(room.state.poll, room.state.poll.teams, now)}


def test_the_teams_that_the_gate_ahead_waits_for_are_asked(room):
    room.does("lead", cmd.CallPoll(text="T-1h"))
    poll = room.state.poll
    assert (poll.teams, poll.about, poll.called_by) == (("engineering", "qa"), "T-1h", "lead")
    assert standing(room) == {"engineering": "HOLD", "qa": "HOLD"}


def test_where_no_gate_asks_a_team_of_viewers_is_not_asked():
    """Nobody of it could answer."""
    made = definition()
    watching = Operator(name="exec", role="viewer", teams=("board",))
    made = replace(made, gates={}, operators=(*made.operators, watching))
    assert "board" not in teams_asked(made, "pre-launch")
    assert {"engineering", "qa"} <= set(teams_asked(made, "pre-launch"))


def test_an_answer_counts_for_the_team_that_one_speaks_for(room):
    called(room)
    assert standing(room) == {"engineering": "GO", "qa": "GO"}
    vote = room.state.poll.votes["qa"]
    assert (vote.by, vote.reason, vote.proxy) == ("eva", "smoke is green", False)
    assert [seen.objective for seen in vote.seen] == ["availability", "latency", "errors"]
    assert all(seen.evidence for seen in vote.seen)
    assert room.does("eva", cmd.AnswerPoll(answer="go")).already


def test_who_speaks_for_several_names_the_team(room):
    room.does("lead", cmd.CallPoll())
    assert "engineering, qa" in room.refused("opal", cmd.AnswerPoll(answer="go"), kind=BadInput)
    room.does("opal", cmd.AnswerPoll(answer="go", team="qa"))
    assert standing(room)["qa"] == "GO"


def test_a_proxy_is_an_operator_and_named_as_one(room):
    room.does("lead", cmd.CallPoll())
    assert "operator" in room.refused("eva", cmd.AnswerPoll(answer="go", team="engineering"))
    room.does("ops", cmd.AnswerPoll(answer="go", team="engineering"))
    assert room.state.poll.votes["engineering"].proxy
    assert "as proxy" in ballots(room.state.poll, ["engineering"], room.store.now())[0].sentence


def test_a_no_go_says_why_and_outweighs_a_missing_answer(room):
    room.does("lead", cmd.CallPoll())
    room.refused("eva", cmd.AnswerPoll(answer="no-go"), kind=BadInput)
    room.does("eva", cmd.AnswerPoll(answer="no-go", text="reconciliation is late"))
    assert standing(room) == {"engineering": "HOLD", "qa": "NO-GO"}
    assert "reconciliation is late" in room.refused("lead", cmd.EnterPhase(phase="launch"))
    room.does("eva", cmd.AnswerPoll(answer="go"))
    assert standing(room)["qa"] == "GO"


def test_a_go_lapses_when_an_alert_fires_that_was_quiet(room):
    called(room)
    room.engine(alert("pending"))
    assert standing(room) == {"engineering": "GO", "qa": "GO"}
    room.engine(alert("firing"))
    assert standing(room) == {"engineering": "HOLD", "qa": "HOLD"}
    assert room.state.poll.votes["qa"].lapsed == "high_errors fired"
    room.engine(alert("resolved"))
    assert standing(room)["qa"] == "HOLD", "an answer does not come back by itself"


@pytest.mark.parametrize("status", ["pending", "firing", "resolved"])
def test_what_was_known_when_it_was_given_does_not_undo_it(room, status):
    for step in ("pending", "firing", "resolved")[: ("pending", "firing", "resolved").index(status) + 1]:
        room.engine(alert(step))
    called(room)
    for step in ("resolved", "pending", "firing", "resolved", "firing"):
        room.engine(alert(step))
    assert standing(room) == {"engineering": "GO", "qa": "GO"}, "it flaps, and they knew it"
    room.engine(alert("firing", "slow"))
    assert standing(room) == {"engineering": "HOLD", "qa": "HOLD"}, "this one they did not know"


def test_a_no_go_stays_whatever_fires(room):
    room.does("lead", cmd.CallPoll())
    room.does("eva", cmd.AnswerPoll(answer="no-go", text="late"))
    room.engine(alert("firing"))
    assert standing(room)["qa"] == "NO-GO"


def test_a_go_lapses_when_t0_moves_and_is_renewed_by_one_answer(room):
    called(room)
    for _ in range(2):
        room.does("lead", cmd.SlipCountdown(seconds=1800.0, text="payments is late"))
        assert standing(room) == {"engineering": "HOLD", "qa": "HOLD"}
        room.does("lead", cmd.AnswerPoll(answer="go"))
        room.does("eva", cmd.AnswerPoll(answer="go"))
        assert standing(room) == {"engineering": "GO", "qa": "GO"}
    assert room.state.t0 == definition().launch.t0.at + 3600 * SECOND


def test_calling_anew_keeps_the_old_answers_only_to_look_at(room):
    called(room)
    room.does("eva", cmd.AnswerPoll(answer="no-go", text="late"))
    room.does("lead", cmd.CallPoll())
    assert standing(room) == {"engineering": "HOLD", "qa": "HOLD"}
    assert room.state.poll.votes["qa"].lapsed == "the roll was called anew"
    room.does("eva", cmd.AnswerPoll(answer="go"))
    assert standing(room)["qa"] == "GO"


def test_a_closed_roll_takes_no_answers_and_its_answers_still_lapse(room):
    called(room)
    room.does("lead", cmd.ClosePoll())
    assert room.does("lead", cmd.ClosePoll()).already
    assert "closed" in room.refused("eva", cmd.AnswerPoll(answer="no-go", text="wait"))
    assert standing(room)["qa"] == "GO"
    room.engine(alert("firing"))
    assert standing(room)["qa"] == "HOLD"


def test_an_answer_to_what_has_moved_is_refused(room):
    called(room)
    seen = room.state.poll.votes["qa"].seq
    room.does("opal", cmd.AnswerPoll(answer="no-go", team="qa", text="wait"))
    room.refused("eva", cmd.AnswerPoll(answer="go", expect=seen), kind=Conflict)
    room.refused("lead", cmd.CallPoll(expect=seen - 1), kind=Conflict)


def test_nobody_is_asked_who_is_not_there(room):
    room.does("lead", cmd.CallPoll(teams=("legal", "legal")))
    assert room.state.poll.teams == ("legal",)
    stranger = Identity(name="zoe", role="engineer", teams=("qa",))
    assert "legal" in room.refused(stranger, cmd.AnswerPoll(answer="go"), kind=BadInput)


@pytest.mark.parametrize("team", ["\x1b[31mqa", "q a", "", "qa\n", "x" * 65, "[/x]"])
def test_a_team_has_a_name(room, team):
    room.refused("lead", cmd.CallPoll(teams=(team,)), kind=BadInput)


def test_no_more_teams_are_called_than_can_answer(room):
    room.refused("lead", cmd.CallPoll(teams=tuple(f"t{n}" for n in range(51))), kind=BadInput)


def test_an_alert_that_fires_while_the_answer_is_on_its_way_is_not_known_to_it():
    events = [
        ev.LaunchOpened(definition=definition(), format=1),
        ev.PollCalled(teams=("qa",)),
        alert("firing"),
        ev.PollAnswered(team="qa", answer="go", troubled=()),
    ]
    state = fold(recorded(events))
    assert state.poll.votes["qa"].lapsed == "high_errors fired"


def recorded(events):
    """Events a second apart."""
    return [
        Recorded(
            launch=LAUNCH,
            seq=n,
            id=str(n),
            at=n * SECOND,
            actor="eva",
            auth="key",
            event=event,
        )
        for n, event in enumerate(events, 1)
    ]


STATUSES = get_args(ev.AlertStatus)
moves = st.lists(
    st.one_of(
        st.builds(alert, st.sampled_from(STATUSES), st.sampled_from(["high_errors", "slow"])),
        st.builds(ev.PollCalled, teams=st.sampled_from([("qa",), ("qa", "legal")])),
        st.builds(
            ev.PollAnswered,
            team=st.sampled_from(["qa", "legal"]),
            answer=st.sampled_from(["go", "no-go"]),
            troubled=st.sampled_from([(), ("slow",)]),
        ),
        st.builds(ev.CountdownSlipped, seconds=st.just(60.0)),
        st.just(ev.PollClosed()),
    ),
    max_size=30,
)


@given(moves)
def test_a_go_stands_only_while_nothing_unknown_to_it_has_fired(events):
    state = fold(recorded([ev.LaunchOpened(definition=definition(), format=1), *events]))
    if state.poll is None:
        return
    for vote in state.poll.votes.values():
        if vote.answer == "no-go" or vote.lapsed:
            continue
        after = events[vote.seq - 1 :]
        assert not any(isinstance(e, ev.CountdownSlipped | ev.PollCalled) for e in after)
        fired = {e.alert for e in after if isinstance(e, ev.AlertChanged) and e.status == "firing"}
        assert fired <= set(vote.troubled)


def test_an_alert_is_known_trouble_while_it_may_come_back():
    state = fold(recorded([ev.LaunchOpened(definition=definition(), format=1), alert("resolved")]))
    assert isinstance(state.alerts["high_errors"], AlertState)
    resolved = state.alerts["high_errors"].since
    assert troubled(state, resolved + SECOND) == ("high_errors",)
    assert troubled(state, resolved + round(UNSETTLED * SECOND)) == ()
