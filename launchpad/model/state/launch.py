"""The countdown and the engine."""

from launchpad.model.values import Micros, Value


class HoldState(Value):
    """Why the countdown stands still."""

    since: Micros
    by: str
    reason: str


class SeatState(Value):
    """Who, being no director, decides."""

    holder: str
    since: Micros
    by: str
    reason: str


class EngineState(Value):
    """The engine that last took the lease."""

    holder: str
    epoch: int
    host: str
    version: str
    started_at: Micros
    stopped_at: Micros | None = None
    follows: int = 0
    """The event since which the definition holds that it watches by."""
    lacking: tuple[str, ...] = ()
    """What it can't do by that definition, a sentence each."""
