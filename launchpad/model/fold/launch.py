"""The launch as a whole: its phases, its countdown, its engine."""

from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.fold import amendments, checklist, criteria, polls, runs
from launchpad.model.fold.parts import Handlers, Parts
from launchpad.model.journal import Recorded
from launchpad.model.state import EngineState, HoldState, SeatState
from launchpad.model.values import LONGEST, SECOND, format_duration


def _opened(parts: Parts, rec: Recorded, event: ev.LaunchOpened) -> None:
    if "definition" in parts.scalars:
        parts.misfit()
        return
    amendments.hold_definition(parts, rec.seq, event.definition)
    parts.scalars.update(opened_at=rec.at, opened_by=rec.actor)
    parts.scalars.update(phase_since=rec.at, phase_seq=0)
    parts.scalars["t0"] = event.definition.launch.t0.at if event.definition.launch.t0 else None
    parts.items = {item.id: checklist.beginning(item, event.definition) for item in event.definition.items}


def _closed(parts: Parts, rec: Recorded, event: ev.LaunchClosed) -> None:
    if "outcome" in parts.scalars:
        parts.misfit()
        return
    parts.scalars.update(outcome=event.outcome, closed_at=rec.at)


def _phase(parts: Parts, rec: Recorded, event: ev.PhaseEntered) -> None:
    if event.phase == "pre-launch":
        parts.scalars["launched_at"] = None
        criteria.forget(parts)
    elif parts.scalars.get("launched_at") is None:
        parts.scalars["launched_at"] = rec.at
    parts.scalars.update(phase=event.phase, phase_since=rec.at, phase_seq=rec.seq)
    if event.phase != "pre-launch":
        _end_hold(parts, rec)


def _held(parts: Parts, rec: Recorded, _event: ev.CountdownHeld) -> None:
    if parts.scalars.get("t0") is None or parts.scalars.get("hold") is not None:
        parts.misfit()
        return
    hold = HoldState(since=rec.at, by=rec.actor, reason=rec.text)
    parts.scalars.update(hold=hold, countdown_seq=rec.seq)


def _resumed(parts: Parts, rec: Recorded, _event: ev.CountdownResumed) -> None:
    if not _end_hold(parts, rec):
        parts.misfit()


def _end_hold(parts: Parts, rec: Recorded) -> bool:
    """Moves T-0 by the hold that ends with this event; False if there was none."""
    hold: HoldState | None = parts.scalars.get("hold")
    if hold is None:
        return False
    t0 = parts.scalars["t0"] + rec.at - hold.since
    parts.scalars.update(hold=None, t0=t0, countdown_seq=rec.seq)
    return True


def _slipped(parts: Parts, rec: Recorded, event: ev.CountdownSlipped) -> None:
    if parts.scalars.get("t0") is None or not abs(event.seconds) <= LONGEST:
        parts.misfit()
        return
    t0 = parts.scalars["t0"] + round(event.seconds * SECOND)
    parts.scalars.update(t0=t0, countdown_seq=rec.seq)
    polls.lapse(parts, rec, f"T-0 moved by {format_duration(event.seconds)}")


def _loss_accepted(parts: Parts, rec: Recorded, _event: ev.LossAccepted) -> None:
    """What was done of it may be among the lost: nothing goes on by itself."""
    parts.scalars["loss_accepted"] = rec.hash
    runs.stop_for_loss(parts, rec)
    polls.lapse(parts, rec, "the journal has lost events")


def _unknown(parts: Parts, _rec: Recorded, event: ev.Unknown) -> None:
    kinds = parts.scalars.get("unknown_kinds", ())
    if event.kind not in kinds:
        parts.scalars["unknown_kinds"] = (*kinds, event.kind)


def _seat_taken(parts: Parts, rec: Recorded, event: ev.SeatTaken) -> None:
    seat = SeatState(holder=event.holder, since=rec.at, by=rec.actor, reason=rec.text)
    parts.scalars.update(seat=seat, seat_seq=rec.seq)


def _seat_returned(parts: Parts, rec: Recorded, _event: ev.SeatReturned) -> None:
    parts.scalars.update(seat=None, seat_seq=rec.seq)


def _engine_started(parts: Parts, rec: Recorded, event: ev.EngineStarted) -> None:
    engine = EngineState(
        holder=event.holder,
        epoch=event.epoch,
        host=event.host,
        version=event.version,
        started_at=rec.at,
    )
    amendments.followed(parts, rec, engine)


def _engine_stopped(parts: Parts, rec: Recorded, event: ev.EngineStopped) -> None:
    engine: EngineState | None = parts.scalars.get("engine")
    if engine and engine.epoch == event.epoch:
        parts.scalars["engine"] = replace(engine, stopped_at=rec.at)


HANDLERS: Handlers = {
    ev.SeatTaken: _seat_taken,
    ev.SeatReturned: _seat_returned,
    ev.LaunchOpened: _opened,
    ev.LaunchClosed: _closed,
    ev.PhaseEntered: _phase,
    ev.CountdownHeld: _held,
    ev.CountdownResumed: _resumed,
    ev.CountdownSlipped: _slipped,
    ev.LossAccepted: _loss_accepted,
    ev.Unknown: _unknown,
    ev.EngineStarted: _engine_started,
    ev.EngineStopped: _engine_stopped,
}
