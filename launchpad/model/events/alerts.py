"""What happens to an alert besides its own rise and fall."""

from launchpad.model.events.base import Event


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
