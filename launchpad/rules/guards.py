"""Guards of rollouts: they hold, one is broken, or that is not known. With every verdict its numbers."""

from collections.abc import Mapping

from launchpad.model.definition import AnyGuard, Definition, KeepGuard, ObjectiveGuard, QuietGuard
from launchpad.model.events import ReadingVerdict
from launchpad.model.state import State
from launchpad.model.values import SECOND, Micros, Value, format_duration
from launchpad.rules.alerts import beyond
from launchpad.rules.objectives import Reading, limit_of


class GuardView(Value):
    """A guard, judged."""

    name: str
    """What it asks: `errors < 1%`."""
    verdict: ReadingVerdict
    detail: str
    """The numbers that it rests on, or what is not known."""

    @property
    def sentence(self) -> str:
        return f"{self.name}: {self.detail}"


def guard_view(
    guard: AnyGuard,
    measured: Reading | None,
    state: State,
    definition: Definition,
    readings: Mapping[str, Reading],
    *,
    unwatched: str,
    now: Micros,
) -> GuardView:
    """`measured` is the reading in the guard's own window, where it has one."""
    match guard:
        case KeepGuard():
            return _kept(guard, measured, unwatched=unwatched)
        case ObjectiveGuard():
            return _met(guard.objective, readings.get(guard.objective), definition, unwatched=unwatched)
        case QuietGuard():
            return _quiet(guard.quiet, state, definition, readings, unwatched=unwatched, now=now)


def worst(guards: tuple[GuardView, ...]) -> ReadingVerdict:
    """Broken over unknown over holding."""
    verdicts = {guard.verdict for guard in guards}
    return "bad" if "bad" in verdicts else "unknown" if "unknown" in verdicts else "ok"


def _kept(guard: KeepGuard, measured: Reading | None, *, unwatched: str) -> GuardView:
    name = guard.keep.described
    if measured is None or measured.verdict == "unknown" or measured.value is None:
        return GuardView(name=name, verdict="unknown", detail=measured.reason if measured else "no data")
    if unwatched:
        return GuardView(name=name, verdict="unknown", detail=unwatched)
    holds = beyond(guard.keep, measured.value)
    return GuardView(name=name, verdict="ok" if holds else "bad", detail=measured.evidence)


def _met(objective: str, reading: Reading | None, definition: Definition, *, unwatched: str) -> GuardView:
    name = limit_of(objective, definition.objectives[objective])
    if reading is None or reading.verdict == "unknown":
        return GuardView(name=name, verdict="unknown", detail=reading.reason if reading else "no data")
    if unwatched:
        return GuardView(name=name, verdict="unknown", detail=unwatched)
    return GuardView(name=name, verdict=reading.verdict, detail=reading.evidence)


def _quiet(
    alert: str,
    state: State,
    definition: Definition,
    readings: Mapping[str, Reading],
    *,
    unwatched: str,
    now: Micros,
) -> GuardView:
    name = f"{alert} must be quiet"
    known = state.alerts.get(alert)
    if unwatched:
        return GuardView(name=name, verdict="unknown", detail=unwatched)
    if known is not None and known.status == "firing":
        detail = f"firing for {format_duration(max(0, now - known.since) // SECOND)}"
        return GuardView(name=name, verdict="bad", detail=detail)
    rests_on = definition.alerts[alert].objective
    reading = readings.get(rests_on) if rests_on else None
    if rests_on and (reading is None or reading.verdict == "unknown"):
        return GuardView(name=name, verdict="unknown", detail=f"{rests_on} has no data")
    return GuardView(name=name, verdict="ok", detail=known.status if known is not None else "quiet")
