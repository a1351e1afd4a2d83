"""Scenes for pure tests: what a scenario looks like to somebody, without store and terminal."""

from launchpad.model.commands import Identity
from screens.glyphs import UNICODE, Glyphs
from screens.render.scene import Scene
from tests.support import launches
from tests.support.demo_face import MOMENT, MOMENTS
from tests.support.launches import Demo


def scene(
    scenario: str | Demo, me: Identity = launches.LEAD, *, glyphs: Glyphs = UNICODE, **more: object
) -> Scene:
    """`more` are further fields of the scene."""
    demo = getattr(launches, scenario)() if isinstance(scenario, str) else scenario
    minute = MOMENTS.get(scenario, MOMENT) if isinstance(scenario, str) else MOMENT
    return Scene(view=demo.view(minute, trend=240), me=me, glyphs=glyphs, **more)  # type: ignore[arg-type]
