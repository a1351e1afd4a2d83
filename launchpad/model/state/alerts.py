"""What is known of alerts beside where they stand: silences, and what changed before."""

from launchpad.model.values import Micros, Value

FIRINGS_KEPT = 3
"""How many of an alert's latest firings are kept; so many within a short time are flapping."""

CHANGES_KEPT = 3


class Silence(Value):
    """Nobody is told of an alert until then, unless it is ended before."""

    by: str
    since: Micros
    until: Micros
    reason: str
    seq: int
    ended_at: Micros | None = None

    def lasts(self, now: Micros) -> bool:
        """Whether it holds at `now`."""
        return self.ended_at is None and now < self.until


class Change(Value):
    """Something that was done to the launch, and may be why an alert rose."""

    at: Micros
    what: str
    """`deploy-1 step 2: deploy site`."""
