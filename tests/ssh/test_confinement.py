"""What a seat can reach that somebody has taken over: the same user's files and processes."""

import json
import sys
from pathlib import Path

import pytest

from launchpad.ssh.confinement import lacking, landlock
from tests.ssh.house import House
from tests.ssh.test_usher import parent
from tests.support.war_room import until

pytestmark = [pytest.mark.needs("ssh", "ssh-keygen"), pytest.mark.slow]
SEAT = (sys.executable, str(Path(__file__).with_name("traitor.py")))


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    yield house
    house.close()


@pytest.mark.skipif(landlock() < 6, reason="this kernel's Landlock does not confine signals")
@pytest.mark.parametrize("environ", [{}, {"SPAWN": "1"}], ids=["forked", "spawned"])
def test_it_reaches_nothing_but_its_relay(house, environ):
    server = house.serve(command=SEAT, environ=environ)
    client, other = house.client("eva"), house.client("lead")
    own, others = client.seat(), other.seat()
    files = [house.base / "journal.db", house.host_key, house.base / "eva", house.base / "new"]
    given = {
        "pids": [server, parent(own), others],
        "files": [str(file) for file in files],
        "port": house.port,
    }
    client.type(json.dumps(given) + "\n")
    assert json.loads(client.sees(r"could: (\[.*?\]) and ")[1]) == []
    until(house.session.refresh)
    assert house.session.events[-1].kind == "item.ticked"
    other.type(json.dumps({"pids": [], "files": [], "port": house.port}) + "\n")
    assert other.ended() == 7


@pytest.mark.parametrize(
    ("version", "told"),
    [(-1, "reads what this user can read"), (0, "no Landlock"), (1, "TCP"), (4, "can end this"), (6, "")],
)
def test_what_the_kernel_does_not_confine_is_told(version, told):
    assert told in lacking(version)
    assert bool(lacking(version)) == bool(told)
