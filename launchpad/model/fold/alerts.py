"""What happens to an alert besides its own rise and fall."""

from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.fold.parts import Handlers, Parts
from launchpad.model.journal import Recorded


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


HANDLERS: Handlers = {ev.AlertEased: _eased}
