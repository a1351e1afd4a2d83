"""Carries a run from its request to its end."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.approvals import missing
from launchpad.model.fold import rollouts
from launchpad.model.fold.parts import Handlers, Parts
from launchpad.model.journal import Recorded
from launchpad.model.lifecycles import RUN, STEP
from launchpad.model.state import Approval, Readiness, RunState, StepState


def _probed(parts: Parts, rec: Recorded, event: ev.ActionProbed) -> None:
    # Another clock wrote it: nothing was observed after the word of it.
    at = min(event.observed_at, rec.at)
    parts.readiness[event.action] = Readiness(verdict=event.verdict, reason=event.reason, at=at)


def _run_requested(parts: Parts, rec: Recorded, event: ev.RunRequested) -> None:
    if event.run in parts.runs:
        parts.misfit()
        return
    parts.runs[event.run] = _requested(rec, event)
    if event.aim is not None:
        rollouts.asked(parts, event.aim.rollout)


def _run_moved(parts: Parts, rec: Recorded, event: Any) -> None:
    run = parts.runs.get(event.run)
    after = _run_after(run, rec, event) if run else None
    if after is None:
        parts.misfit()
        return
    parts.runs[event.run] = after


def _run_planned(parts: Parts, rec: Recorded, event: ev.RunPlanned) -> None:
    _run_moved(parts, rec, event)
    run = parts.runs.get(event.run)
    if run is not None and run.seq == rec.seq:
        parts.runs[event.run] = replace(run, planned_under=parts.scalars.get("definition_seq", 0))


def _step_moved(parts: Parts, rec: Recorded, event: Any) -> None:
    run = parts.runs.get(event.run)
    after = _run_after_step(run, rec, event) if run else None
    if after is None:
        parts.misfit()
        return
    parts.runs[event.run] = after


def _requested(rec: Recorded, event: ev.RunRequested) -> RunState:
    """A run at its beginning."""
    return RunState(
        id=event.run,
        action=event.action,
        params=event.params,
        status="requested",
        seq=rec.seq,
        requested_by=rec.actor,
        requested_auth=rec.auth,
        requested_at=rec.at,
        aim=event.aim,
    )


def _run_after(run: RunState, rec: Recorded, event: Any) -> RunState | None:
    """The run after an event about it; None if its life does not allow the event."""
    status = RUN.get((run.status, rec.kind))
    if status is None:
        return None
    if isinstance(event, ev.RunRetracted) and event.what == "approval":
        if not any(a.by == rec.actor for a in run.approvals):
            return None
        status = run.status
    run = replace(run, status=status, seq=rec.seq)
    if run.ended:
        run = replace(run, ended_at=rec.at)
    detail = _DETAILS.get(type(event))
    return settle_approval(detail(run, rec, event) if detail else run)


def _run_after_step(run: RunState, rec: Recorded, event: Any) -> RunState | None:
    """The run after an event about one of its steps; None if the step's life does not allow the event."""
    if run.status not in ("running", "aborting") or not 0 <= event.step < len(run.steps):
        return None
    status = STEP.get((run.steps[event.step].status, rec.kind))
    if status is None:
        return None
    step = replace(run.steps[event.step], status=status)
    match event:
        case ev.StepIntended():
            step = StepState(
                status="intended",
                attempt=event.attempt,
                epoch=event.epoch,
                nonce=event.nonce,
                started_at=rec.at,
            )
        case ev.StepRunning():
            step = replace(step, provider_id=event.provider_id)
        case ev.StepSucceeded():
            step = replace(step, ended_at=rec.at, detail=event.detail, brought=event.brought)
        case ev.StepAborted():
            step = replace(step, ended_at=rec.at, detail=event.detail)
        case ev.StepFailed() | ev.StepInterrupted():
            step = replace(step, ended_at=rec.at, detail=event.reason)
    steps = (*run.steps[: event.step], step, *run.steps[event.step + 1 :])
    gate = (event.gate or run.gate) if isinstance(event, ev.StepIntended) else run.gate
    return replace(run, steps=steps, seq=rec.seq, gate=gate)


def settle_approval(run: RunState) -> RunState:
    """A confirmed run with enough approvals is approved; one that lost an approval is not."""
    if run.status not in ("planned", "approved") or run.plan is None:
        return run
    given = run.glass_broken_by or not missing(run.plan.approvals, run.plan.approvers, run.approvals)
    enough = run.confirmed and given
    return replace(run, status="approved" if enough else "planned")


