"""Rollouts: how they stand, how they do, and what is about to be done to them."""

from launchpad.model.events.base import Event
from launchpad.model.events.health import ReadingVerdict
from launchpad.model.rollouts import RolloutReading
from launchpad.model.values import Micros


class _OfRollout(Event):
    rollout: str

    @property
    def subject(self) -> str:
        return f"rollout:{self.rollout}"


class RolloutObserved(_OfRollout, tag="rollout.observed"):
    """The engine read it, and it stands otherwise than before."""

    reading: RolloutReading
    observed_at: Micros
    run: str = ""
    """The run that brought it about; empty: none of ours."""
    outside: bool = False
    """Somebody changed it past Launchpad."""


class RolloutJudged(_OfRollout, tag="rollout.judged"):
    """How a rollout does while it rolls: its guards hold, one is broken, or that is not known."""

    verdict: ReadingVerdict
    reason: str
    """The guards with their numbers, or what is not known."""
    soaked: float
    """Seconds at this share that counted so far: read, and well."""
    lasted: float
    """Seconds since it stands at this share."""


class RolloutAdvanceAnnounced(_OfRollout, tag="rollout.advance-announced"):
    """The soak is over: the engine takes the next step at `due_at` unless somebody vetoes it."""

    percent: float
    due_at: Micros


class RolloutAdvanceWithdrawn(_OfRollout, tag="rollout.advance-withdrawn"):
    """What was announced is not done: something holds it now."""

    reason: str


class RolloutVetoed(_OfRollout, tag="rollout.vetoed"):
    """Somebody keeps the engine from taking the next step; the event's text says why. It holds until the
    rollout stands otherwise."""
