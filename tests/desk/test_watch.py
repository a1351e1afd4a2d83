"""Due times, occurrences and watch windows follow T-0, through real desks on a real store."""

import pytest
from msgspec.structs import replace

from launchpad.desk import LocalDesk, open_launch
from launchpad.errors import BadInput, Refused
from launchpad.model import commands as cmd
from launchpad.model.commands import Identity
from launchpad.model.definition import Definition, Item, ItemsCondition, Launch
from launchpad.model.values import ZonedTime
from launchpad.rules.gates import evaluate
from launchpad.session import Session
from launchpad.store import open_store

LEAD = Identity(name="lead", role="director")
EVA = Identity(name="eva", role="engineer")
MINUTE = 60_000_000
SMOKE = Item(id="smoke", title="Smoke", phase="launch", required=True, due=1800.0, every=1800.0, until=7200.0)
FREEZE = Item(id="freeze", title="Freeze", due=-600.0)


class Room:
    """A launch whose T-0 is planned twenty minutes ahead; `minutes` counts from when the room was made."""

    def __init__(self, path):
        self.store = open_store(f"sqlite:///{path}/j.db")
        self.begin = self.now = self.store.now()
        made = Definition(
            launch=Launch(product="Acme", version="1", t0=ZonedTime(at=self.begin + 20 * MINUTE, zone="UTC")),
            items=(FREEZE, SMOKE),
            gates={"post-launch": (ItemsCondition(items="required"),)},
        )
        open_launch(self.store, LEAD, cmd.OpenLaunch(launch="acme", definition=made))
        self.session = Session(self.store, "acme", clock=lambda: self.now)

    def at(self, minutes):
        self.now = self.begin + minutes * MINUTE

    def does(self, command, who=LEAD):
        return LocalDesk(self.store, self.session, who).perform(command)

    @property
    def view(self):
        return self.session.view()

    def item(self, name="smoke"):
        return next(item for item in self.view.items if item.id == name)

    def due(self, name="smoke"):
        """Minutes from the beginning."""
        return (self.item(name).due_at - self.begin) / MINUTE

    def window(self):
        window = self.view.window
        return window.name, (window.ends_at - self.begin) / MINUTE


@pytest.fixture
def room(tmp_path):
    made = Room(tmp_path)
    yield made
    made.store.close()


def test_t0_slips_by_half_an_hour_twice_and_everything_follows(room):
    assert (room.due("freeze"), room.due()) == (10, 50)
    room.does(cmd.SlipCountdown(seconds=1800.0, text="review"))
    assert (room.due("freeze"), room.due()) == (40, 80)
    room.does(cmd.SlipCountdown(seconds=1800.0, text="review again"))
    assert (room.due("freeze"), room.due()) == (70, 110)
    assert room.view.window is None
    room.at(75)
    assert room.item("freeze").overdue
    room.does(cmd.EnterPhase(phase="launch"))
    assert room.view.window is None
    room.at(80)
    assert room.window() == ("first 15m", 95)
    room.at(95)
    assert room.window() == ("first 1h", 140)
    room.at(110)
    assert room.item().mark == "open"
    room.at(111)
    assert room.item().overdue
    assert "1 of 4" in room.does(cmd.Tick(item="smoke"), EVA).message
    assert (room.item().mark, room.due()) == ("done", 140)
    room.at(140)
    assert (room.item().mark, room.item().recurrence.count) == ("open", "1 of 4")
    room.at(171)
    assert (room.item().overdue, room.due(), room.item().recurrence.count) == (True, 140, "1 of 4, 1 missed")
    room.does(cmd.Tick(item="smoke"), EVA)
    assert (room.item().mark, room.due(), room.item().recurrence.count) == ("done", 200, "2 of 4, 1 missed")


def test_a_hold_moves_the_occurrences_with_the_clock(room):
    room.does(cmd.HoldCountdown(text="wait"))
    since = room.session.state.hold.since
    room.now = since + 15 * MINUTE
    assert room.item().due_at == room.begin + 65 * MINUTE
    room.now = since
    assert room.item().due_at == room.begin + 50 * MINUTE


def test_an_occurrence_is_ticked_once_and_can_be_retracted(room):
    room.at(51)
    room.does(cmd.Tick(item="smoke"), EVA)
    assert room.does(cmd.Tick(item="smoke")).already
    room.does(cmd.Untick(item="smoke"), EVA)
    assert (room.item().mark, room.item().recurrence.done) == ("open", 0)
    room.does(cmd.Tick(item="smoke"), EVA)
    room.at(81)
    assert room.does(cmd.Untick(item="smoke")).already, "it is open again by itself"
    room.does(cmd.Fail(item="smoke", text="login is broken"), EVA)
    assert room.item().mark == "failed"
    room.at(111)
    assert room.item().mark == "failed", "the next occurrence mends nothing"
    room.does(cmd.Tick(item="smoke"), EVA)
    assert room.item().recurrence.count == "2 of 4, 1 missed"
    room.at(141)
    room.does(cmd.Skip(item="smoke", text="quiet"))
    room.does(cmd.Untick(item="smoke"))
    assert (room.item().mark, room.session.state.anomalies) == ("open", 0)


def test_a_gate_waits_for_the_occurrence_that_is_due(room):
    room.does(cmd.EnterPhase(phase="launch"))

    def gate():
        return evaluate("post-launch", room.view.situation).verdict

    room.at(51)
    assert gate() == "NO-GO"
    room.does(cmd.Tick(item="smoke"), EVA)
    assert gate() == "GO"
    room.at(81)
    assert gate() == "NO-GO"


def test_a_recurring_item_is_added_in_the_night(room):
    room.does(cmd.AddItem(title="Check the queue", due=60.0, every=300.0, until=1860.0))
    assert room.item("check-the-queue").recurrence.of == 7
    for wrong, sentence in (
        ({"due": 60.0, "every": 300.0}, "'until' is missing"),
        ({"due": 60.0, "every": 1.0, "until": 90.0}, "at least 1m"),
        ({"due": 60.0, "every": 60.0, "until": 1e8}, "expected at most 1000"),
        ({"due": 60.0, "until": 90.0}, "says nothing"),
        ({"due": 60.0, "every": float("nan"), "until": 90.0}, "relative to T-0"),
    ):
        with pytest.raises(BadInput, match=sentence):
            room.does(cmd.AddItem(title="More", **wrong))


def test_evidence_is_wanted_each_time(room):
    made = room.session.state.definition
    proved = replace(made, items=(replace(SMOKE, evidence="required"),))
    open_launch(room.store, LEAD, cmd.OpenLaunch(launch="other", definition=proved))
    room.session = Session(room.store, "other", clock=lambda: room.now)
    room.at(51)
    room.does(cmd.Tick(item="smoke", evidence="run 1"), EVA)
    room.at(81)
    with pytest.raises(Refused, match="without evidence"):
        room.does(cmd.Tick(item="smoke"), EVA)
    room.does(cmd.Tick(item="smoke", evidence="run 2"), EVA)
    assert [remark.text for remark in room.item().state.evidence] == ["run 1", "run 2"]
