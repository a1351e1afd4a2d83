"""Messages, and how far each has got."""

from launchpad.model.events.delivery import Delivery, Stage
from launchpad.model.values import Micros, Value

INCIDENT = "incident:"
"""Before the name of an incident, where an alert's could stand: none has a colon."""


class Escalation(Value):
    """A step of a ladder that was taken."""

    step: int
    at: Micros
    notify: tuple[str, ...]
    skipped: tuple[int, ...] = ()


class MessageState(Value):
    """What one recipient is told of one firing of an alert."""

    id: str
    alert: str
    """The alert, or `incident:ID`."""
    firing: int
    """The event by which the alert fired; the one that declared the incident, or made it graver."""
    to: str
    channel: str
    step: int | None
    stage: Stage
    """What the last attempt says."""
    begun_at: Micros
    """When this stage was first tried."""
    tried_at: Micros
    attempts: int
    """For this stage."""
    epoch: int
    """The engine that tried last."""
    outcome: Delivery | None = None
    """None: the last attempt has not been answered."""
    answered_at: Micros | None = None
    detail: str = ""
    retry_at: Micros | None = None
    told: Stage | None = None
    """The last stage that the channel took."""
    told_at: Micros | None = None
    provider_id: str = ""
    doubtful: bool = False
    """An attempt may have arrived of which nobody knows."""
    under: str = ""
    """The message that it goes out in, where that is another's."""

    @property
    def about(self) -> str:
        """The name of the alert or the incident."""
        return self.alert.removeprefix(INCIDENT)


class ChannelTest(Value):
    """The last test message to a recipient."""

    at: Micros
    by: str
    channel: str
    to: str
    outcome: Delivery
    detail: str
