"""Rollouts through a real engine process and a team's own scripts."""

import signal
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from launchpad.errors import Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.definition import AlertCondition, Definition, PhaseCondition, RolloutStage
from launchpad.model.state import RunState
from launchpad.rules.ladder import RolloutView
from tests.support.app_store import AppStore, rollout_launch
from tests.support.war_room import TTL, UNHURRIED, WarRoom, until

pytestmark = pytest.mark.slow
Open = Callable[[Definition], WarRoom]
STAGES = (10, 50, 100)


def soaking(*seconds: float) -> tuple[RolloutStage, ...]:
    return tuple(RolloutStage(percent=p, soak=s) for p, s in zip(STAGES, (*seconds, 0.0), strict=False))


NO_SOAK = soaking(0.0, 0.0)


def opened(
    war_room: Open, tmp_path: Path, *, ttl: str = UNHURRIED, **of_rollout: object
) -> tuple[WarRoom, AppStore]:
    """A war room with an engine that has read the store."""
    store = AppStore(tmp_path)
    room = war_room(rollout_launch(**of_rollout))
    room.engine(ttl=ttl)
    until(lambda: seen(room).known, what="the rollout to be read")
    return room, store


def seen(room: WarRoom) -> RolloutView:
    return room.view().rollouts[0]


def well(room: WarRoom) -> None:
    until(lambda: seen(room).state.verdict == "ok", what="the rollout to be recorded as well")


def go(room: WarRoom, command: cmd.Command, *, by: str = "ops", override: str = "") -> str:
    """Asks for a step, waits for its plan and confirms it."""
    run_id = room.does(by, command).subject.removeprefix("run:")
    run = room.when(run_id, "planned", "refused")
    assert run.status == "planned", run.reason
    confirm = cmd.ConfirmRun(run=run_id, digest=run.digest, override=override)
    until(lambda: confirmed(room, by, confirm), what="the gate to open")
    return run_id


def confirmed(room: WarRoom, by: str, confirm: cmd.ConfirmRun) -> bool:
    """Whether it could be confirmed: on a busy machine a guard may lack samples for a moment."""
    try:
        room.does(by, confirm)
    except Refused as error:
        if "HOLD" not in str(error):
            raise
        return False
    return True


def ended(room: WarRoom, run_id: str) -> RunState:
    return room.when(run_id, "succeeded", "failed", "interrupted", "aborted", "refused")


def done(room: WarRoom, run_id: str) -> RunState:
    """The run, which has succeeded."""
    run = ended(room, run_id)
    assert run.status == "succeeded", f"{run.reason} {[line.text for line in room.session.log(run.id)]}"
    return run


def observed(room: WarRoom) -> list[tuple[str, float, str, bool]]:
    room.session.refresh()
    events = [r.event for r in room.session.events if isinstance(r.event, ev.RolloutObserved)]
    return [(e.reading.status, e.reading.percent, e.run, e.outside) for e in events]


