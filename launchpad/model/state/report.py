"""What people have said for the report."""

from launchpad.model.events.report import ReportSection
from launchpad.model.values import Micros, Value


class ReportNote(Value):
    """Users' impact, a lesson or an action item."""

    seq: int
    at: Micros
    by: str
    section: ReportSection
    text: str
    owner: str | None = None
    redacted: bool = False
