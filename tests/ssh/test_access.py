"""Who is let in, who is no longer, and for how long."""

import signal
import subprocess

import pytest
from msgspec.structs import replace

from launchpad.desk import LocalDesk
from launchpad.model import commands as cmd
from launchpad.model.commands import Identity
from launchpad.session import Session
from tests.ssh.house import LAUNCH, House, alive
from tests.support.war_room import until

pytestmark = [pytest.mark.needs("ssh", "ssh-keygen"), pytest.mark.slow]


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    yield house
    house.close()


def listed(house, *lines):
    """Writes the authorized-keys file as an editor does: a new one in its place."""
    path = house.base / "keys"
    fresh = house.base / "keys.new"
    fresh.write_text("".join(f"{line}\n" for line in lines))
    fresh.chmod(0o600)
    fresh.replace(path)
    return str(path)


def public(house, who):
    return (house.base / f"{who}.pub").read_text().strip()


def amend(house, change):
    """A director amends the operators."""
    session = Session(house.store, LAUNCH)
    before = session.state.definition
    after = replace(before, operators=tuple(filter(None, map(change, before.operators))))
    desk = LocalDesk(house.store, session, Identity(name="lead", role="director"))
    desk.perform(cmd.Amend(definition=after, base=before.digest(), text="the night shift"))


def without_keys(name):
    return lambda operator: replace(operator, keys=()) if operator.name == name else operator


def test_a_key_of_the_file_gets_in_and_is_dropped_when_it_is_taken_out(house):
    line = f'operator="eva" {public(house, "stranger")}'
    house.serve(environ={"KEYS": listed(house, line)})
    client, other = house.client("stranger"), house.client("eva")
    client.sees(r"seat \d+ eva engineer key")
    seat = client.seat()
    other.seat()
    listed(house, "# nobody")
    assert client.ended() == 3
    client.sees(r"\x1b\[\?1049llaunchpad: your key was revoked\r")
    assert not alive(seat)
    until(lambda: any("of eva was revoked: 127.0.0.1 is dropped" in line for line in house.said))
    assert "Permission denied" in house.runs(house.ssh("stranger", "-tt")).stderr
    other.type("k")
    other.sees("key b'k'")
    listed(house, line)
    until(lambda: "Permission denied" not in house.runs(house.ssh("stranger", "-T")).stderr)


def test_a_line_that_breaks_later_is_told_by_its_number(house):
    path = listed(house, f'operator="eva" {public(house, "stranger")}')
    house.serve(environ={"KEYS": path})
    listed(house, "# one", public(house, "stranger"))
    until(lambda: any(f"{path}:2: it does not say whose key this is" in said for said in house.said))


def test_a_key_taken_out_of_the_definition_is_dropped_while_connected(house):
    house.serve()
    client, other = house.client("eva"), house.client("lead")
    seat = client.seat()
    other.seat()
    amend(house, without_keys("eva"))
    assert client.ended() == 3
    client.sees("launchpad: your key was revoked")
    assert not alive(seat)
    assert "Permission denied" in house.runs(house.ssh("eva", "-tt")).stderr
    other.type("k")
    other.sees("key b'k'")


def test_a_role_follows_its_amendment_while_connected(house):
    house.serve()
    client = house.client("guest")
    client.seat()
    client.type("t")
    client.sees("Refused: guest is viewer")
    amend(house, lambda o: replace(o, role="engineer") if o.name == "guest" else o)
    client.type("t")
    client.sees("done: ")


def test_a_revoked_client_that_reads_nothing_is_dropped_all_the_same(house):
    house.serve()
    client = house.client("eva")
    seat = client.seat()
    client.process.send_signal(signal.SIGSTOP)
    amend(house, without_keys("eva"))
    until(lambda: not alive(seat), what="the seat to end")
    until(lambda: any("eva from 127.0.0.1 has left" in line for line in house.said))


def test_a_seat_in_which_nothing_is_typed_ends(house):
    house.serve(environ={"IDLE": "3"})
    client = house.client("eva")
    seat = client.seat()
    assert client.ended() == 3
    client.sees("launchpad: nothing was typed for 3 s; connect again")
    assert not alive(seat)


def test_a_key_without_a_role_is_refused(house):
    """Whoever is taken out of the operators is nobody, even where a key file still names them."""
    path = listed(house, f'operator="eva" {public(house, "stranger")}')
    house.serve(environ={"KEYS": path})
    house.client("stranger").seat()
    amend(house, lambda o: None if o.name == "eva" else o)
    until(lambda: any("there is no operator 'eva' in this launch" in said for said in house.said))
    assert "Permission denied" in house.runs(house.ssh("stranger", "-tt")).stderr
    assert "Permission denied" in house.runs(house.ssh("eva", "-tt")).stderr


def test_who_offers_too_many_keys_is_sent_away(house):
    house.serve()
    names = [f"k{n}" for n in range(25)]
    for name in names:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", house.base / name], check=True)
    argv = house.ssh("stranger", "-tt")
    more = [part for name in names for part in ("-o", f"IdentityFile={house.base / name}")]
    refused = house.runs([argv[0], *more, *argv[1:]])
    assert refused.returncode == 255
    assert "too many keys were offered" in refused.stderr


@pytest.mark.parametrize("size", [(65000, 65000), (9999, 50)])
def test_no_window_is_larger_than_a_seat_paints_for(house, size):
    house.serve()
    client = house.client("eva")
    client.seat()
    client.resize(*size)
    client.process.send_signal(signal.SIGWINCH)
    client.sees(f"size 500x{min(size[1], 200)}")
