"""Items and what became of them."""

from launchpad.model.definition import Item
from launchpad.model.events import ReadingVerdict
from launchpad.model.lifecycles import ItemStatus
from launchpad.model.values import Micros, Value


class Remark(Value):
    """A comment or a piece of evidence."""

    seq: int
    at: Micros
    by: str
    text: str
    redacted: bool = False


class CheckResult(Value):
    """The last run of an item's automated check."""

    verdict: ReadingVerdict
    reason: str
    at: Micros


class Occurrence(Value):
    """One time that a recurring item was done."""

    number: int
    """From 0."""
    at: Micros
    by: str


class ItemState(Value):
    """An item and what became of it."""

    item: Item
    status: ItemStatus = "open"
    seq: int = 0
    """Last event that changed it; what a tick must expect."""
    at: Micros | None = None
    by: str | None = None
    reason: str = ""
    """Why it was skipped or failed."""
    assignee: str | None = None
    comments: tuple[Remark, ...] = ()
    evidence: tuple[Remark, ...] = ()
    check: CheckResult | None = None
    proved_at: Micros | None = None
    """When its check last passed."""
    check_requested: int = 0
    """Sequence number of the last unanswered request to run the check; 0: none."""
    occurrences: tuple[Occurrence, ...] = ()
    """Of a recurring item: those that were done, in the order in which they were."""
