"""Back and forward through the places where an operator has been."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screens.trail import Stood, Trail
from tests.screens.conftest import Opener

slow = pytest.mark.slow

places = st.builds(
    Stood,
    tab=st.sampled_from(["launch", "timeline"]),
    zoomed=st.none(),
    mine=st.just(False),
    panel=st.sampled_from(["checklist", "alerts"]),
    key=st.none(),
)


@given(st.lists(places, max_size=60), places)
def test_forward_leads_again_to_where_back_came_from(left: list[Stood], here: Stood) -> None:
    trail = Trail()
    for place in left:
        trail = trail.left(place)
    assert len(trail.behind) <= 32
    been, at = [here], here
    while found := trail.back(at):
        trail, to = found
        assert to != at, "a step that changes nothing is none"
        at = to
        been.append(at)
    again = [at]
    while found := trail.forward(at):
        trail, at = found
        again.append(at)
    assert again == been[::-1]
    assert trail.left(at).forward(at) is None, "who goes elsewhere has nothing ahead"


@slow
async def test_tabs_are_gone_through_and_come_back_from(open_face: Opener) -> None:
    async with open_face("during") as seat:
        board = seat.face.board
        await seat.press("right_square_bracket")
        assert board.tab == "post-launch"
        await seat.press("right_square_bracket")
        assert board.tab == "timeline", "no rollouts are defined, so there is no such tab"
        await seat.press("6", "right_square_bracket")
        assert board.tab == "pre-launch", "after the last the first"
        await seat.press("left_square_bracket")
        assert board.tab == "people"
        await seat.press("backspace", "backspace", "backspace")
        assert board.tab == "timeline"
        await seat.press("plus", "plus")
        assert board.tab == "pre-launch"
        await seat.press("1", "minus")
        assert board.tab == "people", "a key that changed nothing is no place to go back to"


@slow
async def test_mine_a_filter_and_the_cursor_are_found_again(open_face: Opener) -> None:
    async with open_face("launched", size=(120, 40)) as seat:
        board = seat.face.board
        await seat.press("m", "down")
        chosen = board.panel("checklist").key
        await seat.press("5", "backspace")
        assert board.mine
        assert board.panel("checklist").key == chosen
        await seat.press("escape")
        assert not board.mine, "escape leads home one thing at a time"
        await seat.press("slash", *"dns", "enter", "semicolon", "T", "minus")
        assert board.panel("checklist").query_text == "dns", "what is listed needs no other filter"


@slow
async def test_escape_leads_home(open_face: Opener) -> None:
    async with open_face("during") as seat:
        await seat.press("5", "slash", *"ada", "enter", "F")
        await seat.press("escape")
        assert not seat.face.board.panel("timeline").query_text
        await seat.press("escape")
        assert seat.face.board.zoomed is None
        assert seat.face.board.tab == "timeline"
        await seat.press("escape")
        assert seat.face.board.tab == "launch"
        await seat.press("escape")
        assert seat.face.board.tab == "launch"
        await seat.press("minus")
        assert seat.face.board.tab == "timeline", "and that, too, can be gone back from"
