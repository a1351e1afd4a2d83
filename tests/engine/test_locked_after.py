"""What a rollback took back stays locked, for everybody, until a director says why not."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from launchpad.errors import BadInput, Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.definition import Definition, OnFailure, UnlockedCondition
from launchpad.rules.gates import evaluate
from tests.support.war_room import TTL, WarRoom, action, commands_launch, recording, until

pytestmark = pytest.mark.slow
Open = Callable[[Definition], WarRoom]


def _room(war_room: Open, tmp_path: Path, **of_rollback: object) -> WarRoom:
    record = tmp_path / "record"
    operations = {verb: recording(record, verb) for verb in ("deploy", "rollback")}
    definition = commands_launch(
        operations,
        deploy=action("deploy"),
        again=action("deploy"),
        rollback=action("rollback", **of_rollback),
    )
    return war_room(replace(definition, gates={"free": (UnlockedCondition(unlocked=("shop",)),)}))


def _locks(room: WarRoom) -> list[tuple[str, str]]:
    return [(lock.target, lock.owner) for lock in room.store.locks(room.launch)]


def test_nobody_deploys_after_a_rollback_until_a_director_says_why(war_room: Open, tmp_path: Path) -> None:
    room = _room(war_room, tmp_path)
    room.engine()
    before = room.go("deploy")
    room.when(before, "succeeded")
    until(lambda: not room.store.locks(room.launch), what="the deploy's lock to be released")
    room.does("ops", cmd.RequestRun(action="deploy"))
    waiting = room.when("deploy-2", "planned")

    back = room.when(room.go("rollback"), "succeeded")
    assert back.plan is not None
    assert back.plan.lock_after == 86400
    [lock] = room.store.locks(room.launch)
    assert (lock.target, lock.owner) == ("shop", f"{room.launch}/rollback-1, ended")
    assert lock.reason.startswith("rolled back at ")
    assert lock.reason.endswith(" by ops")
    assert 86000 < lock.expires_in <= 86400
    told = [r.event for r in room.store.read(room.launch) if isinstance(r.event, ev.LockChanged)]
    assert [(e.target, e.held, e.run) for e in told] == [("shop", True, "rollback-1")]

    # Neither who rolled back, nor what was planned before, nor a director.
    with pytest.raises(Refused, match=r"shop is locked by .*rollback-1, ended: rolled back"):
        room.does("ops", cmd.RequestRun(action="again"))
    room.does("ops", cmd.ConfirmRun(run="deploy-2", digest=waiting.digest))
    assert "rolled back" in room.when("deploy-2", "refused").reason
    view = room.view()
    assert "shop is locked after rollback-1, 23h" in view.standing.advice
    assert (gate := evaluate("free", view.situation)) is not None
    assert gate.verdict == "NO-GO"

    with pytest.raises(Refused, match="director"):
        room.does("ops", cmd.Unlock(target="shop", text="please"))
    with pytest.raises(BadInput, match="needs a few words"):
        room.does("lead", cmd.Unlock(target="shop"))
    room.does("lead", cmd.Unlock(target="shop", text="the fix is reviewed"))
    room.when(room.go("deploy"), "succeeded")
    assert room.recorded() == ["deploy", "rollback", "deploy"]


def test_another_rollback_passes_the_lock_and_takes_it_over(war_room: Open, tmp_path: Path) -> None:
    room = _room(war_room, tmp_path, lock_after=3600.0)
    room.engine()
    room.when(room.go("rollback"), "succeeded")
    assert _locks(room) == [("shop", f"{room.launch}/rollback-1, ended")]
    room.when(room.go("rollback"), "succeeded")
    assert _locks(room) == [("shop", f"{room.launch}/rollback-2, ended")]
    assert room.store.locks(room.launch)[0].expires_in > 3000


def test_who_rolls_back_under_a_lock_of_their_own_gives_it_up(war_room: Open, tmp_path: Path) -> None:
    room = _room(war_room, tmp_path, lock_after=60.0)
    room.engine()
    room.does("ops", cmd.Lock(target="shop", text="mine", seconds=7200.0))
    room.when(room.go("rollback"), "succeeded")
    assert _locks(room) == [("shop", f"{room.launch}/rollback-1, ended")]
    assert room.store.locks(room.launch)[0].expires_in > 7000
    with pytest.raises(Refused, match="rolled back"):
        room.does("ops", cmd.RequestRun(action="deploy"))


def test_the_definition_can_switch_it_off(war_room: Open, tmp_path: Path) -> None:
    room = _room(war_room, tmp_path, lock_after=0.0)
    room.engine()
    room.when(room.go("rollback"), "succeeded")
    until(lambda: not room.store.locks(room.launch), what="the lock to be released")


def test_a_rollback_that_fails_leaves_nothing_locked(war_room: Open, tmp_path: Path) -> None:
    operations = {"rollback": recording(tmp_path / "record", "rollback", code=1)}
    room = war_room(commands_launch(operations, rollback=action("rollback")))
    room.engine()
    room.when(room.go("rollback"), "failed")
    until(lambda: not room.store.locks(room.launch), what="the lock to be released")


def test_what_repairs_by_itself_says_what_failed(war_room: Open, tmp_path: Path) -> None:
    record = tmp_path / "record"
    operations = {"deploy": recording(record, "deploy", code=1), "rollback": recording(record, "rollback")}
    room = war_room(
        commands_launch(
            operations,
            deploy=action("deploy", on_failure=OnFailure(run="rollback", mode="auto")),
            rollback=action("rollback"),
        )
    )
    room.engine()
    room.when(room.go("deploy"), "failed")
    room.when("rollback-1", "succeeded")
    [lock] = room.store.locks(room.launch)
    assert "by engine: deploy-1 failed, step 1 (deploy shop)" in lock.reason


@pytest.mark.parametrize("dies", ["before run.succeeded", "after run.succeeded"])
def test_the_lock_outlives_an_engine_that_is_killed(war_room: Open, tmp_path: Path, dies: str) -> None:
    room = _room(war_room, tmp_path)
    first = room.engine(dies=dies, ttl=TTL)
    room.go("rollback")
    first.wait()
    room.engine(standby=True)
    room.when("rollback-1", "succeeded")
    assert _locks(room) == [("shop", f"{room.launch}/rollback-1, ended")]
    assert room.store.locks(room.launch)[0].expires_in > 80000
