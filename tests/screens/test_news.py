"""What comes is shown: what people decide on at once, what tells of it a moment later."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from launchpad.desk import LocalDesk
from launchpad.model.commands import Tick
from launchpad.session import Session
from screens.face import Arrived
from screens.follow import News
from screens.panels import AT_ONCE, TELLS
from tests.screens.conftest import Opener, Seat
from tests.support.launches import ADA, LAUNCH, LEAD

pytestmark = pytest.mark.slow


def after_a_tick(seat: Seat) -> News:
    """What the follower of this face would make of it."""
    LocalDesk(seat.store, Session(seat.store, LAUNCH), LEAD).perform(Tick(item="payments"))
    seat.face.session.refresh()
    return News(seat.face.session.view())


@asynccontextmanager
async def unfollowed(open_face: Opener) -> AsyncIterator[Seat]:
    """A face that is told nothing any more but what a test tells it."""
    async with open_face("launched", ADA, size=(200, 60)) as seat:
        await seat.until(lambda: not seat.face.scene.loading)
        seat.face._follower.end()
        seat.face.settle()
        yield seat


async def test_a_tick_is_shown_at_once_and_told_a_moment_later(open_face: Opener) -> None:
    async with unfollowed(open_face) as seat:
        face = seat.face
        checklist, timeline = face.board.panel("checklist"), face.board.panel("timeline")
        checklist.select("payments")
        await seat.until(lambda: face._rest is None and timeline.listed_texts)
        before = timeline.listed_texts
        face.on_arrived(Arrived(after_a_tick(seat)))
        assert face.board.item is not None
        assert face.board.item.mark == "done"
        assert timeline.listed_texts == before
        await seat.until(lambda: "ticked payments" in timeline.listed_texts[0])
        assert len(timeline.listed_texts) == len(before) + 1


async def test_of_what_comes_meanwhile_nothing_waits_longer(open_face: Opener) -> None:
    async with unfollowed(open_face) as seat:
        face = seat.face
        news = after_a_tick(seat)
        await seat.until(lambda: face._rest is None)
        face.on_arrived(Arrived(news))
        due = face._rest
        assert due is not None
        face.on_arrived(Arrived(news))
        assert face._rest is due


async def test_an_event_is_shown_while_a_store_takes_its_time_to_write(open_face: Opener) -> None:
    async with open_face("launched", ADA) as seat:
        asked, held = threading.Event(), threading.Event()

        def announce(*_: object) -> None:
            asked.set()
            held.wait()

        seat.line.announce = announce  # type: ignore[attr-defined]
        await seat.until(asked.is_set)
        LocalDesk(seat.store, Session(seat.store, LAUNCH), LEAD).perform(Tick(item="payments"))
        await seat.until(lambda: seat.face.scene.view.state.items["payments"].status == "done")
        held.set()


def test_what_is_told_at_once_are_panels() -> None:
    assert TELLS.keys() > AT_ONCE
