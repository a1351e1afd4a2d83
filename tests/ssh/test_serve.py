"""What `launchpad serve` gives and refuses."""

import json
import os
import signal
import socket

import pytest

from launchpad.store import open_store
from tests.ssh.house import alive
from tests.ssh.served import Served
from tests.support.cli import LAUNCH, Cli, eventually

pytestmark = [pytest.mark.needs("ssh", "ssh-keygen", "tmux"), pytest.mark.slow]


@pytest.fixture
def served(tmp_path):
    served = Served(Cli(tmp_path))
    yield served
    served.close()


def test_two_people_tick_together_through_their_seats(served):
    served.cli.define(served.text)
    served.serve()
    bob, eve = served.connect("bob"), served.connect("eve", (80, 24))
    bob.shows(r"bob\b.*2 on")
    eve.shows("READ-ONLY")
    eve.press("space")
    bob.press("space")
    eve.shows(r"Code is frozen .*(done|bob)")
    store = open_store(f"sqlite:///{served.cli.home}/state/launchpad/launchpad.db")
    try:
        ticks = [event for event in store.read(LAUNCH) if event.kind == "item.ticked"]
        assert [(tick.actor, tick.auth) for tick in ticks] == [("bob", "key")]
    finally:
        store.close()
    bob.press("q")
    bob.shows("Leave")
    eventually(lambda: bob.press("y") or "ended with status 0" in bob.screen())
    assert "Code is frozen" not in bob.screen()


def test_ending_ends_seats_then_the_engine_and_leaves_terminals_clean(served):
    served.cli.define(served.text)
    served.serve()
    engine = int(served.says(r"started an engine \(process (\d+)\)")[1])
    served.says("watching")
    bob = served.connect("bob")
    bob.shows(r"bob\b")
    [seat] = served.seats()
    served.server.terminate()
    bob.shows("^launchpad: the server has ended\n(.*\n)?ended with status 4")
    assert "Code is frozen" not in bob.screen()
    assert served.server.wait(30) == 0
    assert not alive(seat)
    assert not alive(engine)
    eventually(lambda: any("no longer serving" in line for line in served.said))
    told = "\n".join(served.said)
    assert told.index("bob from 127.0.0.1 has left") < told.index("no longer watching")


def test_engine_that_dies_is_started_again(served):
    served.cli.define(served.text)
    served.serve()
    first = int(served.says(r"started an engine \(process (\d+)\)")[1])
    served.says("watching")
    os.kill(first, signal.SIGKILL)
    served.says("the engine has ended with status -9")
    second = int(served.says(r"started an engine \(process (\d+)\)", times=2)[1])
    served.says(rf"watching .*\(process {second}\)")


def test_engine_that_watches_already_is_left_alone(served):
    served.cli.open(served.text)
    engine = served.cli.start("engine")
    try:
        eventually(lambda: served.cli.json("status", status=None).get("engine"))
        served.serve()
        served.connect("bob").shows(r"bob\b")
        assert not any("started an engine" in line for line in served.said)
        served.server.terminate()
        assert served.server.wait(30) == 0
        assert engine.poll() is None
    finally:
        engine.terminate()
        engine.communicate(timeout=30)


def test_killed_server_leaves_no_face(served):
    served.cli.define(served.text)
    served.serve()
    bob = served.connect("bob")
    bob.shows(r"bob\b")
    [seat] = served.seats()
    served.server.kill()
    eventually(lambda: not alive(seat))
    bob.shows("ended with status 255")


def test_killed_client_leaves_no_face(served):
    served.cli.define(served.text)
    served.serve()
    bob = served.connect("bob")
    bob.shows(r"bob\b")
    [seat] = served.seats()
    bob.close()
    eventually(lambda: not alive(seat))
    served.says("bob from 127.0.0.1 has left")


@pytest.mark.parametrize("address", ["", "x", "host:", "1:2:3", "70000", "-1", "[::1]", "127.0.0.1:22 "])
def test_addresses_that_are_none(served, address):
    served.cli.define(served.text)
    said = served.cli.refusal("serve", f"--ssh={address}", status=2)
    assert said.endswith("expected [HOST:]PORT such as 2222, 127.0.0.1:2222 or [::1]:2222")


