"""Watches rollouts: reads them, records what changed, and does by itself what the definition lets it do."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from launchpad.clock import boot_seconds
from launchpad.engine.lease import LeaseKeeper
from launchpad.engine.recorder import Recorder
from launchpad.engine.rollout_steps import Rolled
from launchpad.engine.schedule import every, offset
from launchpad.errors import Conflict, Refused, Unreachable
from launchpad.model.definition import Definition
from launchpad.model.events import Event, ReadingVerdict, RolloutObserved, RunRequested
from launchpad.model.rollouts import RolloutReading
from launchpad.model.samples import Sample
from launchpad.model.store import Store
from launchpad.model.text import clean
from launchpad.model.values import SECOND, Micros
from launchpad.providers.capabilities import Provider
from launchpad.rules.advance import judged, moves
from launchpad.rules.ladder import RolloutView
from launchpad.rules.rollout_evidence import signal_of
from launchpad.rules.rollouts import brought_about_by, runs_of, settles, worth_recording
from launchpad.rules.view import View
from launchpad.session import Session

log = logging.getLogger(__name__)

_TICK = 1.0
_LOOK = 0.25
"""Seconds between two looks for runs that have ended."""
_HEEDED = 300.0
"""Seconds for which a store that says "later" is left alone at most: people wait to see how it stands."""
_SETTLED = 2.0
"""Seconds a new verdict must last to be recorded, as with objectives."""


class RolloutWatch:
    """One schedule for each rollout of a definition."""

    def __init__(
        self,
        store: Store,
        session: Session,
        lease: LeaseKeeper,
        recorder: Recorder,
        definition: Definition,
        providers: Mapping[str, Provider],
    ) -> None:
        """`recorder` is bound to `definition`, whose providers these are."""
        self._store = store
        self._session = session
        self._lease = lease
        self._recorder = recorder
        self._rolled = [
            Rolled(name, definition, providers[rollout.provider])
            for name, rollout in definition.rollouts.items()
        ]
        self._candidates: dict[str, tuple[ReadingVerdict, Micros]] = {}
        self._reading = {rolled.name: asyncio.Lock() for rolled in self._rolled}
        self._read_after: dict[str, int] = {}
        """By rollout: the last event of its runs when it was read last."""
        self._free_at: dict[str, float] = {}
        """By rollout: when its store, which said "later", may be asked again, by `clock.boot_seconds`."""

    async def run(self) -> None:
        if not self._rolled:
            return
        async with asyncio.TaskGroup() as tasks:
            for rolled in self._rolled:
                first = offset(rolled.name, min(rolled.rollout.every, 1.0))
                tasks.create_task(every(rolled.rollout.every, self._look(rolled), first_after=first))
            tasks.create_task(every(_LOOK, self._follow_runs))
            tasks.create_task(every(_TICK, self.tick))

    # Reading

    def _look(self, rolled: Rolled) -> Callable[[], Awaitable[None]]:
        async def look() -> None:
            if boot_seconds() >= self._free_at.get(rolled.name, 0.0):
                await self._read(rolled)

        return look

    async def _follow_runs(self) -> None:
        """Reads at once what a run has just changed."""
        stale = [r for r in self._rolled if self._last_of_runs(r.name) > self._read_after.get(r.name, 0)]
        await asyncio.gather(*(self._read(rolled) for rolled in stale))

    def _last_of_runs(self, name: str) -> int:
        return max((run.seq for run in runs_of(self._session.state, name) if run.ended), default=0)

    async def _read(self, rolled: Rolled) -> None:
        async with self._reading[rolled.name]:
            await self._read_alone(rolled)

    async def _read_alone(self, rolled: Rolled) -> None:
        self._lease.ensure()
        name, observed = rolled.name, self._session.clock()
        self._read_after[name] = self._last_of_runs(name)
        try:
            reading = await rolled.read()
        except (Refused, Unreachable) as error:
            self._free_at[name] = boot_seconds() + min(error.retry_after, _HEEDED)
            await self._keep(name, observed, clean(str(error)))
            return
        so_at = observed - round(reading.age * SECOND)
        state = self._session.state
        before = state.rollouts.get(name)
        if worth_recording(before.reading if before else None, reading):
            changed = before is not None and not before.reading.same(reading)
            run = brought_about_by(state, name, reading)
            await self._recorder.append(
                RolloutObserved(
                    rollout=name,
                    reading=reading,
                    observed_at=so_at,
                    run=run if changed or before is None else "",
                    outside=changed and not run,
                )
            )
        await self._keep(name, observed, "", age=reading.age)
        await self._settle(name, reading, so_at)

    async def _settle(self, name: str, reading: RolloutReading, so_at: Micros) -> None:
        """Ends a halt that is left to a person, where the provider shows by now that it is halted."""
        settled = settles(self._session.state, name, reading, so_at)
        if settled is None:
            return
        run = self._session.state.runs[settled.run]
        try:
            await self._recorder.append(settled, expect={f"run:{run.id}": run.seq})
        except Conflict:
            await asyncio.to_thread(self._session.refresh)

    async def _keep(self, name: str, observed: Micros, trouble: str, *, age: float = 0.0) -> None:
        """Leaves a sample: that it was read at this instant, and how old what was read is, or why not."""
        sample = Sample(
            signal=signal_of(name),
            observed=observed,
            received=self._session.clock(),
            verdict="unknown" if trouble else "ok",
            duration=None if trouble else age,
            reason=trouble,
        )
        self._lease.ensure()
        try:
            await asyncio.to_thread(self._store.add_samples, self._session.launch, [sample])
        except Unreachable as error:
            log.warning("a reading of %s is lost: %s", name, error)

    # Acting

    async def tick(self) -> None:
        """Records how they do, and takes what steps are due."""
        shown = await asyncio.to_thread(self._session.view)
        for rollout in shown.rollouts:
            try:
                await self._tend(rollout, shown)
            except Conflict:
                # Somebody acted on it meanwhile: the next tick sees how it stands.
                if self._session.state.definition_seq != shown.state.definition_seq:
                    raise
                await asyncio.to_thread(self._session.refresh)

    async def _tend(self, of: RolloutView, shown: View) -> None:
        events: tuple[Event, ...] = ()
        if (change := judged(of)) is not None:
            if self._lasts(of, shown.now):
                events = (change,)
        else:
            self._candidates.pop(of.name, None)
            events = moves(of, shown.state, shown.now)
        if events:
            await self._append(of, shown, events)

    def _lasts(self, of: RolloutView, now: Micros) -> bool:
        """Whether a new verdict has lasted; that there was a gap is certain at once."""
        if of.state is not None and of.verdict == of.state.verdict:
            return True
        verdict, since = self._candidates.get(of.name, (None, 0))
        if verdict != of.verdict:
            self._candidates[of.name] = (of.verdict, now)
            return False
        return now - since >= _SETTLED * SECOND

    async def _append(self, of: RolloutView, shown: View, events: tuple[Event, ...]) -> None:
        runs = shown.state.runs
        expect = {f"rollout:{of.name}": of.state.seq if of.state else 0}
        for event in events:
            if event.subject.startswith("run:"):
                known = runs.get(event.subject.removeprefix("run:"))
                expect[event.subject] = 0 if isinstance(event, RunRequested) or known is None else known.seq
        await self._recorder.append(*events, expect=expect)
