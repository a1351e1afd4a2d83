"""The launch as a whole, how it stands, who is there."""

from launchpad.cli.shapes.base import Shape, instant
from launchpad.cli.shapes.decisions import amendment, gate, poll, run
from launchpad.cli.shapes.health import alert, incident, message, objective, rollout
from launchpad.cli.shapes.items import item
from launchpad.model.definition import Definition
from launchpad.model.samples import Presence
from launchpad.rules.handover import Handover
from launchpad.rules.presence import idle, teams_of
from launchpad.rules.view import (
    View,
)
from launchpad.rules.watch import WatchWindow


def launch(view: View) -> Shape:
    """Everything `status` says."""
    state, about = view.state, view.definition.launch
    return {
        "launch": state.launch,
        "product": about.product,
        "version": about.version,
        "environment": about.environment,
        "phase": state.phase,
        "phase_seq": state.phase_seq,
        "t0": instant(state.t0) if state.t0 is not None else None,
        "held": view.held,
        "countdown": view.countdown,
        "late": view.late,
        "verdict": view.verdict,
        "health": view.health,
        "health_sentence": view.standing.sentence,
        "standing": standing(view),
        "outcome": state.outcome,
        "read_only": state.read_only,
        "engine": {
            "watching": view.engine.watching,
            "sentence": view.engine.sentence,
            "lacking": view.engine.lacking,
            "standbys": [
                {"holder": each.holder, "host": each.host, "lacks": each.lacks, "age": each.age}
                for each in view.engine.standbys
            ],
        },
        "freshness": {
            "ok": view.freshness.ok,
            "stale": view.freshness.stale,
            "dead": view.freshness.dead,
            "oldest": view.freshness.oldest,
        },
        "gate": gate(view.gate),
        "objectives": [objective(o) for o in view.objectives],
        "poll": poll(view),
        "seat": seat(view),
        "alerts": [alert(a) for a in view.alerts],
        "untold": [message(m) for m in view.messages if m.verdict != "ok"],
        "items": [item(i) for i in view.items],
        "runs": [run(r) for r in view.runs],
        "people": [person(p, view.definition) for p in view.people],
        "locks": [
            {"target": held.target, "owner": held.owner, "reason": held.reason, "expires_in": held.expires_in}
            for held in view.locks
        ],
        "watch": _window(view.window),
        "advice": advice(view),
        "amendments": [amendment(one) for one in state.amendments],
        "incidents": [incident(i, view) for i in view.incidents],
        "rollouts": [rollout(r) for r in view.rollouts],
        "head": {"seq": state.seq, "hash": state.hash},
        "at": instant(view.now),
    }


def _window(of: WatchWindow | None) -> Shape | None:
    """The watch window after T-0."""
    if of is None:
        return None
    return {
        "window": of.number,
        "of": of.of,
        "length": of.length,
        "ends_at": instant(of.ends_at),
        "left": of.left,
    }


def standing(view: View) -> Shape:
    """Are we OK? The answer in its parts."""
    found = view.standing
    return {
        "verdict": found.verdict,
        "what": found.what,
        "since": instant(found.since),
        "affects": found.affects,
        "owner": found.owner,
        "advice": found.advice,
        "next": found.next,
    }


def seat(view: View) -> Shape | None:
    """Who sits in the director's seat; None: the directors themselves."""
    held = view.state.seat
    if held is None:
        return None
    return {
        "holder": held.holder,
        "since": instant(held.since),
        "by": held.by,
        "reason": held.reason,
        "seq": view.state.seat_seq,
    }


def person(of: Presence, definition: Definition) -> Shape:
    """Somebody who has the launch open; `idle` in seconds."""
    return {
        "operator": of.operator,
        "role": of.role,
        "teams": teams_of(definition, of.operator),
        "via": of.via,
        "looking_at": of.looking_at,
        "subject": of.subject,
        "idle": idle(of),
    }


def handover(found: Handover) -> Shape:
    """What is so, and what happened since."""
    return {
        "since": instant(found.since) if found.since else None,
        "standing": found.standing,
        "now": found.now,
        "headline": found.headline,
        "chapters": [
            {
                "name": chapter.name,
                "lines": [{"at": instant(e.at), "by": e.by, "text": e.text} for e in chapter.lines],
                "left_out": chapter.left_out,
            }
            for chapter in found.chapters
        ],
    }


def advice(view: View) -> Shape | None:
    """The rollback criteria, judged; None without such."""
    of = view.advice
    if of is None:
        return None
    return {
        "verdict": of.verdict,
        "sentence": of.sentence,
        "in_force": of.in_force,
        "met": of.met,
        "unknown": of.unknown,
        "at_least": of.at_least,
        "run": of.run or None,
        "since": instant(of.since),
        "taken_up": of.back.id if of.back else None,
        "criteria": [
            {
                "name": c.name,
                "by_hand": c.by_hand,
                "sentence": c.sentence,
                "verdict": c.verdict,
                "detail": c.detail,
                "seq": view.state.marks[c.name].seq if c.by_hand and c.name in view.state.marks else 0,
            }
            for c in of.criteria
        ],
    }
