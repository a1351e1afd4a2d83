"""Rollouts on the screen: what is known of them is drawn, what is not is drawn as that; u and H."""

from typing import Any

import pytest
from msgspec.structs import replace

from launchpad.model import definition as d
from launchpad.model import events as ev
from launchpad.model.rollouts import RolloutReading
from launchpad.rules.gates import evaluate, of_rollout
from launchpad.rules.guards import GuardView
from screens.dialogs.rollouts import RolloutDialog
from screens.glyphs import ASCII
from screens.leads import Place
from screens.render import head, rollouts
from screens.render.scene import Scene
from tests.screens.conftest import Opener
from tests.screens.scenes import scene
from tests.support import launches
from tests.support.launches import BOB, Demo

NAMES = ("android", "web")


def rolling(*, halted: bool = False) -> Demo:
    """As after the launch, with two rollouts at 10 %, one of them halted if that is wished."""
    ladder = (d.RolloutStage(percent=10.0, soak=3600.0), d.RolloutStage(percent=100.0))
    made = replace(
        launches.definition(),
        rollouts={
            name: d.Rollout(provider="site", stages=ladder, guards=(d.QuietGuard(quiet="slow"),))
            for name in NAMES
        },
    )
    demo = launches.launched(Demo(of=made))
    for name in NAMES:
        status: Any = "halted" if halted and name == "android" else "rolling"
        reading = RolloutReading(status=status, percent=10.0, users=120000)
        demo.add(3, "engine", ev.RolloutObserved(rollout=name, reading=reading, observed_at=1))
    return demo


def known(shown: Scene, **fields: Any) -> Scene:
    """The scene with its first rollout read lately, and these fields."""
    first = replace(shown.view.rollouts[0], known=True, unread="", age=3.0, verdict="ok", holds="", **fields)
    situation = replace(shown.view.situation, rollouts={first.name: first})
    first = replace(first, gate=evaluate(of_rollout(first.name), situation))
    return Scene(
        view=replace(shown.view, rollouts=(first,), situation=situation), me=shown.me, glyphs=shown.glyphs
    )


def texts(shown: Scene, width: int, detail: rollouts.Detail = "ladder") -> list[str]:
    return [rollouts.row(shown, part, width).text for part in rollouts.parts(shown.view.rollouts, detail)]


def test_what_was_not_read_lately_is_unknown_and_says_what_it_was() -> None:
    shown = scene(rolling())
    (summary, ladder, guard, *_) = texts(shown, 118)
    assert "10%" in summary
    assert "? unknown" in summary
    assert "not read yet" in summary
    assert "10% 1h → 100%" in ladder
    assert "slow must be quiet" in guard
    assert head.tab_line(shown, "rollouts", 120).text.count("4 Rollouts") == 1
    assert "4 Rollouts" not in head.tab_line(scene("launched"), "launch", 120).text


@pytest.mark.parametrize("width", [76, 118])
def test_what_is_known_says_the_next_step_and_what_holds_it(width: int) -> None:
    shown = known(scene(rolling()), soaked=2700.0, lasted=3000.0)
    summary, ladder, _ = texts(shown, width)
    assert "▶ rolling" in summary
    assert "100% HOLD" in summary
    assert "● 10% 45m of 1h, 90% counted → 100%" in ladder
    parts = rollouts.parts(shown.view.rollouts, "guards")
    assert {rollouts.row(shown, part, width).width for part in parts} == {width}
    ascii_only = known(scene(rolling(), glyphs=ASCII))
    assert "[#-----------]" in texts(ascii_only, 76)[0]


def test_a_broken_guard_and_a_halt_are_in_the_head() -> None:
    broken = GuardView(name="slow must be quiet", verdict="bad", detail="firing for 2m")
    shown = known(scene(rolling()), guards=(broken,), reason=broken.sentence)
    shown = Scene(
        view=replace(
            shown.view,
            rollouts=(bad := replace(shown.view.rollouts[0], verdict="bad"),),
            situation=replace(shown.view.situation, rollouts={bad.name: bad}),
        ),
        me=shown.me,
        glyphs=shown.glyphs,
    )
    assert "android IS BROKEN at 10%: slow must be quiet: firing for 2m" in head.alert_line(shown, 120).text
    assert head.alert_line(shown, 120).text.rstrip().endswith("H halt")
    assert "✗ BROKEN" in texts(shown, 118)[0]
    halted = scene(rolling(halted=True))
    assert "android is HALTED at 10%" in head.alert_line(halted, 120).text
    assert "android is HALTED at 10%" in halted.view.standing.sentence
    assert "android" in "\n".join(row.text for row in rollouts.details(halted, "android", 80))


@pytest.mark.slow
async def test_h_halts_one_or_all_with_one_y(open_face: Opener) -> None:
    async with open_face(rolling(), BOB, size=(120, 40)) as seat:
        await seat.shows("ROLLOUTS")
        await seat.press("H")
        await seat.until(lambda: isinstance(seat.face.screen, RolloutDialog))
        await seat.shows("android: about 12 000 people may have it already, and keep it.")
        await seat.answer("enter")
        assert not any(isinstance(r.event, ev.RunRequested) for r in seat.events)
        await seat.press("H")
        await seat.until(lambda: isinstance(seat.face.screen, RolloutDialog))
        await seat.answer("t")
        await seat.answer("t")
        await seat.shows("y halt all of them")
        await seat.answer("y")
        await seat.shows("halting android and web")
        asked = [r.event for r in seat.events if isinstance(r.event, ev.RunRequested)]
        assert [(e.run, e.aim.rollout) for e in asked if e.aim] == [("halt-1", "android"), ("halt-2", "web")]


@pytest.mark.slow
async def test_u_asks_for_the_plan_of_the_selected_rollout(open_face: Opener) -> None:
    async with open_face(rolling(), size=(80, 24)) as seat:
        await seat.press("4")
        await seat.shows("ROLLOUTS")
        await seat.press("u")
        await seat.until(lambda: any(isinstance(r.event, ev.RunRequested) for r in seat.events))
        asked = next(r.event for r in seat.events if isinstance(r.event, ev.RunRequested))
        assert asked.aim is not None
        assert (asked.run, asked.aim.rollout) == ("complete-1", "android")


@pytest.mark.slow
async def test_an_engineer_may_halt_and_not_bump(open_face: Opener) -> None:
    async with open_face(rolling(), BOB) as seat:
        await seat.press("u")
        await seat.shows("bump rollout: your role is engineer")


@pytest.mark.slow
async def test_what_leads_to_a_rollout_selects_it(open_face: Opener) -> None:
    async with open_face(rolling()) as seat:
        seat.face.go_to(Place("rollouts", "web"))
        assert seat.face.focused is seat.face.board.panel("rollouts")
        assert seat.face.board.panel("rollouts").selected.rollout.name == "web"
