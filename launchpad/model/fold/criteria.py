"""What speaks for taking the release back."""

from launchpad.model import events as ev
from launchpad.model.fold.parts import Handlers, Parts
from launchpad.model.journal import Recorded
from launchpad.model.state.criteria import Advice, CriterionMark


def _marked(parts: Parts, rec: Recorded, event: ev.CriterionMarked) -> None:
    if parts.scalars.get("launched_at") is None:
        parts.misfit()
        return
    mark = CriterionMark(met=event.met, by=rec.actor, at=rec.at, seen=rec.text, seq=rec.seq)
    parts.scalars["marks"] = {**parts.scalars.get("marks", {}), event.criterion: mark}


def _advised(parts: Parts, rec: Recorded, event: ev.RollbackAdvised) -> None:
    if parts.scalars.get("launched_at") is None:
        parts.misfit()
        return
    parts.scalars["advice"] = Advice(recommended=event.recommended, since=rec.at)


def forget(parts: Parts) -> None:
    """What was seen of a release that was taken back says nothing about the next."""
    parts.scalars.update(marks={}, advice=None)


HANDLERS: Handlers = {
    ev.CriterionMarked: _marked,
    ev.RollbackAdvised: _advised,
}
