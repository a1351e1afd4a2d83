"""Runs the automated checks of items and records what they find."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple

from launchpad.engine.recorder import Recorder
from launchpad.engine.sampler import Prober
from launchpad.engine.schedule import every, offset
from launchpad.engine.smoke_watch import SmokeWatch
from launchpad.model.definition import BackupProof, Check, Item, SmokeProof
from launchpad.model.events import ItemChecked
from launchpad.model.state import ItemState
from launchpad.model.values import Micros
from launchpad.probes.result import ProbeResult
from launchpad.rules.age import to_renew
from launchpad.rules.items import blocked_by
from launchpad.rules.proofs import backup_proof
from launchpad.session import Session

_LOOK = 0.25
"""Seconds between two looks for requests."""


class _Found(NamedTuple):
    """What a check found; `turn` says which of two began later, whatever becomes of the clock."""

    turn: int
    observed: Micros
    result: ProbeResult


class Checker:
    """One schedule for each item with a check; requests are answered as they come.

    Until what an item needs is done, its check proves nothing and does not run: the front page that answers
    before the deployment is the old one.
    """

    def __init__(self, session: Session, recorder: Recorder, prober: Prober, smoke: SmokeWatch) -> None:
        self._session = session
        self._recorder = recorder
        self._prober = prober
        self._smoke = smoke
        self._answering: set[str] = set()
        self._turns = itertools.count()
        self._newest: dict[str, _Found] = {}

    async def run(self) -> None:
        checked = [s.item for s in self._session.state.items.values() if s.item.check is not None]
        async with asyncio.TaskGroup() as tasks:
            for item in checked:
                assert item.check is not None, "filtered"
                first = offset(item.id, min(item.check.every, 1.0))
                tasks.create_task(every(item.check.every, self._checker(item, item.check), first_after=first))
            if checked:
                tasks.create_task(every(_LOOK, partial(self._answer_requests, tasks)))

    def _checker(self, item: Item, check: Check) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            state = self._session.state.items.get(item.id)
            if state is not None and self._counts(state):
                await self._check(item, check, asked=False)

        return run

    def _counts(self, item: ItemState) -> bool:
        """Whether a pass of its check would say that it is done."""
        items = self._session.state.items
        return item.status != "skipped" and not blocked_by(item, items, self._session.clock())

    async def _answer_requests(self, tasks: asyncio.TaskGroup) -> None:
        """Checks what somebody asked for, and what has just got all that it needs; each by itself, so that a
        slow one keeps nobody waiting."""
        for state in self._session.state.items.values():
            item, check = state.item, state.item.check
            if check is None or item.id in self._answering:
                continue
            if state.check_requested or (item.needs and state.check is None and self._counts(state)):
                self._answering.add(item.id)
                tasks.create_task(self._answer(item, check))

    async def _answer(self, item: Item, check: Check) -> None:
        try:
            await self._check(item, check, asked=True)
        finally:
            self._answering.discard(item.id)

    async def _check(self, item: Item, check: Check, *, asked: bool) -> None:
        turn, observed = next(self._turns), self._session.clock()
        found = _Found(turn, observed, await self._found(check))
        # One that began later may have come to its end before this one, and knows better.
        newest = self._newest[item.id] = max(found, self._newest.get(item.id, found), key=lambda f: f.turn)
        state = self._session.state.items.get(item.id)
        if state is None:
            return
        result, observed = newest.result, newest.observed
        if asked or (newest is found and worth_recording(state, check, result, observed)):
            await self._recorder.append(
                ItemChecked(item=item.id, verdict=result.verdict, reason=result.reason, observed_at=observed)
            )

    async def _found(self, check: Check) -> ProbeResult:
        match check:
            case SmokeProof():
                fact = await self._smoke.found(check.smoke, "check")
                return ProbeResult(verdict=fact.verdict, reason=fact.sentence)
            case BackupProof():
                state, now = self._session.state, self._session.clock()
                verdict, reason = backup_proof(state, check.backup, check.verified_within, now)
                return ProbeResult(verdict=verdict, reason=reason)
            case _:
                return await self._prober.run(self._prober.probe(check))


def worth_recording(item: ItemState, check: Check, result: ProbeResult, observed: Micros) -> bool:
    """A changed verdict, or a pass that should be renewed before the last one expires."""
    if item.check is None or item.check.verdict != result.verdict:
        return True
    return result.verdict == "ok" and to_renew(item.check.at, observed, check.valid_for)
