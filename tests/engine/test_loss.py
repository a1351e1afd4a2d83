"""A primary dies, and its standby is promoted without the last that was acknowledged: a run and its end."""

from pathlib import Path

import pytest

from launchpad.errors import BrokenJournal
from launchpad.model import commands as cmd
from launchpad.session import Session
from launchpad.store.archive import verify_store
from tests.support.postgres import primary_and_standby
from tests.support.war_room import TTL, WarRoom, action, commands_launch, recording, until

pytestmark = pytest.mark.slow


def test_no_engine_of_that_host_goes_on_until_a_director_accepts_it(tmp_path: Path) -> None:
    record = tmp_path / "record"
    operations = {name: recording(record, name) for name in ("backup", "deploy")}
    launch = commands_launch(operations, backup=action("backup"), deploy=action("deploy"))
    with primary_and_standby(synchronous=False) as standby:
        room = WarRoom(tmp_path, launch, url=standby.url_of_both)
        try:
            first = room.engine(ttl=TTL)
            room.when(room.go("backup"), "succeeded")
            standby.has_received()
            standby.stop()
            deployed = room.go("deploy")
            room.when(deployed, "succeeded")
            head = room.store.head(room.launch)
            standby.primary.crash()
            standby.start()
            standby.promote()
            assert "the store has lost event" in _refusal(first)
            with pytest.raises(BrokenJournal, match="lost event"):
                room.session.refresh()
            room.session = Session(room.store, room.launch)
            assert deployed not in room.session.state.runs
            # What is left holds: the next engine knows of the loss from the first one alone.
            verify_store(room.store, room.launch)
            with pytest.raises(BrokenJournal, match="cut short or rewritten"):
                verify_store(room.store, room.launch, head.hash)
            said = _refusal(room.engine(standby=True, ttl=TTL))
            assert f"lost event {head.seq} of {room.launch}, which an engine had read here" in said
            assert f"launchpad accept-loss {head.hash}" in said
            room.does("lead", cmd.AcceptLoss(head=head.hash, text="db-1 died; the deploy is out"))
            room.engine()
            room.when(room.go("backup"), "succeeded")
            assert room.recorded() == ["backup", "deploy", "backup"]
        finally:
            room.close()


def _refusal(engine) -> str:
    """What an engine says as it ends."""
    assert until(lambda: engine.poll() is not None and engine.returncode, what="the engine to end") == 1
    last = engine.stdout.read().splitlines()[-1]
    assert last.startswith("BrokenJournal: ")
    return str(last)
