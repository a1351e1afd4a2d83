"""Who decided what, and on which numbers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from launchpad.model import events as ev
from launchpad.model.journal import Recorded
from launchpad.model.plan import GateReport
from launchpad.model.state.amendments import Amendment
from launchpad.model.values import Micros, Value, format_duration


class Decision(Value):
    """Something that a person took upon themselves."""

    seq: int
    at: Micros
    by: str
    what: str
    why: str = ""
    loud: bool = False
    """Against a gate, or without what is otherwise asked for."""
    gate: GateReport | None = None
    numbers: tuple[str, ...] = ()
    """What was seen, where that is no gate; of an amendment, what differs."""


def decisions(events: Sequence[Recorded], amendments: Sequence[Amendment] = ()) -> tuple[Decision, ...]:
    """All of them, in the order in which they fell. `amendments` are the launch's."""
    changed = {one.seq: tuple(_changed(one)) for one in amendments} | _planned(events)
    return tuple(
        _decision(recorded, changed.get(recorded.seq, ()))
        for recorded in events
        if _is_decision(recorded.event)
    )


def _planned(events: Sequence[Recorded]) -> dict[int, tuple[str, ...]]:
    """What those who confirmed a plan had before them, by the event with which they did."""
    plans: dict[str, tuple[str, ...]] = {}
    found = {}
    for recorded in events:
        match recorded.event:
            case ev.RunPlanned(run=run, plan=plan):
                plans[run] = tuple(
                    f"{step.name}: {step.does}; affects: {step.affects or 'not said'};"
                    f" {f'undo: {step.undo}' if step.undo else 'can not be undone'}"
                    for step in plan.steps
                )
            case ev.RunConfirmed(run=run):
                found[recorded.seq] = plans.get(run, ())
    return found


def _changed(amendment: Amendment) -> Iterator[str]:
    """What an amendment changed, and what lapsed with it."""
    yield from (difference.sentence for difference in amendment.differences)
    yield from (f"lapsed: {lapsed}" for lapsed in amendment.lapsed)


def _is_decision(event: ev.Event | ev.Unknown) -> bool:
    if isinstance(event, ev.RunStarted):
        return event.gate is not None
    return type(event) in _DECIDED


def _decision(recorded: Recorded, changed: tuple[str, ...] = ()) -> Decision:
    event: Any = recorded.event
    return Decision(
        seq=recorded.seq,
        at=recorded.at,
        by=recorded.actor,
        what=_DECIDED[type(event)](event),
        why="(text removed)" if recorded.redacted else " ".join(recorded.text.split()),
        loud=isinstance(event, ev.RunGlassBroken | ev.SeatTaken | ev.LaunchAmended | ev.LossAccepted)
        or getattr(event, "overridden", False),
        gate=getattr(event, "gate", None),
        numbers=changed
        or tuple(f"{s.objective} {s.verdict}: {s.evidence}" for s in getattr(event, "seen", ())),
    )


def _against(event: ev.PhaseEntered | ev.RunConfirmed) -> str:
    return " against the gate" if event.overridden else ""


def _slipped(event: ev.CountdownSlipped) -> str:
    way = "later" if event.seconds > 0 else "earlier"
    return f"moved T-0 {format_duration(abs(event.seconds))} {way}"


_DECIDED: Mapping[type, Callable[[Any], str]] = {
    ev.PhaseEntered: lambda e: f"entered {e.phase}{_against(e)}",
    ev.CountdownHeld: lambda _e: "held the countdown",
    ev.CountdownResumed: lambda _e: "resumed the countdown",
    ev.CountdownSlipped: _slipped,
    ev.PollAnswered: lambda e: f"said {e.answer} for {e.team}" + (" as proxy" if e.proxy else ""),
    ev.RunConfirmed: lambda e: f"confirmed {e.run}{_against(e)}, plan {e.digest}",
    ev.RunApproved: lambda e: f"approved {e.run}, plan {e.digest}",
    ev.RunRejected: lambda e: f"rejected {e.run}",
    ev.RunGlassBroken: lambda e: f"let {e.run} run without the approvals it lacked",
    ev.RunStarted: lambda e: f"let {e.run} begin",
    ev.AbortRequested: lambda e: f"aborted {e.run}",
    ev.RunResolved: lambda e: f"resolved {e.run}: {e.resolution}",
    ev.ItemSkipped: lambda e: f"skipped {e.item}",
    ev.SeatTaken: lambda e: f"gave the director's seat to {e.holder}",
    ev.AlertSilenced: lambda e: f"silenced {e.alert}",
    ev.CriterionMarked: lambda e: (
        f"found {e.criterion} {'met' if e.met else 'not met'}, a rollback criterion"
    ),
    ev.RolloutVetoed: lambda e: f"vetoed the next step of {e.rollout}",
    ev.LaunchAmended: lambda _e: "amended the definition",
    ev.LossAccepted: lambda e: f"went on with a journal that had lost events up to {e.head[:12]}",
    ev.IncidentDeclared: lambda e: (
        f"declared {e.incident}, {e.severity}" + (f", from {e.alert}" if e.alert else "")
    ),
    ev.IncidentCommanded: lambda e: f"gave {e.incident} to {e.commander}",
    ev.IncidentResolved: lambda e: f"called {e.incident} over",
    ev.LaunchClosed: lambda e: f"closed the launch as {e.outcome}",
}
"""Event → what was decided by it."""
