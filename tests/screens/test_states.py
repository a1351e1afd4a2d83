"""States between well and broken: what is not known is not drawn as known; nothing that matters is cut."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from launchpad.model import definition as d
from launchpad.model.commands import Identity
from launchpad.model.rollouts import RolloutReading
from launchpad.model.values import SECOND
from launchpad.rules.ladder import RolloutView, trouble
from launchpad.rules.view.blind import blinded
from screens.dialogs.rollouts import RolloutDialog
from screens.panels import checklist_listing
from screens.render import alerts, head, objectives, people, rollouts, run, timeline
from screens.render.row import Row
from screens.render.scene import Scene
from tests.screens.conftest import Opener
from tests.screens.scenes import scene
from tests.screens.test_rollouts import known, rolling
from tests.support import launches
from tests.support.launches import LEAD, Demo

AWAY = "the store does not answer; it is tried again"


def lost(shown: Scene) -> Scene:
    """The same seven seconds after the store was read last."""
    view = blinded(shown.view, shown.view.now + 7 * SECOND)
    return Scene(view=view, me=shown.me, glyphs=shown.glyphs, lost=AWAY, lost_for=7.0)


def loading(shown: Scene) -> Scene:
    return Scene(view=shown.view, me=shown.me, glyphs=shown.glyphs, loading=True)


def unwatched(demo: Demo) -> Demo:
    demo.watched = False
    return demo


def of(shown: Scene, status: Any, percent: float, **fields: Any) -> RolloutView:
    """The first rollout, read lately, as it is."""
    first = known(shown).view.rollouts[0]
    assert first.state is not None
    reading = RolloutReading(status=status, percent=percent, users=120000, **fields)
    return replace(first, state=replace(first.state, reading=reading))


def text(row: Row) -> str:
    return row.text.rstrip()


@pytest.mark.parametrize("state", [lost, loading])
@pytest.mark.parametrize("width", [80, 120, 200])
def test_who_is_here_is_not_counted_while_it_is_not_known(
    state: Callable[[Scene], Scene], width: int
) -> None:
    assert " 3 on" in head.first_line(scene("during"), width).text
    assert " on" not in head.first_line(state(scene("during")), width).text.replace("on 4.2.0", "")
    assert people.heading(state(scene("during")))[1].text == " not known"


def test_a_lost_store_does_not_hide_what_fired() -> None:
    row = head.alert_line(lost(scene("degraded")), 80).text
    assert row.startswith(f" ✗ {AWAY} ")
    assert "last known: CRITICAL checko" in row
    assert "last known" not in head.alert_line(lost(scene("during")), 80).text


def test_why_a_reading_does_not_count_is_not_cut_at_80_columns() -> None:
    shown = lost(scene("during"))
    for objective in shown.view.objectives:
        row = text(objectives.row(shown, objective, 78))
        assert row.endswith("the store is out of reach")
    stale = next(o for o in scene("degraded").view.objectives if o.name == "search")
    assert text(objectives.row(shown, stale, 56)).endswith("stale 4m33s")


def test_a_budget_that_is_not_known_is_not_told() -> None:
    shown = scene("degraded")
    made = shown.view.definition

    def told(name: str, of: Scene) -> str:
        found = next(o for o in of.view.objectives if o.name == name)
        return "\n".join(span.text for span in objectives.details(found, made))

    assert "error budget left: 100.0%" in told("availability", shown)
    assert "error budget: spent" in told("checkout", shown)
    assert "error budget" not in told("availability", lost(shown))


def test_a_filter_that_finds_no_event_is_told_in_the_count() -> None:
    assert "0 events" in "".join(s.text for s in timeline.heading(scene("during"), 0))


def test_a_signal_that_never_spoke_is_silent() -> None:
    shown = scene(Demo())
    assert "data ? 3 silent" in head.first_line(shown, 80).text
    assert "feeds ? 0/3, 3 silent" in head.first_line(shown, 200).text


def test_without_an_engine_its_mend_goes_before_what_it_leaves_unknown() -> None:
    watched, alone = scene(rolling()), scene(unwatched(rolling()))
    assert "android is unknown" in head.alert_line(watched, 120).text
    assert text(head.alert_line(alone, 120)) == (
        " ✗ no engine is watching: start one with `launchpad engine`"
    )


@pytest.mark.parametrize("width", [80, 120])
def test_what_is_wrong_with_a_run_is_told_in_full(width: int) -> None:
    for shown, wrong in (
        (scene(unwatched(launches.during())), "STANDS STILL: no engine"),
        (lost(scene("during")), "not known how it goes on"),
    ):
        title, _ = run.heading(shown, shown.view.run)
        assert wrong in "".join(span.text for span in title)[: width - 12]


def test_how_things_stand_has_a_sign() -> None:
    assert head.alert_line(scene("during"), 120).text.startswith(" ✓ all 4 objectives met")
    stale = Scene(view=launches.during().view(17), me=LEAD, glyphs=scene("during").glyphs)
    assert head.alert_line(stale, 120).text.startswith(" ? availability: stale for ")


def test_an_alert_leaves_room_for_who_has_it() -> None:
    shown = scene("declared")
    row = alerts.row(shown, shown.view.alerts[0], 86)
    assert "acked bob: declared incident-1" in row.text
    told = [span.text for span in alerts.details(shown, shown.view.alerts[0])]
    assert sum("deploy-1 step 1" in line for line in told) == 1


def test_a_long_name_keeps_its_distance() -> None:
    name = "bob.with-a-very-long-name-at-example.com"
    demo = launches.during()
    demo.online.append(Identity(name=name, role="operator"))
    shown = Scene(
        view=demo.view(14.5), me=Identity(name=name, role="operator"), glyphs=scene("during").glyphs
    )
    person = next(p for p in shown.view.people if p.operator == name)
    for width in (54, 78, 118):
        row = people.row(shown, person, width)
        assert row.width == width
        assert " (you) op" in row.text or " (you) OPS" in row.text or " (you)   op" in row.text


def test_an_empty_checklist_says_how_to_fill_it() -> None:
    shown = scene(Demo(of=launches.definition(items=())))
    (row,) = checklist_listing(shown, "pre-launch").empty(60)
    assert text(row) == " no items in pre-launch yet: the palette (:) adds one"
    watching = replace(shown, me=launches.EVE, allowed=frozenset())
    (row,) = checklist_listing(watching, "pre-launch").empty(60)
    assert text(row) == " no items in pre-launch yet"


def test_a_ladder_shows_without_colour_how_far_it_is() -> None:
    shown = scene(rolling())

    def ladder(status: str, percent: float) -> str:
        rows = rollouts.parts([of(shown, status, percent)], "ladder")
        return text(rollouts.row(shown, rows[1], 118)).strip()

    assert ladder("in review", 0.0) == "10% 1h → 100%"
    assert ladder("halted", 10.0) == "! 10% → 100%"
    assert ladder("complete", 100.0) == "✓ 10% → ✓ 100%"
    assert ladder("rolling", 10.0).startswith("● 10% ")


@pytest.mark.parametrize("status", ["not started", "rolled back"])
def test_no_state_of_a_rollout_is_cut(status: str) -> None:
    shown = scene(rolling())
    for width in (54, 78, 118):
        assert f" {status} " in rollouts.summary(shown, of(shown, status, 0.0), width).text


def test_what_a_store_refuses_is_seen_at_every_time() -> None:
    shown = scene(rolling())
    refused = of(shown, "rejected", 0.0, detail="Guideline 2.1")
    situation = replace(shown.view.situation, rollouts={refused.name: refused})
    view = replace(shown.view, rollouts=(refused,), situation=situation)
    seen = Scene(view=view, me=shown.me, glyphs=shown.glyphs)
    assert "android is REJECTED: Guideline 2.1" in head.alert_line(seen, 80).text
    halted = replace(of(shown, "halted", 10.0), name="web")
    assert (
        trouble({"android": refused, "web": halted})
        == "web is HALTED at 10%; android is REJECTED: Guideline 2.1"
    )
    assert " 1 rejected" in "".join(span.text for span in rollouts.heading(seen))
    assert "none of 120 000 people may have it" in "\n".join(
        row.text for row in rollouts.details(seen, "android", 80)
    )


@pytest.mark.slow
async def test_conditions_of_a_gate_are_whole_at_200_columns(open_face: Opener) -> None:
    async with open_face("deciding", size=(200, 60)) as seat:
        await seat.shows("roll-call: engineering, support, legal")
        await seat.shows("1 of 3 go; support no-go by bob 30 s ago: two macros are missing;")


@pytest.mark.slow
async def test_leaving_without_an_engine_says_that_a_run_stands_still(open_face: Opener) -> None:
    async with open_face(unwatched(launches.during())) as seat:
        await seat.press("q")
        await seat.shows("deploy-1 stands still: no engine.")


@pytest.mark.slow
async def test_halting_begins_with_what_people_are_getting(open_face: Opener) -> None:
    demo = rolling()
    made = replace(
        demo.definition, rollouts={"aab": demo.definition.rollouts["web"], **demo.definition.rollouts}
    )
    reading = RolloutReading(status="in review", users=120000)
    fresh = Demo(of=made)
    launches.launched(fresh)
    for name, seen in (("aab", reading), ("android", RolloutReading(status="rolling", percent=10.0))):
        fresh.add(3, "engine", launches.ev.RolloutObserved(rollout=name, reading=seen, observed_at=1))
        fresh.samples.append(
            launches.Sample(
                signal=f"rollout/{name}", observed=launches.at(14.5), received=launches.at(14.5),
                verdict="ok", duration=0.1,
            )
        )  # fmt: skip
    assert isinstance(made.rollouts["aab"], d.Rollout)
    async with open_face(fresh, size=(120, 40)) as seat:
        await seat.shows("in review")
        await seat.press("H")
        await seat.until(lambda: isinstance(seat.face.screen, RolloutDialog))
        await seat.shows("y halt android")


def test_a_filter_that_finds_nothing_here_says_where_it_would() -> None:
    shown = scene("launched")
    title = next(item.state.item.title for item in shown.view.items if item.state.item.phase == "launch")
    unfound = checklist_listing(shown, "pre-launch").unfound
    assert unfound(title) == "none in pre-launch; 1 in launch"
    assert unfound("nowhere to be found").startswith("no item is found so")
