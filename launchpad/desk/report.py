"""What is said for the report, also once the launch is over."""

from launchpad.desk.decision import Context, Proposal, named, words
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.commands import Done

_CALLED = {"impact": "the impact", "lesson": "the lesson", "action-item": "the action item"}


def note(_ctx: Context, command: cmd.NoteForReport) -> Proposal | Done:
    what = _CALLED[command.section]
    owner = named(command.owner, "an owner") if command.owner else None
    event = ev.ReportNoted(section=command.section, owner=owner)
    return Proposal([event], f"noted {what} for the report", text=words(command.text, what))
