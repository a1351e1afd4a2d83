"""How a release reaches its users share by share."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from msgspec import Meta

from launchpad.model.definition.health import Threshold
from launchpad.model.definition.names import Name
from launchpad.model.values import Duration, Value, format_duration

OFTENEST = 1.0
"""Fewest seconds between two readings of a store."""


class RolloutStage(Value):
    """One step of the ladder."""

    percent: Annotated[float, Meta(gt=0, le=100)]
    """Share of users that may get the release."""
    soak: Duration = 0.0
    """How long all must be seen to be well at this share before the next one."""


class Guard(Value, tag_field="guard"):
    """What must stay so while the release reaches more and more people."""


class KeepGuard(Guard, tag="keep"):
    """An objective's value stays within a limit of the rollout's own: `errors < 1%`."""

    keep: Threshold
    within: Duration | None = None
    """The stretch of time it is computed over. Absent: the objective's window."""
    at_least: Annotated[int, Meta(ge=1)] = 1
    """Fewest known samples that allow a verdict; with fewer it is unknown, which holds and never halts."""


class ObjectiveGuard(Guard, tag="objective"):
    """An objective is met."""

    objective: Name


class QuietGuard(Guard, tag="quiet"):
    """An alert does not fire."""

    quiet: Name


AnyGuard = KeepGuard | ObjectiveGuard | QuietGuard


class Rollout(Value):
    """What share of users has the release, and how it grows. The keys of its provider stand beside these."""

    provider: Name
    stages: Annotated[tuple[RolloutStage, ...], Meta(min_length=1)]
    """The ladder, from the smallest share to 100."""
    guards: tuple[AnyGuard, ...] = ()
    gate: Name | None = None
    """What must hold before it goes forward. A halt goes through no gate."""
    approvals: Annotated[int, Meta(ge=0, le=9)] = 0
    """How many people other than the one who asks must approve a step forward."""
    approvers: dict[Name, Annotated[int, Meta(ge=1, le=9)]] = {}
    """So many of them of a role or of a team. One person counts once."""
    advance: Literal["manual", "automatic"] = "manual"
    """Who takes the next step after the soak: a person, or the engine."""
    veto: Duration = 600.0
    """With `advance: automatic`: how long an announced step can be vetoed before it is taken."""
    on_breach: Literal["halt", "tell"] = "halt"
    """What the engine does when a guard is broken while it rolls."""
    every: Duration = 30.0
    """Time between two readings."""
    settles_within: Duration = 60.0
    """How long after a step the provider may take to show it."""
    settings: dict[str, Any] = {}
    """What its provider must know of it, validated by the type of the provider's kind."""
    notify: tuple[Name, ...] = ()
    """Who is told when it is halted by itself, or can't be halted. Absent: whom critical alerts tell."""
    escalate: Name | None = None
    """The ladder of those who are woken while nobody acknowledges that."""
    users: Annotated[int, Meta(ge=0)] | None = None
    """How many users there are in all, for plans, where the provider does not say."""

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What is wrong between its parts: where, and a sentence."""
        percents = [stage.percent for stage in self.stages]
        for index in range(1, len(percents)):
            if percents[index] <= percents[index - 1]:
                yield (
                    ("stages", index, "percent"),
                    f"comes after {percents[index - 1]:g}, expected more than that",
                )
        if percents[-1] != 100:
            yield ("stages", len(percents) - 1, "percent"), "is the last stage, expected 100"
        if self.stages[-1].soak:
            yield ("stages", len(percents) - 1, "soak"), "nothing follows the last stage, expected no soak"
        if self.advance == "automatic" and (self.approvals or self.approvers):
            yield ("advance",), "the engine can't be approved of, expected 'manual' or no approvals"
        if self.every < OFTENEST:
            yield ("every",), f"expected at least {format_duration(OFTENEST)} between two readings"

    def next_percent(self, percent: float) -> float | None:
        """The share of the stage after this share; None at the end."""
        return next((stage.percent for stage in self.stages if stage.percent > percent), None)

    def stage_at(self, percent: float) -> int | None:
        """Index of the last stage that this share has reached; None before the first."""
        reached = [index for index, stage in enumerate(self.stages) if stage.percent <= percent]
        return reached[-1] if reached else None
