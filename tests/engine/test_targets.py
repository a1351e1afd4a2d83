"""Locks that runs hold: kept while an engine changes, never in the way of a stop, never run out in use."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from launchpad.engine.targets import Targets
from launchpad.errors import LeaseLost, Refused, Unreachable
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.definition import Definition
from launchpad.model.journal import Draft
from launchpad.model.plan import Plan, PlannedStep
from launchpad.model.state import RunState
from tests.support.war_room import WarRoom, action, commands_launch, recording, until

Open = Callable[[Definition], WarRoom]


@pytest.fixture
def room(war_room: Open) -> WarRoom:
    return war_room(commands_launch({"deploy": {"argv": ["true"]}}, deploy=action("deploy")))


def _planned(room: WarRoom) -> RunState:
    room.does("ops", cmd.RequestRun(action="deploy"))
    steps = (PlannedStep(verb="deploy", provider="shop", does="it", command="make it"),)
    plan = Plan(action="deploy", title="deploy", version="1", environment="staging", steps=steps)
    event = ev.RunPlanned(run="deploy-1", plan=plan, digest="d", gate=None, expires_at=2**60)
    room.store.append(room.launch, [Draft(id="plan", event=event, actor="engine", auth="engine")])
    return room.run("deploy-1")


@pytest.mark.parametrize("end", [LeaseLost, Unreachable])
async def test_an_engine_that_ends_leaves_the_target_locked_for_its_successor(room: WarRoom, end) -> None:
    run = _planned(room)
    with pytest.raises(end):
        async with Targets(room.store, room.session).held(run):
            raise end("gone")
    assert [(lock.target, lock.owner) for lock in room.store.locks()] == [("shop", f"{room.launch}/deploy-1")]


async def test_a_run_that_ends_releases_its_target(room: WarRoom) -> None:
    async with Targets(room.store, room.session).held(_planned(room)):
        assert room.store.locks()
    assert room.store.locks() == ()


async def test_the_requesters_own_lock_does_not_run_out_under_the_run(room: WarRoom) -> None:
    run = _planned(room)
    room.does("ops", cmd.Lock(target="shop", text="my release", seconds=2.0))
    async with Targets(room.store, room.session).held(run):
        [lock] = room.store.locks()
        assert (lock.owner, lock.reason) == ("ops", "my release")
        assert lock.expires_in > 50
    assert [lock.owner for lock in room.store.locks()] == ["ops"]


async def test_two_runs_do_not_share_the_lock_of_who_asked_for_both(room: WarRoom) -> None:
    run = _planned(room)
    other = replace(run, id="smoke-1")
    room.does("ops", cmd.Lock(target="shop", text="my release", seconds=3600.0))
    targets = Targets(room.store, room.session)
    async with targets.held(run):
        with pytest.raises(Refused, match="deploy-1 is at work under that lock"):
            async with targets.held(other):
                pass
    async with targets.held(other):
        pass


async def test_the_requesters_longer_lock_is_left_as_it_is(room: WarRoom) -> None:
    run = _planned(room)
    room.does("ops", cmd.Lock(target="shop", text="my release", seconds=3600.0))
    async with Targets(room.store, room.session).held(run):
        assert room.store.locks()[0].expires_in > 3500


async def test_somebody_elses_lock_is_named(room: WarRoom) -> None:
    room.store.take_lock("shop", "mallory", "database work", 60.0)
    with pytest.raises(Refused, match="locked by mallory: database work"):
        async with Targets(room.store, room.session).held(_planned(room)):
            pass


def _left_at_work_and_locked_by_another(room: WarRoom, tmp_path: Path) -> int:
    """The command of a run whose engine was killed and whose lock somebody else has taken since."""
    engine = room.engine()
    run_id = room.go("deploy")
    pids = tmp_path / "pid"
    pid = int(until(lambda: pids.exists() and pids.read_text().strip(), what="the command to begin"))
    until(lambda: room.run(run_id).steps[0].status == "running", what="the step to run")
    engine.kill()
    engine.wait()
    assert room.store.release_lock("shop", f"{room.launch}/{run_id}")
    room.store.take_lock("shop", "mallory", "database work", 60.0)
    return pid


@pytest.fixture
def long_running(war_room: Open, tmp_path: Path) -> WarRoom:
    script = f'echo $$ > "{tmp_path}/pid"; exec sleep 60'
    operations = {"deploy": {"argv": ["sh", "-c", script]}, "smoke": recording(tmp_path / "record", "smoke")}
    return war_room(commands_launch(operations, deploy=action("deploy", "smoke")))


@pytest.mark.slow
def test_an_abort_waits_for_nobodys_lock(long_running: WarRoom, tmp_path: Path) -> None:
    _left_at_work_and_locked_by_another(long_running, tmp_path)
    long_running.does("eva", cmd.AbortRun(run="deploy-1"))
    long_running.engine(standby=True)
    run = long_running.when("deploy-1", "aborted")
    assert run.steps[0].status == "aborted"


@pytest.mark.slow
def test_a_step_at_work_that_lost_its_target_is_told_to_a_person(
    long_running: WarRoom, tmp_path: Path
) -> None:
    pid = _left_at_work_and_locked_by_another(long_running, tmp_path)
    long_running.engine(standby=True)
    run = long_running.when("deploy-1", "interrupted")
    os.kill(pid, signal.SIGKILL)
    assert run.reason == "shop is locked by mallory: database work; the step may still be at work"
    assert run.steps[0].status == "interrupted"
