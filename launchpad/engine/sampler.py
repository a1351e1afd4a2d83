"""Probes every signal on its interval and keeps the results as samples."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

from msgspec.structs import replace

from launchpad.config.secrets import Redactor
from launchpad.engine.known import BackupAge
from launchpad.engine.lease import LeaseKeeper
from launchpad.engine.schedule import every, offset
from launchpad.errors import Refused, Unreachable
from launchpad.model.definition import BackupSignal, Signal
from launchpad.model.probe import Probe
from launchpad.model.samples import Sample
from launchpad.model.store import Store
from launchpad.model.values import Micros
from launchpad.probes.attempt import Runnable
from launchpad.probes.kinds import Means, runnable
from launchpad.probes.result import ProbeResult
from launchpad.session import Session

log = logging.getLogger(__name__)

AT_ONCE = 100
"""Most probes in flight."""
_FLUSH = 0.25
"""Seconds between two writes of samples."""
_KEPT = 50_000
"""Most samples held while the store does not answer; the oldest go first."""
_FIRST_WITHIN = 1.0
"""Seconds in which every signal is probed first, few as they usually are; many are spread further."""


class Prober:
    """Runs probes, bounds how many run at once, and keeps secrets out of what they say."""

    def __init__(self, means: Means, redactor: Redactor) -> None:
        self._means = means
        self._redactor = redactor
        self._slots = asyncio.Semaphore(AT_ONCE)

    def probe(self, check: Probe) -> Runnable:
        """What runs `check`; of one for which a secret lacks, or is one that can't be sent, what says so."""
        try:
            return runnable(check, self._means)
        except (Refused, ValueError) as error:
            return _Unasked(str(error))

    async def run(self, probe: Runnable) -> ProbeResult:
        async with self._slots:
            result = await probe.run()
        return replace(result, reason=self._redactor.line(result.reason))


class _Unasked:
    """A probe that can't be made. Nothing is known of its target."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    async def run(self) -> ProbeResult:
        return ProbeResult(verdict="unknown", reason=self._reason)


class Sampler:
    """One schedule for each signal, one writer for all."""

    def __init__(
        self,
        store: Store,
        session: Session,
        signals: Mapping[str, Signal],
        prober: Prober,
        lease: LeaseKeeper,
    ) -> None:
        self._store = store
        self._session = session
        self._launch = session.launch
        self._signals = signals
        self._prober = prober
        self._lease = lease
        self._clock = session.clock
        self._fresh: deque[Sample] = deque(maxlen=_KEPT)

    async def run(self) -> None:
        spread = max(_FIRST_WITHIN, len(self._signals) / AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(every(_FLUSH, self._flush))
            for name, signal in self._signals.items():
                first = offset(name, min(signal.every, spread))
                tasks.create_task(every(signal.every, self._taker(name, signal), first_after=first))

    def _taker(self, name: str, signal: Signal) -> Callable[[], Awaitable[None]]:
        probe = (
            BackupAge(signal, self._session)
            if isinstance(signal, BackupSignal)
            else self._prober.probe(signal)
        )

        async def take() -> None:
            self._lease.ensure()
            observed = self._clock()
            result = await self._prober.run(probe)
            self._fresh.append(sample(name, observed, result))

        return take

    async def _flush(self) -> None:
        if not self._fresh:
            return
        self._lease.ensure()
        received = self._clock()
        batch = [replace(sample, received=received) for sample in self._fresh]
        self._fresh.clear()
        try:
            await asyncio.to_thread(self._store.add_samples, self._launch, batch)
        except Unreachable as error:
            log.warning("%d samples wait for the store: %s", len(batch), error)
            self._fresh = deque([*batch, *self._fresh], maxlen=_KEPT)


def sample(name: str, observed: Micros, result: ProbeResult) -> Sample:
    """A probe's result as a sample, not yet received by any store."""
    phases = result.phases
    return Sample(
        signal=name,
        observed=observed,
        received=observed,
        verdict=result.verdict,
        duration=result.duration,
        phases=(phases.resolve, phases.connect, phases.tls, phases.first_byte) if phases else (),
        reason=result.reason if result.verdict != "ok" or result.notable else "",
    )
