"""An engine whose way to the store is cut without a word: it knows in time that it may not act any more."""

from pathlib import Path

import pytest

from launchpad.model import events as ev
from launchpad.model.journal import verify
from tests.support.war_room import TTL, WarRoom, action, commands_launch, recording, until
from tests.support.wires import wired

pytestmark = pytest.mark.slow
STEPS = ("backup", "deploy", "smoke")


def test_it_begins_nothing_more_and_is_of_use_again_later(tmp_path: Path, postgres_database: str) -> None:
    record = tmp_path / "record"
    operations = {name: recording(record, name, seconds=2) for name in STEPS}
    room = WarRoom(tmp_path, commands_launch(operations, release=action(*STEPS)), url=postgres_database)
    try:
        with wired(room.url) as (wire, url):
            cut_off = room.engine(url=url, ttl=TTL)
            run_id = room.go("release")
            until(room.recorded, what="the first step to begin")
            before = room.epoch
            wire.cut()
            successor = room.engine(standby=True)
            until(lambda: room.epoch > before, what="the other engine to take over")
            # It has the same files, finds the command that runs and follows it to its end.
            run = room.when(run_id, "succeeded", "failed", "interrupted")
            assert run.status == "succeeded"
            assert room.recorded() == list(STEPS)
            assert [step.attempt for step in run.steps] == [1, 1, 1]
            before = room.epoch
            wire.mend()
            successor.terminate()
            until(lambda: room.epoch > before, what="the one that was cut off to take over")
            assert cut_off.poll() is None
            assert room.holder.split(":")[1] == str(cut_off.pid)
            assert room.recorded() == list(STEPS)
            assert sum(isinstance(each.event, ev.RunStarted) for each in room.session.events) == 1
            verify(room.launch, room.store.rows(room.launch, limit=10_000))
            cut_off.terminate()
            assert cut_off.wait(60) == 0
    finally:
        room.close()
