"""The definition changed while the launch is under way, and an engine that follows it."""

from launchpad.model.definition import Definition
from launchpad.model.events.base import Event


class LaunchAmended(Event, tag="launch.amended"):
    """From here on another definition holds; the reason is the event's text. What differs is derived from
    this definition and the one before it."""

    definition: Definition
    digest: str
    """Of the definition."""
    base: str
    """Digest of the definition that the operator saw and changed."""
    format: int

    @property
    def subject(self) -> str:
        return "definition"


class EngineFollowed(Event, tag="engine.followed"):
    """An engine watches by the definition as it stands at this event."""

    epoch: int
    lacking: tuple[str, ...] = ()
    """What it can't do, such as for a secret that it can't resolve: a sentence each."""

    @property
    def subject(self) -> str:
        return "engine"
