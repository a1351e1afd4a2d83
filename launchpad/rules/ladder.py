"""The ladder of a rollout: where it stands, what has soaked, and what holds the next step.

Soak counts only time in which the rollout was read and rolled, and its guards were seen to hold. What is not
known holds a step and never halts anything.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec.structs import replace

from launchpad.model.definition import Definition, Rollout
from launchpad.model.events import ReadingVerdict
from launchpad.model.lifecycles import RolloutStatus
from launchpad.model.plan import ConditionReport, GateReport, GateVerdict
from launchpad.model.rollouts import WHOLE, shown
from launchpad.model.state import RolloutState, RunState, State
from launchpad.model.values import SECOND, Micros, Value, format_duration
from launchpad.rules.guards import GuardView, guard_view, worst
from launchpad.rules.objectives import Reading
from launchpad.rules.rollout_evidence import RolloutEvidence
from launchpad.rules.rollouts import runs_of

ShownStatus = RolloutStatus | Literal["unknown"]
_BEFORE = ("not started", "submitted", "in review", "approved")
_OVER = ("complete", "rejected", "removed", "rolled back")


class RolloutView(Value):
    """A rollout at one instant."""

    name: str
    rollout: Rollout
    state: RolloutState | None
    """None: it was never read."""
    known: bool
    """Whether it was read lately: what `state` says is still so."""
    age: float | None
    """Seconds since it was read last."""
    read_at: Micros | None
    """When that was."""
    unread: str
    """Why it is not known; empty while it is."""
    guards: tuple[GuardView, ...]
    verdict: ReadingVerdict
    """How it does."""
    reason: str
    """What the verdict rests on."""
    stage: int | None
    """Index of the stage that it has reached; None before the first."""
    next_percent: float | None
    """The share that comes next; None at the end."""
    soak: float
    """Seconds that must count before it."""
    soaked: float
    """Seconds that have."""
    lasted: float
    """Seconds since it stands so."""
    gap: bool
    """It was not read for a while since it was judged last: what counts must be recorded anew."""
    run: RunState | None
    """The run on it that has not ended."""
    holds: str
    """What holds the next step, apart from its gate; empty if nothing does."""
    because: str = ""
    """Who or what made it stand so; empty where that is not known."""
    gate: GateReport | None = None
    """What a step forward goes through."""

    @property
    def status(self) -> ShownStatus:
        return self.state.reading.status if self.state is not None and self.known else "unknown"

    @property
    def percent(self) -> float:
        """The share that was seen last."""
        return self.state.reading.percent if self.state is not None else 0.0

    @property
    def left(self) -> float:
        """Seconds of the soak that are still to count."""
        return max(0.0, self.soak - self.soaked)

    @property
    def coverage(self) -> float:
        """Which share of the time since it stands so counted."""
        return min(1.0, self.soaked / self.lasted) if self.lasted > 0 else 0.0

    @property
    def broken(self) -> tuple[GuardView, ...]:
        return tuple(guard for guard in self.guards if guard.verdict == "bad")

    @property
    def breached(self) -> bool:
        """A guard is broken while people get the release."""
        return self.status == "rolling" and self.verdict == "bad"

    @property
    def standing(self) -> str:
        """`rolling at 10%`, `unknown for 2m (was rolling at 10%): timeout`."""
        if self.state is None:
            return f"unknown: {self.unread}"
        if self.known:
            return self.state.reading.sentence
        age = f" for {format_duration(self.age // 1)}" if self.age is not None else ""
        return f"unknown{age} (was {self.state.reading.sentence}): {self.unread}"

    def coming(self, now: Micros) -> str:
        """The next step and what holds it: `50% in 12m: soaks`, `50% by itself in 9m12s`."""
        state = self.state
        if self.status in _OVER or self.next_percent is None or state is None:
            return ""
        target = "100%" if self.next_percent >= WHOLE else shown(self.next_percent)
        if state.announced is not None and state.due_at is not None:
            within = format_duration(max(0, state.due_at - now) // SECOND)
            return f"{shown(state.announced)} in {within} unless vetoed"
        if self.holds:
            return f"{target} held: {self.holds}"
        if self.gate is not None and self.gate.verdict != "GO":
            first = self.gate.blockers[0]
            return f"{target} {self.gate.verdict}: {first.name}, {first.detail}"
        return (
            f"{target} may come" if self.rollout.advance == "manual" else f"{target} is about to be announced"
        )


def rollout_views(
    state: State,
    definition: Definition,
    readings: Mapping[str, Reading],
    evidence: Mapping[str, RolloutEvidence],
    *,
    unwatched: str,
    now: Micros,
) -> dict[str, RolloutView]:
    """Every rollout of the definition, without its gate. `unwatched` is why nothing measured counts, empty
    while an engine watches."""
    return {
        name: _view(
            name, rollout, state, definition, readings, evidence.get(name), unwatched=unwatched, now=now
        )
        for name, rollout in definition.rollouts.items()
    }


def _view(
    name: str,
    rollout: Rollout,
    state: State,
    definition: Definition,
    readings: Mapping[str, Reading],
    evidence: RolloutEvidence | None,
    *,
    unwatched: str,
    now: Micros,
) -> RolloutView:
    evidence = evidence or RolloutEvidence(measured=(None,) * len(rollout.guards))
    guards = tuple(
        guard_view(guard, measured, state, definition, readings, unwatched=unwatched, now=now)
        for guard, measured in zip(rollout.guards, evidence.measured, strict=True)
    )
    seen = state.rollouts.get(name)
    unread = _unread(seen, evidence, unwatched=unwatched)
    verdict, reason = ("unknown", unread) if unread else _does(guards)
    percent = seen.reading.percent if seen else 0.0
    rolling = seen is not None and seen.reading.status == "rolling"
    stage = rollout.stage_at(percent) if rolling else None
    soak = _soak(rollout, percent) if rolling else 0.0
    soaked = _soaked(seen, evidence) if seen is not None and rolling else 0.0
    run = next((r for r in reversed(runs_of(state, name)) if not r.ended), None)
    shown_as = RolloutView(
        name=name,
        rollout=rollout,
        state=seen,
        known=not unread,
        age=evidence.sighting.age,
        read_at=evidence.sighting.read_at,
        unread=unread,
        guards=guards,
        verdict=verdict,  # type: ignore[arg-type]  # one of two pairs
        reason=reason,
        stage=stage,
        next_percent=rollout.next_percent(percent),
        soak=soak,
        soaked=soaked,
        lasted=(now - seen.since) / SECOND if seen else 0.0,
        gap=evidence.sighting.gap,
        run=run,
        holds="",
        because=_because(seen, state),
    )
    return _with_holds(shown_as, state)


def _because(seen: RolloutState | None, state: State) -> str:
    run = state.runs.get(seen.run) if seen is not None else None
    if run is not None:
        return run.aim.why if run.aim is not None and run.aim.why else f"by {run.requested_by}"
    return "changed past Launchpad" if seen is not None and seen.outside else ""


def _unread(seen: RolloutState | None, evidence: RolloutEvidence, *, unwatched: str) -> str:
    """Why it is not known how it stands; empty if it is."""
    sighting = evidence.sighting
    if unwatched:
        return unwatched
    if seen is None or sighting.stale:
        return sighting.reason or ("not read lately" if seen and sighting.age is not None else "not read yet")
    return ""


def _does(guards: tuple[GuardView, ...]) -> tuple[ReadingVerdict, str]:
    verdict = worst(guards)
    telling = [guard for guard in guards if guard.verdict == verdict]
    return verdict, "; ".join(guard.sentence for guard in telling) or "it has no guards"


def _soak(rollout: Rollout, percent: float) -> float:
    """Seconds to soak at this share: those of the stage that it has reached, or of the first."""
    stage = rollout.stage_at(percent)
    return rollout.stages[stage or 0].soak


def _soaked(seen: RolloutState, evidence: RolloutEvidence) -> float:
    return seen.soaked + (evidence.sighting.covered if seen.verdict == "ok" else 0.0)


def _with_holds(shown_as: RolloutView, state: State) -> RolloutView:
    return replace(shown_as, holds=_holds(shown_as, state))


def _holds(of: RolloutView, state: State) -> str:
    seen = of.state
    if seen is None or not of.known:
        return of.unread
    if seen.reading.status == "halted":
        return "it is halted; resume it first"
    if seen.reading.status in ("submitted", "in review", *_OVER):
        return f"it is {seen.reading.status}"
    if of.run is not None:
        return f"{of.run.id} is {of.run.status}"
    if not _last_is_seen(of, seen, state):
        return "what was done last is not seen yet"
    if seen.reading.status == "rolling" and of.verdict != "ok":
        return f"{'broken' if of.verdict == 'bad' else 'not known'}: {of.reason}"
    if of.left > 0:
        return f"soaks {format_duration(max(1.0, of.left // 1))} more"
    return f"vetoed by {seen.vetoed_by}: {seen.veto}" if seen.vetoed_by is not None else ""


def _last_is_seen(of: RolloutView, seen: RolloutState, state: State) -> bool:
    """Whether it was read since the last run on it succeeded. A reading that shows what was shown before
    leaves no event, only its age."""
    succeeded = [run for run in runs_of(state, of.name) if run.status == "succeeded"]
    last = max(succeeded, key=lambda run: run.seq, default=None)
    if last is None or last.seq < seen.observed_seq:
        return True
    return of.read_at is not None and last.ended_at is not None and of.read_at >= last.ended_at


def conditions(of: RolloutView) -> tuple[ConditionReport, ...]:
    """What its ladder asks of a step forward, as conditions of a gate."""
    rolling = of.status == "rolling"
    verdict: GateVerdict = {"ok": "GO", "bad": "NO-GO", "unknown": "HOLD"}[of.verdict]  # type: ignore[assignment]
    reports = []
    if of.guards or not of.known:
        told = "; ".join(guard.sentence for guard in of.guards) if of.known else of.unread
        # Before anybody has it, and while nobody more gets it, there may be nothing to measure.
        advisory = of.known and not rolling and of.verdict == "unknown"
        name = f"the guards of {of.name} hold"
        reports.append(ConditionReport(name=name, verdict=verdict, detail=told, advisory=advisory))
    if rolling and of.soak:
        counted = f"{format_duration(min(of.soaked, of.soak) // 1)} of {format_duration(of.soak)} counted"
        name = f"{of.name} has soaked at {shown(of.percent)}"
        soaked: GateVerdict = "HOLD" if of.left > 0 else "GO"
        detail = f"{counted}, {of.coverage:.0%} of the time"
        reports.append(ConditionReport(name=name, verdict=soaked, detail=detail))
    return tuple(reports)


def trouble(views: Mapping[str, RolloutView]) -> str:
    """What must be seen at every time: a rollout that is halted, broken, refused, or rolls unseen."""
    # What people are getting goes before what they don't get.
    told = [sentence for view in sorted(views.values(), key=_refused) if (sentence := _trouble(view))]
    return "; ".join(told)


def _refused(of: RolloutView) -> bool:
    return of.state is not None and of.state.reading.status in ("rejected", "removed")


def _trouble(of: RolloutView) -> str:
    seen = of.state
    if seen is None:
        return ""
    if of.breached:
        return f"{of.name} IS BROKEN at {shown(of.percent)}: {of.reason}"
    if seen.reading.status == "halted":
        why = f", {of.because}" if of.because else ""
        return f"{of.name} is HALTED at {shown(of.percent)}{why}" + ("" if of.known else " (not read lately)")
    if _refused(of):
        why = f": {seen.reading.detail}" if seen.reading.detail else ""
        return f"{of.name} is {seen.reading.status.upper()}{why}" + ("" if of.known else " (not read lately)")
    if seen.reading.status == "rolling" and not of.known:
        return f"{of.name} is {of.standing}"
    return ""
