"""Pictures of whole screens. Accept a change you have looked at with `pytest --snapshot-update`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from launchpad.desk import LocalDesk
from launchpad.session import Session
from launchpad.store import open_store
from screens.dialogs.plan import PlanDialog
from screens.face import Face
from screens.glyphs import UNICODE
from tests.support import launches
from tests.support.demo_face import moment
from tests.support.launches import LAUNCH, LEAD, Demo

pytestmark = pytest.mark.slow

SIZES = [(80, 24), (120, 40)]


def _no_engine() -> Demo:
    demo = launches.during()
    demo.watched = False
    return demo


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
}
"""Name of a picture → what has happened."""
OPENED = {"gates": "G", "incident": "I", "roll-call": "g", "item": "enter"}
"""Name of a picture → the key that opens what it shows."""


@pytest.fixture
def face(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Face]:
    """A face on the scene that the test names."""
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    SCENES[request.param]().write(store)
    now = moment("deciding" if request.param in ("gates", "roll-call") else "during")
    session = Session(store, LAUNCH, clock=lambda: now)
    opened = Face(session, LocalDesk(store, session, LEAD), glyphs=UNICODE)
    yield opened
    opened.settle()
    store.close()


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
@pytest.mark.parametrize("face", SCENES, indirect=True)
def test_picture(
    snap_compare: Any, face: Face, size: tuple[int, int], request: pytest.FixtureRequest
) -> None:
    async def settled(pilot: Pilot[int]) -> None:
        # The fourth seat is the face's own, announced after the first view.
        while face.scene.loading or len(face.scene.view.people) < 4:
            face.refresh_view()
            await pilot.pause(0.02)
        if face.waiting_for_me():
            await pilot.press("d")
            while not isinstance(face.screen, PlanDialog):
                await pilot.pause(0.02)
        if opens := OPENED.get(request.node.callspec.params["face"]):
            await pilot.press(opens)
        await pilot.pause()

    assert snap_compare(face, terminal_size=size, run_before=settled)
