"""The launch with its engine: run, engine, and actions carried out by real programs."""

import fcntl
import os
import pty
import signal
import socket
import termios
import time

import pytest

from launchpad.cli.engines import stop
from launchpad.errors import Refused
from launchpad.store import open_store
from tests.support.cli import DEFINITION, LAUNCH, event_of, eventually, processes_with

pytestmark = pytest.mark.slow


def engine_pid(cli) -> int | None:
    store = open_store(f"sqlite:///{cli.home}/state/launchpad/launchpad.db")
    try:
        lease = store.lease(LAUNCH)
        return int(lease.holder.split(":")[1]) if lease and lease.expires_in > 0 else None
    finally:
        store.close()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def running(cli):
    """A launch with an engine."""
    cli.define()
    cli("run")
    return cli


def test_run_without_a_terminal_opens_starts_and_says_what_it_would_show(cli):
    cli.define()
    first = cli("run")
    assert f"opened {LAUNCH}" in first.stderr
    assert "started an engine" in first.stderr
    assert "There is no terminal here" in first.stderr
    assert first.stdout.startswith("Acme 4.2.0")
    pid = engine_pid(cli)
    assert pid is not None
    assert os.getsid(pid) == pid != os.getsid(0)
    second = cli()  # without a command it is `run`
    assert "started" not in second.stderr
    assert engine_pid(cli) == pid
    assert "needs a terminal" in cli.refusal("attach", status=2)
    assert cli("engine", "--stop").stdout == f"stopped the engine of {LAUNCH} (process {pid})\n"
    eventually(lambda: not alive(pid))
    assert cli("engine", "--stop").stdout == f"no engine is watching {LAUNCH}\n"


def test_a_second_engine_is_refused_and_a_standby_takes_over(running):
    pid = engine_pid(running)
    assert "watches acme-4.2.0-staging already" in running("engine", status=3).stderr
    standby = running.start("engine", "--standby")
    try:
        os.kill(pid, signal.SIGTERM)
        eventually(lambda: engine_pid(running) == standby.pid)
        standby.terminate()
        assert eventually(lambda: standby.poll() is not None)
        assert standby.returncode == 0
    finally:
        standby.kill()
        standby.communicate()


def test_an_engine_that_cannot_start_says_why(cli):
    cli.define(DEFINITION.replace('sh, -c, "echo saved"]', 'sh, -c, "echo saved"], env: {T: "env:NOT_SET"}'))
    refused = cli("run", status=2).stderr.splitlines()[-1]
    assert refused.startswith("launchpad: the engine did not start: the secret env:NOT_SET is not set")
    assert engine_pid(cli) is None
    assert cli("run", env={"NOT_SET": "hunter2"}).returncode == 0
    log = cli.home / "state" / "launchpad" / f"engine-{LAUNCH}.log"
    assert log.stat().st_mode & 0o077 == 0
    assert "hunter2" not in log.read_text(encoding="utf-8")


def test_a_viewer_does_not_open_a_launch(cli):
    cli.define(DEFINITION.replace("login: LOGIN", "login: somebody-else"))
    assert "takes a director" in cli.refusal("run", status=3)


def test_a_changed_definition_is_told_of_and_the_journals_holds(running):
    running.define(DEFINITION.replace("Code is frozen", "Code is thawed"))
    done = running("items")
    assert done.stderr == (
        f"launchpad.yaml differs from what {LAUNCH} goes by: `launchpad amend` shows how, and asks\n"
    )
    assert "Code is frozen" in done.stdout
    # An engine that is started again must not care.
    running("engine", "--stop")
    running.define("launch: [")
    broken = running.start("engine", "--launch", LAUNCH, "--config", "launchpad.yaml", "--store",
                           f"sqlite:///{running.home}/state/launchpad/launchpad.db")  # fmt: skip
    try:
        eventually(lambda: engine_pid(running) == broken.pid)
    finally:
        broken.terminate()
        broken.communicate()


