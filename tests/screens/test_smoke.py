"""Smoke tests and dry runs on the screen."""

import pytest
from msgspec.structs import replace

from launchpad.model import definition as d
from launchpad.model import events as ev
from launchpad.model.smoke import SmokeFact, SmokeStepFact
from screens.render import item, plan, smoke
from tests.screens.conftest import Opener
from tests.screens.scenes import scene
from tests.screens.test_face import kinds, last
from tests.support import launches
from tests.support.launches import BOB, EVE, Demo, at

pytestmark = pytest.mark.slow

SUITE = d.SmokeSuite(title="Somebody buys a hat", steps=(d.HttpStep(name="Home", url="https://acme.test/"),))
STEPS = (
    SmokeStepFact(title="Home", asks="GET /", verdict="bad", reason="status 500, expected 200", seconds=0.2),
    SmokeStepFact(title="Buy", asks="POST /", verdict="not run", reason="a step before it did not pass"),
)


def demo(*, ran: bool = True) -> Demo:
    checked = d.Item(id="walked", title="Walked", phase="launch", check=d.SmokeProof(smoke="shop"))
    made = replace(launches.definition(items=(checked,)), smoke={"shop": SUITE})
    day = Demo(of=made).engine(-10)
    if ran:
        fact = SmokeFact(verdict="bad", steps=STEPS, seconds=0.2)
        day.add(10, "engine", ev.SmokeRan(suite="shop", result=fact, observed_at=at(10), cause="schedule"))
    return day


def test_each_is_told_step_by_step() -> None:
    text = [row.text for row in smoke.rows(scene(demo()), 80)]
    assert text[0].rstrip() == " shop: Somebody buys a hat"
    assert "bad at 09:10:00" in text[1]
    assert any("Home: status 500, expected 200, 200 ms" in line for line in text)
    assert any("not run" in line and "Buy: a step before it did not pass" in line for line in text)
    assert "it has not run yet" in smoke.rows(scene(demo(ran=False)), 80)[1].text
    assert "no smoke tests are defined" in smoke.rows(scene("during"), 80)[0].text


def test_an_item_shows_the_steps_that_prove_it() -> None:
    shown = scene(demo())
    told = [span.text for span in item.details(shown, shown.view.items[0])]
    assert "check: smoke test shop; every 5m, a pass holds for 15m" in told
    assert "1/2 bad: Home: status 500, expected 200, 200 ms" in told


def test_a_plan_shows_what_its_dry_run_printed_and_says_when_there_is_more() -> None:
    shown = scene("during")
    run = next(r.state for r in shown.view.runs if r.state.plan)
    assert run.plan
    printed = "\n".join(f"ALTER TABLE t{n};" for n in range(40))
    step = replace(run.plan.steps[0], evidence=printed)
    dry = replace(run, plan=replace(run.plan, steps=(step,)))
    text = "\n".join(row.text for row in plan.rows(shown, dry, None, 80))
    assert "| ALTER TABLE t29;" in text
    assert "| 10 more lines" in text


async def test_one_is_run_and_read_from_the_palette(open_face: Opener) -> None:
    async with open_face(demo(), BOB, size=(120, 40)) as seat:
        await seat.press("colon", *"run the smoke")
        await seat.shows("run the smoke test shop")
        await seat.press("enter")
        await seat.until(lambda: last(seat) == ev.SmokeRequested(suite="shop"))
        await seat.press("colon", *"smoke tests how")
        await seat.shows("smoke tests: how they ended")
        await seat.press("enter")
        await seat.shows("it is being run now")
        await seat.shows("Home: status 500, expected 200")


async def test_a_viewer_reads_and_runs_none(open_face: Opener) -> None:
    async with open_face(demo(), EVE, size=(120, 40)) as seat:
        before = kinds(seat)
        await seat.press("colon", *"smoke test")
        await seat.shows("smoke tests: how they ended")
        await seat.press("enter")
        await seat.shows("Home: status 500, expected 200")
        assert kinds(seat) == before
