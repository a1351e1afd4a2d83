"""What is measured, and what it is held to."""

from typing import Annotated, Literal

from msgspec import Meta, field

from launchpad.model.definition.names import Name, Severity
from launchpad.model.values import Duration, Fraction, Quantity, Value


class Objective(Value):
    """The target that a signal is held to. Exactly one of `target`, `percentile` and `error_rate`."""

    signal: Name
    window: Duration
    """The stretch of time it is computed over."""
    target: Fraction | None = None
    """Availability: the least share of probes that must succeed."""
    percentile: Annotated[float, Meta(gt=0, lt=100)] | None = None
    """Latency: which percentile of the durations is held `below`."""
    error_rate: bool = False
    """Error rate: the share of failed probes is held `below`."""
    below: Quantity | None = None
    """The limit for a percentile (a duration) or an error rate (a percentage)."""
    at_least: Annotated[int, Meta(ge=1)] = 1
    """Fewest known samples that allow a verdict; with fewer it is unknown."""

    @property
    def limit(self) -> Quantity:
        """The threshold, whichever way it is written."""
        if self.target is not None:
            return Quantity(value=self.target, unit="%")
        assert self.below is not None, "checked when the definition is read"
        return self.below

    @property
    def unit(self) -> str:
        """Unit of its value: `s` for latency, `%` for shares."""
        return "s" if self.percentile is not None else "%"


class Threshold(Value):
    """`errors > 1%`: an objective's value compared with a limit."""

    objective: Name
    op: Literal[">", ">=", "<", "<="]
    limit: Quantity


class Alert(Value):
    """A rule that tells people about a crossed threshold."""

    when: Threshold
    """Such as `errors > 1%`."""
    for_: Duration = field(default=0.0, name="for")
    """How long the threshold must stay crossed before the alert fires; time in which nothing is known of it
    does not count."""
    severity: Severity = "high"
