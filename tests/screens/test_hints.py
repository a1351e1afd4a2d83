"""The last line names what comes next."""

import pytest
from msgspec.structs import replace

from launchpad.model import definition as d
from launchpad.model import events as ev
from screens.render import head
from tests.screens.conftest import Opener
from tests.screens.scenes import scene
from tests.support import launches
from tests.support.launches import ADA, BOB, Demo

slow = pytest.mark.slow


def gated(*conditions: d.Condition) -> Demo:
    whole = launches.definition()
    return launches.before(Demo(of=replace(whole, gates={**whole.gates, "launch": conditions})))


@slow
async def test_a_roll_that_holds_the_gate_is_called_by_whoever_may(open_face: Opener) -> None:
    asks = d.PollCondition(poll=("engineering", "support"))
    async with open_face(gated(asks)) as seat:
        await seat.shows("g call the roll")
        assert "> enter" not in seat.text
        await seat.press("g")
        await seat.shows("enter call it")
    async with open_face(gated(asks), ADA) as seat:
        await seat.shows("HOLD")
        assert "call the roll" not in seat.text
    called = gated(asks).add(14, "lead", ev.PollCalled(teams=("engineering", "support")))
    async with open_face(called, BOB) as seat:
        await seat.shows("g go / no-go")


@slow
async def test_an_open_gate_is_the_next_step(open_face: Opener) -> None:
    async with open_face(gated(d.PhaseCondition(phase="pre-launch"))) as seat:
        await seat.shows("> enter launch")


def test_a_finished_phase_leaves_the_tabs_their_room() -> None:
    items = [item for item in launches.ITEMS if item.check is None and item.id != "legal"]
    shown = scene(launches.launched(Demo(of=launches.definition(items=items))))
    assert shown.progress["pre-launch"] == (4, 4)
    assert " 1 Pre ✓  " in head.tab_line(shown, "launch", 80).text
    assert " 1 Pre 4/4 ✓  " in head.tab_line(shown, "launch", 120).text
    assert " 6 People " in head.tab_line(shown, "launch", 80).text
