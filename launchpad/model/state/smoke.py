"""What is known of smoke tests."""

from launchpad.model.smoke import SmokeFact
from launchpad.model.values import Micros, Value


class SmokeState(Value):
    """A smoke test's last outcome."""

    last: SmokeFact | None = None
    """None: it was asked for, and has not run yet."""
    at: Micros = 0
    """When the last one began."""
    since: Micros = 0
    """Since when the verdict is what it is."""
    run: str = ""
    """The run that it was a step of; empty: it ran by itself, for an item or because somebody asked."""
    requested: int = 0
    """Sequence number of the last unanswered request; 0: none."""
