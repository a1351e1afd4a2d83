"""What is known of rollouts beside the journal: when each was read, and what its guards measure.

Every reading leaves a sample of the signal `rollout/NAME`: `ok` if it was read, `unknown` with the reason if
not. How it stands is in the journal; that this is still so is in the samples, whose duration is how old what
was read had been by then.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from launchpad.model.definition import Definition, KeepGuard, Objective, Rollout, Signal
from launchpad.model.samples import Sample
from launchpad.model.values import SECOND, Micros, Value
from launchpad.rules.objectives import Reading, read
from launchpad.rules.windows import Window

READ_WITHIN = 20.0
"""Seconds that one reading may take."""
_LEAST_REACH = 600.0


def signal_of(rollout: str) -> str:
    """The signal that a rollout's readings are samples of."""
    return f"rollout/{rollout}"


def stale_after(rollout: Rollout) -> float:
    """Seconds without a reading after which nothing is known: two that were missed, and a slow third."""
    return 2 * rollout.every + READ_WITHIN + 1


class Sighting(Value):
    """How surely it is known how a rollout stands."""

    age: float | None = None
    """Seconds since what was read last was so; None if it was never read."""
    read_at: Micros | None = None
    """When it was so."""
    stale: bool = True
    reason: str = ""
    """Why the last attempt came to nothing."""
    covered: float = 0.0
    """Seconds, since it was last judged, in which it was read without a gap."""
    gap: bool = False
    """Whether there was one."""


class RolloutEvidence(Value):
    sighting: Sighting = Sighting()
    measured: tuple[Reading | None, ...] = ()
    """For each guard that has a window of its own, what it measures there."""


class _Reads:
    """The instants at which one rollout was read."""

    def __init__(self, limit: float) -> None:
        self._limit = round(limit * SECOND)
        self._at: list[Micros] = []
        self._covered: list[Micros] = []
        """Up to each of them, the time without a gap since the first."""
        self._so: list[Micros] = []
        """For each of them, when what was read was so."""
        self._gaps: list[int] = []
        self._newest: Sample | None = None

    def add(self, sample: Sample) -> None:
        if self._newest is None or sample.observed >= self._newest.observed:
            self._newest = sample
        if sample.verdict != "ok" or (self._at and sample.observed <= self._at[-1]):
            return
        passed = sample.observed - self._at[-1] if self._at else 0
        gap = passed > self._limit
        self._covered.append((self._covered[-1] if self._at else 0) + (0 if gap else passed))
        self._gaps.append((self._gaps[-1] if self._at else 0) + gap)
        self._so.append(sample.observed - round((sample.duration or 0.0) * SECOND))
        self._at.append(sample.observed)

    def sighting(self, now: Micros, since: Micros) -> Sighting:
        last = bisect_right(self._at, now) - 1
        reason = self._newest.reason if self._newest and self._newest.verdict != "ok" else ""
        if last < 0:
            return Sighting(reason=reason or "not read yet")
        age = now - self._at[last]
        first = bisect_left(self._at, since)
        covered, gaps = 0, 0
        if first <= last:
            late = self._at[first] - since
            covered = self._covered[last] - self._covered[first] + (late if late <= self._limit else 0)
            gaps = self._gaps[last] - self._gaps[first] + (late > self._limit)
        return Sighting(
            age=(now - self._so[last]) / SECOND,
            read_at=self._so[last],
            stale=age > self._limit,
            reason=reason,
            covered=covered / SECOND,
            gap=bool(gaps),
        )


class _Guarded:
    """An objective over the window of a guard."""

    def __init__(self, guard: KeepGuard, objective: Objective, signal: Signal) -> None:
        self.window = Window(guard.within if guard.within is not None else objective.window)
        at_least = max(guard.at_least, objective.at_least)
        self._objective = replace(objective, window=self.window.length, at_least=at_least)
        self._name = guard.keep.objective
        self._signal = signal

    def read(self, now: Micros) -> Reading:
        self.window.advance(now)
        return read(self._name, self._objective, self._signal, self.window, now)


class RolloutMeter:
    """Keeps the evidence of a definition's rollouts up to date, sample by sample."""

    def __init__(self, definition: Definition) -> None:
        self._reads: dict[str, _Reads] = {}
        self._guards: dict[str, list[_Guarded | None]] = {}
        self._by_signal: dict[str, list[Window | _Reads]] = {}
        self.reach = 0.0
        """Seconds of history that it depends on."""
        for name, rollout in definition.rollouts.items():
            reads = self._reads[name] = _Reads(stale_after(rollout))
            self._by_signal.setdefault(signal_of(name), []).append(reads)
            soak = max(stage.soak for stage in rollout.stages)
            self.reach = max(self.reach, _LEAST_REACH, soak + stale_after(rollout))
            self._guards[name] = [self._guarded(guard, definition) for guard in rollout.guards]

    def _guarded(self, guard: object, definition: Definition) -> _Guarded | None:
        if not isinstance(guard, KeepGuard):
            return None
        objective = definition.objectives[guard.keep.objective]
        made = _Guarded(guard, objective, definition.signals[objective.signal])
        self._by_signal.setdefault(objective.signal, []).append(made.window)
        self.reach = max(self.reach, made.window.length)
        return made

    @property
    def signals(self) -> frozenset[str]:
        return frozenset(self._by_signal)

    def feed(self, samples: Iterable[Sample]) -> None:
        for sample in samples:
            for taker in self._by_signal.get(sample.signal, ()):
                taker.add(sample)

    def evidence(self, now: Micros, since: Mapping[str, Micros]) -> Mapping[str, RolloutEvidence]:
        """What is known of each at `now`; `since` says when each was last judged."""
        return {
            name: RolloutEvidence(
                sighting=reads.sighting(now, since.get(name, now)),
                measured=tuple(g.read(now) if g else None for g in self._guards[name]),
            )
            for name, reads in self._reads.items()
        }
