"""What happens to an alert besides its own rise and fall."""

from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.fold.parts import Handlers, Parts
from launchpad.model.journal import Recorded
from launchpad.model.state.alerts import Silence


def _eased(parts: Parts, rec: Recorded, event: ev.AlertEased) -> None:
    alert = parts.alerts.get(event.alert)
    if alert is None or alert.status != "firing":
        parts.misfit()
        return
    parts.alerts[event.alert] = replace(
        alert,
        seq=rec.seq,
        eased_since=rec.at if event.eased else None,
        value=event.value,
        n=event.n,
    )


def _silenced(parts: Parts, rec: Recorded, event: ev.AlertSilenced) -> None:
    silence = Silence(by=rec.actor, since=rec.at, until=event.until, reason=rec.text, seq=rec.seq)
    parts.scalars["silences"] = {**parts.scalars.get("silences", {}), event.alert: silence}


def _unsilenced(parts: Parts, rec: Recorded, event: ev.AlertUnsilenced) -> None:
    silences = parts.scalars.get("silences", {})
    held = silences.get(event.alert)
    if held is None or held.ended_at is not None:
        parts.misfit()
        return
    parts.scalars["silences"] = {**silences, event.alert: replace(held, ended_at=rec.at, seq=rec.seq)}


HANDLERS: Handlers = {
    ev.AlertEased: _eased,
    ev.AlertSilenced: _silenced,
    ev.AlertUnsilenced: _unsilenced,
}
