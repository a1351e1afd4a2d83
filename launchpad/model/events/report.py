"""What people say for the report."""

from typing import Literal

from launchpad.model.events.base import Event

ReportSection = Literal["impact", "lesson", "action-item"]


class ReportNoted(Event, tag="report.noted"):
    """Something for the report, said during the launch or after it; the words are the event's text."""

    section: ReportSection
    owner: str | None = None
    """Whose action item it is."""

    @property
    def subject(self) -> str:
        return "report"
