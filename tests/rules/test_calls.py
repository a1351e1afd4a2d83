"""What calls for a person though nothing is measured: pure, over states that are made up."""

import pytest
from msgspec.structs import replace

from launchpad.model.definition import Alert, Definition, Launch
from launchpad.model.plan import Plan, PlannedStep
from launchpad.model.rollouts import RolloutAim, RolloutReading
from launchpad.model.state import Advice, RolloutState, State, StepState
from launchpad.model.values import SECOND
from launchpad.rules.calls import evidence, told
from tests.support.runs import run_state

RULE = Alert(unhalted="android", severity="critical", notify=("lead",))
DEFINITION = Definition(launch=Launch(product="shop", version="1"), alerts={"lost": RULE})
BACK = PlannedStep(verb="rollback", provider="site", does="", command="", undo=None)


def launch(status: str, attempt: int, shows: str) -> State:
    """A halt that was asked for so often, and what the store shows."""
    halt = run_state(
        "halt-1",
        status,
        requested_by="eva",
        steps=(StepState(status="intended", attempt=attempt),),
        aim=RolloutAim(rollout="android", verb="halt"),
    )
    seen = RolloutState(reading=RolloutReading(status=shows, percent=10.0), since=1, observed_seq=3, seq=3)
    return State(runs={"halt-1": halt}, rollouts={"android": seen})


@pytest.mark.parametrize(
    ("status", "attempt", "shows", "calls"),
    [
        ("running", 2, "rolling", False),
        ("running", 3, "rolling", True),
        ("running", 9, "halted", False),
        ("interrupted", 1, "rolling", True),
        ("failed", 1, "rolling", True),
        ("aborted", 9, "rolling", False),
        ("succeeded", 9, "rolling", False),
    ],
)
def test_people_are_told_of_a_halt_that_does_not_get_through(status, attempt, shows, calls) -> None:
    state = launch(status, attempt, shows)
    assert evidence(state, DEFINITION, 9)["lost"].crossed is calls


def test_it_says_that_it_is_still_asked_for() -> None:
    assert told(RULE, launch("running", 3, "rolling"), 9) == (
        "halt-1 (asked by eva) is asked for, and not taken yet"
    )
    assert told(RULE, launch("failed", 3, "rolling"), 9) == "halt-1 (asked by eva) is failed"


@pytest.mark.parametrize(
    ("requested", "started", "ended", "calls"),
    [
        (60, None, None, False),
        (40, 45, None, False),
        (40, 45, 55, False),
        (40, 45, 49, True),
        (40, None, None, True),
    ],
)
def test_advice_to_roll_back_waits_for_nobody_while_a_rollback_is_under_way(
    requested, started, ended, calls
) -> None:
    """The advice came at 50. Who saw the trouble before the readings did is not woken for it."""
    rule = Alert(recommends="rollback", severity="critical", notify=("lead",))
    back = run_state(
        "rollback-1",
        "approved" if started is None else "running" if ended is None else "succeeded",
        requested_at=requested,
        confirmed_by="eva",
        started_at=started,
        ended_at=ended,
        plan=Plan(action="rollback", title="", version="1", environment="", steps=(BACK,), params={}),
    )
    state = State(runs={"rollback-1": back}, advice=Advice(recommended=True, since=50))
    definition = Definition(launch=Launch(product="shop", version="1"), alerts={"advised": rule})
    assert evidence(state, definition, 90)["advised"].crossed is calls


@pytest.mark.parametrize(("since", "calls"), [(19, False), (20, True)])
def test_people_are_told_of_a_halt_that_waits_for_its_store(since: int, calls: bool) -> None:
    """A store that wants to be left alone is asked seldom: it is time that counts then."""
    state = launch("running", 1, "rolling")
    steps = (StepState(status="intended", attempt=1, started_at=2),)
    state = replace(state, runs={"halt-1": replace(state.runs["halt-1"], steps=steps)})
    assert evidence(state, DEFINITION, since * SECOND + 1)["lost"].crossed is calls


@pytest.mark.parametrize(("ended_at", "calls"), [(6, True), (None, True), (4, False)])
def test_people_are_told_still_where_a_person_asks_anew(ended_at: int | None, calls: bool) -> None:
    before = launch("aborted", 3, "rolling").runs["halt-1"]
    before = replace(before, steps=(replace(before.steps[0], ended_at=ended_at),))
    anew = replace(before, id="halt-2", status="running", requested_at=5, steps=(StepState(attempt=1),))
    state = replace(launch("running", 1, "rolling"), runs={"halt-1": before, "halt-2": anew})
    assert evidence(state, DEFINITION, 9)["lost"].crossed is calls