def test_bump_halt_resume_complete(war_room: Open, tmp_path: Path) -> None:
    room, store = opened(war_room, tmp_path, stages=NO_SOAK)
    well(room)
    planned = room.when(room.does("ops", cmd.BumpRollout(rollout="android")).subject[4:], "planned")
    assert planned.plan.steps[0].affects == "10% → 50% of users, reaches about 48 000 people more"
    assert planned.plan.steps[0].command == "./store set 50"
    assert planned.plan.gate == "rollout:android"
    confirm = cmd.ConfirmRun(run=planned.id, digest=planned.digest)
    until(lambda: confirmed(room, "ops", confirm), what="the gate to open")
    done(room, "bump-1")
    assert store.state == ("rolling", 50)
    until(lambda: seen(room).percent == 50, what="the bump to be seen")
    # An engineer halts with one word; nobody confirms or approves anything.
    room.does("eva", cmd.HaltRollout(rollout="android"))
    done(room, "halt-1")
    assert store.state == ("halted", 50)
    until(lambda: seen(room).status == "halted", what="the halt to be seen")
    with pytest.raises(Refused, match="halted at 50% and can't be bumped; resume it first"):
        room.does("ops", cmd.BumpRollout(rollout="android"))
    done(room, go(room, cmd.ResumeRollout(rollout="android")))
    until(lambda: seen(room).status == "rolling", what="the resumption to be seen")
    done(room, go(room, cmd.CompleteRollout(rollout="android")))
    until(lambda: seen(room).status == "complete", what="the end to be seen")
    # This store stops even what everybody may have.
    room.does("eva", cmd.HaltRollout(rollout="android"))
    done(room, "halt-2")
    assert room.recorded() == ["set-50", "halt", "resume", "complete", "halt"]
    until(lambda: len(observed(room)) == 6, what="all to be seen")
    assert observed(room) == [
        ("rolling", 10, "", False),
        ("rolling", 50, "bump-1", False),
        ("halted", 50, "halt-1", False),
        ("rolling", 50, "resume-1", False),
        ("complete", 100, "complete-1", False),
        ("halted", 100, "halt-2", False),
    ]
    assert room.session.state.anomalies == 0


def test_the_soak_holds_a_bump_and_a_director_overrides_it(war_room: Open, tmp_path: Path) -> None:
    room, store = opened(war_room, tmp_path, stages=soaking(600.0, 600.0))
    well(room)
    run = room.when(room.does("lead", cmd.BumpRollout(rollout="android")).subject[4:], "planned")
    with pytest.raises(Refused, match=r"gate rollout:android is HOLD: android has soaked at 10%: .* of 10m"):
        room.does("lead", cmd.ConfirmRun(run=run.id, digest=run.digest))
    room.does("lead", cmd.ConfirmRun(run=run.id, digest=run.digest, override="the fair opens"))
    done(room, run.id)
    assert store.state == ("rolling", 50)


def test_a_gate_of_the_definition_holds_what_goes_forward_and_never_a_halt(
    war_room: Open, tmp_path: Path
) -> None:
    definition = rollout_launch(stages=NO_SOAK, gate="launched")
    gates = {"launched": (PhaseCondition(phase="launch"), AlertCondition(no_alert="critical"))}
    store = AppStore(tmp_path)
    room = war_room(replace(definition, gates=gates))
    room.engine()
    until(lambda: seen(room).known, what="the rollout to be read")
    well(room)
    run = room.when(room.does("ops", cmd.BumpRollout(rollout="android")).subject[4:], "planned")
    with pytest.raises(Refused, match="NO-GO: phase is launch: now in pre-launch"):
        room.does("ops", cmd.ConfirmRun(run=run.id, digest=run.digest))
    room.does("eva", cmd.HaltRollout(rollout="*"))
    done(room, "halt-1")
    assert room.run(run.id).status == "aborted"
    assert store.state == ("halted", 10)


def test_a_step_refuses_when_the_world_has_moved(war_room: Open, tmp_path: Path) -> None:
    room, store = opened(war_room, tmp_path, stages=NO_SOAK, approvals=1)
    well(room)
    run_id = go(room, cmd.BumpRollout(rollout="android"))
    store.becomes("rolling", 20)
    until(lambda: seen(room).percent == 20, what="the change to be seen")
    well(room)
    room.does("lead", cmd.ApproveRun(run=run_id, digest=room.run(run_id).digest))
    run = ended(room, run_id)
    assert (run.status, room.recorded()) == ("failed", [])
    assert "is rolling at 20% now, and was rolling at 10%" in run.reason
    assert observed(room)[-1] == ("rolling", 20, "", True)


def test_what_is_accepted_and_ignored_has_failed(war_room: Open, tmp_path: Path) -> None:
    room, store = opened(war_room, tmp_path, stages=NO_SOAK)
    well(room)
    store.misbehaves("ignore")
    run = ended(room, go(room, cmd.BumpRollout(rollout="android")))
    assert run.status == "failed"
    assert (
        "accepted and ignored: asked to bump android to 50%, and 2 s later android is rolling at 10%"
        in run.reason
    )


