"""Verbs that have nothing to act on now."""

import pytest

from screens.palette import offers
from tests.screens.conftest import Opener, Seat
from tests.support.launches import ADA, EVE

pytestmark = pytest.mark.slow


def _lacking(seat: Seat) -> dict[str, str]:
    return {offer.text: offer.lacks for offer in offers(seat.face) if offer.lacks}


async def test_the_palette_says_why_a_verb_can_do_nothing_now(open_face: Opener) -> None:
    async with open_face("before", size=(120, 40)) as seat:
        lacking = _lacking(seat)
        assert lacking["close the roll (go / no-go)"] == "no roll-call is open"
        assert lacking["bump rollout"] == "there is no rollout to bump"
        assert lacking["resolve"] == "no run is interrupted"
        assert "hold countdown" not in lacking
        await seat.press("colon")
        await seat.shows("hold countdown")
        assert "abort" not in seat.text
        await seat.press(*"close the roll")
        await seat.shows("not now: no roll-call is open")
        await seat.press("enter")
        await seat.until(lambda: "not now" not in seat.text)
        await seat.shows("no roll-call is open")


async def test_the_palette_names_a_verb_as_it_stands_and_finds_it_by_its_usual_words(
    open_face: Opener,
) -> None:
    async with open_face("before", size=(120, 40)) as seat:
        await seat.press("colon", *"next phase")
        await seat.shows("enter launch")
        await seat.press("escape")
        await seat.press("colon", *"go / no-go")
        await seat.shows("call the roll")


async def test_a_key_says_the_same_and_as_long_as_it_is_so(open_face: Opener) -> None:
    async with open_face("launched", ADA) as seat:
        await seat.press("h")
        await seat.shows("the countdown is over: the launch is in launch")


async def test_an_alert_or_a_rollout_that_is_over_is_not_taken_for_another(open_face: Opener) -> None:
    async with open_face("degraded") as seat:
        await seat.until(lambda: any(a.unacknowledged for a in seat.face.scene.view.alerts))
        seat.face.action_acknowledge("over")
        await seat.shows("over is neither pending nor firing any more")
        seat.face.action_bump("over")
        await seat.shows("over has no next step as it stands")


async def test_nobody_is_told_to_declare_an_incident_on_a_launch_that_is_closed(open_face: Opener) -> None:
    async with open_face("closed") as seat:
        assert _lacking(seat)["incident"] == "no incident is open"
        await seat.press("I")
        await seat.shows("no incident is open")
        assert "declares one" not in seat.text
    async with open_face("during", EVE) as seat:
        await seat.press("I")
        await seat.shows("no incident is open; anybody from engineer up declares one")
