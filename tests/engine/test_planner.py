"""Who must approve a plan: counted over those who may."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from launchpad.engine.planner import make_plan
from launchpad.model.command import CommandOperation, CommandSettings
from launchpad.providers.capabilities import Surroundings
from launchpad.providers.command import CommandProvider
from tests.support.war_room import PEOPLE, action, commands_launch


@pytest.mark.parametrize(
    ("people", "asked", "needed"),
    [
        (["lead", "ops"], 1, 1),
        (["lead", "ops", "eva", "guest"], 1, 1),
        (["lead", "eva", "guest"], 1, 0),
        (["lead"], 2, 0),
        ([], 1, 0),
        (["lead"], 0, 0),
    ],
)
def test_one_who_alone_may_approve_needs_no_second_person_and_is_told(people, asked, needed) -> None:
    definition = replace(
        commands_launch({}, deploy=action("deploy", approvals=asked)),
        operators=tuple(person for person in PEOPLE if person.name in people),
    )
    settings = CommandSettings(operations={"deploy": CommandOperation(argv=("true",))})
    around = Surroundings(base_dir=Path(), work_dir=Path(), place="here", environ={}, resolve=str)
    plan = make_plan(definition, "deploy", {}, {"shop": CommandProvider("shop", settings, around)})
    assert plan.approvals == needed
    assert bool(plan.waived) == (asked > needed)
