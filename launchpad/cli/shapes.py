"""What `--json` prints: plain dictionaries with instants in RFC 3339 and durations in seconds."""

from datetime import UTC, datetime
from typing import Any

from launchpad.model.definition import Definition
from launchpad.model.differences import Difference
from launchpad.model.links import links
from launchpad.model.plan import GateReport, Plan
from launchpad.model.samples import Presence
from launchpad.model.state import Remark, State, Vote
from launchpad.model.state.amendments import Amendment
from launchpad.model.values import SECOND, Micros
from launchpad.rules.handover import Handover
from launchpad.rules.ladder import RolloutView
from launchpad.rules.presence import idle, teams_of
from launchpad.rules.recurrence import Recurrence
from launchpad.rules.view import (
    AlertView,
    IncidentView,
    ItemView,
    MessageView,
    ObjectiveView,
    RunView,
    View,
)
from launchpad.rules.view.incidents import timeline
from launchpad.rules.watch import WatchWindow

Shape = dict[str, Any]


def instant(at: Micros | None) -> str | None:
    """`2026-12-01T08:00:00.123Z`"""
    if at is None:
        return None
    text = datetime.fromtimestamp(at / SECOND, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


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


def gate(report: GateReport | None) -> Shape | None:
    """A gate, answered."""
    if report is None:
        return None
    conditions = [
        {"name": c.name, "verdict": c.verdict, "detail": c.detail, "advisory": c.advisory}
        for c in report.conditions
    ]
    return {"gate": report.gate, "verdict": report.verdict, "met": report.met, "conditions": conditions}


def difference(one: Difference) -> Shape:
    """One thing that differs between two definitions."""
    return {
        "section": one.section,
        "name": one.name,
        "what": one.what,
        "key": one.key,
        "before": one.before,
        "after": one.after,
        "sentence": one.sentence,
    }


def amendment(one: Amendment) -> Shape:
    """One change of the definition."""
    return {
        "seq": one.seq,
        "at": instant(one.at),
        "by": one.by,
        "reason": one.reason,
        "differences": [difference(d) for d in one.differences],
        "lapsed": one.lapsed,
    }


def definition(state: State, held: Definition) -> Shape:
    """The definition that holds, and how it came to be so."""
    return {
        "seq": state.definition_seq,
        "digest": held.digest(),
        "definition": held,
        "amendments": [amendment(one) for one in state.amendments],
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


def poll(view: View) -> Shape:
    """The roll-call, with each answer and the numbers it is bound to."""
    state = view.state.poll
    votes = state.votes if state else {}
    return {
        "called_at": instant(state.called_at) if state else None,
        "called_by": state.called_by if state else None,
        "about": state.about if state else "",
        "closed_at": instant(state.closed_at) if state else None,
        "seq": state.seq if state else 0,
        "teams": [
            {"team": b.team, "verdict": b.verdict, "sentence": b.sentence, "vote": _vote(votes.get(b.team))}
            for b in view.ballots
        ],
    }


def _vote(vote: Vote | None) -> Shape | None:
    if vote is None:
        return None
    return {
        "answer": vote.answer,
        "by": vote.by,
        "proxy": vote.proxy,
        "at": instant(vote.at),
        "seq": vote.seq,
        "reason": vote.reason,
        "lapsed": vote.lapsed,
        "seen": [{"objective": s.objective, "verdict": s.verdict, "evidence": s.evidence} for s in vote.seen],
    }


def objective(shown: ObjectiveView) -> Shape:
    reading = shown.reading
    return {
        "name": shown.name,
        "sentence": shown.sentence,
        "verdict": reading.verdict,
        "value": reading.value,
        "limit": reading.limit,
        "unit": reading.unit,
        "n": reading.n,
        "window": reading.window,
        "age": reading.age,
        "reason": reading.reason,
        "budget": reading.budget,
    }


def alert(shown: AlertView) -> Shape:
    state = shown.state
    return {
        "alert": state.name,
        "rule": shown.rule,
        "severity": shown.severity,
        "status": state.status,
        "since": instant(state.since),
        "value": shown.value,
        "n": shown.n,
        "acknowledged_by": state.acknowledged_by,
        "acknowledgement": state.acknowledgement,
        "seq": state.seq,
        "muted": shown.muted,
        "flapping": shown.flapping,
        "eased": shown.eased,
        "before": list(shown.before),
        "group": shown.group,
        "next_page": {"notify": list(shown.next_page.notify), "within": shown.next_page.within}
        if shown.next_page
        else None,
        "undelivered": list(shown.undelivered),
    }


def message(shown: MessageView) -> Shape:
    """Who was told what, and how that went."""
    state = shown.state
    return {
        "message": state.id,
        "alert": state.alert,
        "to": state.to,
        "channel": state.channel,
        "step": state.step,
        "verdict": shown.verdict,
        "sentence": shown.sentence,
        "told": state.told,
        "told_at": instant(state.told_at),
        "outcome": state.outcome,
        "attempts": state.attempts,
        "retry_at": instant(state.retry_at),
        "detail": state.detail,
        "provider_id": state.provider_id,
    }


def incident(shown: IncidentView, view: View) -> Shape:
    """An incident with its response times, its tasks and its timeline."""
    state = shown.state
    return {
        "incident": state.id,
        "status": state.status,
        "severity": state.severity,
        "title": shown.title,
        "measured": shown.measured,
        "affects": shown.affects,
        "commander": state.commander,
        "alert": state.alert,
        "declared_by": state.declared_by,
        "detected_at": instant(state.detected_at),
        "resolved_at": instant(state.resolved_at),
        "cause": state.cause,
        "next_update_at": instant(state.next_at),
        "milestones": [
            {"name": m.name, "at": instant(m.at), "took": m.took, "within": m.within, "late": m.late}
            for m in (*shown.milestones, *shown.recovery)
        ],
        "tasks": [
            {
                "task": t.number,
                "text": t.text,
                "assignee": t.assignee,
                "done_by": t.done_by,
                "done_at": instant(t.done_at),
            }
            for t in state.tasks
        ],
        "timeline": [
            {"at": instant(e.at), "by": e.by, "what": e.what, "text": e.text, "seq": e.seq or None}
            for e in timeline(state, view.state)
        ],
        "seq": state.seq,
    }


def rollout(shown: RolloutView) -> Shape:
    """A rollout with its ladder and its guards."""
    state = shown.state
    return {
        "rollout": shown.name,
        "provider": shown.rollout.provider,
        "status": shown.status,
        "percent": shown.percent if state else None,
        "users": state.reading.users if state else None,
        "version": state.reading.version if state else "",
        "since": instant(state.since) if state else None,
        "run": state.run or None if state else None,
        "outside": state.outside if state else False,
        "age": shown.age,
        "sentence": shown.standing,
        "verdict": shown.verdict,
        "reason": shown.reason,
        "stages": [{"percent": stage.percent, "soak": stage.soak} for stage in shown.rollout.stages],
        "stage": shown.stage,
        "next_percent": shown.next_percent,
        "soak": shown.soak,
        "soaked": shown.soaked,
        "coverage": shown.coverage,
        "holds": shown.holds,
        "advances_at": instant(state.due_at) if state else None,
        "vetoed_by": state.vetoed_by if state else None,
        "guards": [{"name": g.name, "verdict": g.verdict, "detail": g.detail} for g in shown.guards],
        "gate": gate(shown.gate),
        "seq": state.seq if state else 0,
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


def run(shown: RunView) -> Shape:
    state = shown.state
    return {
        "run": state.id,
        "action": state.action,
        "params": state.params,
        "status": "expired" if shown.expired else state.status,
        "step": shown.step,
        "steps": len(state.steps),
        "elapsed": shown.elapsed,
        "waits_for": shown.waits_for,
        "requested_by": state.requested_by,
        "requested_at": instant(state.requested_at),
        "confirmed": state.confirmed,
        "approvals": [a.by for a in state.approvals],
        "reason": state.reason,
        "digest": state.digest,
        "plan": plan(state.plan),
        "gate": gate(state.gate),
        "seq": state.seq,
    }


def plan(of: Plan | None) -> Shape | None:
    """What a run would do."""
    if of is None:
        return None
    steps = [
        {
            "verb": step.verb,
            "provider": step.provider,
            "does": step.does,
            "command": step.command,
            "undo": step.undo,
            "timeout": step.timeout,
        }
        for step in of.steps
    ]
    return {
        "action": of.action,
        "title": of.title,
        "version": of.version,
        "environment": of.environment,
        "steps": steps,
        "reversible": of.reversible,
        "approvals": of.approvals,
        "approvers": of.approvers,
        "waived": of.waived or None,
        "gate": of.gate,
        "on_failure": of.on_failure,
        "digest": of.digest(),
    }
