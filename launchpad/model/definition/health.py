"""What is measured, and what it is held to."""

from typing import Annotated, Literal

from msgspec import Meta, field

from launchpad.model.definition.names import Line, Name, Severity
from launchpad.model.values import Duration, Fraction, Quantity, Value, format_quantity


class Objective(Value):
    """The target that a signal is held to. Exactly one of `target`, `percentile` and `error_rate`; none of
    them where the signal is an age."""

    signal: Name
    window: Duration = 0.0
    """The stretch of time it is computed over. An age has none: it is that of now."""
    target: Fraction | None = None
    """Availability: the least share of probes that must succeed."""
    percentile: Annotated[float, Meta(gt=0, lt=100)] | None = None
    """Latency: which percentile of the durations is held `below`."""
    error_rate: bool = False
    """Error rate: the share of failed probes is held `below`."""
    below: Quantity | None = None
    """The limit for a percentile or an age (a duration), or for an error rate (a percentage)."""
    at_least: Annotated[int, Meta(ge=1)] = 1
    """Fewest known samples that allow a verdict; with fewer it is unknown."""
    affects: Line | None = None
    """Whom or what it hits when it is missed, in words for those who don't know the system."""

    @property
    def limit(self) -> Quantity:
        """The threshold, whichever way it is written."""
        if self.target is not None:
            return Quantity(value=self.target, unit="%")
        assert self.below is not None, "checked when the definition is read"
        return self.below

    @property
    def age(self) -> bool:
        """Whether its signal is an age, which is held `below`."""
        return self.target is None and self.percentile is None and not self.error_rate

    @property
    def unit(self) -> str:
        """Unit of its value: `s` for latencies and ages, `%` for shares."""
        return "s" if self.percentile is not None or self.age else "%"


class Threshold(Value):
    """`errors > 1%`: an objective's value compared with a limit."""

    objective: Name
    op: Literal[">", ">=", "<", "<="]
    limit: Quantity

    @property
    def described(self) -> str:
        """As it was written."""
        return f"{self.objective} {self.op} {format_quantity(self.limit.value, self.limit.unit)}"


class Alert(Value):
    """A rule that tells people. Exactly one of `when`, `absent`, `rises`, `falls`, `burns`, `reaches`,
    `deviates`, `halted`, `unhalted` and `recommends` says which."""

    when: Threshold | None = None
    """An objective beyond a limit: `errors > 1%`."""
    for_: Duration = field(default=0.0, name="for")
    """How long the rule must stay met before the alert fires; time in which nothing is known of it does
    not count."""
    severity: Severity = "high"
    keep_firing_for: Duration = 0.0
    """How long the rule must stay unmet before a firing alert resolves; time in which nothing is known of
    it does not count."""
    absent: Name | None = None
    """A signal of which nothing is known any more, or nothing yet."""
    rises: Name | None = None
    """An objective whose value rose `by` a share of what it was, `within` a time."""
    falls: Name | None = None
    """An objective whose value fell `by` a share of what it was, `within` a time."""
    by: Fraction | None = None
    """With `rises` or `falls`: the least change, as a share of the earlier value."""
    within: Duration | None = None
    """With `rises` or `falls`: how long ago the earlier value is. With `reaches`: how far ahead."""
    burns: Name | None = None
    """An availability or error rate that spends its error budget too fast, seen in a long and in a short
    window at once."""
    period: Duration = 30 * 86400.0
    """With `burns`: the time for which the error budget is meant; the windows scale with it."""
    pace: Literal["fast", "slow"] | None = None
    """With `burns`: only the two pairs of windows that are worth waking somebody, or only the other two."""
    reaches: Threshold | None = None
    """An objective that gets beyond a limit `within` a time, if it goes on as it did `over` the last."""
    over: Duration = 3600.0
    """With `reaches`: the stretch that is prolonged."""
    deviates: Name | None = None
    """An error rate or latency that is `factor` times what it was in the `baseline` before."""
    factor: Annotated[float, Meta(gt=1)] = 10.0
    """With `deviates`: how many times the usual."""
    baseline: Duration = 3600.0
    """With `deviates`: the stretch that tells what is usual; it ends where the objective's window begins."""
    at_least: Annotated[int, Meta(ge=1)] = 1
    """Fewest known samples in each stretch beyond the objective's own window; with fewer it is unknown
    whether the rule is met."""

    inhibited_by: tuple[Name, ...] = ()
    """While one of these alerts fires, nobody is told of this one."""
    group: Name | None = None
    """Alerts of one group share a row and a message; the worst of them speaks."""
    notify: tuple[Name, ...] = ()
    """Who is told as soon as it fires: contacts, or channels with an address of their own."""
    escalate: Name | None = None
    """The ladder of those who are woken, one after the other, while nobody acknowledges."""
    source: Line | None = None
    """The sentence that the rule comes from, such as that of a runbook."""
    affects: Line | None = None
    """Whom or what it hits while it fires; absent: what its objective says."""
    halted: Name | None = None
    """A rollout that the engine halted by itself. It fires until somebody acknowledges it or declares an
    incident, or the rollout goes on."""
    unhalted: Name | None = None
    """A rollout that was to be halted and may roll on: the halt failed, or nobody knows how it ended."""
    recommends: Literal["rollback"] | None = None
    """The rollback criteria recommend to roll back, or a run that repairs is offered. It fires until somebody
    acknowledges it, declares an incident, or does so."""

    @property
    def calls(self) -> bool:
        """Whether it calls for a person by what happened, and rests on nothing that is measured."""
        return bool(self.halted or self.unhalted or self.recommends)

    @property
    def objective(self) -> str | None:
        """The objective it is about; None for the absence of a signal."""
        of = self.when or self.reaches
        return of.objective if of else self.rises or self.falls or self.burns or self.deviates