def test_what_is_refused_and_yet_so_has_succeeded(war_room: Open, tmp_path: Path) -> None:
    room, store = opened(war_room, tmp_path, every=600.0)
    store.becomes("halted", 10)
    store.misbehaves("refuse")
    room.does("eva", cmd.HaltRollout(rollout="android"))
    run = ended(room, "halt-1")
    assert (run.status, run.steps[0].detail) == ("succeeded", "it shows, after exit status 1")


def test_a_halt_preempts_a_bump_at_work(war_room: Open, tmp_path: Path) -> None:
    room, store = opened(war_room, tmp_path, stages=NO_SOAK)
    well(room)
    store.misbehaves("slow", "60")
    run_id = go(room, cmd.BumpRollout(rollout="android"))
    until(room.recorded, what="the bump to begin")
    store.behaves("slow")
    room.does("eva", cmd.HaltRollout(rollout="android", text="cards fail"))
    done(room, "halt-1")
    assert room.run(run_id).status == "aborted"
    assert room.recorded() == ["set-50", "halt"]
    assert store.state == ("halted", 10)


def test_a_lock_keeps_a_bump_off_and_no_halt(war_room: Open, tmp_path: Path) -> None:
    room, store = opened(war_room, tmp_path, stages=NO_SOAK)
    well(room)
    room.store.take_lock(room.launch, "store", "mallory", "release freeze", 60.0)
    with pytest.raises(Refused, match="store is locked by mallory: release freeze"):
        room.does("ops", cmd.BumpRollout(rollout="android"))
    room.does("eva", cmd.HaltRollout(rollout="android"))
    done(room, "halt-1")
    assert store.state == ("halted", 10)


def test_a_halt_goes_ahead_when_nothing_can_be_read(war_room: Open, tmp_path: Path) -> None:
    room, store = opened(war_room, tmp_path)
    store.misbehaves("down")
    room.does("eva", cmd.HaltRollout(rollout="android"))
    until(lambda: room.recorded() == ["halt"], what="the halt to reach the store")
    store.behaves("down")
    done(room, "halt-1")


def test_the_engine_climbs_by_itself_after_soak_and_veto_window(war_room: Open, tmp_path: Path) -> None:
    room, store = opened(war_room, tmp_path, advance="automatic", veto=1.0)
    until(lambda: store.state == ("complete", 100), seconds=100, what="the last stage")
    done(room, "complete-1")
    assert room.recorded() == ["set-50", "complete"]
    room.session.refresh()
    announced = [r for r in room.session.events if isinstance(r.event, ev.RolloutAdvanceAnnounced)]
    assert [r.event.percent for r in announced] == [50, 100]
    run = room.run("bump-1")
    assert run.requested_at >= announced[0].event.due_at
    assert "nobody vetoed it" in run.aim.why


def test_a_veto_keeps_it_where_it_is(war_room: Open, tmp_path: Path) -> None:
    room, store = opened(war_room, tmp_path, advance="automatic", veto=600.0)
    until(lambda: seen(room).state.announced, what="the announcement")
    room.does("eva", cmd.VetoRollout(rollout="android", text="support is not awake"))
    assert seen(room).holds == "vetoed by eva: support is not awake"
    assert seen(room).state.due_at is None
    # A person still may.
    done(room, go(room, cmd.BumpRollout(rollout="android")))
    assert store.state == ("rolling", 50)


def test_a_regression_halts_and_says_why(war_room: Open, tmp_path: Path) -> None:
    room, store = opened(war_room, tmp_path, stages=soaking(0.0, 600.0))
    well(room)
    done(room, go(room, cmd.BumpRollout(rollout="android")))
    well(room)
    store.healthy(False)
    run = ended(room, until(lambda: "halt-1" in room.view().state.runs and "halt-1", what="a halt"))
    assert run.status == "succeeded"
    assert run.requested_by == "engine"
    assert run.aim.why.startswith("broken: errors < 50%:")
    assert store.state == ("halted", 50)
    until(lambda: seen(room).status == "halted", what="the halt to be seen")
    assert "android is HALTED at 50%" in room.view().standing.sentence
    assert room.recorded() == ["set-50", "halt"]


