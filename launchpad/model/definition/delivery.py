"""Who is told, by which way, and who is woken next."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from launchpad.model.definition.names import Line, Name, Severity
from launchpad.model.values import Duration, Value


class ChannelSettings(Value):
    """Base of what a kind of channel is set up with."""

    @property
    def address(self) -> str | None:
        """Where a message goes that names no contact; None if a contact must be named."""
        return None

    @staticmethod
    def address_fault(address: str) -> str | None:  # noqa: ARG004  # kinds differ in what they take
        """What is wrong with a contact's address here; None if nothing is."""
        return None


class Channel(Value):
    """A way to reach people, validated by the type of its kind."""

    kind: str
    settings: dict[str, Any] = {}
    address: str | None = None
    """Where a message goes that names no contact; None if one must be named."""


class Wait(Value):
    """How long after an alert fired: a duration, the next business day, or never."""

    seconds: Duration = 0.0
    until: Literal["", "next-business-day", "never"] = ""
    """Where it is no duration. A business day begins at 09:00 in the launch's zone, Monday to Friday."""


class EscalationStep(Value):
    """Who is woken, and when, while nobody acknowledges."""

    after: Wait
    """How long after the alert fired."""
    notify: Annotated[tuple[Name, ...], Meta(min_length=1)]
    """Contacts, or channels with an address of their own."""
    by_severity: dict[Severity, Wait] = {}
    """When instead, for alerts of a severity: `{critical: 0m, low: next-business-day}`."""


class IncidentCalls(Value):
    """Who hears of incidents."""

    notify: tuple[Name, ...] = ()
    """Who is told when one is declared, when it turns out graver, and when it is resolved: contacts, or
    channels with an address of their own."""


Contact = dict[Name, Line]
"""A person's address on each channel on which they are told."""
Ladder = Annotated[tuple[EscalationStep, ...], Meta(min_length=1)]
