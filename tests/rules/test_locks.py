"""Whose lock stands in the way of whom."""

import pytest

from launchpad.model.plan import Plan
from launchpad.model.samples import LockInfo
from launchpad.model.state import State
from launchpad.rules.locks import in_the_way, kept, left_behind, run_owner
from tests.support.runs import run_state

LAUNCH = "acme-1"


def lock(target, owner):
    return LockInfo(target=target, owner=owner, reason="incident 42", expires_in=600.0)


def run(name, status, lock_after=0.0):
    plan = Plan(
        action=name, title="", version="1", environment="", steps=(), params={}, lock_after=lock_after
    )
    return run_state(name, status, plan=plan)


def state(*runs):
    return State(launch=LAUNCH, runs={each.id: each for each in runs})


@pytest.mark.parametrize(
    ("held", "stands"),
    [
        (lock("site", "eva"), True),
        (lock("*", "eva"), True),
        (lock("db", "eva"), False),
        (lock("site", "ops"), False),
        (lock("site", "another-launch/deploy-1"), True),
    ],
)
def test_a_lock_on_the_target_or_on_all_stands_in_the_way_of_all_but_its_owner(held, stands):
    assert bool(in_the_way(state(), [held], {"site"}, {"ops"})) == stands


@pytest.mark.parametrize("status", ["running", "aborting", "interrupted", "approved"])
def test_the_lock_of_a_run_that_has_not_ended_stands_in_the_way(status):
    held = [lock("site", run_owner(LAUNCH, "deploy-1"))]
    at_work = state(run("deploy-1", status))
    assert left_behind(at_work, held) == []
    assert in_the_way(at_work, held, {"site"}, {"ops"}) == held


@pytest.mark.parametrize("status", ["failed", "aborted", "succeeded"])
def test_what_an_ended_run_left_behind_stands_in_nobodys_way(status):
    held = [lock("site", run_owner(LAUNCH, "deploy-1"))]
    over = state(run("deploy-1", status))
    assert left_behind(over, held) == held
    assert in_the_way(over, held, {"site"}, set()) == []


def test_what_stays_locked_after_a_rollback_stops_all_but_going_back_further():
    held = [lock("site", run_owner(LAUNCH, "rollback-1"))]
    over = state(run("rollback-1", "succeeded", lock_after=3600.0))
    assert (kept(over, held), left_behind(over, held)) == (held, [])
    assert in_the_way(over, held, {"site"}, {"ops"}) == held
    assert in_the_way(over, held, {"site"}, {"ops"}, back=True) == []
    eva = lock("site", "eva")
    assert in_the_way(over, [*held, eva], {"site"}, {"ops"}, back=True) == [eva]


def test_a_rollback_that_failed_keeps_nothing_locked():
    held = [lock("site", run_owner(LAUNCH, "rollback-1"))]
    assert kept(state(run("rollback-1", "failed", lock_after=3600.0)), held) == []
