"""Engines that die, freeze and come back: nothing happens twice, nothing acknowledged is lost."""

import contextlib
import fcntl
import os
import random
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from launchpad.errors import Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.definition import Definition, OnFailure
from launchpad.model.journal import verify
from launchpad.model.state import RunState
from tests.support.war_room import TTL, WarRoom, action, commands_launch, recording, until

pytestmark = pytest.mark.slow
Open = Callable[[Definition], WarRoom]


def _minder(room: WarRoom, run: RunState) -> int:
    """The process that stays with the run's first step."""
    nonce = run.steps[0].nonce.rpartition(":")[2]
    claim = room.base / "state" / "steps" / room.launch / nonce / "claim"
    return int(until(lambda: claim.exists() and claim.read_text().split()[1]))


def _freeze(room: WarRoom, engine: subprocess.Popen[str]) -> None:
    """Stops the engine, but not inside a write: on SQLite nobody else could write until it goes on."""
    with contextlib.ExitStack() as stack:
        if room.url.startswith("sqlite:"):
            turns = stack.enter_context((room.base / "journal.db.lock").open())
            fcntl.flock(turns, fcntl.LOCK_EX)
        engine.send_signal(signal.SIGSTOP)


def test_a_second_engine_is_refused_and_a_standby_waits(war_room: Open) -> None:
    room = war_room(commands_launch({"deploy": {"argv": ["true"]}}, deploy=action("deploy")))
    first = room.engine(ttl=TTL)
    second = room.engine(ttl=TTL)
    assert second.wait(60) == 3
    assert "watches acme-4.2.0 already" in second.stdout.read()
    standby = room.engine(standby=True)
    until(lambda: room.view().engine.standbys, what="the standby to say that it waits")
    assert [each.holder.split(":")[1] for each in room.view().engine.standbys] == [str(standby.pid)]
    assert room.view().engine.behind.endswith(" ready")
    before = room.epoch
    first.terminate()
    assert first.wait(60) == 0
    until(lambda: room.epoch > before, what="the standby to take over")
    assert standby.poll() is None
    until(lambda: not room.view().engine.standbys, what="nobody to stand by any more")


def test_a_standby_follows_the_command_of_a_killed_engine_to_its_end(
    war_room_on_either_store: Open, tmp_path: Path
) -> None:
    record = tmp_path / "record"
    operations = {"deploy": recording(record, "deploy", seconds=4), "smoke": recording(record, "smoke")}
    room = war_room_on_either_store(commands_launch(operations, deploy=action("deploy", "smoke")))
    engine = room.engine(ttl=TTL)
    run_id = room.go("deploy")
    until(room.recorded, what="the deploy to begin")
    room.engine(standby=True)
    engine.kill()
    run = room.when(run_id, "succeeded", "failed", "interrupted")
    assert run.status == "succeeded"
    assert room.recorded() == ["deploy", "smoke"]
    assert [step.attempt for step in run.steps] == [1, 1]
    texts = [line.text for line in room.session.log(run_id)]
    assert texts.count("deploy begins") == texts.count("deploy ends") == 1


@pytest.mark.parametrize(
    ("resolution", "status", "target"),
    [
        ("retry", "succeeded", ["deploy", "deploy", "smoke"]),
        ("skip", "succeeded", ["deploy", "smoke"]),
        ("done", "succeeded", ["deploy", "smoke"]),
        ("roll-back", "failed", ["deploy"]),
    ],
)
def test_a_step_that_nobody_can_find_waits_for_a_person(
    war_room: Open, tmp_path: Path, resolution: str, status: str, target: list[str]
) -> None:
    record = tmp_path / "record"
    operations = {
        "deploy": {
            "argv": [
                "sh",
                "-c",
                f'echo deploy >> "{record}"; sleep 2; echo "deploy ends" > "{tmp_path}/said"',
            ]
        },
        "smoke": recording(record, "smoke"),
        "rollback": recording(record, "rollback"),
    }
    room = war_room(
        commands_launch(
            operations,
            deploy=action("deploy", "smoke", on_failure=OnFailure(run="back")),
            back=action("rollback"),
        )
    )
    engine = room.engine(ttl=TTL)
    run_id = room.go("deploy")
    until(room.recorded, what="the deploy to begin")
    minder = _minder(room, room.when(run_id, "running"))
    room.engine(standby=True)
    engine.kill()
    os.kill(minder, signal.SIGKILL)
    run = room.when(run_id, "interrupted")
    # Nobody is asked while the command itself goes on: a retry would be a second one beside it.
    assert "deploy ends" in (room.base / "said").read_text()
    assert "nobody saw how" in run.reason
    assert room.recorded() == ["deploy"]
    with pytest.raises(Refused):
        room.does("ops", cmd.ResolveRun(run=run_id, resolution="retry", expect=run.seq - 1))
    room.does("ops", cmd.ResolveRun(run=run_id, resolution=resolution, expect=run.seq))
    assert room.when(run_id, "succeeded", "failed").status == status
    assert room.recorded() == target
    if resolution == "roll-back":
        room.when("back-1", "planned")


