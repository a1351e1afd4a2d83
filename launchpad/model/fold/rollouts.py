"""Rollouts: what is seen of them; whatever was timed by how they stood ends when they stand otherwise."""

from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.fold.parts import Handlers, Parts
from launchpad.model.journal import Recorded
from launchpad.model.state import RolloutState


def _all(parts: Parts) -> dict[str, RolloutState]:
    return dict(parts.scalars.get("rollouts", {}))


def _put(parts: Parts, name: str, state: RolloutState) -> None:
    parts.scalars["rollouts"] = {**_all(parts), name: state}


def _observed(parts: Parts, rec: Recorded, event: ev.RolloutObserved) -> None:
    before = _all(parts).get(event.rollout)
    if before is not None and before.reading.same(event.reading):
        # More users, or another word from the store: nothing that a timer rests on.
        _put(parts, event.rollout, replace(before, reading=event.reading, seq=rec.seq))
        return
    fresh = RolloutState(
        reading=event.reading,
        since=rec.at,
        observed_seq=rec.seq,
        seq=rec.seq,
        run=event.run,
        outside=event.outside,
        verdict_since=rec.at,
    )
    _put(parts, event.rollout, fresh)


def _judged(parts: Parts, rec: Recorded, event: ev.RolloutJudged) -> None:
    state = _all(parts).get(event.rollout)
    if state is None:
        parts.misfit()
        return
    judged = replace(
        state,
        verdict=event.verdict,
        verdict_since=rec.at,
        reason=event.reason,
        soaked=event.soaked,
        seq=rec.seq,
        announced=None,
        due_at=None,
    )
    _put(parts, event.rollout, judged)


def _announced(parts: Parts, rec: Recorded, event: ev.RolloutAdvanceAnnounced) -> None:
    state = _all(parts).get(event.rollout)
    if state is None or state.vetoed_by is not None:
        parts.misfit()
        return
    _put(parts, event.rollout, replace(state, announced=event.percent, due_at=event.due_at, seq=rec.seq))


def _withdrawn(parts: Parts, rec: Recorded, event: ev.RolloutAdvanceWithdrawn) -> None:
    state = _all(parts).get(event.rollout)
    if state is None or state.announced is None:
        parts.misfit()
        return
    _put(parts, event.rollout, replace(state, announced=None, due_at=None, seq=rec.seq))


def _vetoed(parts: Parts, rec: Recorded, event: ev.RolloutVetoed) -> None:
    state = _all(parts).get(event.rollout)
    if state is None:
        parts.misfit()
        return
    held = replace(state, announced=None, due_at=None, vetoed_by=rec.actor, veto=rec.text, seq=rec.seq)
    _put(parts, event.rollout, held)


def asked(parts: Parts, name: str) -> None:
    """A run was asked for: what was announced is no longer to come."""
    state = _all(parts).get(name)
    if state is not None and state.announced is not None:
        _put(parts, name, replace(state, announced=None, due_at=None))


def forget(
    parts: Parts, rec: Recorded, read_otherwise: frozenset[str], judged_otherwise: frozenset[str]
) -> None:
    """After an amendment: what is read otherwise is not known, what is judged otherwise soaks anew."""
    kept = {name: state for name, state in _all(parts).items() if name not in read_otherwise}
    for name in judged_otherwise & set(kept):
        kept[name] = replace(
            kept[name],
            verdict="unknown",
            verdict_since=rec.at,
            reason="",
            soaked=0.0,
            announced=None,
            due_at=None,
        )
    parts.scalars["rollouts"] = kept


HANDLERS: Handlers = {
    ev.RolloutObserved: _observed,
    ev.RolloutJudged: _judged,
    ev.RolloutAdvanceAnnounced: _announced,
    ev.RolloutAdvanceWithdrawn: _withdrawn,
    ev.RolloutVetoed: _vetoed,
}
