"""Lists sorted by a column: the heading says which, the cursor stays on its entry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchpad.desk import LocalDesk
from launchpad.model.commands import Tick
from launchpad.session import Session
from screens.render.orders import Order
from tests.screens.conftest import Opener, Seat
from tests.support.launches import ADA, LAUNCH

slow = pytest.mark.slow


@given(st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 5)), st.integers())), st.booleans())
def test_what_has_no_place_comes_last_and_equals_stay_as_they_come(
    entries: list[tuple[int | None, int]], down: bool
) -> None:
    found = Order("x", lambda entry: entry[0]).sorted(entries, down=down)
    assert sorted(found, key=entries.index) == sorted(entries, key=entries.index)
    places = [place for place, _ in found if place is not None]
    assert places == sorted(places, reverse=down)
    assert all(place is None for place, _ in found[len(places) :])
    for each in {*places, None}:
        assert [e for e in found if e[0] == each] == [e for e in entries if e[0] == each]


def titles(seat: Seat) -> list[str]:
    return [item.state.item.title for item in seat.face.board.panel("checklist")._entries]


@slow
async def test_items_are_sorted_turned_round_and_left_as_they_come(open_face: Opener) -> None:
    async with open_face("launched") as seat:
        usual = titles(seat)
        await seat.press("down")
        chosen = seat.face.board.item
        assert chosen is not None
        await seat.press("O")
        await seat.shows("Sort the checklist by")
        await seat.press("1")
        await seat.shows("↑ title")
        assert titles(seat) == sorted(usual, key=str.casefold)
        assert seat.face.board.item is not None
        assert seat.face.board.item.id == chosen.id, "the cursor stays on its entry"
        await seat.press("O")
        await seat.shows("least or first at the top")
        await seat.press("1")
        await seat.shows("↓ title")
        assert titles(seat) == sorted(usual, key=str.casefold, reverse=True)
        await seat.press("O")
        await seat.shows("Sort the checklist by")
        await seat.press("0")
        await seat.until(lambda: titles(seat) == usual)
        assert "↓" not in seat.text


@slow
async def test_what_happens_is_sorted_in_at_once_and_a_filter_holds(open_face: Opener) -> None:
    async with open_face("launched", size=(120, 40)) as seat:
        await seat.press("slash", *"e", "enter", "O")
        await seat.shows("Sort the checklist by")
        await seat.press("3")
        await seat.shows("↑ state")
        LocalDesk(seat.store, Session(seat.store, LAUNCH), ADA).perform(Tick(item="payments"))
        await seat.until(lambda: titles(seat) and titles(seat)[-1].startswith("Payments"))
        assert "Announcement sent" in titles(seat)


@slow
@pytest.mark.parametrize(
    ("panel", "number", "heading"),
    [("objectives", "1", "↑ state"), ("alerts", "3", "↑ age"), ("people", "2", "↑ role")],
)
async def test_other_lists_have_columns_of_their_own(
    open_face: Opener, panel: str, number: str, heading: str
) -> None:
    async with open_face("degraded", size=(120, 40)) as seat:
        seat.face.find_panel(panel)
        await seat.press("O")
        await seat.shows(f"Sort the {panel} by")
        await seat.press("9", number)
        await seat.shows(heading)


@slow
async def test_the_timeline_has_one_order_and_says_so(open_face: Opener) -> None:
    async with open_face("during") as seat:
        await seat.press("5", "O")
        await seat.shows("the timeline is always newest first")