def test_a_run_goes_from_request_to_its_end(running):
    done = running("request", "backup", "--yes", "--wait")
    assert "backup-1: backup 4.2.0 in staging, digest " in done.stdout
    assert "\n     undo: not needed: a backup only adds a copy\n" in done.stdout
    assert done.stdout.splitlines()[-1] == "backup-1 succeeded"
    assert "saved" in done.stderr
    assert "saved" in running("logs", "backup-1", "--follow").stdout
    assert running.json("runs")[0]["status"] == "succeeded"
    assert "\n     CAN'T BE UNDONE\n" in running("plan", "purge").stdout
    assert running.json("request", "backup", "--yes", "--wait")["status"] == "succeeded"
    failed = running("request", "rollback", "--yes", "--wait", status=1)
    assert failed.stdout.splitlines()[-1].startswith("rollback-1 failed")


def test_a_plan_is_shown_and_nothing_done(running):
    done = running("plan", "backup")
    assert "digest " in done.stdout
    [line] = running("plan", "rollback", "--shell").stdout.splitlines()
    assert line == "sh -c 'exit 3'"
    assert {run["status"] for run in running.json("runs")} == {"retracted"}
    assert "there is no action" in running.refusal("plan", "bakcup", status=2)


def test_without_a_terminal_the_plan_waits_for_its_digest(running):
    left = running("request", "deploy", "--json", status=3)
    assert "confirm deploy-1 --digest" in left.stderr
    planned = running.json("runs")[0]
    assert (planned["status"], planned["confirmed"]) == ("planned", False)
    digest = planned["digest"]
    assert "another plan" in running.refusal("confirm", "deploy-1", "--digest", "0" * 12, status=3)
    assert "waits for approval" in running("confirm", "deploy-1", "--digest", digest).stdout
    assert "requested deploy-1 yourself" in running.refusal(
        "approve", "deploy-1", "--digest", digest, status=3
    )
    assert "only claimed" in running.refusal(
        "--as", "ada", "approve", "deploy-1", "--digest", digest, status=3
    )
    running("--as", "ada", "reject", "deploy-1", "--reason", "not now")
    assert running.json("runs")[0]["status"] == "rejected"
    running("request", "deploy", status=3)
    running("retract", "deploy-2")
    assert running.json("runs")[0]["status"] == "retracted"


def test_a_run_is_aborted(running):
    running("request", "purge", "--yes")
    eventually(lambda: running.json("runs")[0]["status"] == "running")
    running("--as", "bob", "abort", "purge-1", "--reason", "wrong bucket")
    eventually(lambda: running.json("runs")[0]["status"] == "aborted")


@pytest.mark.parametrize(
    ("action", "typed", "status", "ended"),
    [
        ("purge", b"y\n", 1, "retracted"),
        ("purge", b"\n", 1, "retracted"),
        ("purge", b"\x04", 1, "retracted"),
        ("purge", b"\x03", 130, "retracted"),
        ("purge", b"staging\n", 0, "running"),
        ("deploy", b"n\n", 1, "retracted"),
        ("deploy", b"y\n", 0, "planned"),
    ],
)
def test_at_a_terminal_a_person_is_asked(running, action, typed, status, ended):
    ours, theirs = pty.openpty()
    asking = running.start("request", action, stdin=theirs, preexec_fn=lambda: controlling(theirs))
    os.close(theirs)
    assert asking.stderr is not None
    try:
        while "undone" not in (line := asking.stderr.read(12)) and "Run" not in line:
            assert line
        os.write(ours, typed)
        assert eventually(lambda: asking.poll() is not None) is True
        assert asking.returncode == status
        eventually(lambda: running.json("runs")[0]["status"] == ended)
    finally:
        asking.kill()
        asking.communicate()
        os.close(ours)


def controlling(terminal: int) -> None:
    """Makes it the terminal whose keys reach the process as signals."""
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


def test_a_request_that_nobody_can_plan_is_refused_at_once(opened):
    before = event_of(opened("note", "x").stdout)
    assert "no engine is watching" in opened.refusal("request", "backup", "--yes", status=3)
    assert event_of(opened("note", "y").stdout) == before + 1


