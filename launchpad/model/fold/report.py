"""What people say for the report."""

from launchpad.model import events as ev
from launchpad.model.fold.parts import Handlers, Parts
from launchpad.model.journal import Recorded
from launchpad.model.state.report import ReportNote


def _noted(parts: Parts, rec: Recorded, event: ev.ReportNoted) -> None:
    note = ReportNote(
        seq=rec.seq,
        at=rec.at,
        by=rec.actor,
        section=event.section,
        text=rec.text,
        owner=event.owner,
        redacted=rec.redacted,
    )
    parts.scalars["report_notes"] = (*parts.scalars.get("report_notes", ()), note)


HANDLERS: Handlers = {ev.ReportNoted: _noted}
