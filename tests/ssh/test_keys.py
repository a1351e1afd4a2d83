"""Which keys let whom in, and how the server's own is kept."""

import subprocess
import threading

import pytest

from launchpad.errors import BadInput
from launchpad.model.definition import Definition, Launch, Operator
from launchpad.ssh.keys import host_key, operators_by_key

pytestmark = pytest.mark.needs("ssh-keygen")


@pytest.fixture
def public(tmp_path):
    def make(name, kind="ed25519"):
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", tmp_path / name], check=True)
        return (tmp_path / f"{name}.pub").read_text().strip()

    return make


def people(**keys):
    operators = tuple(Operator(name=name, role="engineer", keys=tuple(own)) for name, own in keys.items())
    return operators_by_key(Definition(launch=Launch(product="A", version="1"), operators=operators))


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_keys_of_each_kind_stand_for_their_operator(public, kind):
    [(_, operator)] = people(ada=[public("a", kind)]).items()
    assert operator.name == "ada"


def test_keys_that_cannot_be_read_let_nobody_in(public):
    good = public("a")
    broken = [
        "",
        "ssh-ed25519",
        "ssh-ed25519 AAAA",
        good[:40],
        "ssh-rsa " + good.split()[1],
        "\x00",
        "#" + good,
    ]
    assert [operator.name for operator in people(ada=[*broken, good]).values()] == ["ada"]


def test_key_of_two_operators_lets_neither_in(public):
    shared, own = public("a"), public("b")
    assert [operator.name for operator in people(ada=[shared], bob=[f"{shared} x", own]).values()] == ["bob"]
    assert len(people(ada=[shared, shared])) == 1


def test_host_key_is_made_once_and_for_its_user_alone(tmp_path):
    path = tmp_path / "state" / "key"
    made = set()
    threads = [threading.Thread(target=lambda: made.add(host_key(path).get_fingerprint())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == {host_key(path).get_fingerprint()}
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["key"]


def test_host_key_where_none_can_be(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="can't use the host key"):
        host_key(tmp_path / "file" / "key")
