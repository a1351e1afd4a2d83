"""Verdicts of objectives, and the lives of alerts."""

from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.fold import polls
from launchpad.model.fold.parts import Handlers, Parts
from launchpad.model.journal import Recorded
from launchpad.model.state import (
    AlertState,
    ObjectiveState,
)
from launchpad.model.state.alerts import FIRINGS_KEPT


def _objective(parts: Parts, rec: Recorded, event: ev.ObjectiveChanged) -> None:
    parts.objectives[event.objective] = ObjectiveState(
        verdict=event.verdict, since=rec.at, value=event.value, n=event.n
    )


def _alert(parts: Parts, rec: Recorded, event: ev.AlertChanged) -> None:
    before = parts.alerts.get(event.alert)
    now = AlertState(
        name=event.alert,
        status=event.status,
        since=rec.at,
        seq=rec.seq,
        value=event.value,
        n=event.n,
        pending_since=rec.at,
        fired=before.fired if before else (),
        changes=parts.scalars.get("changes", ()),
    )
    if before and (before.status, event.status) in (("pending", "firing"), ("firing", "resolved")):
        now = replace(
            now,
            pending_since=before.pending_since,
            fired_at=before.fired_at,
            acknowledged_by=before.acknowledged_by,
            acknowledged_at=before.acknowledged_at,
            acknowledgement=before.acknowledgement,
            changes=before.changes,
            firing_seq=before.firing_seq,
            escalations=before.escalations,
        )
    if event.status == "firing":
        now = replace(now, fired_at=rec.at, fired=(*now.fired, rec.at)[-FIRINGS_KEPT:], firing_seq=rec.seq)
        polls.lapse(parts, rec, polls.fired(event.alert), alert=event.alert)
    parts.alerts[event.alert] = now


def _acknowledged(parts: Parts, rec: Recorded, event: ev.AlertAcknowledged) -> None:
    alert = parts.alerts.get(event.alert)
    if alert is not None and alert.status in ("pending", "firing"):
        parts.alerts[event.alert] = replace(
            alert,
            seq=rec.seq,
            acknowledged_by=rec.actor,
            acknowledged_at=rec.at,
            acknowledgement=rec.text,
        )
    else:
        parts.misfit()


HANDLERS: Handlers = {
    ev.ObjectiveChanged: _objective,
    ev.AlertChanged: _alert,
    ev.AlertAcknowledged: _acknowledged,
}
