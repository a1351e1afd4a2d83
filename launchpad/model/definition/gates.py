"""What must hold before a verb may run."""

from typing import Annotated, Literal

from msgspec import Meta

from launchpad.model.definition.names import Name, Phase, Severity
from launchpad.model.values import Value


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


AnyCondition = ItemsCondition | ObjectiveCondition | AlertCondition | PhaseCondition | WindowCondition


Gate = tuple[AnyCondition, ...]
