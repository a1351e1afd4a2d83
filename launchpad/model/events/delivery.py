"""Who was told what, and how that went."""

from typing import Literal

from launchpad.model.events.base import Event
from launchpad.model.values import Micros

Stage = Literal["firing", "acknowledged", "resolved"]
"""How far the alert had come that a message speaks of."""

Delivery = Literal["accepted", "confirmed", "rejected", "deferred", "unknown"]
"""What became of an attempt: taken to be passed on, arrived, refused for good, certainly not taken but
perhaps later, or not known."""


class AlertEscalated(Event, tag="alert.escalated"):
    """Nobody acknowledged in time: the next step of the ladder is woken."""

    alert: str
    firing: int
    """The event by which it fired."""
    step: int
    """Counted from 0."""
    notify: tuple[str, ...]
    skipped: tuple[int, ...] = ()
    """Steps before it that were due while nobody watched."""

    @property
    def subject(self) -> str:
        return f"escalation:{self.alert}"


class MessageIntended(Event, tag="message.intended"):
    """The engine is about to send or to update a message; the text of a first attempt is the event's."""

    message: str
    """The same for one recipient through all the stages of one firing."""
    alert: str
    firing: int
    to: str
    """The contact, or the channel where none was named."""
    channel: str
    step: int | None
    """Of the escalation; None where the alert itself names the recipient."""
    stage: Stage
    attempt: int
    epoch: int
    under: str = ""
    """The message that it goes out in, where that is another's: one trouble is told as one."""
    incident: str = ""
    """The incident that it tells of, instead of an alert; `firing` is the event that calls for it."""

    @property
    def about(self) -> str:
        """The alert, or `incident:ID`."""
        return f"incident:{self.incident}" if self.incident else self.alert

    @property
    def subject(self) -> str:
        return f"message:{self.message}"


class MessageAnswered(Event, tag="message.answered"):
    """What the channel said to an attempt."""

    message: str
    outcome: Delivery
    provider_id: str = ""
    """The channel's own id of the message."""
    detail: str = ""
    retry_at: Micros | None = None
    attempt: int = 1

    @property
    def subject(self) -> str:
        return f"message:{self.message}"


class ChannelTested(Event, tag="channel.tested"):
    """Somebody sent a test message."""

    channel: str
    to: str
    outcome: Delivery
    detail: str = ""

    @property
    def subject(self) -> str:
        return f"channel:{self.channel}"
