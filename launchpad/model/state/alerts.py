"""What is known of alerts beside where they stand: silences, and what changed before."""

from launchpad.model.values import Micros, Value

FIRINGS_KEPT = 3
"""How many of an alert's latest firings are kept; so many within a short time are flapping."""

CHANGES_KEPT = 3


class Silence(Value):
    """Nobody is told of an alert until then. Whether that is past is for the view to say."""

    by: str
    since: Micros
    until: Micros
    reason: str
    seq: int


class Change(Value):
    """Something that was done to the launch, and may be why an alert rose."""

    at: Micros
    what: str
    """`deploy-1 step 2: deploy site`."""
