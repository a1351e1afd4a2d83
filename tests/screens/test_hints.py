"""The last line names what comes next."""

import pytest
from msgspec.structs import replace

from launchpad.model import definition as d
from launchpad.model import events as ev
from screens import hints
from screens.render import head
from screens.render.close import unfinished
from tests.screens.conftest import Opener
from tests.screens.scenes import scene
from tests.support import launches
from tests.support.launches import ADA, BOB, LEAD, Demo

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


@slow
async def test_going_on_is_not_the_next_step_while_things_are_bad_or_open_and_no_gate_says_so(
    open_face: Opener,
) -> None:
    whole = launches.definition()
    demo = launches.before(Demo(of=replace(whole, gates={})))
    async with open_face(demo) as seat:
        await seat.shows("required open")
        await seat.until(lambda: "space" in seat.text.splitlines()[-1])
        assert "> enter" not in seat.text
        await seat.press(">")
        await seat.shows("no gate is defined for it")
        assert "! 2 of 3 required items are open: legal, oncall" in seat.text


def test_a_finished_phase_leaves_the_tabs_their_room() -> None:
    items = [item for item in launches.ITEMS if item.check is None and item.id != "legal"]
    shown = scene(launches.launched(Demo(of=launches.definition(items=items))))
    assert shown.progress["pre-launch"] == (4, 4)
    assert " 1 Pre ✓  " in head.tab_line(shown, "launch", 80).text
    assert " 1 Pre 4/4 ✓  " in head.tab_line(shown, "launch", 120).text
    assert " 6 People " in head.tab_line(shown, "launch", 80).text


@slow
async def test_a_plan_that_waits_for_me_comes_before_what_would_stop_it(open_face: Opener) -> None:
    async with open_face("waiting", ADA, size=(80, 24)) as seat:
        await seat.until(lambda: seat.text.splitlines()[-1].startswith(" P approve  X abort"))
    async with open_face("waiting", LEAD, size=(80, 24)) as seat:
        await seat.until(lambda: seat.text.splitlines()[-1].startswith(" X abort  space"))


@slow
async def test_what_is_advised_has_room_in_the_last_line_at_80_columns(open_face: Opener) -> None:
    async with open_face("advised", size=(80, 24)) as seat:
        await seat.shows("ROLL BACK?")
        await seat.until(lambda: seat.text.splitlines()[-1].startswith(" r rollback  X abort"))


def test_what_is_advised_leads_no_more_once_it_is_done() -> None:
    assert hints.advised(scene("advised").view) == "action.rollback"
    taken = launches.advised().request(14, LEAD, "rollback").begin(14.2, LEAD, "rollback-1")
    assert hints.advised(scene(taken).view) == ""
    assert hints.advised(scene("degraded").view) == ""


@slow
async def test_a_launch_with_nothing_left_to_do_is_closed_with_the_key_of_the_next_phase(
    open_face: Opener,
) -> None:
    async with open_face("launched") as seat:
        await seat.shows("your next item")
        assert "close" not in seat.text
    async with open_face("finished", ADA) as seat:
        await seat.shows("all is done: a director closes the launch")
        assert "> close" not in seat.text
        await seat.press(">")
        await seat.until(lambda: "your role is operator" in seat.text)
    async with open_face("finished") as seat:
        await seat.shows("> close the launch  E write the report")
        await seat.shows("all is done: > closes the launch; E writes the report")
        await seat.press(">")
        await seat.shows("choose how it ended")
        await seat.answer("1")
        await seat.shows("to close it as success")
        await seat.press(*"staging")
        assert seat.events[-1].kind != "launch.closed"
        await seat.press(*["backspace"] * 7, *"production")
        await seat.until(lambda: seat.events[-1].event == ev.LaunchClosed(outcome="success"))
        await seat.shows("the launch is closed (success)")
        await seat.until(lambda: seat.text.splitlines()[-1].startswith(" E write the report"))


@slow
async def test_the_next_phase_is_not_offered_while_things_go_badly(open_face: Opener) -> None:
    of = replace(launches.definition(), gates={})
    done = launches.launched(Demo(of=of)).tick(11, ADA, "deploy", "dns", "payments", text="seen")
    async with open_face(done) as seat:
        await seat.until(lambda: "> enter post-launch" in seat.text.splitlines()[-1])
    badly = launches.degraded(Demo(of=of)).tick(14, ADA, "deploy", "dns", "payments", text="seen")
    async with open_face(badly, size=(160, 40)) as seat:
        await seat.until(lambda: "a acknowledge" in seat.text.splitlines()[-1])
        assert "enter post-launch" not in seat.text


@slow
async def test_what_is_not_finished_is_said_before_a_launch_is_closed(open_face: Opener) -> None:
    async with open_face("during") as seat:
        seat.face.action_close("partial")
        await seat.shows("6 of 6 items of launch are open")
        await seat.shows("deploy-1 is running")
        await seat.press("escape")
        assert seat.events[-1].kind != "launch.closed"


@pytest.mark.parametrize(("minute", "left"), [(10, []), (17, ["1 of 1 items of post-launch are open"])])
def test_a_launch_is_not_to_be_closed_on_a_proof_that_is_too_old(minute: float, left: list[str]) -> None:
    page = d.Item(id="page", title="Front page", phase="post-launch", check=d.HttpProof(url="http://acme/"))
    demo = Demo(of=launches.definition(items=(page,))).engine(-10)
    demo.add(0, LEAD.name, ev.PhaseEntered(phase="launch")).add(
        1, LEAD.name, ev.PhaseEntered(phase="post-launch")
    )
    demo.add(1, "engine", ev.ItemChecked(item="page", verdict="ok", reason="", observed_at=launches.at(1)))
    assert unfinished(demo.view(minute)) == left


@pytest.mark.parametrize("name", ["success", "3", "1st"])
@slow
async def test_the_environment_of_a_launch_may_begin_with_a_digit(open_face: Opener, name: str) -> None:
    whole = launches.definition(environment=name)
    async with open_face(launches.finished(Demo(of=whole))) as seat:
        seat.face.action_close("failed")
        await seat.shows(f"type {name}: ")
        await seat.shows("to close it as failed")
        await seat.answer(*name)
        await seat.until(lambda: seat.events[-1].event == ev.LaunchClosed(outcome="failed"))
