"""What happens to an alert besides its own rise and fall."""

from launchpad.model.events.base import Event
from launchpad.model.values import Micros


class AlertEased(Event, tag="alert.eased"):
    """A firing alert's rule is no longer met (`eased`), or is met again, or no longer known, while
    `keep_firing_for` keeps the alert firing."""

    alert: str
    eased: bool
    value: float | None
    n: int

    @property
    def subject(self) -> str:
        return f"alert:{self.alert}"


class AlertSilenced(Event, tag="alert.silenced"):
    """Nobody is told of the alert until then; the reason is the event's text."""

    alert: str
    until: Micros

    @property
    def subject(self) -> str:
        return f"silence:{self.alert}"


class AlertUnsilenced(Event, tag="alert.unsilenced"):
    """A silence ended before its time."""

    alert: str

    @property
    def subject(self) -> str:
        return f"silence:{self.alert}"
