"""What the product does at each moment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchpad.rehearsal.example import FIRST, load
from launchpad.rehearsal.service import Change, Moment, Service, weather

SERVICE = load(FIRST).script.product
SECONDS = st.floats(min_value=0, max_value=1000)


def now(
    elapsed: float, deployed: float | None = None, first: float | None = None, service: Service = SERVICE
):
    return weather(
        service, elapsed, since_deploy=deployed, since_first_deploy=deployed if first is None else first
    )


def test_nothing_is_wrong_in_the_first_example_until_a_while_after_the_deploy():
    assert now(0).moments == now(40).moments == ()
    assert now(400).errors == 0, "nothing comes by itself"
    assert now(100, 2).moments == ("warm-up",)
    assert now(120, 19.9).errors == 0
    assert now(120, 20).errors == 0.4
    assert now(9000, 8000).errors == 0.4, "until it is taken back"
    assert now(200, None, 100).errors == 0, "the rollback helps"


def test_a_fault_changes_what_it_names_and_nothing_else():
    staying = load(FIRST).disturbed(["payment-errors-stay"]).script.product
    assert now(200, None, 100, staying).errors == 0.4, "the rollback does not help"
    assert staying.moments.keys() == SERVICE.moments.keys()
    slow = load(FIRST).disturbed(["slow-product", "pager-down"]).script.product
    assert now(60, service=slow).latency > now(60).latency
    assert (slow.pager, slow.moments) == ("down", SERVICE.moments)
    assert Change().applied(SERVICE) == SERVICE


@given(SECONDS, st.none() | SECONDS, SECONDS)
def test_the_worst_of_what_is_on_counts(elapsed, deployed, first):
    found = now(elapsed, deployed, first)
    assert found.latency >= SERVICE.latency
    assert 0 <= found.errors <= 1
    for name in found.moments:
        assert found.errors >= SERVICE.moments[name].errors


@pytest.mark.parametrize(("elapsed", "on"), [(None, False), (4.9, False), (5, True), (7.9, True), (8, False)])
def test_a_moment_lasts_from_its_first_instant_to_before_its_last(elapsed, on):
    assert Moment(since="start", after=5.0, lasts=3.0).covers(elapsed) is on


def test_a_moment_of_the_app_comes_with_its_share_and_goes_with_the_release():
    service = load("web-and-android").script.product

    def errors(deployed, first, shares, of=service):
        return weather(of, 500, since_deploy=deployed, since_first_deploy=first, since_share=shares).errors

    assert errors(100, 100, {}) == 0, "too few have the app"
    assert errors(100, 100, {"rush": 9.9}) == 0
    assert errors(100, 100, {"rush": 10}) == 0.4
    assert errors(None, 100, {"rush": 10}) == 0, "the old site can stand the new app"
    staying = load("web-and-android").disturbed(["errors-stay"]).script.product
    assert errors(None, 100, {"rush": 10}, staying) == 0.4