def test_a_breach_that_is_only_told_halts_nothing(war_room: Open, tmp_path: Path) -> None:
    room, store = opened(war_room, tmp_path, on_breach="tell")
    well(room)
    store.healthy(False)
    until(lambda: seen(room).state.verdict == "bad", what="the breach to be recorded")
    assert "android IS BROKEN at 10%: errors < 50%" in room.view().standing.sentence
    assert not room.view().state.runs
    assert room.recorded() == []


def test_what_is_unknown_neither_halts_nor_counts(war_room: Open, tmp_path: Path) -> None:
    store = AppStore(tmp_path)
    definition = rollout_launch(advance="automatic", veto=0.5)
    guard = replace(definition.rollouts["android"].guards[0], at_least=1000)
    android = replace(definition.rollouts["android"], guards=(guard,))
    room = war_room(replace(definition, rollouts={"android": android}))
    store.healthy(False)
    room.engine()
    until(lambda: seen(room).known and seen(room).lasted > 6, what="more than a soak to pass")
    assert seen(room).verdict == "unknown"
    assert "of at least 1000 samples" in seen(room).reason
    assert seen(room).soaked == 0
    assert not room.view().state.runs
    assert store.state == ("rolling", 10)


def test_an_engine_that_comes_back_in_mid_soak_goes_on_counting(war_room: Open, tmp_path: Path) -> None:
    room, _ = opened(war_room, tmp_path, stages=soaking(600.0, 600.0), ttl=TTL)
    well(room)
    until(lambda: seen(room).soaked > 2, what="some soak")
    since = seen(room).state.since
    room.engines[0].kill()
    room.engines[0].wait()
    counted = room.view().rollouts[0].soaked
    room.engine(standby=True)
    until(
        lambda: room.epoch == 2 and seen(room).known and seen(room).soaked > counted + 1, what="it to go on"
    )
    assert seen(room).state.since == since


def test_a_change_past_launchpad_begins_the_soak_anew(war_room: Open, tmp_path: Path) -> None:
    room, store = opened(war_room, tmp_path, advance="automatic", veto=600.0)
    until(lambda: seen(room).state.announced, what="the announcement")
    store.becomes("rolling", 11)
    until(lambda: seen(room).percent == 11, what="the change to be seen")
    assert seen(room).state.outside
    assert seen(room).state.announced is None
    assert seen(room).soaked < 2
    assert not room.view().state.runs


@pytest.mark.parametrize("verb", ["bump", "halt"])
def test_an_engine_killed_anywhere_bumps_once_and_loses_no_halt(
    war_room: Open, tmp_path: Path, verb: str
) -> None:
    room, store = opened(war_room, tmp_path, stages=NO_SOAK, ttl=TTL)
    store.misbehaves("slow", "0.2")
    chance = Random(7)
    engine = room.engines[0]
    for number in range(1, 6):
        store.becomes("rolling", 10)
        until(lambda: seen(room).known and seen(room).status == "rolling" and seen(room).percent == 10)
        well(room)
        if verb == "bump":
            go(room, cmd.BumpRollout(rollout="android"))
        else:
            room.does("eva", cmd.HaltRollout(rollout="android"))
        signal.sigtimedwait([], chance.uniform(0.0, 0.9))
        engine.kill()
        engine.wait()
        engine = room.engine(standby=True, ttl=TTL)
        run = ended(room, f"{verb}-{number}")
        assert run.status == "succeeded", run.reason
        assert store.state == (("rolling", 50) if verb == "bump" else ("halted", 10))
        assert len(room.recorded()) == number
    room.session.refresh()
    assert room.session.state.anomalies == 0
