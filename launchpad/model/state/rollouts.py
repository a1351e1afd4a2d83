"""Rollouts as last recorded."""

from launchpad.model.events import ReadingVerdict
from launchpad.model.rollouts import RolloutReading
from launchpad.model.values import Micros, Value


class RolloutState(Value):
    """A rollout as last recorded. That it was read lately is told by samples."""

    reading: RolloutReading
    since: Micros
    """When it was first seen to stand like this."""
    observed_seq: int
    """The event by which it was."""
    seq: int
    """Last event of the rollout."""
    run: str = ""
    """The run that brought it about."""
    outside: bool = False
    """It was changed past Launchpad."""
    verdict: ReadingVerdict = "unknown"
    """How it did at this share, as last recorded."""
    verdict_since: Micros = 0
    reason: str = ""
    soaked: float = 0.0
    """Seconds that had counted by `verdict_since`."""
    announced: float | None = None
    """The share that the engine is about to go to."""
    due_at: Micros | None = None
    """When it does."""
    vetoed_by: str | None = None
    veto: str = ""
    """Why."""
