"""Samples in a sliding stretch of time: counts, and percentiles from mergeable histograms."""

import math
from bisect import bisect_right, insort
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from launchpad.model.events import ReadingVerdict
from launchpad.model.samples import Sample
from launchpad.model.values import SECOND, Micros

ACCURACY = 0.01
"""Greatest relative error of a percentile."""
_GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
_LOG_GAMMA = math.log(_GAMMA)
_FLOOR = 1e-6
"""Durations below a microsecond count as one."""
NEVER: Micros = 1 << 62
"""After everything."""


class Histogram:
    """Counts in buckets whose bounds grow geometrically, so that any percentile is right to `ACCURACY`.

    Two histograms merge, and samples leave again, by adding and subtracting counts. The scheme is that of
    DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch", VLDB 2019, §2).
    """

    __slots__ = ("_counts", "n")

    def __init__(self, values: Iterable[float] = ()) -> None:
        # A plain dict: a Counter takes as long to make as forty additions, and trends make many.
        self._counts: dict[int, int] = {}
        self.n = 0
        for value in values:
            self.add(value)

    def add(self, value: float) -> None:
        bucket = _bucket(value)
        self._counts[bucket] = self._counts.get(bucket, 0) + 1
        self.n += 1

    def remove(self, value: float) -> None:
        """Takes back a value that was added."""
        bucket = _bucket(value)
        if self._counts[bucket] == 1:
            del self._counts[bucket]
        else:
            self._counts[bucket] -= 1
        self.n -= 1

    def merge(self, other: "Histogram") -> None:
        for bucket, count in other._counts.items():  # noqa: SLF001  # the same class
            self._counts[bucket] = self._counts.get(bucket, 0) + count
        self.n += other.n

    def percentile(self, percent: float) -> float | None:
        """The nearest-rank percentile (0 < percent <= 100); None when empty."""
        if not self.n:
            return None
        rank = max(1, math.ceil(self.n * percent / 100))
        seen = 0
        for bucket in sorted(self._counts):
            seen += self._counts[bucket]
            if seen >= rank:
                return 2 * _GAMMA**bucket / (_GAMMA + 1)
        raise AssertionError("the counts add up to n")


def _bucket(value: float) -> int:
    return math.ceil(math.log(max(value, _FLOOR)) / _LOG_GAMMA)


class Tally:
    """Counts by verdict and a histogram of durations: what a stretch of time amounts to."""

    __slots__ = ("bad", "durations", "ok", "unknown")

    def __init__(self) -> None:
        self.ok = 0
        self.bad = 0
        self.unknown = 0
        self.durations = Histogram()

    @property
    def known(self) -> int:
        return self.ok + self.bad

    def add(self, sample: Sample) -> None:
        if self._counted(sample.verdict, 1) and sample.duration is not None:
            self.durations.add(sample.duration)

    def remove(self, sample: Sample) -> None:
        if self._counted(sample.verdict, -1) and sample.duration is not None:
            self.durations.remove(sample.duration)

    def _counted(self, verdict: ReadingVerdict, by: int) -> bool:
        """Whether it says anything."""
        if verdict == "ok":
            self.ok += by
            return True
        if verdict == "bad":
            self.bad += by
            return True
        self.unknown += by
        return False


def _observed(sample: Sample) -> Micros:
    return sample.observed


class Slot(NamedTuple):
    """One column's worth of a trend."""

    start: Micros
    tally: Tally


