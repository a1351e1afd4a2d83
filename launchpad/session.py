"""One open launch, as screens, reports and the engine hold it: its state, kept up to date.

A session only reads. It folds events as they arrive, keeps the objectives' windows filled with samples,
and makes the view. What an operator changes goes through a `Desk`.
"""

import contextlib
import threading
from collections.abc import Callable, Container, Iterator, Sequence
from typing import Protocol

from msgspec.structs import replace

from launchpad.clock import TrackedClock
from launchpad.errors import BadInput, BrokenJournal, LaunchpadError, Refused
from launchpad.model.events import TextRedacted
from launchpad.model.fold import Fold
from launchpad.model.journal import Recorded
from launchpad.model.samples import Glance, LogLine, Presence, SampleBatch
from launchpad.model.state import State
from launchpad.model.text import clean
from launchpad.model.values import SECOND, Micros, zone_known
from launchpad.rules.gauges import Gauges
from launchpad.rules.objectives import Meter
from launchpad.rules.rollout_evidence import RolloutMeter
from launchpad.rules.view import View, view
from launchpad.threads import join

_PAGE = 1000
_SAMPLES = 50_000
_RETRY = 1.0
_RETRY_LOST = 5.0
"""The same where the journal has lost something: to look whether that was accepted is to read all of it."""


def lost(what: str, head: str) -> BrokenJournal:
    """The journal no longer holds what was read of it, up to the event whose hash is `head`."""
    return BrokenJournal(
        what, hint=f"look at what runs and at its targets; to go on: `launchpad accept-loss {head}`"
    )


class Source(Protocol):
    """What a session reads from: a store, or a relay to one."""

    def read(self, launch: str, after: int = 0, limit: int = 1000) -> tuple[Recorded, ...]: ...
    def wait(self, launch: str, after: int, timeout: float, known: str = "") -> bool: ...
    def samples(
        self,
        launch: str,
        *,
        cursor: int = 0,
        since: Micros | None = None,
        until: Micros | None = None,
        signals: Sequence[str] | None = None,
        limit: int = 100_000,
    ) -> SampleBatch: ...
    def log(self, launch: str, run: str, after: int = 0, limit: int = 1000) -> tuple[LogLine, ...]: ...
    def glance(self, launch: str) -> Glance: ...
    def announce(self, launch: str, presence: Presence) -> None: ...
    def leave(self, launch: str, seat: str) -> None: ...
    def now(self) -> Micros: ...


class _Measures:
    """What is measured by one definition: made anew when it is amended, or measured otherwise."""

    def __init__(self, state: State) -> None:
        assert state.definition is not None, "checked when the session was made"
        self.meter = Meter(state.definition)
        self.gauges = Gauges(state.definition)
        self.rollouts = RolloutMeter(state.definition)
        self._definition_seq = state.definition_seq
        self._since = state.measured_since
        of_objectives = {objective.signal for objective in state.definition.objectives.values()}
        self._signals = sorted(of_objectives | self.gauges.signals | self.rollouts.signals)
        self._cursor = 0
        self._newest = -1

    def fit(self, state: State) -> bool:
        """Whether they are those of this state."""
        return self._definition_seq == state.definition_seq and self._since == state.measured_since

    def take_in(self, source: Source, launch: str, clock: Callable[[], Micros], newest: int) -> None:
        """Takes in the samples that were received since the last call, `newest` the last of them."""
        if newest == self._newest:
            return
        reach = max(self.meter.reach, self.gauges.reach, self.rollouts.reach)
        # Until there is a first sample to read on from, no further back than readings depend on.
        since = None if self._cursor else clock() - round(reach * SECOND)
        while True:
            batch = source.samples(
                launch, cursor=self._cursor, since=since, signals=self._signals, limit=_SAMPLES
            )
            counting = [s for s in batch.samples if s.observed >= self._since.get(s.signal, 0)]
            self.meter.feed(counting)
            self.gauges.feed(counting)
            self.rollouts.feed(counting)
            self._cursor = batch.cursor
            if len(batch.samples) < _SAMPLES:
                self._newest = newest
                return