def test_what_cannot_be_served_is_said_in_a_line(served):
    served.cli.open(served.text)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = served.cli.refusal("serve", "--ssh", f"127.0.0.1:{port}", status=2)
        assert said.startswith(f"can't listen on 127.0.0.1, port {port}: address already in use; choose")
    said = served.cli.refusal("serve", "--ssh", "198.51.100.1:2222", status=2)
    assert said.startswith("can't listen on 198.51.100.1, port 2222: ")
    key = served.cli.home / "state" / "launchpad" / "ssh_host_ed25519_key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(0o644)
    assert served.cli.refusal("serve", "--ssh", "127.0.0.1:0", status=2) == (
        f"{key} may be read by others; chmod 600 {key}"
    )
    key.write_text("no key")
    key.chmod(0o600)
    said = served.cli.refusal("serve", "--ssh", "127.0.0.1:0", status=2)
    assert said == f"{key} is not an SSH private key; move it away and a new one is made"


def test_nobody_with_a_key_nobody_to_serve(served):
    served.cli.open()
    said = served.cli.refusal("serve", "--ssh", "127.0.0.1:0", status=2)
    assert said.startswith(f"no operator of {LAUNCH} has an SSH key, so nobody could connect; add `keys:`")


def test_seats_are_not_started_by_hand(served):
    for descriptor in ("0", "99", "-1"):
        served.cli.refusal("occupy", "--fd", descriptor, status=2)


def test_commands_that_look_are_answered_and_no_others(served):
    served.cli.define(served.text)
    served.serve()
    served.says("watching")
    shown = json.loads(served.asked("eve", "status", "--json").stdout)
    assert (shown["launch"], shown["phase"]) == (LAUNCH, "pre-launch")
    assert [item["item"] for item in json.loads(served.asked("eve", "items", "--json").stdout)] == [
        "freeze", "legal", "macros", "dns",
    ]  # fmt: skip
    assert "holds: " in served.asked("bob", "verify").stdout
    assert served.asked("bob", "gate", "launch").returncode == 1
    brief = served.asked("bob", "status --brief")
    assert brief.stdout.count("\n") == 1
    crossed = served.asked("bob", "verify", "--head", "beef" * 16)
    assert crossed.returncode == 1
    assert crossed.stderr.count("\n") == 1
    for words in (
        ["tick", "freeze"],
        ["status", "--store", "sqlite:/etc/x"],
        ["export", "-o", "/tmp/x"],
        ["id"],
    ):
        refused = served.asked("bob", *words)
        assert refused.returncode in (2, 3)
        assert refused.stdout == ""
        assert refused.stderr.startswith("launchpad: ")
    assert "uid=" not in served.asked("bob", "status; id").stdout
    assert not [event for event in served.session().events if event.actor in ("bob", "eve")]
    served.says(r"eve \(viewer\) from 127\.0\.0\.1 asks for status")


def test_a_command_on_a_terminal_ends_its_lines_and_is_interrupted(served):
    served.cli.define(served.text)
    served.serve()
    terminal = served.connect("bob", before=("-t",), words=("status", "--watch", "--brief"))
    terminal.shows(r"^(HOLD|NO-GO|GO) .*")
    assert len(served.seats()) == 1
    terminal.press("C-c")
    terminal.shows("ended with status 130")
    eventually(lambda: not served.seats())


def test_a_killed_client_leaves_no_command(served):
    served.cli.define(served.text)
    served.serve()
    terminal = served.connect("bob", words=("status", "--watch"))
    terminal.shows(r"(HOLD|NO-GO|GO) ")
    [seat] = served.seats()
    terminal.close()
    eventually(lambda: not alive(seat))


def test_a_faulty_line_of_the_key_file_is_named_before_anybody_is_served(served):
    served.cli.open(served.text)
    path = served.cli.home / "keys"
    path.write_text(f"# ours\n{(served.cli.home / 'bob.pub').read_text()}")
    path.chmod(0o600)
    argv = ("serve", "--ssh", "127.0.0.1:0", "--authorized-keys", "keys")
    said = served.cli.refusal(*argv, status=2)
    assert said.endswith('keys:2: it does not say whose key this is, expected operator="NAME" TYPE BASE64')


def test_everybody_sees_who_is_here_and_what_they_work_on(served):
    served.cli.define(served.text)
    served.serve()
    bob, eve = served.connect("bob", (120, 40)), served.connect("eve", (120, 40))
    bob.shows("2 online")
    eve.shows("2 online")
    bob.press("j")
    eve.shows(r"Terms are app.*● bob ")
    eve.shows(r"● bob +ENG +pre-launch: legal +ssh 127\.0\.0\.1")
    told = {each["operator"]: each for each in json.loads(served.asked("eve", "people", "--json").stdout)}
    assert set(told) == {"bob", "eve"}
    assert (told["bob"]["subject"], told["bob"]["via"]) == ("item:legal", "ssh 127.0.0.1")
    assert told["eve"]["subject"] == ""
    assert 0 <= told["bob"]["idle"] < 60
    bob.press("3")
    eve.hides("● bob .*MUST")