def test_bad_parameters_and_unknown_actions_are_named(running):
    assert running.refusal("request", "backup", "--param", "novalue", status=2).endswith("expected K=V")
    assert "there is no action nothing" in running.refusal("request", "nothing", "--yes", status=2)
    assert "there is no run x-1" in running.refusal("logs", "x-1", status=2)


def test_an_engine_ends_when_what_it_watches_is_closed(opened):
    reader, writer = os.pipe()
    engine = opened.start("engine", "--until-closed", str(reader), pass_fds=(reader,))
    os.close(reader)
    try:
        eventually(lambda: engine_pid(opened) == engine.pid)
        os.close(writer)
        assert eventually(lambda: engine.poll() is not None)
        assert engine.returncode == 0
        assert engine_pid(opened) is None
    finally:
        engine.kill()
        engine.communicate()


@pytest.mark.parametrize(
    ("holder", "expected"),
    [
        ("elsewhere:4711:ab12", "runs on elsewhere"),
        (f"{socket.gethostname()}:1:ab12", "process 1 is no engine"),
        ("nonsense", "runs on nonsense"),
    ],
)
def test_only_an_engine_of_this_host_is_stopped(opened, holder, expected):
    store = open_store(f"sqlite:///{opened.home}/state/launchpad/launchpad.db")
    try:
        assert store.take_lease(LAUNCH, holder, 30.0)
        with pytest.raises(Refused, match=expected):
            stop(store, LAUNCH)
    finally:
        store.close()


def test_a_killed_engine_is_replaced_once_its_lease_lapsed(running):
    pid = engine_pid(running)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    standby = running.start("engine", "--standby")
    try:
        eventually(lambda: engine_pid(running) == standby.pid, seconds=40)
        assert time.monotonic() - began < 40
        running("tick", "freeze")
        assert "holds" in running("verify").stdout
    finally:
        standby.terminate()
        standby.communicate()


def test_those_who_start_at_once_share_one_engine(cli):
    cli.define()
    starting = [cli.start("run") for _ in range(4)]
    said = [process.communicate(timeout=60)[1] for process in starting]
    assert [process.returncode for process in starting] == [0, 0, 0, 0], said
    pid = engine_pid(cli)
    assert pid is not None
    eventually(lambda: processes_with(f"--config {cli.home}") == [pid])
    assert cli.json("verify")["head"]["seq"] >= 2
    assert [e["launch"] for e in cli.json("launches")] == [LAUNCH]


CHECKED = DEFINITION.replace(
    "providers:",
    """\
      - {id: there, title: It is there, team: qa, check: {probe: command, argv: [test, -f, launchpad.yaml]}}
      - {id: gone, title: It is gone, team: qa, check: {probe: command, argv: [test, -f, nothing.yaml]}}
      - {id: later, title: Later, team: qa, needs: [freeze], check: {probe: command, argv: ["true"]}}
providers:""",
)


def test_all_checks_are_run_and_the_worst_is_the_exit_status(cli):
    cli.open(CHECKED)
    engine = cli.start("engine")
    try:
        eventually(lambda: cli.json("status", status=None)["engine"]["watching"])
        done = cli("check", "--all", "--team", "qa", "--wait", status=1)
        assert "asked for 2 checks; 1 waits for what is needed first" in done.stderr
        assert done.stdout.splitlines()[-1] == "2 checked: 1 ok, 1 bad"
        shown = cli.json("check", "--all", "--wait", status=1)
        assert {(c["item"], c["verdict"]) for c in shown["checked"]} == {("there", "ok"), ("gone", "bad")}
        assert shown["waiting"] == ["later"]
        assert cli.json("check", "there", "--wait")["verdict"] == "ok"
    finally:
        engine.terminate()
        engine.communicate()
    assert "takes the id of an item, or --all" in cli.refusal("check", status=2)
    assert "go with --all" in cli.refusal("check", "there", "--team", "qa", status=2)
