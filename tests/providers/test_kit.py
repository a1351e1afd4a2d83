"""The contract kit itself: a plan that leaves something unsaid fails its row."""

import pytest
from msgspec.structs import replace

from launchpad.model.plan import PlannedStep
from launchpad.testing.providers import ProviderBehaviour

WHOLE = PlannedStep(
    verb="deploy",
    provider="acme",
    does="ships it",
    command="acme ship",
    undo="acme unship",
    affects="everybody",
    console="https://acme.example",
)


class Planned:
    """As much of a table as the row needs."""

    def __init__(self, step: PlannedStep) -> None:
        self._step = step

    async def plan(self) -> PlannedStep:
        return self._step


async def _row(step: PlannedStep) -> None:
    row = ProviderBehaviour.test_a_plan_says_whom_it_meets_how_it_is_undone_and_how_without_launchpad
    await row(ProviderBehaviour(), Planned(step))  # type: ignore[arg-type]  # it only plans


@pytest.mark.parametrize("lacking", [{"affects": ""}, {"command": ""}, {"console": ""}, {"undo": " "}])
async def test_a_plan_that_leaves_something_unsaid_fails(lacking: dict[str, str]) -> None:
    with pytest.raises(AssertionError):
        await _row(replace(WHOLE, **lacking))


@pytest.mark.parametrize("undo", ["acme unship", None])
async def test_a_plan_that_says_all_passes(undo: str | None) -> None:
    await _row(replace(WHOLE, undo=undo))
