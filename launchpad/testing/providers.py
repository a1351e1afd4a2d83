"""What every provider over HTTP must do. Inherit `ProviderBehaviour` in a pytest module, give it a bench:

    class TestAcme(ProviderBehaviour):
        @pytest.fixture
        def bench(self):
            return AcmeBench()

It needs `pytest-asyncio` (mode `auto`). For asserts that explain themselves, have pytest rewrite
`launchpad.testing` before importing this. See docs/adapters.md.
"""

import asyncio
import json
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest

from launchpad.errors import LaunchpadError, Refused, Unreachable
from launchpad.model.plan import PlannedStep
from launchpad.providers.capabilities import Ending, Found, Job, Provider, Rollouts
from launchpad.testing.loopback import Fault, Loopback, Response, Simulator

T = TypeVar("T")
PATIENCE = 60.0
"""Seconds within which anything must have come to an end."""

REFUSALS = (400, 401, 403, 404, 409, 410, 422, 429)
"""With these a mutation was certainly not done."""
FAILURES = (500, 502, 503, 504)
"""With these nobody knows."""
GIBBERISH = Response(200, b'["what?", 7]')


class Bench(Protocol):
    """An adapter, its simulator and one mutation, as the kit needs to know them.

    `asks_again`, where it has that, are the refusals after which the adapter asks once more: 401 if it has
    its token renewed, 409 if it looks anew and then knows what it wants.
    """

    secrets: tuple[str, ...]
    """What must never be said: the tokens that the adapter is given."""
    mutation: tuple[str, str]
    """Expressions for method and path of the one request that mutates."""

    def simulator(self) -> Simulator:
        """The provider as it is before the mutation. What the mutation begins does not end by itself."""
        ...

    def provider(self, url: str, work_dir: Path) -> Provider:
        """A new adapter that talks to `url`, and gives up on a request within a second, on a reading within
        a few."""
        ...

    def job(self, nonce: str, bound: dict[str, str]) -> Job:
        """The mutation as a step; `bound` is what the adapter bound it to when it planned it."""
        ...

    def begun(self, simulator: Any) -> int:
        """How often the mutation was done."""
        ...

    def finish(self, simulator: Any) -> None:
        """Lets what was begun come to a good end."""
        ...