class Window:
    """The samples of one signal observed in `(now - length, now]`, kept up incrementally by `advance`."""

    def __init__(self, length: float) -> None:
        self.length = length
        self.tally = Tally()
        self.newest_known: Sample | None = None
        """The newest sample that is not unknown, even once it has left the window."""
        self.newest_timed: Sample | None = None
        """The newest of those that carries a duration."""
        self.newest: Sample | None = None
        self._samples: deque[Sample] = deque()
        self._ahead: list[Sample] = []

    @property
    def changes_at(self) -> Micros:
        """The instant from which on `advance` would change something, if no sample came until then."""
        leaves = self._samples[0].observed + round(self.length * SECOND) if self._samples else NEVER
        return min(leaves, self._ahead[0].observed) if self._ahead else leaves

    def add(self, sample: Sample) -> None:
        """Takes a sample, late ones too; it counts from the next `advance` on that reaches it."""
        if not self._ahead or sample.observed >= self._ahead[-1].observed:
            self._ahead.append(sample)
        else:
            insort(self._ahead, sample, key=_observed)

    def advance(self, now: Micros) -> None:
        """Takes in what was observed up to `now`, and lets go of what was observed before the window began.

        A sample from the future (a clock was set back) waits: it must not look fresh for as long as that.
        """
        begin = now - round(self.length * SECOND)
        reached = bisect_right(self._ahead, now, key=_observed)
        for sample in self._ahead[:reached]:
            self._remember(sample)
            # A first look reaches back further than most windows do.
            if sample.observed > begin:
                self._take(sample)
        del self._ahead[:reached]
        while self._samples and self._samples[0].observed <= begin:
            self.tally.remove(self._samples.popleft())

    def _take(self, sample: Sample) -> None:
        place = len(self._samples)
        while place and self._samples[place - 1].observed > sample.observed:
            place -= 1
        self._samples.insert(place, sample)
        self.tally.add(sample)

    def _remember(self, sample: Sample) -> None:
        """Looks whether it is the newest of its sort."""
        if self.newest is None or sample.observed >= self.newest.observed:
            self.newest = sample
        if sample.verdict == "unknown":
            return
        if self.newest_known is None or sample.observed >= self.newest_known.observed:
            self.newest_known = sample
        timed = self.newest_timed
        if sample.duration is not None and (timed is None or sample.observed >= timed.observed):
            self.newest_timed = sample


class Trend:
    """The recent past of one signal in slots of equal width, the oldest dropped."""

    def __init__(self, *, width: float, slots: int) -> None:
        self.width = round(width * SECOND)
        self._slots: deque[Slot] = deque(maxlen=slots)

    def start_of(self, at: Micros) -> Micros:
        """When the slot began that an instant lies in."""
        return at - at % self.width

    def add(self, sample: Sample) -> None:
        start = self.start_of(sample.observed)
        if self._slots and start < self._slots[0].start and len(self._slots) == self._slots.maxlen:
            return
        for slot in reversed(self._slots):
            if slot.start == start:
                slot.tally.add(sample)
                return
            if slot.start < start:
                break
        fresh = Slot(start, Tally())
        fresh.tally.add(sample)
        if not self._slots or start > self._slots[-1].start:
            self._slots.append(fresh)
        else:
            kept = sorted((*self._slots, fresh))
            self._slots.clear()
            self._slots.extend(kept)

    def slot_at(self, start: Micros) -> Slot | None:
        """The slot that began then; None where nothing was observed."""
        for slot in reversed(self._slots):
            if slot.start <= start:
                return slot if slot.start == start else None
        return None

    def columns(self, now: Micros, count: int) -> tuple[Slot | None, ...]:
        """The last `count` slots up to `now`, the newest last; None where nothing was observed."""
        last = self.start_of(now)
        by_start = {slot.start: slot for slot in self._slots}
        return tuple(by_start.get(last - i * self.width) for i in range(count - 1, -1, -1))


class Shares:
    """Failed and known probes of one signal in the last `length` seconds, right to a sixtieth of that.

    Costs the same however many samples a window holds, which may be days of them.
    """

    def __init__(self, length: float) -> None:
        self._width = max(1, round(length * SECOND / _SHARE_SLOTS))
        self._slots: dict[int, list[int]] = {}
        self._last = 0
        """The newest slot that is counted; what is ahead of it waits."""
        self._counted = [0, 0]

    def add(self, sample: Sample) -> None:
        if sample.verdict == "unknown":
            return
        index, failed = sample.observed // self._width, sample.verdict == "bad"
        counts = [self._slots.setdefault(index, [0, 0])]
        if self._last - _SHARE_SLOTS < index <= self._last:
            counts.append(self._counted)
        for count in counts:
            count[0] += failed
            count[1] += 1

    def count(self, now: Micros) -> tuple[int, int]:
        """Failed probes, and all that are known, up to `now`."""
        last = now // self._width
        if last != self._last:
            self._last = last
            self._slots = {i: slot for i, slot in self._slots.items() if i > last - _SHARE_SLOTS}
            within = [slot for i, slot in self._slots.items() if i <= last]
            self._counted = [sum(slot[0] for slot in within), sum(slot[1] for slot in within)]
        return self._counted[0], self._counted[1]


_SHARE_SLOTS = 60
