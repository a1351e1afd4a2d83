"""A face without a terminal, on a store of its own."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from launchpad.desk import Desk, LocalDesk, Onlooker
from launchpad.errors import Unreachable
from launchpad.model.commands import Identity
from launchpad.model.journal import Recorded
from launchpad.model.preferences import USUAL, Preferences
from launchpad.model.store import Store
from launchpad.session import Session
from launchpad.store import open_store
from screens.face import Face
from screens.glyphs import UNICODE, Glyphs
from tests.support import launches
from tests.support.demo_face import moment
from tests.support.launches import LAUNCH, LEAD, Demo


class Line:
    """The way to a store, which a test can cut: what a session reads from."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.cut = False
        self.clear = threading.Event()
        """While it is not set, every question waits."""
        self.clear.set()

    def __getattr__(self, name: str) -> Any:
        self.clear.wait()
        if self.cut:
            raise Unreachable("the store does not answer", hint="it is tried again")
        return getattr(self._store, name)


class Seat:
    """An open face, and what a test wants of it."""

    def __init__(self, face: Face, pilot: Pilot[int], store: Store, way: Line) -> None:
        self.face = face
        self.line = way
        self.pilot = pilot
        self.store = store

    @property
    def events(self) -> tuple[Recorded, ...]:
        return self.store.read(LAUNCH)

    @property
    def text(self) -> str:
        """What is on the screen, line by line."""
        return "\n".join(strip.text for strip in self.face.screen._compositor.render_strips())

    async def until(self, holds: Callable[[], object], within: float = 10.0) -> None:
        """Awaits a condition."""
        passed = 0.0
        while not holds():
            await self.pilot.pause(0.02)
            passed += 0.02
            assert passed < within, self.text

    async def shows(self, text: str) -> None:
        """Awaits a text on the screen."""
        await self.until(lambda: text in self.text)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def answer(self, *keys: str) -> None:
        """Presses keys once the question that is open listens to them."""
        dialog = self.face.screen
        await self.until(lambda: dialog.listens)  # type: ignore[attr-defined]
        await self.press(*keys)


Opened = AbstractAsyncContextManager[Seat]
Opener = Callable[..., Opened]


@pytest.fixture
def open_face(tmp_path: Path) -> Opener:
    """Opens a face on a scenario: `async with open_face("during", ADA, size=(120, 40)) as seat`."""
    counter = iter(range(100))

    @asynccontextmanager
    async def opened(
        scenario: str | Demo,
        me: Identity = LEAD,
        *,
        size: tuple[int, int] = (80, 24),
        glyphs: Glyphs = UNICODE,
        theme: str = "dark",
        rehearsal: bool = False,
        preferences: Preferences = USUAL,
        memory: Path | None = None,
        save_report: Callable[[], str] | None = None,
        only_look: bool = False,
    ) -> AsyncIterator[Seat]:
        store = open_store(f"sqlite:///{tmp_path / f'store-{next(counter)}.db'}")
        demo = getattr(launches, scenario)() if isinstance(scenario, str) else scenario
        demo.write(store)
        now = moment(scenario if isinstance(scenario, str) else "during")
        way = Line(store)
        session = Session(way, LAUNCH, clock=lambda: now)
        desk: Desk = LocalDesk(store, session, me)
        if only_look:
            desk = Onlooker(session, me, why="opened to look only", hint="")
        face = Face(
            session,
            desk,
            glyphs=glyphs,
            theme=theme,
            rehearsal=rehearsal,
            preferences=preferences,
            memory=memory,
            save_report=save_report,
        )
        async with face.run_test(size=size) as pilot:
            seat = Seat(face, pilot, store, way)
            await seat.until(lambda: not face.scene.loading)
            yield seat
        face.settle()
        store.close()

    return opened
