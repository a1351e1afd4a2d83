"""What must hold before a verb may run."""

from typing import Annotated, Literal

from msgspec import Meta

from launchpad.model.definition.names import Name, Phase, Role, Severity
from launchpad.model.values import Duration, Value


class Condition(Value, tag_field="condition"):
    """Something that must hold before a verb may run."""


class ItemsCondition(Condition, tag="items"):
    """Checklist items of the phases before the present one (in the gate of a phase: before that phase) are
    done or skipped."""

    items: Literal["required", "all"]
    advisory: bool = False


class ObjectiveCondition(Condition, tag="objective"):
    """An objective is met."""

    objective: Name
    advisory: bool = False


class AlertCondition(Condition, tag="no_alert"):
    """No alert of this severity or worse fires."""

    no_alert: Severity
    advisory: bool = False


class PhaseCondition(Condition, tag="phase"):
    """The launch is in this phase."""

    phase: Phase
    advisory: bool = False


Hours = Annotated[
    str,
    Meta(
        pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$",
        description="A range of the day such as 02:00-16:00.",
    ),
]


class Window(Value):
    """When, in the launch's zone."""

    not_on: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ()
    between: Hours | None = None
    """`02:00-16:00`; a range may pass midnight."""


class WindowCondition(Condition, tag="window"):
    """The time of day and week allows it."""

    window: Window
    advisory: bool = False


class PollCondition(Condition, tag="poll"):
    """In the roll-call each of these teams says go, and its go still stands."""

    poll: Annotated[tuple[Name, ...], Meta(min_length=1)]
    advisory: bool = False


class PresentCondition(Condition, tag="present"):
    """At least so many people of a role, or a higher one, have the launch open."""

    present: Annotated[dict[Role, Annotated[int, Meta(ge=1, le=99)]], Meta(min_length=1)]
    advisory: bool = False


class ReadyCondition(Condition, tag="ready"):
    """An action, such as the way back, could be run now: its providers say so, and no lock is in its way."""

    ready: Name
    advisory: bool = False


class UnlockedCondition(Condition, tag="unlocked"):
    """Nobody holds a deploy lock on any of these providers."""

    unlocked: Annotated[tuple[Name, ...], Meta(min_length=1)]
    advisory: bool = False


class CheckCondition(Condition, tag="check"):
    """The automated checks of these items pass, and lately."""

    check: Annotated[tuple[Name, ...], Meta(min_length=1)]
    advisory: bool = False


class CountdownCondition(Condition, tag="countdown"):
    """There is a T-0, and nobody holds the countdown."""

    countdown: Literal["counting"]
    advisory: bool = False


class Recency(Value):
    """A database, and how old its last verified backup may be."""

    of: Name
    """The provider whose step backs it up."""
    verified_within: Duration
    """Its data is not older, and it was restored and compared."""


class BackupCondition(Condition, tag="backup"):
    """A backup of a database was restored to try it, and its data is not too old."""

    backup: Recency
    advisory: bool = False


class SmokeCondition(Condition, tag="smoke"):
    """A smoke test passed, and lately."""

    smoke: Name
    within: Duration = 900.0
    """How old its last outcome may be; an older one says nothing."""
    advisory: bool = False


class MigrationsCondition(Condition, tag="migrations"):
    """No migration of these databases is pending, as was read lately."""

    migrations: Annotated[tuple[Name, ...], Meta(min_length=1)]
    advisory: bool = False


class RolloutCondition(Condition, tag="rollout"):
    """A rollout is not stopped, its guards hold, and so many users may get the release."""

    rollout: Name
    percent: Annotated[float, Meta(ge=0, le=100)] = 100.0
    """The least share of users."""
    advisory: bool = False


AnyCondition = (
    ItemsCondition
    | ObjectiveCondition
    | AlertCondition
    | PhaseCondition
    | WindowCondition
    | PollCondition
    | PresentCondition
    | ReadyCondition
    | UnlockedCondition
    | CheckCondition
    | CountdownCondition
    | BackupCondition
    | SmokeCondition
    | MigrationsCondition
    | RolloutCondition
)


Gate = tuple[AnyCondition, ...]
