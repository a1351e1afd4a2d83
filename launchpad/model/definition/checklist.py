"""What has to be done."""

from typing import Literal

from launchpad.model.definition.checks import Check
from launchpad.model.definition.names import Line, Name, Phase
from launchpad.model.values import Offset, Text, Value


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
