"""What a client gets, does not get, and leaves behind."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.ssh.house import House, alive, rss
from tests.support.war_room import until

pytestmark = [pytest.mark.needs("ssh", "ssh-keygen"), pytest.mark.slow]


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    yield house
    house.close()


@pytest.fixture(scope="module")
def open_house(tmp_path_factory):
    """A server that many tests share: those that only look at what a client gets."""
    house = House(tmp_path_factory.mktemp("house"))
    house.serve(environ={"DEPLOY_TOKEN": "hunter2", "TZ": "Europe/Berlin"})
    yield house
    house.close()


def test_key_says_who_it_is_whatever_the_login_name(house):
    house.serve()
    client = house.client("eva", "-l", "root")
    client.sees(r"seat \d+ eva engineer key ssh 127\.0\.0\.1 acme-4\.2\.0")
    client.type("w")
    client.sees(r"present mine:eva:engineer:ssh 127\.0\.0\.1 \.")
    [person] = house.store.present("acme-4.2.0")
    assert (person.operator, person.role, person.via) == ("eva", "engineer", "ssh 127.0.0.1")
    client.type("q")
    assert client.ended() == 7
    until(lambda: not house.store.present("acme-4.2.0"), what="eva to have left")


def test_unknown_key_password_and_nothing_are_refused(open_house):
    stranger = open_house.runs(open_house.ssh("stranger", "-tt"))
    assert stranger.returncode == 255
    assert "Permission denied (publickey)" in stranger.stderr
    shown = subprocess.check_output(
        ["ssh-keygen", "-lf", open_house.base / "stranger.pub"], text=True
    ).split()[1]
    refused = f"refused 127.0.0.1: no operator proved to have the key {shown}"
    until(lambda: refused in open_house.said)
    nothing = open_house.runs(open_house.ssh("eva", "-o", "PubkeyAuthentication=no", "-tt"))
    assert "Permission denied (publickey)" in nothing.stderr


def test_offering_another_ones_public_key_changes_nothing(open_house):
    stolen = open_house.base / "stolen"
    stolen.mkdir()
    shutil.copy(open_house.base / "lead.pub", stolen / "lead.pub")
    # ssh offers lead's key, is told that it would do, can't prove it, and goes on to eva's own.
    client = open_house.client("eva", "-v", "-o", f"IdentityFile={stolen / 'lead'}")
    client.sees(r"Server accepts key: [^\n]*stolen/lead.*Server accepts key: [^\n]*/eva ")
    client.sees(r"seat \d+ eva engineer key")
    alone = open_house.ssh("eva", "-tt")
    alone[alone.index(f"IdentityFile={open_house.base / 'eva'}")] = f"IdentityFile={stolen / 'lead'}"
    assert "Permission denied (publickey)" in open_house.runs(alone).stderr


def test_tick_is_stamped_with_the_keys_operator_and_seen_elsewhere_within_a_second(house):
    house.serve()
    client = house.client("eva")
    client.seat()
    began = time.monotonic()
    client.type("t")
    until(house.session.refresh)
    assert time.monotonic() - began < 1
    last = house.session.events[-1]
    assert (last.kind, last.actor, last.auth) == ("item.ticked", "eva", "key")
    client.sees("done: ")


def test_identity_forged_within_a_seat_is_not_believed(house):
    house.serve()
    client = house.client("eva")
    client.seat()
    client.type("z")
    said = client.sees(r"forged tick: (.*?)\r.*forged phase: (.*?)\r.*forged all \.")
    assert b"eva is engineer" in said[2]
    house.session.refresh()
    assert [(e.kind, e.actor, e.auth) for e in house.session.events[1:]] == [("item.ticked", "eva", "key")]
    [person] = house.store.present("acme-4.2.0")
    assert (person.operator, person.role, person.via) == ("eva", "engineer", "ssh 127.0.0.1")


def test_viewer_cannot_tick(open_house):
    client = open_house.client("guest")
    client.seat()
    client.type("t")
    client.sees("Refused: guest is viewer; `tick` takes an engineer")
    assert not open_house.session.refresh()


@pytest.mark.parametrize("command", ["id", "sh -c id", "launchpad status", "scp -t /tmp"])
def test_commands_are_refused_with_a_sentence(open_house, command):
    for arguments in ([command], ["-tt", command]):
        ended = open_house.runs(open_house.ssh("lead", *arguments))
        assert ended.returncode == 3
        assert "runs no commands; connect without one" in ended.stderr + ended.stdout
        assert "uid=" not in ended.stdout


def test_no_terminal_no_seat(open_house):
    ended = open_house.runs(open_house.ssh("lead", "-T"))
    assert ended.returncode == 3
    assert ended.stderr == "launchpad: a seat needs a terminal; connect with `ssh -t`, from a terminal\n"


def test_no_file_transfer(open_house):
    target = ["-P", str(open_house.port)]
    loot = open_house.base / "loot"
    for argv in (
        ["scp", *open_house.options("lead"), *target, "127.0.0.1:/etc/hostname", str(loot)],
        ["scp", "-O", *open_house.options("lead"), *target, "127.0.0.1:/etc/hostname", str(loot)],
        ["scp", "-O", *open_house.options("lead"), *target, "/etc/hostname", f"127.0.0.1:{loot}"],
        ["sftp", *open_house.options("lead"), *target, f"127.0.0.1:/etc/hostname {loot}"],
        open_house.ssh("lead", "-s", "sftp"),
        open_house.ssh("lead", "-s", "netconf"),
    ):
        assert open_house.runs(argv).returncode != 0
    assert not loot.exists()


def test_no_forwarding(open_house):
    for option in ("-W127.0.0.1:22", "-W[::1]:22"):
        ended = open_house.runs(["ssh", option, *open_house.ssh("lead")[1:]])
        assert ended.stderr == "stdio forwarding failed\n"
    for forward in ("-R0:127.0.0.1:22", "-R/tmp/launchpad-test.sock:127.0.0.1:22"):
        argv = ["ssh", forward, "-o", "ExitOnForwardFailure=yes", *open_house.ssh("lead", "-N")[1:]]
        ended = open_house.runs(argv)
        assert "remote port forwarding failed" in ended.stderr


def test_local_forward_reaches_nothing(open_house):
    with socket.create_server(("127.0.0.1", 0)) as inside, socket.create_server(("127.0.0.1", 0)) as free:
        near = free.getsockname()[1]
        free.close()
        client = open_house.client("eva", "-L", f"{near}:127.0.0.1:{inside.getsockname()[1]}")
        client.seat()
        with socket.create_connection(("127.0.0.1", near), timeout=5) as through:
            assert through.recv(1) == b""
        inside.settimeout(0.2)
        with pytest.raises(TimeoutError):
            inside.accept()


def test_agent_and_x11_are_not_forwarded(open_house):
    agent = subprocess.run(["ssh-agent", "-s"], capture_output=True, text=True, check=True).stdout
    path = re.search(r"SSH_AUTH_SOCK=([^;]+)", agent)[1]
    try:
        client = open_house.client(
            "eva", "-A", "-X", environ={"SSH_AUTH_SOCK": path, "DISPLAY": "127.0.0.1:0"}
        )
        client.seat()
        client.type("e")
        environ = client.sees(r"environ (.*?) \.")[1]
        assert b"SSH_AUTH_SOCK" not in environ
        assert b"DISPLAY" not in environ
    finally:
        os.kill(int(re.search(r"SSH_AGENT_PID=(\d+)", agent)[1]), signal.SIGTERM)


def test_environment_holds_how_the_terminal_speaks_and_nothing_else(open_house):
    sent = ("COLORTERM", "NO_COLOR", "LC_TIME", "PYTHONSTARTUP", "LANG")
    client = open_house.client(
        "eva",
        *(f"-oSendEnv={name}" for name in sent),
        environ={
            "COLORTERM": "truecolor", "NO_COLOR": "1", "LC_TIME": "../../x", "LANG": "de_DE.UTF-8",
            "PYTHONSTARTUP": "/tmp/evil.py",
        },
    )  # fmt: skip
    client.seat()
    client.type("e")
    environ = client.sees(r"environ (.*?) \.\r")[1].decode().split()
    # Python adds the second itself where the client's locale is not known here.
    assert [entry for entry in environ if not entry.startswith(("LD_LIBRARY_PATH=", "LC_CTYPE=C.UTF-8"))] == [
        "COLORTERM=truecolor",
        "LANG=de_DE.UTF-8",
        "NO_COLOR=1",
        "TERM=xterm-256color",
        "TZ=Europe/Berlin",
    ]
    # Its terminal, its relay, and the listing itself.
    client.sees(r"cwd / fds 5 \.")


def test_window_size_arrives(open_house):
    client = open_house.client("eva")
    client.sees("size 100x30")
    client.resize(132, 43)
    client.process.send_signal(signal.SIGWINCH)
    client.sees("size 132x43")


@pytest.mark.parametrize("deaf", [False, True])
def test_killed_client_leaves_no_seat(house, deaf):
    house.serve()
    client, other = house.client("eva"), house.client("lead")
    seat, others = client.seat(), other.seat()
    if deaf:
        client.type("i")
        client.sees("deaf")
    client.process.kill()
    until(lambda: not alive(seat), what="the seat to end")
    assert alive(others)
    until(lambda: any("eva from 127.0.0.1 has left" in line for line in house.said))


def test_killed_server_leaves_no_seat(house):
    house.serve()
    seat = house.client("eva").seat()
    house.server.kill()
    until(lambda: not alive(seat), what="the seat to end")


def test_killed_server_leaves_no_seat_that_does_not_listen(house):
    house.serve()
    client = house.client("eva")
    seat = client.seat()
    client.type("i")
    client.sees("deaf")
    house.server.kill()
    until(lambda: not alive(seat), what="the seat to end")


@pytest.mark.parametrize("deaf", [False, True])
def test_ending_server_restores_terminals_and_ends_seats(house, deaf):
    house.serve()
    client = house.client("eva")
    seat = client.seat()
    if deaf:
        client.type("i")
        client.sees("deaf")
    house.server.terminate()
    assert house.server.wait(60) == 0
    assert client.ended() == 4
    assert not alive(seat)
    assert client.seen.endswith(
        b"\x1b[?25h\x1b[?1049llaunchpad: the server has ended\r\r\n"
    ) or client.seen.endswith(b"\x1b[?25h\x1b[?1049llaunchpad: the server has ended\r\n")
    assert b"\x1b[?1003l" in client.seen


def test_killed_seat_restores_its_terminal_and_disturbs_nobody(house):
    house.serve()
    client, other = house.client("eva"), house.client("lead")
    other.seat()
    os.kill(client.seat(), signal.SIGKILL)
    assert client.ended() == 137
    assert client.seen.endswith(b"\x1b[?1049llaunchpad: this seat broke off; connect again\r\n")
    other.type("t")
    other.sees("done: ")


def test_client_that_stops_reading_makes_its_seat_wait_and_nothing_grow(house):
    server = house.serve()
    client, other = house.client("eva"), house.client("lead")
    client.seat()
    other.seat()
    before = rss(server)
    client.process.send_signal(signal.SIGSTOP)
    client.type("f")
    client.process.send_signal(signal.SIGCONT)  # the key gets through, then nothing is read any more
    client.sees("xxxxxxxx")
    client.process.send_signal(signal.SIGSTOP)
    for _ in range(20):
        other.seen = b""
        other.type("k")
        other.sees("key b'k'")
        time.sleep(0.1)
    assert rss(server) - before < 16
    client.process.send_signal(signal.SIGCONT)
    client.sees("flooded", seconds=60)


def test_seat_that_stops_reading_makes_its_client_wait_and_nothing_grow(house):
    server = house.serve()
    client, other = house.client("eva"), house.client("lead")
    seat = client.seat()
    other.seat()
    os.kill(seat, signal.SIGSTOP)
    before = rss(server)
    typed = Typist(client)
    try:
        until(lambda: typed.stalls(1.0), seconds=60, what="the client to wait")
        assert typed.bytes < 8 << 20  # what the channel and the terminals between hold
        other.type("k")
        other.sees("key b'k'")
        assert rss(server) - before < 16
    finally:
        client.process.kill()


class Typist:
    """Types without end, until the terminal is gone."""

    def __init__(self, client):
        self.bytes = 0
        self._changed = time.monotonic()
        self._client = client
        threading.Thread(target=self._type, daemon=True).start()

    def stalls(self, seconds):
        """Whether nothing more was taken in for so long; fails once it is too much."""
        assert self.bytes < 32 << 20
        return self.bytes > 0 and time.monotonic() - self._changed > seconds

    def _type(self):
        with contextlib.suppress(OSError):
            while self._client.process.poll() is None:
                self._client.type("z" * 4096)
                self.bytes += 4096
                self._changed = time.monotonic()


def test_no_more_than_the_seats_there_are(house):
    house.serve(seats=2)
    clients = [house.client("eva"), house.client("lead")]
    for client in clients:
        client.seat()
    third = house.client("guest")
    assert third.ended() == 3
    third.sees("launchpad: all 2 seats are taken; ask a colleague to leave theirs")
    clients[0].type("q")
    clients[0].ended()
    house.client("guest").seat()


def test_silent_strangers_neither_pile_up_nor_keep_operators_out(house):
    house.serve(seats=1)
    client = house.client("eva")
    client.seat()
    strangers = [socket.create_connection(("127.0.0.1", house.port)) for _ in range(40)]
    try:
        until(lambda: sum(map(is_shut, strangers)) == 20)
        client.type("q")
        assert client.ended() == 7
        house.client("lead").seat()
    finally:
        for stranger in strangers:
            stranger.close()


@pytest.mark.skipif(sys.platform != "linux", reason="has all of 127.0.0.0/8")
def test_a_crowd_from_one_place_keeps_out_nobody_from_another(house):
    house.serve(seats=1)
    first = socket.create_connection(("127.0.0.1", house.port))
    crowd = [socket.create_connection(("127.0.0.1", house.port), source_address=("127.0.0.2", 0))]
    try:
        for _ in range(60):
            crowd.append(socket.create_connection(("127.0.0.1", house.port), source_address=("127.0.0.2", 0)))
            time.sleep(0.001)
        until(lambda: sum(map(is_shut, crowd)) == 41)
        assert not is_shut(first)
    finally:
        for stranger in (first, *crowd):
            stranger.close()


def test_who_sends_without_pause_has_little_read_at_a_time(house):
    """Or thousands of packets of one client would be seen to before a key of another's."""
    server = house.serve()
    with socket.create_connection(("127.0.0.1", house.port)) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        assert client.recv(100).startswith(b"SSH-2.0-")  # it has been taken in
        os.kill(server, signal.SIGSTOP)
        try:
            client.settimeout(2.0)
            taken = 0
            with contextlib.suppress(TimeoutError):
                while taken < 1 << 20:
                    taken += client.send(b"x" * 1024)
        finally:
            os.kill(server, signal.SIGCONT)
    assert taken < 64 << 10