class ProviderBehaviour:
    """The suite: one table of misbehaviours."""

    @pytest.fixture
    def bench(self) -> Bench:
        """The adapter under test."""
        raise NotImplementedError

    @pytest.fixture
    def table(self, bench: Bench, tmp_path: Path) -> Iterator["Table"]:
        with Loopback(bench.simulator()) as server:
            yield Table(bench, server, tmp_path)

    async def test_planning_changes_nothing_and_tells_all(self, table: "Table") -> None:
        step = await table.plan()
        assert {request.method for request in table.server.requests} <= {"GET", "HEAD"}
        assert step.does
        assert table.begun == 0

    async def test_a_plan_says_whom_it_meets_how_it_is_undone_and_how_without_launchpad(
        self, table: "Table"
    ) -> None:
        step = await table.plan()
        assert step.affects, "`affects` says which users meet it, what share of them or how many"
        assert step.command, "`command` is the vendor's own, for the case that Launchpad is gone"
        assert step.console, "`console` says where it can be seen and done there"
        assert step.undo is None or step.undo.strip(), "`undo` is None where it can't be undone"

    @pytest.mark.parametrize("fault", [*FAILURES, *REFUSALS, "silent", "reset", "cut", "flood", "wrong type"])
    async def test_what_can_not_be_read_can_not_be_planned(self, table: "Table", fault: int | str) -> None:
        table.misbehave(fault, "GET", times=1000)
        with pytest.raises((Refused, Unreachable)) as caught:
            await table.plan()
        table.told(caught.value)

    async def test_it_is_done_and_followed_to_its_end(self, table: "Table") -> None:
        id_ = await table.start()
        table.finish()
        assert (await table.follow(id_)).state == "succeeded"
        assert (table.begun, table.mutations) == (1, 1)

    @pytest.mark.parametrize("status", REFUSALS)
    async def test_a_refusal_says_that_nothing_was_done(self, table: "Table", status: int) -> None:
        await table.plan()
        asked = 2 if status in getattr(table.bench, "asks_again", ()) else 1
        table.misbehave(status, *table.bench.mutation, times=asked)
        with pytest.raises(Refused, match=str(status)) as caught:
            await table.start()
        table.told(caught.value)
        assert (table.begun, table.mutations) == (0, asked)

    @pytest.mark.parametrize("fault", [*FAILURES, "silent", "reset", "lost", "cut", "flood", "wrong type"])
    async def test_what_is_not_known_is_neither_claimed_nor_asked_for_again(
        self, table: "Table", fault: int | str
    ) -> None:
        await table.plan()
        table.misbehave(fault, *table.bench.mutation)
        with pytest.raises(Unreachable) as caught:
            await table.start()
        table.told(caught.value)
        assert table.mutations == 1

    async def test_what_never_left_was_not_done(self, table: "Table") -> None:
        await table.plan()
        table.server.close()
        with pytest.raises(Refused) as caught:
            await table.start()
        table.told(caught.value)

    @pytest.mark.parametrize("fault", ["lost", "cut", "flood"])
    async def test_after_a_crash_before_any_id_it_is_found_again(self, table: "Table", fault: str) -> None:
        await table.plan()
        table.misbehave(fault, *table.bench.mutation)
        with pytest.raises(Unreachable):
            await table.start()
        table.anew()
        found = await table.find()
        assert found.state == "at-work"
        table.finish()
        assert (await table.follow(found.provider_id)).state == "succeeded"
        assert (table.begun, table.mutations) == (1, 1)

    async def test_it_is_resumed_by_its_id_and_says_the_same_from_the_beginning(self, table: "Table") -> None:
        id_ = await table.start()
        table.finish()
        first = await table.follow(id_)
        said = list(table.lines)
        table.lines.clear()
        table.anew()
        again = await table.follow(id_)
        assert (first.state, again.state) == ("succeeded", "succeeded")
        assert len(table.lines) == len(said)
        assert table.mutations == 1

    async def test_what_was_never_asked_for_is_not_at_work(self, table: "Table") -> None:
        await table.plan()
        assert (await table.find()).state != "at-work"
        assert table.mutations == 0

    @pytest.mark.parametrize("fault", [*FAILURES, 401, 403, 429, "silent", "reset", "cut", "wrong type"])
    async def test_looking_for_it_in_vain_is_not_knowing(self, table: "Table", fault: int | str) -> None:
        await table.start()
        table.anew()
        table.misbehave(fault, "GET", times=1000)
        try:
            found = await table.find()
        except (Refused, Unreachable) as error:
            table.told(error)
        else:
            assert (found.state, bool(found.detail)) == ("unknown", True)
        assert table.mutations == 1

    @pytest.mark.parametrize("fault", [*FAILURES, 429, "reset", "lost", "cut", "wrong type"])
    async def test_a_moment_of_trouble_does_not_end_the_following(
        self, table: "Table", fault: int | str
    ) -> None:
        id_ = await table.start()
        table.finish()
        table.misbehave(fault, "GET", times=2)
        assert (await table.follow(id_)).state == "succeeded"

    @pytest.mark.parametrize("fault", [*FAILURES, 401, 403, 429, "silent", "reset", "cut", "wrong type"])
    async def test_lasting_trouble_ends_in_not_knowing(self, table: "Table", fault: int | str) -> None:
        id_ = await table.start()
        table.misbehave(fault, "GET", times=100_000)
        try:
            ending = await table.follow(id_)
        except (Refused, Unreachable) as error:
            table.told(error)
        else:
            assert (ending.state, bool(ending.detail)) == ("unknown", True)
        assert table.mutations == 1

    async def test_what_was_accepted_and_ignored_is_no_success(self, table: "Table") -> None:
        await table.plan()
        table.misbehave("forgotten", *table.bench.mutation)
        try:
            ending = await table.follow(await table.start())
        except (Refused, Unreachable) as error:
            table.told(error)
        else:
            assert ending.state in ("failed", "unknown")
            assert ending.detail
        assert table.mutations == 1

    async def test_an_engine_that_stops_while_it_asks_stops_at_once(self, table: "Table") -> None:
        await table.plan()
        table.misbehave("silent", *table.bench.mutation)
        asking = asyncio.create_task(table.start())
        async with asyncio.timeout(PATIENCE):
            while not table.mutations:  # noqa: ASYNC110  # the server is in another thread
                await asyncio.sleep(0.01)
            asking.cancel()
            with pytest.raises((asyncio.CancelledError, Unreachable)):
                await asking
        assert table.mutations == 1

    async def test_it_can_be_told_to_end(self, table: "Table") -> None:
        """What can't be stopped any more may come to its good end instead."""
        id_ = await table.start()
        await table.cancel(id_)
        table.finish()
        assert (await table.follow(id_)).state in ("aborted", "succeeded")
        await table.cancel(id_)


