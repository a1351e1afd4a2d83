"""The director's seat: who may take it, what it lends, and how it comes back."""

from launchpad.errors import BadInput, Conflict
from launchpad.model import commands as cmd
from launchpad.model.commands import Identity
from launchpad.model.samples import Presence
from launchpad.rules.seat import acting
from tests.support.histories import LAUNCH, PEOPLE

TAKE = cmd.TakeSeat(text="lead's laptop died")
SLIP = cmd.SlipCountdown(seconds=1800.0)


def here(room, name):
    person = acting(PEOPLE[name], room.state)
    seat = Presence(seat=f"{name}-1", operator=name, role=person.role, via="local")
    room.store.announce(LAUNCH, seat)


def gone(room, name):
    room.store.leave(LAUNCH, f"{name}-1")


def test_a_director_dies_and_the_deputy_goes_on(room):
    here(room, "lead")
    here(room, "opal")
    assert "lead is here and decides" in room.refused("opal", TAKE)
    room.refused("opal", SLIP)
    gone(room, "lead")
    room.does("opal", TAKE)
    assert room.session.events[-1].text == "lead's laptop died"
    assert room.does("opal", TAKE).already
    here(room, "opal")  # its face goes on, as the director that it acts for
    room.does("opal", SLIP)
    room.does("opal", cmd.EnterPhase(phase="launch", override="we can't wait"))
    assert room.state.phase == "launch"
    here(room, "lead")
    room.does("lead", cmd.TakeSeat())
    assert room.state.seat is None
    assert "takes a director" in room.refused("opal", cmd.EnterPhase(phase="post-launch"))


def test_the_seat_is_for_deputies_with_a_proven_name_and_a_reason(room):
    assert "named as deputies: opal, eva" in room.refused("ops", TAKE)
    claimed = Identity(name="opal", role="operator", auth="claimed")
    assert "only claimed" in room.refused(claimed, TAKE)
    room.refused("opal", cmd.TakeSeat(), kind=BadInput)
    room.does("opal", TAKE)
    assert acting(claimed, room.state).role == "operator", "whoever claims the holder's name holds nothing"
    here(room, "opal")
    assert "opal is here and decides" in room.refused("eva", TAKE)


def test_a_director_hands_it_over_and_takes_it_back(room):
    room.does("lead", cmd.HandSeat(to="ops", text="I must sleep"))
    assert (room.state.seat.holder, room.state.seat.by) == ("ops", "lead")
    room.does("ops", SLIP)
    assert room.does("lead", cmd.HandSeat(to="ops", text="again")).already
    assert "is viewer" in room.refused("lead", cmd.HandSeat(to="guest", text="no"))
    room.refused("lead", cmd.HandSeat(to="nobody", text="no"), kind=BadInput)
    room.does("ops", cmd.HandSeat(to="lead", text="you are back"))
    assert room.state.seat is None
    room.refused("ops", SLIP)


def test_a_director_has_nothing_to_take(room):
    assert room.does("lead", cmd.TakeSeat()).already
    assert room.does("lead", cmd.HandSeat(to="deputy", text="x")).already


def test_a_seat_that_moved_is_not_taken_blindly(room):
    room.does("lead", cmd.HandSeat(to="ops", text="I must sleep"))
    room.refused("lead", cmd.TakeSeat(expect=0), kind=Conflict)
