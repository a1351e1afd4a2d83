"""The race of attempts and the resolver, on their own."""

import asyncio
import threading

import pytest

from launchpad.probes.attempt import Trace, attempt
from launchpad.probes.control import Control
from launchpad.probes.race import first_success
from launchpad.probes.resolve import Resolver
from launchpad.probes.result import Blame, ProbeFailure


async def after(seconds: float, outcome: str | Exception) -> str:
    await asyncio.sleep(seconds)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


async def test_the_first_success_wins_and_the_rest_is_over() -> None:
    discarded: list[str] = []
    attempts = [after(0.0, OSError("refused")), after(30.0, "slow"), after(0.05, "won"), after(0.0, "late")]
    assert await first_success(attempts, stagger=0.01, discard=discarded.append) in {"won", "late"}
    assert len(asyncio.all_tasks()) == 1


async def test_what_a_loser_still_brings_home_is_discarded() -> None:
    discarded: list[str] = []

    async def stubborn() -> str:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            return "late"
        return "never"

    won = await first_success([stubborn(), after(0.05, "won")], stagger=0.0, discard=discarded.append)
    assert (won, discarded) == ("won", ["late"])


async def test_of_two_that_come_together_one_is_discarded() -> None:
    discarded: list[str] = []
    both = asyncio.Event()

    async def together(name: str) -> str:
        await both.wait()
        return name

    race = first_success([together("a"), together("b")], stagger=0.0, discard=discarded.append)
    task = asyncio.create_task(race)
    await asyncio.sleep(0.05)
    both.set()
    assert {await task, *discarded} == {"a", "b"}
    assert len(discarded) == 1


async def test_when_all_fail_every_error_is_told() -> None:
    failures = [OSError("one"), OSError("two")]
    with pytest.raises(ExceptionGroup) as caught:
        await first_success([after(0.0, failure) for failure in failures], stagger=5.0, discard=print)
    assert list(caught.value.exceptions) == failures


async def test_a_cancelled_race_leaves_nothing() -> None:
    race = first_success([after(30, "a"), after(30, "b"), after(30, "c")], stagger=0.01, discard=print)
    task = asyncio.create_task(race)
    await asyncio.sleep(0.015)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(asyncio.all_tasks()) == 1


def test_a_resolver_serves_one_loop_after_the_other() -> None:
    resolver = Resolver(threads=2)
    for _ in range(3):
        addresses = asyncio.run(resolver.lookup("localhost"))
        assert "127.0.0.1" in [address for _, address, _ in addresses]


async def test_a_resolver_keeps_to_its_threads_and_shares_lookups() -> None:
    before = threading.active_count()
    resolver = Resolver(threads=2)
    names = ["localhost", "127.0.0.1", "127.0.0.2", "127.0.0.3"] * 50
    found = await asyncio.gather(*(resolver.lookup(name) for name in names))
    assert [address for _, address, _ in found[2]] == ["127.0.0.2"]
    assert threading.active_count() - before <= 2


async def test_a_name_that_can_be_none_is_our_fault_not_theirs() -> None:
    with pytest.raises(ProbeFailure) as caught:
        await Resolver().lookup("a" * 70 + ".example")
    assert caught.value.blame is Blame.OURS


async def test_what_a_probe_breaks_on_says_nothing_of_the_target_and_ends_nobodys_watch() -> None:
    async def ask(trace: Trace) -> str:
        trace.doing = "reading the answer"
        raise KeyError("hunter2")

    result = await attempt(ask, limit=5.0, control=Control())
    assert (result.verdict, result.reason) == (
        "unknown",
        "our probe broke while reading the answer (KeyError)",
    )