def test_a_frozen_engine_does_nothing_more_once_another_has_taken_over(
    war_room_on_either_store: Open, tmp_path: Path
) -> None:
    record = tmp_path / "record"
    names = ("backup", "deploy", "smoke")
    operations = {name: recording(record, name, seconds=1.5) for name in names}
    room = war_room_on_either_store(commands_launch(operations, release=action(*names)))
    frozen = room.engine(ttl=TTL)
    run_id = room.go("release")
    until(room.recorded, what="the first step to begin")
    _freeze(room, frozen)
    before = room.epoch
    successor = room.engine(standby=True)
    until(lambda: room.epoch > before, seconds=60, what="the standby to take over")
    frozen.send_signal(signal.SIGCONT)
    run = room.when(run_id, "succeeded")
    assert room.recorded() == list(names)
    intended = [r.event for r in room.session.events if isinstance(r.event, ev.StepIntended)]
    # A second is a short lease on a busy machine: it may change hands more often than the test asks for.
    first, *others = [event.epoch for event in intended]
    assert first <= before < min(others)
    assert others == sorted(others)
    assert [step.attempt for step in run.steps] == [1, 1, 1]
    successor.kill()

    def thawed_holds() -> bool:
        assert frozen.poll() is None, f"it ended with {frozen.returncode}: {frozen.stdout.read()}"
        return f":{frozen.pid}:" in room.holder

    until(thawed_holds, seconds=120, what="the thawed engine, on standby since, to take over")


def test_an_engine_frozen_before_its_command_began_never_begins_it(war_room: Open, tmp_path: Path) -> None:
    """A successor that finds no claim takes it; a minder that comes late finds it taken."""
    room = war_room(
        commands_launch({"deploy": recording(tmp_path / "record", "deploy")}, deploy=action("deploy"))
    )
    from launchpad.providers import minder

    late = tmp_path / "late"
    late.mkdir()
    assert minder.claim(str(late), "abandoned")
    import json
    import sys

    spec = {"argv": ["sh", "-c", f"echo deploy >> {room.record}"], "env": {}, "cwd": "/"}
    subprocess.run(
        [sys.executable, "-I", "-S", minder.__file__, str(late)],
        input=json.dumps(spec),
        text=True,
        check=True,
    )
    room.engine()
    room.when(room.go("deploy"), "succeeded")
    assert room.recorded() == ["deploy"]


def test_an_engine_killed_anywhere_never_does_a_step_twice(war_room: Open, tmp_path: Path) -> None:
    """Kills the engine at random moments of three-step runs; each time another takes over."""
    record = tmp_path / "record"
    names = ("backup", "deploy", "smoke")
    operations = {name: recording(record, name, seconds=0.1) for name in names}
    room = war_room(commands_launch(operations, release=action(*names)))
    chance = random.Random(7)
    rounds = 8
    engine = room.engine(ttl=TTL)
    for _ in range(rounds):
        run_id = room.go("release")
        until(lambda run_id=run_id: room.run(run_id).status != "planned")
        pause = chance.uniform(0.0, 0.6)
        signal.sigtimedwait([], pause)
        engine.kill()
        engine.wait()
        engine = room.engine(standby=True, ttl=TTL)
        run = room.when(run_id, "succeeded", "interrupted")
        assert run.status == "succeeded", run.reason
    assert room.recorded() == list(names) * rounds
    assert verify(room.launch, room.store.rows(room.launch, limit=10_000)).seq == room.session.state.seq
    assert room.session.state.anomalies == 0


def test_the_engine_of_a_closed_launch_ends_and_none_begins(war_room: Open) -> None:
    room = war_room(commands_launch({"deploy": {"argv": ["true"]}}, deploy=action("deploy")))
    engine = room.engine(ttl=TTL)
    room.does("lead", cmd.CloseLaunch(outcome="success"))
    assert engine.wait(60) == 0
    late = room.engine()
    assert late.wait(60) == 3
    assert "is closed (success)" in late.stdout.read()
