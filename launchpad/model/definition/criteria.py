"""When to take the release back."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from launchpad.model.definition.names import Line, Name
from launchpad.model.values import Value


class Criterion(Value, tag_field="criterion"):
    """Something that speaks for taking the release back."""


class AlertCriterion(Criterion, tag="alert"):
    """An alert fires."""

    alert: Name


class ObjectiveCriterion(Criterion, tag="objective"):
    """An objective is not met."""

    objective: Name


class HandCriterion(Criterion, tag="hand"):
    """Something that people see; they mark it as met or not."""

    hand: Name
    """What it is called where it is marked."""
    title: Line
    """What would be seen."""


AnyCriterion = AlertCriterion | ObjectiveCriterion | HandCriterion


class RollbackCriteria(Value):
    """What recommends to roll back, once the release is out. It never acts."""

    of: Annotated[tuple[AnyCriterion, ...], Meta(min_length=1)]
    at_least: Annotated[int, Meta(ge=1)] = 1
    """How many must be met."""
    run: Name | None = None
    """The action that takes the release back. Absent: `rollback`, if there is one."""

    def faults(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """What is wrong between its parts: key and sentence."""
        if self.at_least > len(self.of):
            yield ("at_least",), f"there are {len(self.of)} criteria, expected at most that"

    @property
    def by_hand(self) -> dict[str, HandCriterion]:
        """Those that people mark, by name."""
        return {criterion.hand: criterion for criterion in self.of if isinstance(criterion, HandCriterion)}
