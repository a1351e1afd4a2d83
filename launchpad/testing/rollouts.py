"""What every provider over HTTP must do that gives a release to a share of users: inherit `RolloutsBehaviour`
as `launchpad.testing.providers` says; the bench's job has an `aim`, whose rollout is as `seen` there.
"""

import asyncio

import pytest

from launchpad.errors import Refused, Unreachable
from launchpad.model.rollouts import RolloutReading
from launchpad.providers.capabilities import Rollouts
from launchpad.rules.rollouts import reached
from launchpad.testing.providers import FAILURES, PATIENCE, REFUSALS, ProviderBehaviour, Table


class RolloutsBehaviour(ProviderBehaviour):
    """The suite. A plan asks nobody; how things stand is read beside it, again and again."""

    @pytest.mark.parametrize("fault", [*FAILURES, *REFUSALS, "silent", "reset", "cut", "flood", "wrong type"])
    async def test_what_can_not_be_read_can_not_be_planned(self, table: Table, fault: int | str) -> None:
        """How it stands is not known then, and says why."""
        table.misbehave(fault, "GET", times=1000)
        with pytest.raises((Refused, Unreachable)) as caught:
            await read(table)
        table.told(caught.value)
        assert table.mutations == 0

    async def test_it_reads_what_there_is_and_changes_nothing(self, table: Table) -> None:
        aim = table.job.aim
        assert aim is not None, "the bench's job is about a rollout"
        stands = await read(table)
        assert aim.seen is None or stands.same(aim.seen)
        assert not reached(aim, stands)
        assert (table.begun, table.mutations) == (0, 0)

    async def test_what_was_done_is_read_at_once(self, table: Table) -> None:
        aim = table.job.aim
        assert aim is not None, "the bench's job is about a rollout"
        await read(table)
        id_ = await table.start()
        table.finish()
        await table.follow(id_)
        assert reached(aim, await read(table))

    async def test_what_was_accepted_and_ignored_is_no_success(self, table: Table) -> None:
        """Its end says that it was taken; that it does not show is read."""
        aim = table.job.aim
        assert aim is not None, "the bench's job is about a rollout"
        await table.plan()
        table.misbehave("forgotten", *table.bench.mutation)
        await table.follow(await table.start())
        assert not reached(aim, await read(table))
        assert table.mutations == 1

    @pytest.mark.parametrize("fault", [*FAILURES, 401, 403, 429, "silent", "reset", "cut", "wrong type"])
    async def test_lasting_trouble_ends_in_not_knowing(self, table: Table, fault: int | str) -> None:
        """Its end says that it was taken; whether it shows can't be read."""
        await table.follow(await table.start())
        table.misbehave(fault, "GET", times=100_000)
        with pytest.raises((Refused, Unreachable)) as caught:
            await read(table)
        table.told(caught.value)
        assert table.mutations == 1

    async def test_it_is_planned_without_asking_anybody(self, table: Table) -> None:
        await table.plan()
        assert table.server.requests == []


async def read(table: Table) -> RolloutReading:
    """How the bench's rollout stands."""
    provider, job = table.provider, table.job
    assert isinstance(provider, Rollouts), "the suite is for adapters that roll out"
    assert job.aim is not None, "the bench's job is about a rollout"
    async with asyncio.timeout(PATIENCE):
        reading = await provider.read_rollout(job.aim.rollout, job.launch, job.settings)
    table.harmless(reading.version, reading.detail)
    return reading
