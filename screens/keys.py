"""Which key does what. Ids stay when keys are remapped; the footer and the help are made from these."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

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
    Binding("greater_than_sign", "next_phase", "next phase, or close the launch", id="phase.next"),
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
    Binding("tab,right", "app.focus_next", "next panel", id="panel.next"),
    Binding("shift+tab,left", "app.focus_previous", "previous panel", id="panel.previous"),
    Binding("left_square_bracket", "tab_beside(-1)", "previous tab", key_display="[", id="tab.previous"),
    Binding("right_square_bracket", "tab_beside(1)", "next tab", key_display="]", id="tab.next"),
    Binding("O", "sort", "sort the list", id="list.sort"),
    Binding("W", "wrap", "wrap long lines", id="log.wrap"),
    Binding("shift+right,right_curly_bracket", "sideways(1)", "right in long lines", id="log.right"),
    Binding("shift+left,left_curly_bracket", "sideways(-1)", "left in long lines", id="log.left"),
    Binding("F", "zoom", "zoom panel", id="panel.zoom"),
    Binding("o", "jump", "go to what it is about", id="jump"),
    Binding("backspace,minus", "jump_back", "back to where I was", id="jump.back"),
    Binding("plus,equals_sign", "jump_forward", "forward again", id="jump.forward"),
    Binding("semicolon,ctrl+o", "labels", "go to a label", id="labels"),
    Binding("y", "copy", "copy", id="copy"),
    Binding("Y", "copy_all", "copy all lines", id="copy.all"),
    Binding("n", "match(1)", "next match", id="filter.next"),
    Binding("N", "match(-1)", "previous match", id="filter.previous"),
    Binding("escape", "step_back", "clear filter, zoom, page", id="back"),
    Binding("f5,ctrl+r,ctrl+l", "refresh", "refresh", id="refresh"),
    Binding("f8", "mouse", "mouse on or off", id="mouse"),
    Binding("slash", "filter", "filter", id="filter"),
    Binding("colon,ctrl+p", "command_palette", "palette", id="palette"),
    Binding("question_mark,f1", "help", "help", id="help"),
    Binding("q,ctrl+c", "leave", "quit", id="quit"),
]


OF_LISTS = [
    Binding("up,k", "move(-1)", "up", show=False, id="list.up"),
    Binding("down,j", "move(1)", "down", show=False, id="list.down"),
    Binding("pageup,ctrl+u", "page(-1)", "page up", show=False, id="list.page-up"),
    Binding("pagedown,ctrl+d", "page(1)", "page down", show=False, id="list.page-down"),
    Binding("home", "move(-1000000000)", "first", show=False, id="list.first"),
    Binding("end", "move(1000000000)", "last", show=False, id="list.last"),
    Binding("enter", "open", "details", show=False, id="list.details"),
]
"""What every list brings along."""

IN_DIALOGS = [
    Binding("up,k", "scroll_rows(-1)", "up", show=False, id="dialog.up"),
    Binding("down,j", "scroll_rows(1)", "down", show=False, id="dialog.down"),
    Binding("pageup,ctrl+u", "scroll_pages(-1)", "page up", show=False, id="dialog.page-up"),
    Binding("pagedown,space,ctrl+d", "scroll_pages(1)", "page down", show=False, id="dialog.page-down"),
    Binding("home", "scroll_rows(-1000000000)", "first", show=False, id="dialog.first"),
    Binding("end", "scroll_rows(1000000000)", "last", show=False, id="dialog.last"),
    Binding("enter", "leave", "close", show=False, id="dialog.close"),
    Binding("Y", "copy_all", "copy all of it", show=False, id="dialog.copy"),
]
"""What every dialog brings along that has something to read."""
LEAVE = Binding("escape,ctrl+c", "leave", "close", show=False)
"""Always leaves what is open; no wish can change that."""
IN_READING = [Binding("y", "copy_all", "copy all of it", show=False, id="reading.copy")]
IN_LISTS = [Binding("slash", "filter", "filter", show=False, id="reading.filter")]
"""Beside what every dialog brings along, where there are many lines to read."""
IN_HELP = [Binding("t", "tour", "the tour", show=False, id="help.tour")]
IN_QUESTIONS = [
    Binding("y", "yes", "yes", show=False, id="question.yes"),
    Binding("exclamation_mark", "override", "override the gate", show=False, id="question.override"),
]
IN_PLAN = [Binding("R", "reject", "reject it", show=False, id="plan.reject")]
IN_CHOICE = [Binding("t", "choose_next", "next", show=False, id="question.next")]
IN_ANSWER = [*IN_CHOICE, Binding("n", "answer_no", "no", show=False, id="question.no")]
IN_RESOLVE = [
    Binding("t", "choose('retry')", "retry", show=False, id="resolve.retry"),
    Binding("s", "choose('skip')", "skip", show=False, id="resolve.skip"),
    Binding("d", "choose('done')", "done", show=False, id="resolve.done"),
    Binding("b", "choose('roll-back')", "roll back", show=False, id="resolve.roll-back"),
]
IN_DECLARE = [
    Binding("c", "grade('critical')", "critical", show=False, id="declare.critical"),
    Binding("h", "grade('high')", "high", show=False, id="declare.high"),
    Binding("m", "grade('medium')", "medium", show=False, id="declare.medium"),
    Binding("l", "grade('low')", "low", show=False, id="declare.low"),
    Binding("w", "say_what", "what is wrong", show=False, id="declare.what"),
    Binding("i", "say_impact", "whom it hits", show=False, id="declare.impact"),
]
IN_INCIDENT = [
    Binding("u", "act('update')", "update", show=False, id="incident.update"),
    Binding("i", "act('impact')", "impact", show=False, id="incident.impact"),
    Binding("s", "act('severity')", "severity", show=False, id="incident.severity"),
    Binding("c", "act('command')", "command", show=False, id="incident.command"),
    Binding("t", "act('task')", "task", show=False, id="incident.task"),
    Binding("d", "act('done')", "task done", show=False, id="incident.done"),
    Binding("m", "act('mitigate')", "mitigating", show=False, id="incident.mitigate"),
    Binding("r", "act('resolve')", "resolved", show=False, id="incident.resolve"),
    Binding("v", "act('review')", "review", show=False, id="incident.review"),
]

DIALOGS: Mapping[str, Sequence[Binding]] = {
    "reading": (*IN_DIALOGS, *IN_READING, *IN_LISTS),
    "help": (*IN_DIALOGS, *IN_READING, *IN_LISTS, *IN_HELP),
    "question": (*IN_DIALOGS, *IN_QUESTIONS),
    "plan": (*IN_DIALOGS, *IN_QUESTIONS, *IN_PLAN),
    "choice": (*IN_DIALOGS, *IN_QUESTIONS, *IN_ANSWER),
    "resolve": (*IN_DIALOGS, *IN_QUESTIONS, *IN_RESOLVE),
    "declare": (*IN_DIALOGS, *IN_QUESTIONS, *IN_DECLARE),
    "incident": (*IN_DIALOGS, *IN_READING, *IN_INCIDENT),
}
"""Kind of dialog → all its keys: a key may mean one thing here and another there, but not two in one."""
OF_DIALOGS = list({binding.id: binding for keys in DIALOGS.values() for binding in keys}.values())


@cache
def told(key: str) -> str:
    """A key as an operator reads it."""
    return _TOLD.get(key) or (key.upper() if re.fullmatch(r"f\d+", key) else format_key(key))


_TOLD = {"space": "space", "enter": "enter", "ctrl+c": "ctrl+c"}

ALWAYS = ("filter", "palette", "help", "quit")
"""Ids of the bindings that stay at the footer's end at every width."""

USUAL_TOLD = {b.id or "": told(b.key.partition(",")[0]) for b in (*BINDINGS, *OF_LISTS, *OF_DIALOGS)}
"""Id of a binding → its key, as an operator reads it who has no wishes."""
