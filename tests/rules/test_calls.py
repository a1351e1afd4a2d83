"""What calls for a person though nothing is measured: pure, over states that are made up."""

import pytest

from launchpad.model.definition import Alert, Definition, Launch
from launchpad.model.plan import Plan, PlannedStep
from launchpad.model.rollouts import RolloutAim, RolloutReading
from launchpad.model.state import Advice, RolloutState, RunState, State, StepState
from launchpad.rules.calls import evidence, told

RULE = Alert(unhalted="android", severity="critical", notify=("lead",))
DEFINITION = Definition(launch=Launch(product="shop", version="1"), alerts={"lost": RULE})
BACK = PlannedStep(verb="rollback", provider="site", does="", command="", undo=None)


def launch(status: str, attempt: int, shows: str) -> State:
    """A halt that was asked for so often, and what the store shows."""
    halt = RunState(
        id="halt-1",
        action="halt",
        params={},
        status=status,
        seq=7,
        requested_by="eva",
        requested_auth="os",
        requested_at=1,
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
        "halt-1 (asked by eva) is asked for again and again, and not taken yet"
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
    back = RunState(
        id="rollback-1",
        action="rollback",
        params={},
        status="approved" if started is None else "running" if ended is None else "succeeded",
        seq=7,
        requested_by="eva",
        requested_auth="key",
        requested_at=requested,
        confirmed_by="eva",
        started_at=started,
        ended_at=ended,
        plan=Plan(action="rollback", title="", version="1", environment="", steps=(BACK,), params={}),
    )
    state = State(runs={"rollback-1": back}, advice=Advice(recommended=True, since=50))
    definition = Definition(launch=Launch(product="shop", version="1"), alerts={"advised": rule})
    assert evidence(state, definition, 90)["advised"].crossed is calls
