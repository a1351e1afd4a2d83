"""Objectives, alerts and their messages, incidents, rollouts."""

from launchpad.cli.shapes.base import Shape, instant
from launchpad.cli.shapes.decisions import gate
from launchpad.model.state.delivery import INCIDENT
from launchpad.rules.ladder import RolloutView
from launchpad.rules.view import (
    AlertView,
    IncidentView,
    MessageView,
    ObjectiveView,
    View,
)
from launchpad.rules.view.incidents import timeline


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
        "alert": "" if state.alert.startswith(INCIDENT) else state.alert,
        "incident": state.about if state.alert.startswith(INCIDENT) else "",
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
        "under": state.under,
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
