"""Labels lead to every panel and entry on the screen, and nothing else happens meanwhile."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchpad.desk import LocalDesk
from launchpad.model.commands import Tick
from launchpad.session import Session
from screens.labels import LETTERS, OF_PANELS, Target, begun, codes, labels
from screens.layout import PANELS
from tests.screens.conftest import Opener, Seat
from tests.support.launches import ADA, BOB, EVE, LAUNCH

slow = pytest.mark.slow


@given(st.integers(0, 676))
def test_no_label_is_the_beginning_of_another(count: int) -> None:
    given_out = codes(count)
    assert len(given_out) == count
    assert len(set(given_out)) == count
    singles = {code for code in given_out if len(code) == 1}
    assert all(code[0] not in singles for code in given_out if len(code) == 2)
    assert count > len(LETTERS) or all(len(code) == 1 for code in given_out), "one letter while they last"


def test_every_panel_has_a_capital_of_its_own() -> None:
    assert set(OF_PANELS) == set(PANELS)
    assert len(set(OF_PANELS.values())) == len(PANELS)
    assert all(label.isupper() for label in OF_PANELS.values())


def test_what_is_typed_leaves_what_it_may_become() -> None:
    entries = [Target("checklist", str(n)) for n in range(30)]
    shown = labels(["checklist"], entries)
    assert shown["C"] == Target("checklist")
    two = next(label for label in shown if len(label) == 2)
    assert set(begun(shown, two[0])) == {label for label in shown if label[0] == two[0]}
    assert begun(shown, "?") == {}


def label_of(seat: Seat, panel: str, key: str | None = None) -> str:
    return next(label for label, to in seat.face.labels.items() if to == Target(panel, key))


async def labelled(seat: Seat, key: str = "semicolon") -> None:
    """Gives labels to what there is once it has all been read."""
    await seat.until(lambda: not seat.face.scene.loading)
    await seat.press(key)
    await seat.until(lambda: seat.face.labels)


@slow
async def test_a_label_leads_to_an_entry_of_another_panel_and_backspace_comes_back(open_face: Opener) -> None:
    async with open_face("during", size=(120, 40)) as seat:
        objectives, checklist = (seat.face.board.panel(name) for name in ("objectives", "checklist"))
        await labelled(seat)
        await seat.press(*label_of(seat, "objectives", "checkout"))
        await seat.until(lambda: seat.face.focused is objectives)
        assert objectives.selected.name == "checkout"
        assert not seat.face.labels
        await seat.press("minus")
        await seat.until(lambda: seat.face.focused is checklist)
        await seat.press("plus")
        await seat.until(lambda: seat.face.focused is objectives)


@slow
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_a_panel_without_a_place_is_named_below_and_shown_alone(
    open_face: Opener, size: tuple[int, int]
) -> None:
    async with open_face("degraded", size=size) as seat:
        await labelled(seat)
        await seat.shows("goes there")
        assert ("A alerts" in seat.text) is (size == (80, 24))
        await seat.press("A")
        await seat.until(lambda: seat.face.focused is seat.face.board.panel("alerts"))
        await seat.shows("ALERTS 1")
        assert "goes there" not in seat.text


@slow
async def test_no_key_does_anything_else_while_labels_are_shown(open_face: Opener) -> None:
    async with open_face("during", size=(120, 40)) as seat:
        before = len(seat.events)
        await labelled(seat)
        shown = set(seat.face.labels)
        await seat.press(*(letter for letter in string.ascii_letters if letter not in {s[0] for s in shown}))
        await seat.press(
            "space", "enter", "slash", "colon", "question_mark", "greater_than_sign", "f5", "down"
        )
        assert set(seat.face.labels) == shown, "they stay until they are answered"
        assert len(seat.face.screen_stack) == 1
        assert not seat.face.query_one("#query").has_focus
        await seat.press("escape")
        await seat.until(lambda: not seat.face.labels)
        assert len(seat.events) == before
        await seat.press("semicolon", "5")
        await seat.until(lambda: seat.face.board.tab == "timeline")


@slow
async def test_labels_stay_with_their_entries_while_others_come(open_face: Opener) -> None:
    async with open_face("during", BOB, size=(120, 40)) as seat:
        await labelled(seat)
        newest = seat.face.board.panel("timeline").visible_keys[0]
        label = label_of(seat, "timeline", newest)
        LocalDesk(seat.store, Session(seat.store, LAUNCH), ADA).perform(Tick(item="payments"))
        await seat.until(lambda: seat.face.board.panel("timeline").visible_keys[0] != newest)
        await seat.press(*label)
        await seat.until(lambda: seat.face.board.panel("timeline").key == newest)


@slow
async def test_a_viewer_has_them_too_and_a_click_ends_them(open_face: Opener) -> None:
    async with open_face("during", EVE) as seat:
        await labelled(seat, "ctrl+o")
        await seat.pilot.click("#checklist")
        await seat.until(lambda: not seat.face.labels)


@slow
async def test_below_80x24_there_is_nothing_to_label(open_face: Opener) -> None:
    async with open_face("during", size=(60, 16)) as seat:
        await seat.press("semicolon")
        assert not seat.face.labels
