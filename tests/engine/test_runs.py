"""Runs from request to end, through a real engine process and real commands."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from launchpad.errors import Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.definition import Definition, OnFailure
from launchpad.model.journal import Draft
from launchpad.model.values import SECOND
from tests.support.war_room import TTL, WarRoom, action, commands_launch, recording, until

pytestmark = pytest.mark.slow
Open = Callable[[Definition], WarRoom]


def test_a_run_goes_through_its_steps_in_order_and_its_log_tells_so(war_room: Open, tmp_path: Path) -> None:
    record = tmp_path / "record"
    operations = {verb: recording(record, verb) for verb in ("backup", "deploy", "smoke")}
    room = war_room(commands_launch(operations, release=action("backup", "deploy", "smoke")))
    room.engine()
    run = room.when(room.go("release"), "succeeded")
    assert room.recorded() == ["backup", "deploy", "smoke"]
    assert [line.text for line in room.session.log(run.id)] == [
        f"{verb} {what}" for verb in ("backup", "deploy", "smoke") for what in ("begins", "ends")
    ]
    assert [line.step for line in room.session.log(run.id)] == [0, 0, 1, 1, 2, 2]
    until(lambda: not room.store.locks(room.launch), what="the lock to be released")


def test_approval_takes_another_person_and_this_very_plan(war_room: Open, tmp_path: Path) -> None:
    operations = {"deploy": recording(tmp_path / "record", "deploy")}
    room = war_room(commands_launch(operations, deploy=action("deploy", approvals=1)))
    room.engine()
    run_id = room.go("deploy")
    digest = room.run(run_id).digest
    with pytest.raises(Refused, match="you requested"):
        room.does("ops", cmd.ApproveRun(run=run_id, digest=digest))
    with pytest.raises(Refused, match="another plan"):
        room.does("lead", cmd.ApproveRun(run=run_id, digest="0" * 12))
    assert room.recorded() == []
    room.does("lead", cmd.ApproveRun(run=run_id, digest=digest))
    room.when(run_id, "succeeded")
    assert room.recorded() == ["deploy"]


def test_what_was_approved_for_then_does_not_start_when_an_engine_comes_back(
    war_room: Open, tmp_path: Path
) -> None:
    operations = {"deploy": recording(tmp_path / "record", "deploy")}
    room = war_room(commands_launch(operations, deploy=action("deploy")))
    engine = room.engine(ttl=TTL)
    room.does("ops", cmd.RequestRun(action="deploy"))
    plan = room.when("deploy-1", "planned").plan
    engine.terminate()
    engine.wait()
    room.does("ops", cmd.RetractRun(run="deploy-1"))
    room.does("ops", cmd.RequestRun(action="deploy"))
    expires_at = room.store.now() + SECOND
    late = ev.RunPlanned(run="deploy-2", plan=plan, digest="d", gate=None, expires_at=expires_at)
    room.store.append(room.launch, [Draft(id="late", event=late, actor="engine", auth="engine")])
    room.does("ops", cmd.ConfirmRun(run="deploy-2", digest="d"))
    assert room.run("deploy-2").status == "approved"
    until(lambda: room.store.now() > expires_at, what="the plan to expire")
    assert room.view().run.expired
    room.engine()
    assert "expired" in room.when("deploy-2", "refused", "succeeded").reason
    assert room.recorded() == []


def test_secrets_reach_the_command_and_nothing_else(war_room: Open, tmp_path: Path) -> None:
    secret = "hunter2-correct-horse"
    script = 'echo "token is $TOKEN"; printf "%s" "$TOKEN" > seen'
    operations = {"deploy": {"argv": ["sh", "-c", script], "env": {"TOKEN": "env:SHOP_TOKEN"}}}
    room = war_room(commands_launch(operations, deploy=action("deploy")))
    room.engine(environ={"SHOP_TOKEN": secret})
    run = room.when(room.go("deploy"), "succeeded")
    assert (tmp_path / "seen").read_text() == secret
    assert [line.text for line in room.session.log(run.id)] == ["token is •••"]
    assert "TOKEN=<env:SHOP_TOKEN>" in run.plan.steps[0].command
    room.store.close()
    (tmp_path / "seen").unlink()
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
    assert kept == []


def test_commands_do_not_get_the_password_of_the_store(war_room: Open) -> None:
    url = "postgresql://ops:hunter2@db.example/launches"
    room = war_room(commands_launch({"deploy": {"argv": ["env"]}}, deploy=action("deploy")))
    room.engine(environ={"LAUNCHPAD_STORE": url, "SHOP_DATABASE": url, "SHOP_REGION": "eu"})
    run = room.when(room.go("deploy"), "succeeded")
    lines = [line.text for line in room.session.log(run.id)]
    assert "SHOP_REGION=eu" in lines
    assert not any("hunter2" in line for line in lines)


def test_a_secret_that_is_torn_by_colours_is_kept_out_of_the_log(war_room: Open) -> None:
    script = 'echo "$TOKEN" | sed "s/correct/\x1b[31m&\x1b[m/"'
    operations = {"deploy": {"argv": ["sh", "-c", script], "env": {"TOKEN": "env:SHOP_TOKEN"}}}
    room = war_room(commands_launch(operations, deploy=action("deploy")))
    room.engine(environ={"SHOP_TOKEN": "hunter2-correct-horse"})
    run = room.when(room.go("deploy"), "succeeded")
    assert [line.text for line in room.session.log(run.id)] == ["•••"]


def test_an_engine_without_its_secrets_does_not_take_the_lease(war_room: Open) -> None:
    operations = {"deploy": {"argv": ["true"], "env": {"TOKEN": "env:SHOP_TOKEN_THAT_IS_NOT_SET"}}}
    room = war_room(commands_launch(operations, deploy=action("deploy")))
    engine = room.engine()
    assert engine.wait(60) == 2
    assert "env:SHOP_TOKEN_THAT_IS_NOT_SET is not set" in engine.stdout.read()
    assert room.store.lease(room.launch) is None


def test_a_failure_names_step_and_status_and_offers_the_repair(war_room: Open, tmp_path: Path) -> None:
    record = tmp_path / "record"
    operations = {
        "deploy": recording(record, "deploy", code=3),
        "smoke": recording(record, "smoke"),
        "rollback": recording(record, "rollback"),
    }
    room = war_room(
        commands_launch(
            operations,
            deploy=action("deploy", "smoke", on_failure=OnFailure(run="back", mode="ask")),
            back=action("rollback"),
        )
    )
    room.engine()
    run = room.when(room.go("deploy"), "failed")
    assert run.reason == "step 1 (deploy shop): exit status 3"
    repair = room.when("back-1", "planned")
    assert room.recorded() == ["deploy"]
    room.does("ops", cmd.ConfirmRun(run="back-1", digest=repair.digest))
    room.when("back-1", "succeeded")
    assert room.recorded() == ["deploy", "rollback"]


def test_an_automatic_repair_starts_by_itself(war_room: Open, tmp_path: Path) -> None:
    record = tmp_path / "record"
    operations = {"deploy": recording(record, "deploy", code=1), "rollback": recording(record, "rollback")}
    room = war_room(
        commands_launch(
            operations,
            deploy=action("deploy", on_failure=OnFailure(run="back", mode="auto")),
            back=action("rollback"),
        )
    )
    room.engine()
    room.go("deploy")
    room.when("back-1", "succeeded")
    assert room.recorded() == ["deploy", "rollback"]


def test_an_automatic_repair_still_needs_the_approvals_that_its_action_asks_for(
    war_room: Open, tmp_path: Path
) -> None:
    record = tmp_path / "record"
    operations = {"deploy": recording(record, "deploy", code=1), "rollback": recording(record, "rollback")}
    room = war_room(
        commands_launch(
            operations,
            deploy=action("deploy", on_failure=OnFailure(run="back", mode="auto")),
            back=action("rollback", approvals=1),
        )
    )
    room.engine()
    room.go("deploy")
    repair = until(lambda: (run := room.when("back-1", "planned")).awaits_approval and run)
    assert (repair.requested_by, repair.confirmed_by) == ("engine", "engine")
    assert room.recorded() == ["deploy"]
    room.does("ops", cmd.ApproveRun(run="back-1", digest=repair.digest))
    room.when("back-1", "succeeded")
    assert room.recorded() == ["deploy", "rollback"]


def test_what_never_follows_a_failure_is_neither_done_nor_offered(war_room: Open, tmp_path: Path) -> None:
    record = tmp_path / "record"
    operations = {"deploy": recording(record, "deploy", code=1), "rollback": recording(record, "rollback")}
    room = war_room(
        commands_launch(
            operations,
            deploy=action("deploy", on_failure=OnFailure(run="back", mode="never")),
            back=action("rollback"),
        )
    )
    room.engine()
    run_id = room.go("deploy")
    assert room.when(run_id, "failed").plan.on_failure is None
    # Whatever were to follow would have been asked for together with the failure.
    assert list(room.view().state.runs) == [run_id]
    assert room.recorded() == ["deploy"]


def test_an_abort_ends_the_command_with_all_its_children(war_room: Open, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = f'sleep 300 & echo $! > "{pids}"; wait'
    operations = {"deploy": {"argv": ["sh", "-c", script]}, "smoke": recording(tmp_path / "record", "smoke")}
    room = war_room(commands_launch(operations, deploy=action("deploy", "smoke")))
    room.engine()
    run_id = room.go("deploy")
    pid = int(until(lambda: pids.exists() and pids.read_text().strip(), what="the child to begin"))
    room.does("eva", cmd.AbortRun(run=run_id))
    run = room.when(run_id, "aborted")
    assert run.steps[0].status == "aborted"
    assert room.recorded() == []
    until(lambda: not _alive(pid), what="the child to end")


def test_a_plan_speaks_of_this_launch(war_room: Open) -> None:
    operation = {
        "argv": ["true", "{{ launch.version }}"],
        "title": "Roll {{ launch.version }} out",
        "undo": "go back from {{ launch.version }}",
    }
    room = war_room(commands_launch({"deploy": operation}, deploy=action("deploy")))
    room.engine()
    room.does("ops", cmd.RequestRun(action="deploy"))
    [step] = room.when("deploy-1", "planned").plan.steps
    assert (step.does, step.command, step.undo) == ("Roll 4.2.0 out", "true 4.2.0", "go back from 4.2.0")


def test_what_only_copies_or_looks_can_be_undone_without_a_word_about_it(war_room: Open) -> None:
    operations = {verb: {"argv": ["true"]} for verb in ("backup", "smoke", "deploy")}
    room = war_room(commands_launch(operations, night=action("backup", "smoke"), deploy=action("deploy")))
    room.engine()
    room.does("ops", cmd.RequestRun(action="night"))
    plan = room.when("night-1", "planned").plan
    assert plan.reversible
    assert [step.undo.partition(":")[0] for step in plan.steps] == ["not needed", "not needed"]
    room.does("ops", cmd.RequestRun(action="deploy"))
    assert not room.when("deploy-1", "planned").plan.reversible


def test_a_missing_program_is_said_before_anybody_approves(war_room: Open) -> None:
    room = war_room(commands_launch({"deploy": {"argv": ["./no-such-script"]}}, deploy=action("deploy")))
    room.engine()
    room.does("ops", cmd.RequestRun(action="deploy"))
    run = room.when("deploy-1", "refused")
    assert "there is no program ./no-such-script" in run.reason


def test_a_program_that_went_missing_since_is_a_failure_that_says_so(war_room: Open) -> None:
    room = war_room(commands_launch({"deploy": {"argv": ["./deploy"]}}, deploy=action("deploy", approvals=1)))
    script = room.base / "deploy"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o700)
    room.engine()
    run_id = room.go("deploy")
    script.unlink()
    room.does("lead", cmd.ApproveRun(run=run_id, digest=room.run(run_id).digest))
    assert "there is no program ./deploy" in room.when(run_id, "failed").reason


def test_a_lock_of_somebody_else_keeps_the_run_from_starting(war_room: Open, tmp_path: Path) -> None:
    operations = {"deploy": recording(tmp_path / "record", "deploy")}
    room = war_room(commands_launch(operations, deploy=action("deploy", approvals=1)))
    room.engine()
    run_id = room.go("deploy")
    room.store.take_lock(room.launch, "shop", "mallory", "database work", 60.0)
    room.does("lead", cmd.ApproveRun(run=run_id, digest=room.run(run_id).digest))
    assert "locked by mallory: database work" in room.when(run_id, "refused").reason
    assert room.recorded() == []


def test_hostile_output_is_stripped_in_the_log(war_room: Open) -> None:
    hostile = r"printf '\033]0;owned\007[/x] \033[31mred\033[0m \342\200\256gnp\n'"
    script = hostile + r"; head -c 100000 /dev/zero | tr '\0' x"
    room = war_room(commands_launch({"deploy": {"argv": ["sh", "-c", script]}}, deploy=action("deploy")))
    room.engine()
    lines = room.session.log(room.when(room.go("deploy"), "succeeded").id)
    assert lines[0].text == "[/x] red gnp"
    assert all(len(line.text) <= 2000 and line.text.isprintable() for line in lines)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIG_DFL)
    except ProcessLookupError:
        return False
    return True


def test_a_lock_left_behind_by_an_ended_run_stands_in_nobodys_way(war_room: Open, tmp_path: Path) -> None:
    operations = {"deploy": recording(tmp_path / "record", "deploy")}
    room = war_room(commands_launch(operations, deploy=action("deploy")))
    room.engine()
    first = room.when(room.go("deploy"), "succeeded")
    until(lambda: not room.store.locks(room.launch), what="the lock to be released")
    # As after an engine that died between the run's end and the release.
    room.store.take_lock(room.launch, "shop", f"{room.launch}/{first.id}", "is under way", 60.0)
    assert room.when(room.go("deploy"), "succeeded", "refused").status == "succeeded"
