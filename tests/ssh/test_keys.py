"""Which keys let whom in, and how the server's own is kept."""

import subprocess
import threading

import pytest

from launchpad.errors import BadInput
from launchpad.model.definition import Definition, Launch, Operator
from launchpad.ssh.access import KeyFile, admitted, network_of
from launchpad.ssh.keys import host_key

pytestmark = pytest.mark.needs("ssh-keygen")


@pytest.fixture
def public(tmp_path):
    def make(name, kind="ed25519"):
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", tmp_path / name], check=True)
        return (tmp_path / f"{name}.pub").read_text().strip()

    return make


def people(**keys):
    operators = tuple(Operator(name=name, role="engineer", keys=tuple(own)) for name, own in keys.items())
    return admitted(Definition(launch=Launch(product="A", version="1"), operators=operators)).operators


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


@pytest.fixture
def listed(tmp_path):
    """What an authorized-keys file of these lines says."""

    def read(*lines):
        path = tmp_path / "keys"
        path.write_text("\n".join(lines) + "\n")
        path.chmod(0o600)
        file = KeyFile(path)
        file.read()
        return file

    return read


def team(*names, **keys):
    operators = tuple(Operator(name=name, role="engineer", keys=keys.get(name, ())) for name in names)
    return Definition(launch=Launch(product="A", version="1"), operators=operators)


def test_a_line_of_the_file_stands_for_the_operator_whom_its_option_names(listed, public):
    a, b = public("a"), public("b", "ecdsa")
    file = listed("# the night shift", "", f'operator="ada" {a} lead@host', f'restrict,operator="bob" {b}')
    assert file.faults == ()
    who = admitted(team("ada", "bob", "lead"), file.entries)
    assert sorted(operator.name for operator in who.operators.values()) == ["ada", "bob"]
    assert who.faults == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("KEY", "does not say whose key this is"),
        ('operator="" KEY', "does not say whose key this is"),
        ('operator="ada",operator="lead" KEY', "two operators"),
        ('from="10.0.0.1",operator="ada" KEY', 'the option from="10.0.0.1" is not known here'),
        ('operator="ada",command="sh" KEY', 'the option command="sh" is not known here'),
        ('operator="ada",cert-authority KEY', "the option cert-authority is not known here"),
        ('operator="ada" ssh-ed25519 AAAA', "no whole ssh-ed25519 key"),
        ('operator="ada" ssh-dss AAAA', "expected an SSH public key"),
        ('operator="ada', "no line of an authorized-keys file"),
        ("ada KEY", "the option ada is not known"),
        ("\x1b[31mhello", "no line of an authorized-keys file"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_by_its_number_and_lets_nobody_in(listed, public, line, said):
    key = public("a")
    file = listed(line.replace("KEY", key), f'operator="ada" {key}')
    [fault] = file.faults
    assert "/keys:1: " in fault
    assert said in fault
    assert [entry.place[-7:] for entry in file.entries] == ["/keys:2"]


def test_a_name_that_is_no_operators_and_a_key_of_two_are_told(listed, public):
    a, b, c = public("a"), public("b"), public("c")
    file = listed(f'operator="mallory" {a}', f'operator="ada" {b}', f'operator="bob" {c}')
    who = admitted(team("ada", "bob", bob=(b,)), file.entries)
    assert [operator.name for operator in who.operators.values()] == ["bob"]
    assert who.faults[0].endswith("/keys:1: there is no operator 'mallory' in this launch")
    assert who.faults[1:] == ("one key stands for ada and bob, and lets neither in",)


def test_a_file_is_read_again_once_it_stands_still(listed, public, tmp_path):
    file = listed(f'operator="ada" {public("a")}')
    path = tmp_path / "keys"
    assert not file.changed()
    path.write_text("")
    assert not file.changed()  # it may be half written
    assert len(file.entries) == 1
    assert file.changed()
    assert (file.entries, file.faults) == ((), ())
    path.unlink()
    assert not file.changed()
    assert file.changed()
    assert file.faults == (f"can't read {path}: No such file or directory",)


def test_a_file_that_others_may_write_lets_nobody_in(listed, public, tmp_path):
    file = listed(f'operator="ada" {public("a")}')
    (tmp_path / "keys").chmod(0o620)
    file.read()
    assert file.entries == ()
    assert file.faults == (
        f"{tmp_path}/keys may be written by others and lets nobody in; chmod go-w {tmp_path}/keys",
    )


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("an unknown address", "an unknown address"),
    ],
)
def test_where_connections_come_from(address, network):
    assert network_of(address) == network
