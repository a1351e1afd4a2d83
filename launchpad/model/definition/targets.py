"""What the launch promises for the bad hour."""

from collections.abc import Iterator

from launchpad.model.definition.names import Severity
from launchpad.model.values import Duration, Value


class Targets(Value):
    """How fast trouble is answered and ended. Shown with each incident; nothing is blocked by them."""

    rto: Duration | None = None
    """Recovery time objective: how long the service may be away."""
    rpo: Duration | None = None
    """Recovery point objective: how old the data may be that there is to go back to."""
    rollback: Duration | None = None
    """How long going back may take."""
    mttr: Duration | None = None
    """How long an incident may last, from its detection to its end."""
    response: dict[Severity, Duration] = {}
    """How soon somebody must have an incident of a severity, and how often there is an update. Absent:
    critical 15m, high 1h, medium 4h, low until the end of the next working day."""

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """A target that can't be met."""
        for name in ("rto", "rpo", "rollback", "mttr"):
            if getattr(self, name) == 0:
                yield (name,), "expected a duration above zero"
        for severity, within in self.response.items():
            if within == 0:
                yield ("response", severity), "expected a duration above zero"
