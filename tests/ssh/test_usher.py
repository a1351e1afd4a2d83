"""Seats forked from one usher: what they share, and what they don't."""

import os
import signal
import sys
from pathlib import Path

import pytest

from launchpad.ssh.seats import COMMAND
from tests.ssh.house import House, alive
from tests.support.war_room import until

pytestmark = [pytest.mark.needs("ssh", "ssh-keygen"), pytest.mark.slow]
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="seats are forked on Linux alone")


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    yield house
    house.close()


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


@on_linux
def test_seats_have_their_own_terminals_and_their_usher_has_nothing(house):
    server = house.serve(environ={"DEPLOY_TOKEN": "hunter2"})
    fine = house.client("eva", "-oSendEnv=COLORTERM", environ={"COLORTERM": "truecolor"})
    plain = house.client("lead", "-oSendEnv=NO_COLOR", environ={"TERM": "vt100", "NO_COLOR": "1"})
    usher = parent(fine.seat())
    assert usher == parent(plain.seat())
    assert parent(usher) == server
    # A fork of more than one thread could leave a seat with a lock that nobody holds any more.
    assert len(list(Path(f"/proc/{usher}/task").iterdir())) == 1
    assert "hunter2" not in Path(f"/proc/{usher}/environ").read_text()
    for client, has, lacks in (
        (fine, "COLORTERM=truecolor TERM=xterm-256color", "NO_COLOR"),
        (plain, "NO_COLOR=1 TERM=vt100", "COLORTERM"),
    ):
        client.type("e")
        environ = client.sees(r"environ (.*?) \.\r")[1].decode()
        words = [
            word for word in environ.split() if word.partition("=")[0] in ("COLORTERM", "TERM", "NO_COLOR")
        ]
        assert " ".join(words) == has
        assert lacks not in environ
        client.sees(r"fds 5 \.")


@on_linux
def test_killed_usher_ends_its_seats_and_the_next_client_gets_another(house):
    house.serve()
    client = house.client("eva")
    seat = client.seat()
    usher = parent(seat)
    os.kill(usher, signal.SIGKILL)
    assert client.ended() == 137
    client.sees("this seat broke off; connect again")
    until(lambda: not alive(seat), what="the seat to end")
    again = house.client("eva")
    assert parent(again.seat()) != usher
    again.type("t")
    again.sees("done: ")


@on_linux
def test_usher_ends_with_its_server(house):
    house.serve()
    usher = parent(house.client("eva").seat())
    house.server.kill()
    until(lambda: not alive(usher), what="the usher to end")


@on_linux
def test_usher_hears_no_signal_that_is_meant_for_its_server(house):
    house.serve()
    client = house.client("eva")
    usher = parent(client.seat())
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        os.kill(usher, number)
    house.client("lead").seat()
    client.type("t")
    client.sees("done: ")


def test_seat_is_started_anew_where_a_fork_is_not_safe(house):
    server = house.serve(environ={"SPAWN": "1", "DEPLOY_TOKEN": "hunter2"})
    client = house.client("eva")
    client.sees("size 100x30")
    if sys.platform == "linux":
        assert parent(client.seat()) == server
    client.type("e")
    assert b"DEPLOY_TOKEN" not in client.sees(r"environ (.*?) \.\r")[1]
    client.type("q")
    assert client.ended() == 7


@pytest.mark.parametrize("how", [{}, {"SPAWN": "1"}], ids=["forked", "spawned"])
def test_the_face_opens_either_way(house, how):
    house.serve(command=COMMAND, environ=how)
    client = house.client("eva")
    client.sees("DNS points at us", seconds=60)