def is_shut(stranger):
    stranger.setblocking(False)
    try:
        while stranger.recv(4096):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def test_seat_that_cannot_be_started_says_so(house):
    house.serve(command=("/nonexistent/launchpad",))
    client = house.client("eva")
    assert client.ended() == 4
    client.sees("launchpad: there can be no seat; the server's log says why")


def test_tick_through_a_seat_on_postgresql(tmp_path, postgres_database):
    house = House(tmp_path, postgres_database)
    try:
        house.serve()
        client = house.client("eva")
        client.seat()
        client.type("t")
        until(house.session.refresh)
        last = house.session.events[-1]
        assert (last.kind, last.actor, last.auth) == ("item.ticked", "eva", "key")
        client.sees("done: ")
    finally:
        house.close()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts descriptors and threads in /proc")
def test_seats_that_came_and_went_leave_nothing_in_the_server(house):
    server = house.serve()

    def held():
        own = [fd for fd in Path(f"/proc/{server}/fd").iterdir() if "journal.db" not in str(fd.resolve())]
        return len(own), len(list(Path(f"/proc/{server}/task").iterdir()))

    def come_and_go():
        clients = [house.client("eva") for _ in range(4)]
        seats = [client.seat() for client in clients]
        clients[0].type("q")
        clients[1].process.kill()
        os.kill(seats[2], signal.SIGKILL)
        house.runs(house.ssh("lead", "-T"))
        house.runs(house.ssh("stranger", "-T"))
        clients[3].type("q")
        until(lambda: not any(alive(seat) for seat in seats))
        until(lambda: not house.store.present("acme-4.2.0"))

    descriptors, threads = held()
    for _ in range(4):
        come_and_go()
    until(lambda: held()[0] == descriptors, what=f"{descriptors} descriptors again")
    # The loop's pool keeps a few threads; sixteen seats would have left more.
    until(lambda: held()[1] < threads + 8, what=f"{threads} threads again")
