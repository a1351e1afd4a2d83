"""Items of the checklist."""

from launchpad.model.commands.base import Command
from launchpad.model.definition import Phase


class Tick(Command, tag="tick"):
    item: str
    evidence: str = ""
    expect: int | None = None


class Untick(Command, tag="untick"):
    item: str
    text: str = ""
    expect: int | None = None


class Fail(Command, tag="fail"):
    item: str
    text: str
    expect: int | None = None


class Skip(Command, tag="skip"):
    item: str
    text: str
    expect: int | None = None


class Assign(Command, tag="assign"):
    item: str
    assignee: str | None
    expect: int | None = None


class Comment(Command, tag="comment"):
    item: str
    text: str


class AddEvidence(Command, tag="evidence"):
    item: str
    text: str


class RequestCheck(Command, tag="check"):
    item: str


class RequestChecks(Command, tag="check-all"):
    """All checks at once, of a phase or a team where one is named."""

    phase: Phase | None = None
    team: str | None = None


class AddItem(Command, tag="add"):
    """Something to do that nobody had thought of."""

    title: str
    id: str = ""
    """Empty: made from the title."""
    phase: Phase | None = None
    """Absent: the present one."""
    team: str | None = None
    required: bool = False
    due: float | None = None
    """Seconds from T-0."""
    every: float | None = None
    """Seconds between two occurrences, the first when it is due; absent: once."""
    until: float | None = None
    """Seconds from T-0 after which it recurs no more."""
