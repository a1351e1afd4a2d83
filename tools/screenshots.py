"""Draws the pictures of the README from the running app: `python -m tools.screenshots [FOLDER]`.

A real rehearsal with its product and its engine; the face is driven by keys, as an operator would.
"""

import asyncio
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from launchpad.cli.engines import engine_argv, engine_environ, watching
from launchpad.desk import LocalDesk, open_launch
from launchpad.model.commands import Identity, OpenLaunch
from launchpad.model.samples import Presence
from launchpad.rehearsal.example import FIRST, load
from launchpad.rehearsal.stage import Stage, end
from launchpad.session import Session
from launchpad.store import open_store
from launchpad.wiring import launch_id, load_definition, sqlite_url
from screens.face import Face
from screens.glyphs import BRAILLE

_WATCHED = 95.0
"""Seconds of history in the pictures."""
_ME = Identity(name="lead", role="director", teams=("engineering",))
_OTHERS = (
    Presence(seat="1", operator="ops", role="operator", via="ssh 203.0.113.7", looking_at="deploy-1"),
    Presence(seat="2", operator="eva", role="engineer", via="ssh 203.0.113.9", looking_at="restore-tested"),
)


def main(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    with Stage(load(FIRST), login="lead") as stage:
        # The plan shows its commands; where this checkout lies is nobody's business.
        text = stage.definition.read_text(encoding="utf-8")
        stage.definition.write_text(text.replace(sys.executable, "python3"), encoding="utf-8")
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        url = sqlite_url(stage.directory / "launchpad.db")
        definition = load_definition(stage.definition).definition
        launch = launch_id(definition.launch)
        store = open_store(url)
        open_launch(store, _ME, OpenLaunch(launch=launch, definition=definition))
        engine = subprocess.Popen(
            engine_argv(launch, "--until-closed", "0", config=stage.definition),
            env=engine_environ({**os.environ, "PATH": path, "XDG_STATE_HOME": str(stage.directory)}, url),
            cwd=stage.directory,
            stdin=subprocess.PIPE,
            pass_fds=(stage.engine_pipe,),
        )
        try:
            while not watching(store, launch):
                time.sleep(0.1)
            session = Session(store, launch)
            asyncio.run(_draw(session, LocalDesk(store, session, _ME), folder))
        finally:
            end(engine)
            store.close()
    return 0


async def _draw(session: Session, desk: LocalDesk, folder: Path) -> None:
    begin = time.monotonic()
    for name, size, keys in (
        ("dashboard", (132, 40), ("space",)),
        ("plan", (120, 40), ("d",)),
        ("narrow", (80, 24), ()),
    ):
        face = Face(session, desk, glyphs=BRAILLE, rehearsal=True)
        async with face.run_test(size=size) as pilot:
            while time.monotonic() - begin < _WATCHED:
                await asyncio.sleep(0.5)
                for other in _OTHERS:
                    await asyncio.to_thread(session.source.announce, session.launch, other)
            for other in _OTHERS:
                await asyncio.to_thread(session.source.announce, session.launch, other)
            await pilot.press(*keys)
            await asyncio.sleep(3.0)
            picture = face.export_screenshot(title="launchpad")
            # Without the fonts that it would fetch from elsewhere: a reader's own will do.
            picture = re.sub(r"@font-face \{.*?\}", "", picture, flags=re.DOTALL)
            (folder / f"{name}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/images")))
