"""An engine of an older version, and a launch that a later one writes to."""

from pathlib import Path

import pytest

from launchpad.model import events as ev
from launchpad.model.journal import Draft
from tests.support.war_room import TTL, WarRoom, action, commands_launch, recording, until

pytestmark = pytest.mark.slow


def test_it_lets_go_of_what_it_does_not_understand(tmp_path: Path) -> None:
    operations = {"backup": recording(tmp_path / "record", "backup")}
    room = WarRoom(tmp_path, commands_launch(operations, backup=action("backup")))
    try:
        engine = room.engine(ttl=TTL)
        later = ev.Unknown(kind="run.forbidden", raw='{"kind":"run.forbidden"}')
        room.store.append(room.launch, [Draft(id="later", event=later, actor="lead", auth="os")])  # type: ignore[arg-type]
        until(lambda: engine.poll() is not None, what="the engine to end")
        refusal = "a newer Launchpad wrote to this launch (run.forbidden); update this one to take part"
        assert (engine.returncode, engine.stdout.read()) == (3, f"Refused: {refusal}\n")
        assert room.store.lease(room.launch) is None
        again = room.engine(standby=True)
        until(lambda: again.poll() is not None, what="the next one to end")
        assert again.returncode == 3
        assert room.store.lease(room.launch) is None
    finally:
        room.close()
