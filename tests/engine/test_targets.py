"""Locks that runs hold: kept while an engine changes, never in the way of a stop, never run out in use."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from launchpad.engine.targets import Targets
from launchpad.errors import BrokenJournal, LeaseLost, Refused, Unreachable
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.definition import Definition, Verb
from launchpad.model.journal import Draft
from launchpad.model.plan import Plan, PlannedStep
from launchpad.model.state import RunState
from tests.support.war_room import TTL, WarRoom, action, commands_launch, recording, until

Open = Callable[[Definition], WarRoom]


DEFINITION = commands_launch(
    {"deploy": {"argv": ["true"]}, "rollback": {"argv": ["true"]}},
    deploy=action("deploy"),
    rollback=action("rollback"),
)


@pytest.fixture
def room(war_room: Open) -> WarRoom:
    return war_room(DEFINITION)


@pytest.fixture
def later(room: WarRoom, tmp_path: Path) -> Iterator[WarRoom]:
    """Another launch in the same store."""
    opened = WarRoom(tmp_path, DEFINITION, url=room.url, launch="acme-4.2.1")
    yield opened
    opened.close()


def _planned(room: WarRoom, verb: Verb = "deploy", *, lock_after: float = 0.0) -> RunState:
    asked = room.does("ops", cmd.RequestRun(action=verb))
    run = asked.subject.removeprefix("run:")
    steps = (PlannedStep(verb=verb, provider="shop", does="it", command="make it"),)
    plan = Plan(
        action=verb, title=verb, version="1", environment="staging", steps=steps, lock_after=lock_after
    )
    _happens(room, ev.RunPlanned(run=run, plan=plan, digest="d", gate=None, expires_at=2**60))
    return room.run(run)


def _happens(room: WarRoom, event: ev.Event) -> None:
    room.store.append(room.launch, [Draft(id=uuid4().hex, event=event, actor="engine", auth="engine")])


async def _goes_back(room: WarRoom, *, lock_after: float = 3600.0) -> None:
    """A rollback from its request to its end, after which its target stays locked."""
    run, targets = _planned(room, "rollback", lock_after=lock_after), Targets(room.store, room.session)
    async with targets.held(run):
        assert targets.keep(run)


def _locks(room: WarRoom) -> list[tuple[str, str]]:
    return [(lock.target, lock.owner) for lock in room.store.locks(room.launch)]


@pytest.mark.parametrize("end", [BrokenJournal, LeaseLost, Unreachable])
async def test_an_engine_that_ends_leaves_the_target_locked_for_its_successor(room: WarRoom, end) -> None:
    run = _planned(room)
    with pytest.raises(end):
        async with Targets(room.store, room.session).held(run):
            raise end("gone")
    assert [(lock.target, lock.owner) for lock in room.store.locks(room.launch)] == [
        ("shop", f"{room.launch}/deploy-1")
    ]


async def test_a_run_that_ends_releases_its_target(room: WarRoom) -> None:
    async with Targets(room.store, room.session).held(_planned(room)):
        assert room.store.locks(room.launch)
    assert room.store.locks(room.launch) == ()


async def test_the_requesters_own_lock_does_not_run_out_under_the_run(room: WarRoom) -> None:
    run = _planned(room)
    room.does("ops", cmd.Lock(target="shop", text="my release", seconds=2.0))
    async with Targets(room.store, room.session).held(run):
        [lock] = room.store.locks(room.launch)
        assert (lock.owner, lock.reason) == ("ops", "my release")
        assert lock.expires_in > 50
    assert [lock.owner for lock in room.store.locks(room.launch)] == ["ops"]


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
        assert room.store.locks(room.launch)[0].expires_in > 3500


async def test_somebody_elses_lock_is_named(room: WarRoom) -> None:
    room.store.take_lock(room.launch, "shop", "mallory", "database work", 60.0)
    with pytest.raises(Refused, match="locked by mallory: database work"):
        async with Targets(room.store, room.session).held(_planned(room)):
            pass


def _left_at_work_and_locked_by_another(room: WarRoom, tmp_path: Path) -> int:
    """The command of a run whose engine was killed and whose lock somebody else has taken since."""
    engine = room.engine(ttl=TTL)
    run_id = room.go("deploy")
    pids = tmp_path / "pid"
    pid = int(until(lambda: pids.exists() and pids.read_text().strip(), what="the command to begin"))
    until(lambda: room.run(run_id).steps[0].status == "running", what="the step to run")
    engine.kill()
    engine.wait()
    assert room.store.release_lock(room.launch, "shop", f"{room.launch}/{run_id}")
    room.store.take_lock(room.launch, "shop", "mallory", "database work", 60.0)
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


async def test_a_rollback_passes_what_another_launch_left_locked_after_its_own(
    room: WarRoom, later: WarRoom
) -> None:
    await _goes_back(room, lock_after=7200.0)
    assert _locks(room) == [("shop", "acme-4.2.0/rollback-1, ended")]
    with pytest.raises(Refused, match=r"locked by acme-4\.2\.0/rollback-1, ended: rolled back"):
        later.does("ops", cmd.RequestRun(action="deploy"))
    assert "shop is locked after rollback-1 of acme-4.2.0" in later.view().standing.advice

    run, targets = _planned(later, "rollback", lock_after=3600.0), Targets(later.store, later.session)
    async with targets.held(run):
        assert ("shop", "acme-4.2.0/rollback-1, ended") in _locks(room), "it stays while nothing is done"
    assert _locks(room) == [("shop", "acme-4.2.0/rollback-1, ended")], "and if the rollback failed"
    async with targets.held(run):
        assert targets.keep(run)
    [lock] = later.store.locks(room.launch)
    assert lock.owner == "acme-4.2.1/rollback-1, ended"
    assert lock.expires_in > 7000, "the longer one counts"


async def test_what_is_rehearsed_in_staging_locks_nothing_of_production(war_room: Open) -> None:
    rehearsed = war_room(DEFINITION)
    launch = replace(DEFINITION.launch, environment="production")
    real = war_room(replace(DEFINITION, launch=launch), launch="acme-4.2.0-production")
    assert rehearsed.url == real.url
    await _goes_back(rehearsed)
    rehearsed.does("lead", cmd.Lock(target="*", text="nobody else", seconds=600.0))
    assert _locks(real) == []
    assert real.view().locks == ()
    assert "locked" not in real.view().standing.advice
    run = _planned(real)
    async with Targets(real.store, real.session).held(run):
        assert _locks(real) == [("shop", "acme-4.2.0-production/deploy-1")]
    assert _locks(rehearsed) == [("*", "lead"), ("shop", "acme-4.2.0/rollback-1, ended")]


async def test_two_launches_do_not_roll_back_at_once_under_one_lock(room: WarRoom, later: WarRoom) -> None:
    room.store.take_lock(room.launch, "shop", "acme-4.1.0/rollback-1, ended", "rolled back", 600.0)
    ours, theirs = _planned(room, "rollback"), _planned(later, "rollback")
    async with Targets(room.store, room.session).held(ours):
        with pytest.raises(Refused, match=r"shop, going back is locked by acme-4\.2\.0/rollback-1"):
            async with Targets(later.store, later.session).held(theirs):
                pass
    async with Targets(later.store, later.session).held(theirs):
        pass


@pytest.mark.parametrize(("owner", "who"), [("bob", "bob"), ("acme-4.2.0/deploy-7", "deploy-7")])
async def test_a_rollback_does_not_pass_a_person_nor_a_run_at_work(
    room: WarRoom, later: WarRoom, owner: str, who: str
) -> None:
    room.store.take_lock(room.launch, "shop", owner, "hands off", 600.0)
    with pytest.raises(Refused, match=f"locked by .*{who}: hands off"):
        later.does("ops", cmd.RequestRun(action="rollback"))


class Crowded:
    """A store in which somebody else reaches for the target after everything that is done."""

    def __init__(self, room: WarRoom) -> None:
        self._room = room

    def __getattr__(self, name: str) -> Any:
        done = getattr(self._room.store, name)

        def then_another(*given: Any, **named: Any) -> Any:
            result = done(*given, **named)
            with contextlib.suppress(Refused):
                self._room.store.take_lock(self._room.launch, "shop", "mallory", "mine at last", 600.0)
            return result

        return then_another


async def test_what_stays_locked_is_free_at_no_moment(room: WarRoom) -> None:
    room.does("ops", cmd.Lock(target="shop", text="my release", seconds=600.0))
    run, targets = _planned(room, "rollback", lock_after=3600.0), Targets(Crowded(room), room.session)
    async with targets.held(run):
        assert targets.keep(run)
    assert _locks(room) == [("shop", "acme-4.2.0/rollback-1, ended")]


async def test_what_stays_locked_is_not_taken_from_a_run_at_work(room: WarRoom) -> None:
    run, targets = _planned(room, "rollback", lock_after=3600.0), Targets(room.store, room.session)
    async with targets.held(run):
        room.store.release_lock(room.launch, "shop", "acme-4.2.0/rollback-1")
        room.store.take_lock(room.launch, "shop", "other-1/deploy-1", "is under way", 60.0)
        assert targets.keep(run) == []
    assert _locks(room) == [("shop", "other-1/deploy-1")]


async def test_a_successor_rests_on_what_the_run_left_locked_before_its_end_was_told(room: WarRoom) -> None:
    run, before = _planned(room, "deploy", lock_after=3600.0), Targets(room.store, room.session)
    with contextlib.suppress(LeaseLost):
        async with before.held(run):
            before.keep(run)
            raise LeaseLost("gone")
    after = Targets(room.store, room.session)
    async with after.held(run):
        assert after.keep(run)
    [lock] = room.store.locks(room.launch)
    assert lock.owner == "acme-4.2.0/deploy-1, ended"
    assert lock.expires_in > 3000