class Table:
    """One adapter before its server. All that it says is held against the secrets."""

    def __init__(self, bench: Bench, server: Loopback, work_dir: Path) -> None:
        self.bench = bench
        self.server = server
        self.lines: list[str] = []
        self._work_dir = work_dir
        self._bound: dict[str, str] | None = None
        self.anew()

    def anew(self) -> None:
        """As another engine would have it: nothing is remembered but what lies on disk."""
        self.provider = self.bench.provider(self.server.url, self._work_dir)

    def misbehave(self, fault: int | str, method: str, path: str = ".*", *, times: int = 1) -> None:
        """`fault` is a status, a manner of `Fault`, or `wrong type`. A status comes with a body that gives
        the secrets away."""
        leak = json.dumps({"message": f"\x1b]0;owned\x07 {' '.join(self.bench.secrets)} is no good"}).encode()
        if isinstance(fault, int):
            wait = {"Retry-After": "1" if times == 1 else "3600"} if fault == 429 and times != 2 else {}
            chosen = Fault("instead", Response(fault, leak, wait))
        elif fault == "wrong type":
            chosen = Fault("instead", GIBBERISH)
        else:
            chosen = Fault(fault)  # type: ignore[arg-type]  # a manner, as the tests of this module write it
        self.server.misbehave(chosen, method, path, times=times)

    @property
    def begun(self) -> int:
        return self.bench.begun(self.server.simulator)

    @property
    def mutations(self) -> int:
        """How often the request that mutates was sent."""
        return len(self.server.asked(*self.bench.mutation))

    def finish(self) -> None:
        self.bench.finish(self.server.simulator)

    @property
    def job(self) -> Job:
        return self.bench.job("host:0123456789abcdef", self._bound or {})

    async def plan(self) -> PlannedStep:
        job, provider = self.job, self.provider
        if job.aim is None:
            step = await self._within(asyncio.to_thread(provider.plan, job.verb, job.launch, job.params))  # type: ignore[arg-type]  # a verb of actions, without an aim
        else:
            assert isinstance(provider, Rollouts), "it is to serve a rollout"
            step = provider.plan_rollout(job.aim, job.launch, job.settings)
        self._bound = dict(step.bound)
        said = (step.does, step.command, step.undo or "", step.affects, step.console)
        self.harmless(*said, *step.bound.values())
        return step

    async def start(self) -> str:
        if self._bound is None:
            await self.plan()
        id_ = await self._within(self.provider.start(self.job))
        self.harmless(id_)
        return id_

    async def follow(self, id_: str) -> Ending:
        async def emit(lines: list[str]) -> None:
            self.lines += lines
            self.harmless(*lines)

        ending = await self._within(self.provider.follow(id_, self.job, emit))
        self.harmless(ending.detail)
        return ending

    async def find(self) -> Found:
        found = await self._within(self.provider.find(self.job))
        self.harmless(found.detail, found.provider_id)
        return found

    async def cancel(self, id_: str) -> None:
        await self._within(self.provider.cancel(id_, self.job))

    def told(self, error: LaunchpadError) -> None:
        """What an error says is a sentence, and harmless."""
        assert len(error.message) > 10
        self.harmless(error.message, error.hint)

    def harmless(self, *texts: str) -> None:
        """Nothing of this is secret."""
        for text in texts:
            for secret in self.bench.secrets:
                assert secret not in text

    async def _within(self, work: Awaitable[T]) -> T:
        async with asyncio.timeout(PATIENCE):
            return await work
