"""Every verb of the role table, tried as every role by every way in: what a role may not do, none lets it."""

import pytest
from msgspec.structs import replace

from launchpad.cli.errands import ALLOWED
from launchpad.cli.main import main
from launchpad.desk import MINIMUM, LocalDesk, allows, open_launch
from launchpad.errors import LaunchpadError, Refused
from launchpad.model import commands as cmd
from launchpad.model.commands import Identity
from launchpad.model.definition import ROLES, Operator
from launchpad.session import Session
from launchpad.ssh.hosted import onlooker
from launchpad.store import open_store
from screens.keys import VERB_OF
from tests.desk.test_verbs import ONE_OF_EACH
from tests.ssh.test_relay import Ends
from tests.support.histories import definition

LAUNCH = "acme-4.2.0"

SHELL = {
    "close": "close --outcome success",
    "phase": "phase launch --override we-must",
    "hold": "countdown hold --reason wait",
    "resume": "countdown resume",
    "slip": "countdown slip 10m",
    "tick": "tick dns",
    "untick": "untick video",
    "fail": "fail dns --reason no",
    "skip": "skip watch --reason no",
    "assign": "assign dns eva",
    "comment": "comment dns hm",
    "evidence": "evidence dns hm",
    "check": "check page",
    "note": "note hm",
    "ack": "ack slow",
    "confirm": "confirm rollback-1 --digest x",
    "approve": "approve rollback-1 --digest x",
    "reject": "reject rollback-1 --reason no",
    "retract": "retract rollback-1",
    "abort": "abort rollback-1 --reason no",
    "resolve": "resolve rollback-1 retry --reason no",
    "lock": "lock site --reason mine",
    "unlock": "unlock db",
    "redact": "redact 1 --reason secret",
    "poll-call": "poll call",
    "poll-answer": "poll answer go",
    "poll-close": "poll close",
    "seat-take": "seat take --reason gone",
    "seat-hand": "seat hand ops --reason sleep",
    "add": "add Bank",
    "break-glass": "break-glass rollback-1 --digest x --reason nobody",
    "silence": "silence slow --for 10m --reason test",
    "unsilence": "unsilence slow",
    "report-note": "lesson earlier",
    "criterion": "criteria met lost-orders --reason three",
    "incident-declare": "incident declare cards --severity critical",
    "incident-update": "incident update looking",
    "incident-command": "incident command",
    "incident-task": "incident task bank",
    "incident-mitigate": "incident mitigate back",
    "incident-resolve": "incident resolve index",
    "incident-review": "incident review test",
    "halt": "halt android",
    "veto": "veto android --reason no",
    "check-all": "check --all",
    "smoke": "smoke shop",
}
"""Verb → the command of the shell that asks the desk for it and nothing else first."""
ELSEWHERE = {
    "open", "request", "amend", "channel-test", "mentions-read", "incident-done",
    "bump", "rollout-resume", "rollout-complete", "accept-loss",
}  # fmt: skip
"""Verbs whose commands do something else first: open a store, look for an engine or task, read a file or all
of the journal."""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A launch with one operator of each role."""
    url = f"sqlite:///{tmp_path_factory.mktemp('roles')}/journal.db"
    people = tuple(Operator(name=f"a-{role}", role=role, teams=("qa",)) for role in ROLES)
    store = open_store(url)
    lead = Identity(name="lead", role="director")
    open_launch(
        store, lead, cmd.OpenLaunch(launch=LAUNCH, definition=replace(definition(), operators=people))
    )
    yield store, url
    store.close()


def person(role):
    return Identity(name=f"a-{role}", role=role, teams=("qa",), auth="key")


FORBIDDEN = [(verb, role) for verb in MINIMUM for role in ROLES if not allows(role, MINIMUM[verb])]


def test_the_tables_are_whole():
    assert set(SHELL) | ELSEWHERE == set(MINIMUM)
    assert set(VERB_OF.values()) <= set(MINIMUM)
    assert {role for _, role in FORBIDDEN} == {"viewer", "engineer", "operator"}


@pytest.mark.parametrize(("verb", "role"), FORBIDDEN)
def test_no_seat_lets_a_role_do_what_it_may_not(house, verb, role):
    """Not even one whose own process claims to be a director: who acts is known on the other side."""
    store, _ = house
    before = store.head(LAUNCH)
    ends = Ends(store, person(role))
    try:
        lying = type(ends.desk)(ends.link, replace(person(role), role="director"), lambda: None)
        with pytest.raises(Refused) as refused:
            lying.perform(ONE_OF_EACH[verb])
    finally:
        ends.close()
    # A definition is not amended through any seat, a director's neither.
    assert verb == "amend" or f"is {role}; `{verb}` takes" in str(refused.value)
    assert store.head(LAUNCH) == before


@pytest.mark.parametrize(("verb", "role"), [pair for pair in FORBIDDEN if pair[0] in SHELL])
def test_no_command_lets_a_role_do_what_it_may_not(house, verb, role, capsys):
    store, url = house
    before = store.head(LAUNCH)
    status = main([*SHELL[verb].split(), "--store", url, "--launch", LAUNCH, "--as", f"a-{role}"])
    assert status == 3
    assert f"a-{role} is {role}; `{verb}` takes" in capsys.readouterr().err
    assert store.head(LAUNCH) == before


@pytest.mark.parametrize("verb", MINIMUM)
def test_no_command_over_ssh_performs_anything_for_anybody(house, verb):
    store, _ = house
    desk = onlooker(Session(store, LAUNCH), person("director"))
    before = store.head(LAUNCH)
    with pytest.raises(LaunchpadError, match="only looks"):
        desk.perform(ONE_OF_EACH[verb])
    assert store.head(LAUNCH) == before


def test_what_may_be_asked_over_ssh_is_no_verb():
    """Commands of both sorts may only be given in the form that looks."""
    both = {command.split()[0] for command in SHELL.values()} & set(ALLOWED)
    assert both == {"poll", "criteria"}
    assert not any("verb" in ALLOWED[name] for name in both)


@pytest.mark.parametrize("role", ROLES)
def test_the_face_offers_no_key_that_the_role_may_not_use(house, role):
    store, _ = house
    desk = LocalDesk(store, Session(store, LAUNCH), person(role))
    for verb in VERB_OF.values():
        assert desk.may(verb) == allows(role, MINIMUM[verb])
