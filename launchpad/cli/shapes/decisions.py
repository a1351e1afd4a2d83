"""Gates, the roll-call, plans and runs, amendments."""

from launchpad.cli.shapes.base import Shape, instant
from launchpad.model.definition import Definition
from launchpad.model.differences import Difference
from launchpad.model.plan import GateReport, Plan
from launchpad.model.state import State, Vote
from launchpad.model.state.amendments import Amendment
from launchpad.rules.view import (
    RunView,
    View,
)


def gate(report: GateReport | None) -> Shape | None:
    """A gate, answered."""
    if report is None:
        return None
    conditions = [
        {"name": c.name, "verdict": c.verdict, "detail": c.detail, "advisory": c.advisory}
        for c in report.conditions
    ]
    return {"gate": report.gate, "verdict": report.verdict, "met": report.met, "conditions": conditions}


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
            "affects": step.affects or None,
            "console": step.console or None,
            "timeout": step.timeout,
            "evidence": step.evidence or None,
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
        "lock_after": of.lock_after or None,
        "digest": of.digest(),
    }


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
