"""The log of the run at work: followed, gone back in, filtered, copied."""

import pytest

from launchpad.model.samples import LogLine
from screens.acts.copying import within
from screens.follow import LOG_KEPT
from screens.widgets.listing import ListPanel
from tests.screens.conftest import Opener, Seat
from tests.support import launches

pytestmark = pytest.mark.slow


def says(seat: Seat, first: int, last: int, text: str = "line") -> None:
    """What the run writes next, numbered on from the demo's own lines."""
    begun = len(launches.during().log)
    lines = [
        LogLine(run="deploy-1", n=begun + n, at=launches.at(14), step=1, text=f"{text} {n}")
        for n in range(first, last + 1)
    ]
    for start in range(0, len(lines), 2000):
        seat.store.add_log(launches.LAUNCH, lines[start : start + 2000])
    seat.face.refresh_view()


def log_of(seat: Seat) -> ListPanel:
    return seat.face.board.panel("action")


async def test_it_follows_until_one_goes_back_and_again_from_its_end(open_face: Opener) -> None:
    async with open_face("during") as seat:
        says(seat, 1, 50)
        await seat.shows("[2] line 50")
        log_of(seat).focus()
        await seat.press("k", "k", "pageup")
        await seat.shows("newer below")
        assert "line 50" not in seat.text
        selected = log_of(seat).selected_text
        says(seat, 51, 60)
        await seat.shows("13 newer below")
        assert log_of(seat).selected_text == selected, "what is read stays where it is"
        await seat.press("tab")
        await seat.shows("newer below")
        log_of(seat).focus()
        await seat.press("end")
        says(seat, 61, 61)
        await seat.shows("[2] line 61")
        assert "newer below" not in seat.text


async def test_it_filters_and_finds_the_next(open_face: Opener) -> None:
    async with open_face("during", size=(120, 40)) as seat:
        says(seat, 1, 50)
        says(seat, 51, 52, "error")
        await seat.shows("error 52")
        log_of(seat).focus()
        await seat.press("slash", *"error", "enter")
        await seat.until(lambda: "line 50" not in seat.text)
        await seat.press("N")
        assert log_of(seat).selected_text.endswith("[2] error 51")
        says(seat, 53, 53, "error")
        await seat.shows("error 53")
        await seat.press("escape")
        await seat.shows("line 50")


async def test_a_line_or_all_lines_are_copied(open_face: Opener) -> None:
    async with open_face("during") as seat:
        log_of(seat).focus()
        await seat.press("y")
        await seat.shows("us-east: 4.2.0 healthy")
        assert seat.face.clipboard.endswith("[2] us-east: 4.2.0 healthy")
        await seat.press("slash", *"us-east", "enter", "Y")
        await seat.shows("copied 2 lines of action")
        assert seat.face.clipboard.splitlines()[0].endswith("us-east: draining 4.1.9")


def test_what_is_copied_is_the_end_of_it_in_whole_lines() -> None:
    lines = ["first", "second", "third"]
    assert within(lines, 100) == lines
    assert within(lines, 13) == ["second", "third"]
    assert within(lines, 5) == []


async def test_a_flood_is_shown_by_its_end(open_face: Opener) -> None:
    async with open_face("during") as seat:
        await seat.shows("us-east: 4.2.0 healthy")
        says(seat, 1, 2 * LOG_KEPT + 500)
        await seat.shows(f"line {2 * LOG_KEPT + 500}")
        assert len(log_of(seat).listed_texts) == LOG_KEPT
        log_of(seat).focus()
        await seat.press("F", "home")
        await seat.shows(f"line {LOG_KEPT + 501} ")


async def test_zoomed_it_has_the_screen(open_face: Opener) -> None:
    async with open_face("during") as seat:
        says(seat, 1, 12)
        await seat.shows("line 12")
        log_of(seat).focus()
        await seat.press("F")
        await seat.shows("smoke site pending")
        assert "line 1 " in seat.text
        assert "CHECKLIST" not in seat.text
