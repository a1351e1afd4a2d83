"""The tour of the first start: once, out of the way, and never before what is urgent."""

from pathlib import Path

import pytest

from launchpad.model import events as ev
from launchpad.model.journal import Draft
from launchpad.model.preferences import Preferences
from screens.dialogs.tour import Tour
from screens.render import tour
from tests.screens.conftest import Opener
from tests.screens.scenes import scene
from tests.support import launches


@pytest.mark.parametrize("width", [60, 76, 100])
def test_every_card_fits_and_names_live_keys(width: int) -> None:
    shown = scene("launched", keys={"help": "f9"})
    count = len(tour.cards(shown))
    assert 4 <= count <= 6
    text = ""
    for number in range(count):
        rows = tour.rows(shown, number, width)
        assert all(row.width <= width for row in rows)
        assert len(rows) <= 12
        text += " ".join(row.text.strip() for row in rows)
    assert "f9 explains" in text
    assert "? explains" not in text


@pytest.mark.slow
async def test_it_comes_once_and_any_key_goes_on(open_face: Opener, tmp_path: Path) -> None:
    memory = tmp_path / "state"
    async with open_face("launched", memory=memory) as seat:
        await seat.shows("1 of 6")
        before = len(seat.events)
        lines = seat.text.splitlines()
        assert "PROD" in lines[0], "the lines that must be seen stay"
        assert "all 4 objectives met" in lines[2]
        for _ in range(6):
            await seat.press("space")
        await seat.until(lambda: not isinstance(seat.face.screen, Tour))
        assert len(seat.events) == before, "none of the keys did anything else"
    async with open_face("launched", memory=memory) as seat:
        await seat.press("question_mark")
        await seat.shows("t the tour")
        await seat.press("t")
        await seat.shows("1 of 6")
        await seat.press("escape")
        await seat.until(lambda: len(seat.face.screen_stack) == 1)


@pytest.mark.slow
async def test_escape_ends_it_for_good(open_face: Opener, tmp_path: Path) -> None:
    async with open_face("launched", memory=tmp_path) as seat:
        await seat.shows("1 of 6")
        await seat.press("escape")
        await seat.until((tmp_path / "tour-seen").exists)


@pytest.mark.slow
async def test_it_gives_way_to_an_alert_and_is_forced_on_nobody(open_face: Opener, tmp_path: Path) -> None:
    async with open_face("degraded", memory=tmp_path) as seat:
        await seat.shows("UNACKED")
        assert len(seat.face.screen_stack) == 1
    unwanted = Preferences(tour=False)
    async with open_face("launched", memory=tmp_path, preferences=unwanted) as seat:
        assert len(seat.face.screen_stack) == 1
    async with open_face("launched", size=(60, 10), memory=tmp_path) as seat:
        assert len(seat.face.screen_stack) == 1
    async with open_face("launched", memory=tmp_path) as seat:
        await seat.shows("1 of 6")
        fired = ev.AlertChanged(
            alert="checkout-errors", status="firing", severity="critical", value=0.05, n=60
        )
        seat.store.append(launches.LAUNCH, [Draft(id="x", event=fired, actor="engine", auth="engine")])
        await seat.until(lambda: len(seat.face.screen_stack) == 1)
        assert not (tmp_path / "tour-seen").exists()
        await seat.press("a", "enter")
        await seat.shows("acknowledged by lead")
        assert len(seat.face.screen_stack) == 1, "it does not come back into the middle of the work"
