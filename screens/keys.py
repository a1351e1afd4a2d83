"""Which key does what. Ids stay when keys are remapped; the footer and the help are made from these."""

import re

from textual.binding import Binding
from textual.keys import format_key

VERB_OF: dict[str, str] = {
    "tick": "tick",
    "undo": "untick",
    "acknowledge": "ack",
    "assign": "assign",
    "comment": "comment",
    "evidence": "evidence",
    "skip": "skip",
    "fail": "fail",
    "note": "note",
    "verify": "check",
    "verify_all": "check-all",
    "run": "request",
    "approve": "approve",
    "abort": "abort",
    "resolve": "resolve",
    "next_phase": "phase",
    "hold": "hold",
    "slip": "slip",
    "close": "close",
    "answer": "poll-answer",
    "call_poll": "poll-call",
    "close_poll": "poll-close",
    "take_seat": "seat-take",
    "add": "add",
    "break_glass": "break-glass",
    "hand_seat": "seat-hand",
    "silence": "silence",
    "unsilence": "unsilence",
    "declare_incident": "incident-declare",
    "mentions_read": "mentions-read",
    "lock": "lock",
    "unlock": "unlock",
    "redact": "redact",
    "retract": "retract",
    "report_note": "report-note",
    "bump": "bump",
    "halt": "halt",
    "resume_rollout": "rollout-resume",
    "complete_rollout": "rollout-complete",
    "veto": "veto",
    "smoke": "smoke",
}
"""Action of the face → verb of the desk that it needs."""

BINDINGS = [
    Binding("space", "tick", "tick", id="item.tick"),
    Binding("a", "acknowledge", "acknowledge", id="alert.acknowledge"),
    Binding("greater_than_sign", "next_phase", "next phase", id="phase.next"),
    Binding("g", "answer", "go / no-go", id="poll.answer"),
    Binding("h", "hold", "hold countdown", id="countdown.hold"),
    Binding("P", "approve", "approve", id="run.approve"),
    Binding("X", "abort", "abort", id="run.abort"),
    Binding("R", "resolve", "resolve", id="run.resolve"),
    Binding("A", "assign", "assign", id="item.assign"),
    Binding("c", "comment", "comment", id="item.comment"),
    Binding("e", "evidence", "evidence", id="item.evidence"),
    Binding("s", "skip", "skip item", id="item.skip"),
    Binding("v", "verify", "verify item", id="item.verify"),
    Binding("V", "verify_all", "verify all", id="item.verify-all"),
    Binding("w", "note", "war-room line", id="note.write"),
    Binding("z", "undo", "undo my last tick", id="item.undo"),
    Binding("G", "gate", "gates", id="gate.show"),
    Binding("M", "messages", "messages", id="messages.show"),
    Binding("C", "criteria", "rollback criteria", id="criteria.show"),
    Binding("I", "incident", "incident", id="incident.open"),
    Binding("u", "bump", "bump rollout", id="rollout.bump"),
    Binding("H", "halt", "halt rollout", id="rollout.halt"),
    Binding("J", "handover", "since I was last here", id="handover.show"),
    Binding("at", "mentions", "mentions", key_display="@", id="mentions.show"),
    Binding("m", "mine", "mine, now", id="item.mine"),
    Binding("E", "report", "write the report", id="report.write"),
    Binding("T", "teams", "progress by team", id="item.teams"),
    Binding("1", "tab('pre-launch')", "pre-launch", id="tab.pre-launch"),
    Binding("2", "tab('launch')", "launch", id="tab.launch"),
    Binding("3", "tab('post-launch')", "post-launch", id="tab.post-launch"),
    Binding("4", "tab('rollouts')", "rollouts", id="tab.rollouts"),
    Binding("5", "tab('timeline')", "timeline", id="tab.timeline"),
    Binding("6", "tab('people')", "people", id="tab.people"),
    Binding("tab", "app.focus_next", "next panel", id="panel.next"),
    Binding("shift+tab", "app.focus_previous", "previous panel", id="panel.previous"),
    Binding("F", "zoom", "zoom panel", id="panel.zoom"),
    Binding("o", "jump", "go to what it is about", id="jump"),
    Binding("backspace", "jump_back", "back to where I was", id="jump.back"),
    Binding("y", "copy", "copy", id="copy"),
    Binding("Y", "copy_all", "copy all lines", id="copy.all"),
    Binding("n", "match(1)", "next match", id="filter.next"),
    Binding("N", "match(-1)", "previous match", id="filter.previous"),
    Binding("escape", "step_back", "clear filter, zoom", id="back"),
    Binding("f5", "refresh", "refresh", id="refresh"),
    Binding("slash", "filter", "filter", id="filter"),
    Binding("colon,ctrl+p", "command_palette", "palette", id="palette"),
    Binding("question_mark,f1", "help", "help", id="help"),
    Binding("q,ctrl+c", "leave", "quit", id="quit"),
]


OF_LISTS = [
    Binding("up,k", "move(-1)", "up", show=False, id="list.up"),
    Binding("down,j", "move(1)", "down", show=False, id="list.down"),
    Binding("pageup", "page(-1)", "page up", show=False, id="list.page-up"),
    Binding("pagedown", "page(1)", "page down", show=False, id="list.page-down"),
    Binding("home", "move(-1000000000)", "first", show=False, id="list.first"),
    Binding("end", "move(1000000000)", "last", show=False, id="list.last"),
    Binding("enter", "open", "details", show=False, id="list.details"),
]
"""What every list brings along."""

OF_ACTION = "action."
"""Begins the id of the key that opens the plan of an action of the definition."""


def told(key: str) -> str:
    """A key as an operator reads it."""
    return _TOLD.get(key) or (key.upper() if re.fullmatch(r"f\d+", key) else format_key(key))


_TOLD = {"space": "space", "enter": "enter", "ctrl+c": "ctrl+c"}

ALWAYS = ("filter", "palette", "help", "quit")
"""Ids of the bindings that stay at the footer's end at every width."""