class Session:
    """Reads one launch. Methods may be called from any thread; `state` is an immutable value."""

    def __init__(
        self,
        source: Source,
        launch: str,
        *,
        clock: Callable[[], Micros] | None = None,
        begins_anew: bool = True,
    ) -> None:
        """Reads the journal to its end. `clock` is the store's unless given: what is shown is judged by the
        clock that stamped it. Where the journal loses what was read of it and a director accepts that, it is
        read anew, unless `begins_anew` says otherwise. Raises `BadInput` if there is no such
        launch, or if this machine can't tell the time in its zone."""
        self.source = source
        self.launch = launch
        self.clock = clock or TrackedClock(source.now)
        self.events: list[Recorded] = []
        """All events, oldest first. Appended to; a redaction empties the text of an earlier one."""
        self._fold = Fold()
        self._guard = threading.Lock()
        self._measures: _Measures | None = None
        self._begins_anew = begins_anew
        self._lost = ""
        """What the journal has lost since it was read; while it has, nothing is shown as known."""
        self.refresh()
        if self.state.definition is None:
            if self.state.read_only:
                raise Refused(self.state.read_only)
            raise BadInput(f"there is no launch {launch} in this store", hint="see `launchpad launches`")
        if not zone_known(zone := self.state.definition.zone):
            raise BadInput(
                f"this machine does not know the time zone of {launch}: {clean(zone, 40)}",
                hint="install its time zones (the package tzdata)",
            )

    @property
    def state(self) -> State:
        return self._state

    def refresh(self) -> bool:
        """Folds what was appended since; True if there was anything.

        Raises `BrokenJournal` where something is gone that was read, as after a failover to a copy of the
        database that had not received it, until that was accepted or it is there again.
        """
        with self._guard:
            fresh, known = False, self.events
            while page := self._read_on():
                for recorded in page:
                    self._fold.apply(recorded)
                self.events.extend(page)
                self._forget([r.event.seq for r in page if isinstance(r.event, TextRedacted)])
                fresh = True
                if len(page) < _PAGE:
                    break
            self._state = self._fold.state
            return fresh or self.events is not known

    def ensure_whole(self) -> None:
        """Raises `BrokenJournal` where the last look has found that something is gone that was read."""
        if self._lost:
            raise lost(self._lost, self.events[-1].hash)

    def _read_on(self) -> Sequence[Recorded]:
        """The next page, if it follows what was read last, or that stands at the end."""
        page = self.source.read(self.launch, after=len(self.events), limit=_PAGE)
        if not self.events:
            return page
        known = self.events[-1]
        if page:
            whole = page[0].follows == known.hash
        else:
            last = self.source.read(self.launch, after=known.seq - 1, limit=1)
            whole = bool(last) and last[0].hash == known.hash
        if whole:
            self._lost = ""
            return page
        self._read_anew()
        return ()

    def _read_anew(self) -> None:
        """Begins anew with a journal whose loss was accepted. Raises `BrokenJournal` for any other."""
        present: list[Recorded] = []
        fold = Fold()
        while page := self.source.read(self.launch, after=len(present), limit=_PAGE):
            present.extend(page)
            for recorded in page:
                fold.apply(recorded)
        accepted = fold.state.loss_accepted not in ("", self._fold.state.loss_accepted)
        if not (self._begins_anew and accepted):
            kept = sum(a.hash == b.hash for a, b in zip(self.events, present, strict=False))
            last = self.events[-1].seq
            gone = f"event {last}" if kept + 1 == last else f"events {kept + 1} to {last}"
            self._lost = f"the store has lost {gone} of {self.launch}, read here before"
            self.ensure_whole()
        self._fold, self.events, self._measures, self._lost = fold, present, None, ""

    def _forget(self, redacted: Sequence[int]) -> None:
        """Lets go of texts that were redacted after they were read, wherever they have got to."""
        held = [seq for seq in redacted if 0 < seq <= len(self.events) and self.events[seq - 1].text]
        for seq in held:
            self.events[seq - 1] = replace(self.events[seq - 1], text="", redacted=True)
        if held:
            self._fold = Fold()
            for recorded in self.events:
                self._fold.apply(recorded)

    def view(self, *, trend: int = 0, trends_of: Container[str] | None = None) -> View:
        """What there is to show now, with `trend` columns of each objective's past, or of those named."""
        self.ensure_whole()
        state = self.state
        if isinstance(self.clock, TrackedClock):
            self.clock.track()
        with self._guard:
            if self._measures is None or not self._measures.fit(state):
                self._measures = _Measures(state)
            beside = self.source.glance(self.launch)
            self._measures.take_in(self.source, self.launch, self.clock, beside.newest)
            now = self.clock()
            readings = self._measures.meter.readings(now, trend=trend, trends_of=trends_of)
            evidence = self._measures.gauges.evidence(now, readings)
            since = {name: rollout.verdict_since for name, rollout in state.rollouts.items()}
            rollouts = self._measures.rollouts.evidence(now, since)
        return view(
            state,
            readings,
            now,
            lease=beside.lease,
            people=beside.people,
            locks=beside.locks,
            standbys=beside.standbys,
            last_output=self._last_output(state),
            evidence=evidence,
            rollouts=rollouts,
        )

    def _last_output(self, state: State) -> dict[str, Micros]:
        at_work = [run.id for run in state.runs.values() if run.status in ("running", "aborting")]
        return {run: lines[-1].at for run in at_work if (lines := self.log(run, after=-1))}

    def log(self, run: str, after: int = 0, limit: int = 1000) -> tuple[LogLine, ...]:
        return self.source.log(self.launch, run, after=after, limit=limit)

    def _moved(self, told: int) -> bool:
        """Whether the journal no longer ends with this event, or comes to do so within a moment."""
        known = self.events[told - 1].hash if 0 < told <= len(self.events) else ""
        try:
            return self.source.wait(self.launch, told, 1.0, known)
        except BrokenJournal:
            self.refresh()  # a look of our own says what it means for us
            raise

    @contextlib.contextmanager
    def following(
        self, on_change: Callable[[str], None], failed: Callable[[Exception], None]
    ) -> Iterator[None]:
        """Keeps the state up to date from a thread of its own while the block runs.

        Calls `on_change("")` after new events were folded, and `on_change(why)` each time the store
        can't be read; it goes on trying. `failed` is called on a fault of the program's own, which ends it:
        nobody may go on with what is not followed any more.
        """
        ending = threading.Event()

        def follow(told: int) -> None:
            try:
                keep_up(told)
            except Exception as error:  # noqa: BLE001  # a thread must not die in silence
                failed(error)

        def keep_up(told: int) -> None:
            while not ending.is_set():
                try:
                    # Somebody else (the desk after its own append) may have folded them already.
                    if self._lost or self._moved(told):
                        self.refresh()
                        told = len(self.events)
                        on_change("")
                except LaunchpadError as error:  # a damaged journal too must be told, not end the following
                    told = min(told, len(self.events))  # one that was read anew may be shorter
                    on_change(str(error))
                    ending.wait(_RETRY_LOST if self._lost else _RETRY)

        thread = threading.Thread(
            target=follow, args=(len(self.events),), name=f"follow {self.launch}", daemon=True
        )
        thread.start()
        try:
            yield
        finally:
            ending.set()
            join(thread, timeout=2.0)
