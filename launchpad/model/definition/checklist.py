"""What has to be done."""

from collections.abc import Iterator
from typing import Literal

from launchpad.model.definition.checks import Check
from launchpad.model.definition.names import Line, Name, Phase
from launchpad.model.values import Duration, Offset, Text, Value

OFTENEST = 60.0
"""Fewest seconds between two occurrences of an item."""
MOST = 1000
"""Most occurrences of an item."""


class Item(Value):
    """A line of a checklist."""

    id: Name
    title: Line
    phase: Phase = "pre-launch"
    section: str = ""
    team: Name | None = None
    """The team that owns it."""
    required: bool = False
    """Whether a gate that asks for `items: required` waits for it."""
    needs: tuple[Name, ...] = ()
    """Items that must be done before this one can be."""
    due: Offset | None = None
    """When it is due, relative to T-0."""
    evidence: Literal["optional", "required"] = "optional"
    """`required`: can't be ticked without a note or a link."""
    runbook: str | None = None
    """Link to the instructions."""
    check: Check | None = None
    """Ticked by a test instead of a person."""
    details: Text = ""
    """What there is to know, in lines."""
    every: Duration | None = None
    """It recurs: first when it is `due`, and then again and again; each time it is open anew."""
    until: Offset | None = None
    """With `every`: when it recurs no more, relative to T-0."""
    environments: tuple[Name, ...] = ()
    """Where it belongs, such as `production`: elsewhere it is left out. None: everywhere."""

    @property
    def occurrences(self) -> int:
        """How often it has to be done."""
        if not self.every or self.due is None or self.until is None:
            return 1
        # A hair more: 0.3 / 0.1 is not quite 3.
        return max(0, int((self.until - self.due) / self.every + 1e-9)) + 1

    def belongs(self, environment: str) -> bool:
        """Whether it has to be done in this environment at all."""
        return not self.environments or environment in self.environments

    def faults(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """What is wrong with how it recurs: key and sentence."""
        if self.every is None:
            if self.until is not None:
                yield ("until",), "says nothing without 'every', expected both or none"
            return
        if self.due is None or self.until is None:
            missing = "due" if self.due is None else "until"
            yield ("every",), f"'{missing}' is missing, expected beside 'every'"
        elif self.until < self.due:
            yield ("until",), "expected a time after 'due', when it occurs first"
        elif self.every < OFTENEST:
            yield ("every",), "expected at least 1m between two occurrences"
        elif self.occurrences > MOST:
            yield ("every",), f"it would occur {self.occurrences} times, expected at most {MOST}"
        if self.check is not None:
            yield ("every",), "a check runs again by itself, expected 'every' under 'check' alone"
