"""A face that has read what the journal has lost since, and a director who goes on without it."""

import pytest

from launchpad.desk import LocalDesk
from launchpad.model.commands import AcceptLoss, Comment, Tick, WriteNote
from launchpad.session import Session
from tests.screens.conftest import Opener, Seat
from tests.support.launches import ADA, LAUNCH, LEAD
from tests.support.losses import cut

pytestmark = pytest.mark.slow


def goes_on_without(seat: Seat, kept: int) -> LocalDesk:
    """A colleague's desk, on a store that has lost all but so many events, which was accepted."""
    lost = seat.events[-1].hash
    cut(seat.store.url, LAUNCH, kept)
    colleague = LocalDesk(seat.store, Session(seat.store, LAUNCH), LEAD)
    colleague.perform(AcceptLoss(head=lost, text="db-1 died"))
    return colleague


async def test_it_shows_what_is_left_and_what_came_since(open_face: Opener) -> None:
    async with open_face("launched", ADA) as seat:
        kept = len(seat.events)
        colleague = LocalDesk(seat.store, Session(seat.store, LAUNCH), LEAD)
        for text in ("one", "two", "three", "@ada the cards fail"):
            colleague.perform(WriteNote(text=text))
        await seat.shows("the cards fail; @ reads")
        await seat.press("5", "slash", *"cards fail", "enter")
        await seat.until(lambda: seat.text.count("the cards fail") == 2)
        seat.face.perform(Tick(item="payments"))
        await seat.shows("ticked payments")
        colleague = goes_on_without(seat, kept)
        colleague.perform(WriteNote(text="the books balance"))
        await seat.until(lambda: len(seat.face.session.events) == kept + 2)
        await seat.until(lambda: "the cards fail" not in seat.text)
        await seat.press("escape", "slash", *"books", "enter")
        await seat.shows("the books balance")
        assert seat.face.caught_up
        await seat.press("@")
        await seat.shows("What mentions you")
        assert "the cards fail" not in seat.text


async def test_what_it_says_of_a_run_goes_with_the_run(
    open_face: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screens.message.READ", 0.0)
    async with open_face("planned", LEAD) as seat:
        kept = next(event.seq for event in seat.events if event.kind == "run.requested") - 1
        await seat.press("d")
        await seat.answer("y")
        await seat.shows("deploy-1 waits for 1 approval")
        goes_on_without(seat, kept)
        await seat.until(lambda: "deploy-1" not in seat.text)


async def test_an_open_item_tells_what_is_left_of_its_history(open_face: Opener) -> None:
    async with open_face("launched", ADA, size=(120, 40)) as seat:
        kept = len(seat.events)
        colleague = LocalDesk(seat.store, Session(seat.store, LAUNCH), LEAD)
        colleague.perform(Comment(item="payments", text="the cards fail"))
        seat.face.find_item(next(i for i in seat.face.scene.view.items if i.id == "payments"))
        await seat.press("enter")
        await seat.shows("lead on payments: the cards fail")
        colleague = goes_on_without(seat, kept)
        colleague.perform(Comment(item="payments", text="the books balance"))
        await seat.shows("lead on payments: the books balance")
        assert "the cards fail" not in seat.text