def stop_for_loss(parts: Parts, rec: Recorded) -> None:
    """Leaves to people every run that has not ended, as more of it may have been done than is recorded."""
    for run in list(parts.runs.values()):
        if run.ended:
            continue
        begun = run.status in ("running", "aborting", "interrupted")
        steps = tuple(
            replace(step, status="interrupted") if step.status in ("intended", "running") else step
            for step in run.steps
        )
        parts.runs[run.id] = replace(
            run,
            status="interrupted" if begun else "refused",
            steps=steps,
            seq=rec.seq,
            reason="the journal has lost events: look at what was done" + ("" if begun else ", ask again"),
            ended_at=run.ended_at if begun else rec.at,
        )


def _planned(run: RunState, _rec: Recorded, event: ev.RunPlanned) -> RunState:
    return replace(
        run,
        plan=event.plan,
        digest=event.digest,
        gate=event.gate,
        expires_at=event.expires_at,
        steps=tuple(StepState() for _ in event.plan.steps),
    )


def _confirmed(run: RunState, rec: Recorded, event: ev.RunConfirmed) -> RunState:
    run = replace(run, confirmed_by=rec.actor)
    if event.overridden:
        run = replace(run, overridden_by=rec.actor, override_reason=rec.text)
    return run


def _glass_broken(run: RunState, rec: Recorded, _event: ev.RunGlassBroken) -> RunState:
    return replace(run, glass_broken_by=rec.actor, glass_reason=rec.text)


def _approved(run: RunState, rec: Recorded, event: ev.RunApproved) -> RunState:
    others = tuple(a for a in run.approvals if a.by != rec.actor)
    given = Approval(by=rec.actor, auth=rec.auth, at=rec.at, role=event.role, teams=event.teams)
    return replace(run, approvals=(*others, given))


def _retracted(run: RunState, rec: Recorded, event: ev.RunRetracted) -> RunState:
    if event.what == "request":
        return run
    return replace(run, approvals=tuple(a for a in run.approvals if a.by != rec.actor))


def _started(run: RunState, rec: Recorded, event: ev.RunStarted) -> RunState:
    return replace(run, started_at=rec.at, gate=event.gate or run.gate)


def _with_reason(run: RunState, _rec: Recorded, event: Any) -> RunState:
    return replace(run, reason=event.reason)


def _rejected(run: RunState, rec: Recorded, _event: ev.RunRejected) -> RunState:
    return replace(run, reason=f"rejected by {rec.actor}" + (f": {rec.text}" if rec.text else ""))


def _abort_asked(run: RunState, rec: Recorded, _event: ev.AbortRequested) -> RunState:
    return replace(run, aborted_by=rec.actor)


def _resolved(run: RunState, rec: Recorded, event: ev.RunResolved) -> RunState:
    if event.resolution == "roll-back":
        reason = f"given up by {rec.actor} after it was interrupted"
        return replace(run, status="failed", ended_at=rec.at, reason=reason)
    index = run.current_step
    if index is None:
        return run
    outcomes = {
        "retry": StepState(attempt=run.steps[index].attempt),
        "skip": replace(run.steps[index], status="skipped", ended_at=rec.at),
        "done": replace(
            run.steps[index], status="succeeded", ended_at=rec.at, detail=f"marked done by {rec.actor}"
        ),
    }
    step = outcomes[event.resolution]
    return replace(run, steps=(*run.steps[:index], step, *run.steps[index + 1 :]), reason="")


_DETAILS: dict[type, Callable[[RunState, Recorded, Any], RunState]] = {
    ev.RunPlanned: _planned,
    ev.RunConfirmed: _confirmed,
    ev.RunApproved: _approved,
    ev.RunGlassBroken: _glass_broken,
    ev.RunRetracted: _retracted,
    ev.RunStarted: _started,
    ev.RunRefused: _with_reason,
    ev.RunFailed: _with_reason,
    ev.RunInterrupted: _with_reason,
    ev.RunRejected: _rejected,
    ev.AbortRequested: _abort_asked,
    ev.RunResolved: _resolved,
}


HANDLERS: Handlers = {
    ev.ActionProbed: _probed,
    ev.RunRequested: _run_requested,
    ev.RunPlanned: _run_planned,
    ev.RunRefused: _run_moved,
    ev.RunConfirmed: _run_moved,
    ev.RunApproved: _run_moved,
    ev.RunGlassBroken: _run_moved,
    ev.RunRejected: _run_moved,
    ev.RunRetracted: _run_moved,
    ev.RunStarted: _run_moved,
    ev.RunSucceeded: _run_moved,
    ev.RunFailed: _run_moved,
    ev.RunInterrupted: _run_moved,
    ev.RunResolved: _run_moved,
    ev.AbortRequested: _run_moved,
    ev.RunAborted: _run_moved,
    ev.StepIntended: _step_moved,
    ev.StepRunning: _step_moved,
    ev.StepSucceeded: _step_moved,
    ev.StepFailed: _step_moved,
    ev.StepInterrupted: _step_moved,
    ev.StepAborted: _step_moved,
}
