"""Pictures of whole screens. Accept a change you have looked at with `pytest --snapshot-update`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from launchpad.desk import LocalDesk
from launchpad.model.samples import Sample
from launchpad.session import Session
from launchpad.store import open_store
from screens.dialogs.plan import PlanDialog
from screens.face import Face
from screens.glyphs import UNICODE
from tests.screens.conftest import Line
from tests.screens.test_rollouts import rolling
from tests.support import launches
from tests.support.demo_face import moment
from tests.support.launches import LAUNCH, LEAD, Demo, at

pytestmark = pytest.mark.slow

SIZES = [(80, 24), (120, 40)]


def _no_engine() -> Demo:
    demo = launches.during()
    demo.watched = False
    return demo


def _rolling() -> Demo:
    demo = rolling(halted=True)
    for name, read in (("android", 14.5), ("web", 9.0)):
        seen = Sample(signal=f"rollout/{name}", observed=at(read), received=at(read), verdict="ok")
        demo.samples.append(seen)
    return demo


def _empty() -> Demo:
    bare = {"items": (), "signals": {}, "objectives": {}, "alerts": {}, "gates": {}, "actions": {}}
    return Demo(of=replace(launches.definition(), **bare))


SCENES = {
    "normal": launches.during,
    "degraded": launches.degraded,
    "no-engine": _no_engine,
    "plan": launches.planned,
    "gates": launches.deciding,
    "advised": launches.advised,
    "incident": launches.declared,
    "roll-call": launches.deciding,
    "item": launches.launched,
    "rollouts": _rolling,
    "empty": _empty,
    "loading": launches.degraded,
    "store-away": launches.degraded,
}
"""Name of a picture → what has happened."""
OPENED = {"gates": "G", "incident": "I", "roll-call": "g", "item": "enter", "rollouts": "4"}
"""Name of a picture → the key that opens what it shows."""


@pytest.fixture
def way(tmp_path: Path) -> Iterator[Line]:
    """The way to a store of this test's own."""
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    yield Line(store)
    store.close()


@pytest.fixture
def face(request: pytest.FixtureRequest, way: Line) -> Iterator[Face]:
    """A face on the scene that the test names."""
    SCENES[request.param]().write(way)  # type: ignore[arg-type]  # it has all that a store has
    now = moment("deciding" if request.param in ("gates", "roll-call") else "during")
    session = Session(way, LAUNCH, clock=lambda: now)
    if request.param == "loading":
        way.clear.clear()
    opened = Face(session, LocalDesk(way, session, LEAD), glyphs=UNICODE)  # type: ignore[arg-type]
    yield opened
    way.clear.set()
    opened.settle()


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
@pytest.mark.parametrize("face", SCENES, indirect=True)
def test_picture(
    snap_compare: Any, face: Face, way: Line, size: tuple[int, int], request: pytest.FixtureRequest
) -> None:
    shown = request.node.callspec.params["face"]

    async def settled(pilot: Pilot[int]) -> None:
        if shown == "loading":
            await pilot.pause(0.1)
            return
        # The fourth seat is the face's own, announced after the first view.
        while face.scene.loading or len(face.scene.view.people) < 4:
            face.refresh_view()
            await pilot.pause(0.02)
        if face.waiting_for_me():
            await pilot.press("d")
            while not isinstance(face.screen, PlanDialog):
                await pilot.pause(0.02)
        if opens := OPENED.get(shown):
            await pilot.press(opens)
        if shown == "store-away":
            way.cut = True
            while not face.scene.lost:
                face.refresh_view()
                await pilot.pause(0.02)
        await pilot.pause()

    assert snap_compare(face, terminal_size=size, run_before=settled)
