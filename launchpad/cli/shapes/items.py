"""Items of the checklist."""

from launchpad.cli.shapes.base import Shape, instant
from launchpad.model.links import links
from launchpad.model.state import Remark
from launchpad.rules.recurrence import Recurrence
from launchpad.rules.view import (
    ItemView,
)


def item(shown: ItemView) -> Shape:
    state = shown.state
    of = state.item
    return {
        "item": of.id,
        "title": of.title,
        "phase": of.phase,
        "section": of.section,
        "team": of.team,
        "assignee": state.assignee,
        "required": of.required,
        "mark": shown.mark,
        "status": state.status,
        "blocked_by": shown.blocked_by,
        "due": instant(shown.due_at),
        "overdue": shown.overdue,
        "recurrence": _recurrence(shown.recurrence),
        "by": state.by,
        "at": instant(state.at),
        "reason": state.reason,
        "automated": of.check is not None,
        "evidence": [_remark(r) for r in state.evidence],
        "comments": [_remark(r) for r in state.comments],
        "seq": state.seq,
    }


def _remark(of: Remark) -> Shape:
    return {"by": of.by, "at": instant(of.at), "text": of.text, "links": links(of.text), "seq": of.seq}


def _recurrence(of: Recurrence | None) -> Shape | None:
    if of is None:
        return None
    return {"occurrence": of.current, "of": of.of, "done": of.done, "missed": of.missed}
