"""Who acts in a terminal, and what a launch is called."""

import os
import pwd

import pytest

from launchpad.errors import BadInput
from launchpad.model.definition import Definition, Item, Launch, Operator
from launchpad.wiring import launch_id, local_identity, scrubbed, sqlite_path, sqlite_url, store_url

ME = pwd.getpwuid(os.geteuid()).pw_name
LAUNCH = Launch(product="Acme", version="4.2.0")


def definition(*operators: Operator) -> Definition:
    items = (Item(id="a", title="A", team="qa"), Item(id="b", title="B", team="legal"))
    return Definition(launch=LAUNCH, operators=operators, items=items)


@pytest.fixture
def private(tmp_path):
    path = tmp_path / "store.db"
    path.touch(mode=0o600)
    return path


def test_the_only_user_of_a_private_store_without_operators_is_the_director_of_all_teams(private):
    who = local_identity(definition(), sqlite_url(private))
    assert (who.name, who.role, who.teams, who.auth) == (ME, "director", ("qa", "legal"), "os")
    assert local_identity(definition(), sqlite_url(private.with_name("new.db"))).role == "director"


def test_in_a_store_that_others_can_read_nobody_is_the_director_unnamed(private):
    for mode in (0o640, 0o604, 0o660):
        private.chmod(mode)
        assert local_identity(definition(), sqlite_url(private)).role == "viewer"
    assert local_identity(definition(), "postgresql://localhost/launches").role == "viewer"


def test_an_operator_is_found_by_login_and_else_by_name(private):
    url = sqlite_url(private)
    assert local_identity(definition(Operator(name=ME, role="engineer")), url).role == "engineer"
    by_login = Operator(name="lead", role="operator", teams=("qa",), login=ME)
    assert local_identity(definition(by_login), url).name == "lead"
    assert local_identity(definition(by_login), url).teams == ("qa",)
    # A login that is said leaves nothing to the name.
    elsewhere = Operator(name=ME, role="director", login="another")
    assert local_identity(definition(elsewhere), url).role == "viewer"


def test_a_user_whom_nobody_named_is_a_viewer(private):
    who = local_identity(definition(Operator(name="lead", role="director", login="x")), sqlite_url(private))
    assert (who.name, who.role) == (ME, "viewer")


def test_a_claimed_name_is_recorded_as_claimed_and_cannot_approve(private):
    lead = definition(Operator(name="lead", role="director", login="x"))
    who = local_identity(lead, sqlite_url(private), "lead")
    assert (who.role, who.auth, who.proven) == ("director", "claimed", False)
    with pytest.raises(BadInput, match="expected one of lead"):
        local_identity(lead, sqlite_url(private), "mallory")
    assert local_identity(definition(), "postgresql://localhost/x", "boss").role == "viewer"


@pytest.mark.parametrize(
    ("product", "version", "environment", "expected"),
    [
        ("Acme", "4.2.0", "production", "acme-4.2.0"),
        ("Acme Shop (EU)", "2026.12 rc/1", "production", "acme-shop-eu-2026.12-rc-1"),
        ("Acme", "4.2.0", "staging", "acme-4.2.0-staging"),
        ("Ёлка", "1", "production", "ёлка-1"),
        ("../../x", "..", "production", "x"),
    ],
)
def test_a_launch_is_called_by_product_version_and_environment(product, version, environment, expected):
    assert launch_id(Launch(product=product, version=version, environment=environment)) == expected


def test_a_store_is_where_it_was_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    state = {"XDG_STATE_HOME": str(tmp_path / "a b")}
    assert store_url(None, None, state) == f"sqlite:///{tmp_path}/a%20b/launchpad/launchpad.db".replace(
        "////", "///"
    )
    assert sqlite_path(store_url("sqlite:it?.db", None, {})) == tmp_path / "it?.db"
    assert store_url(None, None, {"LAUNCHPAD_STORE": "postgresql://x"}) == "postgresql://x"
    assert store_url("env:S", None, {"S": "postgresql://y"}) == "postgresql://y"


def test_a_face_sees_how_to_draw_and_no_secret():
    environ = {
        "TERM": "xterm",
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "XDG_STATE_HOME": "/x",
        "LAUNCHPAD_GLYPHS": "ascii",
        "LAUNCHPAD_STORE": "postgresql://lead:hunter2@db/x",
        "DEPLOY_TOKEN": "hunter2",
        "PGPASSWORD": "hunter2",
        "XTERM": "no",
    }
    kept = scrubbed(environ)
    assert "hunter2" not in "".join(kept.values())
    assert set(kept) == {"TERM", "LC_ALL", "NO_COLOR", "XDG_STATE_HOME", "LAUNCHPAD_GLYPHS"}
