"""The countdown held, resumed and slipped, through real desks on a real store."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from launchpad.desk import LocalDesk, open_launch
from launchpad.errors import BadInput, Conflict, Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.commands import Identity
from launchpad.model.definition import Definition, Item, Launch
from launchpad.model.fold import fold
from launchpad.model.journal import Recorded
from launchpad.model.values import ZonedTime
from launchpad.rules.countdown import current_t0
from launchpad.rules.view import View, view
from launchpad.session import Session
from launchpad.store import open_store

LEAD = Identity(name="lead", role="director")
EVA = Identity(name="eva", role="engineer")
T0 = 2_000_000_000_000_000
MINUTE = 60_000_000
DEFINITION = Definition(
    launch=Launch(product="Acme", version="1", t0=ZonedTime(at=T0, zone="UTC")),
    items=(Item(id="freeze", title="Freeze", due=-600.0),),
)


class Room:
    def __init__(self, path: Path, definition: Definition = DEFINITION) -> None:
        self.store = open_store(f"sqlite:///{path}/j.db")
        open_launch(self.store, LEAD, cmd.OpenLaunch(launch="acme", definition=definition))
        self.session = Session(self.store, "acme")

    def does(self, who: Identity, command: cmd.Command) -> cmd.Done:
        return LocalDesk(self.store, self.session, who).perform(command)


@pytest.fixture
def room(tmp_path: Path):
    opened = Room(tmp_path)
    yield opened
    opened.store.close()


def _view(room: Room, now: int) -> View:
    return view(room.session.state, {}, now)


def test_a_hold_stops_the_clock_and_due_times_and_a_resume_moves_t0_by_its_length(room: Room) -> None:
    room.does(EVA, cmd.HoldCountdown(text="payments is late"))
    since = room.session.state.hold.since
    early, late = _view(room, since + MINUTE), _view(room, since + 31 * MINUTE)
    assert early.countdown == late.countdown == (since - T0) / 1_000_000
    assert (early.held, late.held) == (60.0, 1860.0)
    assert late.items[0].due_at - early.items[0].due_at == 30 * MINUTE
    assert late.verdict != "GO"
    room.does(LEAD, cmd.ResumeCountdown())
    resumed = room.session.events[-1]
    assert room.session.state.hold is None
    assert room.session.state.t0 == T0 + resumed.at - since


def test_a_slip_moves_t0_and_what_is_due(room: Room) -> None:
    room.does(LEAD, cmd.SlipCountdown(seconds=1800.0, text="review takes longer"))
    room.does(LEAD, cmd.SlipCountdown(seconds=1800.0))
    shown = _view(room, T0)
    assert shown.countdown == -3600.0
    assert shown.items[0].due_at == T0 + 50 * MINUTE
    room.does(LEAD, cmd.SlipCountdown(seconds=-600.0))
    assert room.session.state.t0 == T0 + 50 * MINUTE


def test_holding_is_for_everybody_going_on_for_a_director(room: Room) -> None:
    room.does(EVA, cmd.HoldCountdown(text="wait"))
    with pytest.raises(Refused, match="takes a director"):
        room.does(EVA, cmd.ResumeCountdown())
    with pytest.raises(Refused, match="takes a director"):
        room.does(EVA, cmd.SlipCountdown(seconds=60.0))
    again = room.does(LEAD, cmd.HoldCountdown(text="me too"))
    assert again.already
    assert again.message == "eva already holds the countdown"


def test_a_held_countdown_keeps_the_launch_from_being_entered_but_for_an_override(room: Room) -> None:
    room.does(EVA, cmd.HoldCountdown(text="smoke on the pad"))
    with pytest.raises(Refused, match="eva holds the countdown: smoke on the pad"):
        room.does(LEAD, cmd.EnterPhase(phase="launch"))
    room.does(LEAD, cmd.EnterPhase(phase="launch", override="it was steam"))
    assert room.session.events[-1].event.overridden
    with pytest.raises(Refused, match="the countdown is over"):
        room.does(LEAD, cmd.ResumeCountdown())


def test_who_saw_an_older_countdown_is_refused(room: Room) -> None:
    seen = room.session.state.countdown_seq
    room.does(LEAD, cmd.SlipCountdown(seconds=60.0))
    with pytest.raises(Conflict):
        room.does(LEAD, cmd.SlipCountdown(seconds=60.0, expect=seen))
    room.does(EVA, cmd.HoldCountdown(text="wait"))
    with pytest.raises(Conflict):
        room.does(LEAD, cmd.ResumeCountdown(expect=seen))
    assert room.session.state.hold is not None


@pytest.mark.parametrize("seconds", [0.0, float("nan"), float("inf"), 1e9])
def test_nonsense_does_not_move_t0(room: Room, seconds: float) -> None:
    with pytest.raises(BadInput):
        room.does(LEAD, cmd.SlipCountdown(seconds=seconds))
    assert room.session.state.t0 == T0


def test_t0_moves_by_a_year_at_most(room: Room) -> None:
    room.does(LEAD, cmd.SlipCountdown(seconds=366 * 86400.0))
    assert room.session.state.t0 == T0 + 366 * 86400 * 1_000_000


def test_without_a_t0_there_is_nothing_to_hold(tmp_path: Path) -> None:
    room = Room(tmp_path, replace(DEFINITION, launch=Launch(product="Acme", version="1")))
    with pytest.raises(Refused, match="has no T-0"):
        room.does(EVA, cmd.HoldCountdown(text="wait"))
    room.store.close()


@given(st.lists(st.tuples(st.sampled_from("hrs"), st.integers(1, 10**9), st.integers(-3600, 3600))))
def test_t0_is_the_plan_plus_slips_plus_finished_holds(moves: list[tuple[str, int, int]]) -> None:
    events: list[tuple[int, ev.Event]] = [(0, ev.LaunchOpened(definition=DEFINITION, format=1))]
    now, held_since, expected = 0, None, T0
    for what, pause, seconds in moves:
        now += pause
        if what == "s":
            events.append((now, ev.CountdownSlipped(seconds=float(seconds))))
            expected += seconds * 1_000_000
        elif what == "h":
            events.append((now, ev.CountdownHeld()))
            held_since = now if held_since is None else held_since
        else:
            events.append((now, ev.CountdownResumed()))
            expected += now - held_since if held_since is not None else 0
            held_since = None
    recorded = [
        Recorded(launch="acme", seq=n, id=str(n), at=at, actor="lead", auth="os", event=event)
        for n, (at, event) in enumerate(events, 1)
    ]
    state = fold(recorded)
    assert state.t0 == expected
    running = now + MINUTE - held_since if held_since is not None else 0
    assert current_t0(state, now + MINUTE) == expected + running
