"""Trends are worked out for the objectives that are seen, and are there by the time they are."""

import pytest
from msgspec.structs import replace

from launchpad.model.definition import Objective
from launchpad.model.values import Quantity
from tests.screens.conftest import Opener, Seat
from tests.support import launches
from tests.support.launches import Demo

pytestmark = pytest.mark.slow

COUNT = 300


def many() -> Demo:
    """A launch with hundreds of objectives, all of them measured."""
    demo = launches.launched()
    limit = Quantity(value=0.4, unit="s")
    objectives = {
        f"o{n}": Objective(signal="checkout", percentile=95.0, below=limit, window=600.0)
        for n in range(COUNT)
    }
    wide = Demo(of=replace(demo.definition, objectives=objectives, alerts={}, gates={})).engine(-10)
    wide.samples = [sample for sample in demo.samples if sample.signal == "checkout"]
    return wide


def drawn(seat: Seat, names: list[str]) -> bool:
    """Whether a trend stands beside each of them."""
    lines = [line for line in seat.text.splitlines() if set(line) & set(seat.face.painter.glyphs.scale)]
    return all(any(f" {name} " in line for line in lines) for name in names)


def known(seat: Seat) -> set[str]:
    """The objectives whose past is known."""
    return {shown.name for shown in seat.face.scene.view.objectives if shown.reading.trend}


async def test_those_that_are_seen_have_their_past_and_no_others(open_face: Opener) -> None:
    async with open_face(many(), size=(120, 40)) as seat:
        panel = seat.face.board.panel("objectives")
        for key, last in (("end", f"o{COUNT - 1}"), ("home", "o0")):
            seat.face.find_panel("objectives")
            await seat.press(key)
            await seat.until(lambda last=last: last in panel.visible_keys)
            await seat.until(lambda: set(panel.visible_keys) <= known(seat))
            await seat.until(lambda: drawn(seat, panel.visible_keys))
            assert len(known(seat)) < COUNT / 2


async def test_a_filter_finds_its_objectives_with_their_past(open_face: Opener) -> None:
    async with open_face(many(), size=(120, 40)) as seat:
        panel = seat.face.board.panel("objectives")
        panel.filter("o29")
        await seat.until(lambda: "o290" in panel.visible_keys)
        await seat.until(lambda: set(panel.visible_keys) <= known(seat))


async def test_a_step_down_moves_to_one_whose_past_is_known_already(open_face: Opener) -> None:
    async with open_face(many(), size=(120, 40)) as seat:
        panel = seat.face.board.panel("objectives")
        seat.face.find_panel("objectives")
        await seat.until(lambda: set(panel.near_keys) <= known(seat))
        for _ in panel.visible_keys:
            await seat.press("j")
            assert set(panel.visible_keys) <= known(seat)
