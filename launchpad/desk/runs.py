"""Verbs on runs: request, confirm, approve, reject, retract, abort, resolve."""

import re
from collections.abc import Collection

from launchpad.desk.decision import Context, Proposal, already, must_match, optional_words, words
from launchpad.errors import BadInput, Refused
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.approvals import missing, told
from launchpad.model.commands import Done
from launchpad.model.lifecycles import RUN, RUN_ENDED, RunStatus
from launchpad.model.secrecy import looks_secret
from launchpad.model.state import Approval, RunState
from launchpad.model.state.runs import REPAIRS
from launchpad.model.text import clean
from launchpad.rules.locks import acts_on, in_the_way, of_a_run
from launchpad.rules.view import run_view

_PARAMETER = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}")
_LONGEST_PARAMETER = 200


def _run(ctx: Context, run_id: str) -> RunState:
    run = ctx.state.runs.get(run_id)
    if run is None:
        raise BadInput(f"there is no run {run_id}", hint="see `launchpad runs`")
    return run


def _subject(run: RunState) -> str:
    return f"run:{run.id}"


def _allowed(run: RunState, kind: str, wish: str) -> None:
    if (run.status, kind) not in RUN:
        raise Refused(f"{run.id} is {run.status} and can't be {wish}", hint=_INSTEAD[run.status])


_INSTEAD: dict[RunStatus, str] = {
    "requested": "wait for the engine's plan",
    "planned": "confirm, reject or retract it",
    "approved": "the engine is about to start it; abort it if it must not",
    "running": "abort it if it must stop",
    "interrupted": "resolve or abort it",
    "aborting": "wait for its end",
    **dict.fromkeys(sorted(RUN_ENDED), "it has ended; request another"),
}
"""What can be done about a run in each status."""


def request(ctx: Context, command: cmd.RequestRun) -> Proposal | Done:
    action = ctx.definition.actions.get(command.action)
    if action is None:
        known = ", ".join(ctx.definition.actions) or "none"
        raise BadInput(f"there is no action {command.action}", hint=f"defined are: {known}")
    if (run := _under_way(ctx, command.action)) is not None:
        waits = run_view(run, ctx.now).waits_for
        raise Refused(
            f"{run.id} is {run.status}" + (f", waiting for {waits}" if waits else ""),
            hint="see it to its end, retract or abort it",
        )
    unlocked(ctx, acts_on(action.steps, ctx.definition.smoke), back=action.goes_back)
    return request_of(ctx, command.action, dict(_parameter(*pair) for pair in command.params.items()))


def _under_way(ctx: Context, action: str) -> RunState | None:
    """The run of an action that has not ended, and may still come to something."""
    runs = (run for run in ctx.state.runs.values() if run.action == action)
    return next((run for run in runs if not run.ended and not run_view(run, ctx.now).expired), None)


def _parameter(name: str, value: str) -> tuple[str, str]:
    """A parameter as a plan can hold and show it, or BadInput: one that was cut would do something else."""
    if not _PARAMETER.fullmatch(name):
        raise BadInput(
            f"{clean(name, 40)!r} is no parameter's name", hint="use letters, digits, '.', '_' and '-'"
        )
    if value != clean(value, _LONGEST_PARAMETER):
        raise BadInput(
            f"parameter {name} can't be kept as it is",
            hint=f"give one line of at most {_LONGEST_PARAMETER} characters with single spaces",
        )
    if looks_secret(value):
        # Unlike a note, it can't be removed: it is part of the plan that people approve.
        raise BadInput(
            f"parameter {name} looks like a secret, and would stand in the journal for ever",
            hint="give it to the program as a reference, under 'env' in the definition",
        )
    return name, value


def request_of(ctx: Context, action: str, params: dict[str, str]) -> Proposal:
    """A request under the next free run id (`deploy-2`)."""
    run_id = ctx.state.next_run_id(action)
    return Proposal(
        [ev.RunRequested(run=run_id, action=action, params=params)],
        f"requested {run_id}",
        expect={f"run:{run_id}": 0},
    )


def unlocked(ctx: Context, targets: Collection[str], *, back: bool = False) -> None:
    """Raises Refused if somebody else's lock is on one of the targets. `back`: what is asked for takes a
    release back."""
    for lock in in_the_way(ctx.state, ctx.locks(), targets, {ctx.identity.name}, back=back):
        hint = "ask them, or a director to unlock"
        if of_a_run(lock):
            hint = f"a director lifts it: `launchpad unlock {lock.target} --reason …`"
        raise Refused(f"{lock.target} is locked by {lock.owner}: {clean(lock.reason)}", hint=hint)


def _same_plan(run: RunState, digest: str) -> None:
    if digest != run.digest:
        raise Refused(f"{run.id} has another plan now (digest {run.digest})", hint="read it again")


def _not_expired(ctx: Context, run: RunState) -> None:
    if run_view(run, ctx.now).expired:
        raise Refused(f"the plan of {run.id} has expired", hint="request it again")


def confirm(ctx: Context, command: cmd.ConfirmRun) -> Proposal | Done:
    run = _run(ctx, command.run)
    if run.confirmed and not run.ended:
        return already(run.seq, _subject(run), f"{run.id} is already confirmed")
    _allowed(run, "run.confirmed", "confirmed")
    _may_confirm(ctx, run)
    _same_plan(run, command.digest)
    _not_expired(ctx, run)
    override = optional_words(command.override)
    gate = ctx.gate(run.plan.gate) if run.plan and run.plan.gate else None
    against = gate is not None and gate.verdict != "GO"
    if gate is not None and against:
        if not override:
            blockers = "; ".join(f"{c.name}: {c.detail}" for c in gate.blockers[:3])
            raise Refused(
                f"gate {gate.gate} is {gate.verdict}: {blockers}", hint="a director may override it"
            )
        ctx.require("director", f"overriding gate {gate.gate}")
    return Proposal(
        [ev.RunConfirmed(run=run.id, digest=run.digest, overridden=against)],
        f"{run.id} waits for approval" if _still_missing(run) else f"{run.id} is on its way",
        text=override if against else "",
        expect={_subject(run): run.seq},
    )


def _may_confirm(ctx: Context, run: RunState) -> None:
    """Raises Refused unless the plan is the operator's own to confirm.

    Where others must approve, it takes a proven name: one who asks as somebody else must not approve as
    themselves. What the engine or a merely claimed name asked for is anybody's.
    """
    me = ctx.identity
    if run.plan and run.plan.approvals and not me.proven:
        raise Refused(
            f"{me.name} is only claimed (--as), and {run.id} needs approval",
            hint="confirm it under an SSH key or a login of your own",
        )
    if run.requested_by == me.name or run.requested_auth == "engine":
        return
    if not (run.requested_auth == "claimed" and me.proven):
        raise Refused(f"{run.id} was requested by {run.requested_by}", hint="only they can confirm it")


def approve(ctx: Context, command: cmd.ApproveRun) -> Proposal | Done:
    run = _run(ctx, command.run)
    if not ctx.identity.proven:
        raise Refused(
            f"{ctx.identity.name} is only claimed (--as)", hint="approve under your SSH key or your own login"
        )
    if ctx.identity.name in (run.requested_by, run.confirmed_by):
        did = "requested" if ctx.identity.name == run.requested_by else "confirmed"
        raise Refused(f"you {did} {run.id} yourself", hint="somebody else must approve it")
    if not run.ended and any(a.by == ctx.identity.name for a in run.approvals):
        return already(run.seq, _subject(run), f"you have already approved {run.id}")
    _allowed(run, "run.approved", "approved")
    if not run.confirmed:
        raise Refused(f"{run.id} is not confirmed yet", hint="wait until it is")
    _same_plan(run, command.digest)
    _not_expired(ctx, run)
    me = ctx.identity
    left = _still_missing(run, Approval(by=me.name, auth=me.auth, at=ctx.now, role=me.role, teams=me.teams))
    return Proposal(
        [ev.RunApproved(run=run.id, digest=run.digest, role=me.role, teams=me.teams)],
        f"approved {run.id}" + (f"; it waits for {told(left)}" if left else ""),
        expect={_subject(run): run.seq},
    )


def _still_missing(run: RunState, *more: Approval) -> tuple[str, ...]:
    """The approvals that the run needs beside those it has and these."""
    assert run.plan is not None, "only what is planned is approved"
    return missing(run.plan.approvals, run.plan.approvers, [*run.approvals, *more])


def break_glass(ctx: Context, command: cmd.BreakGlass) -> Proposal | Done:
    run = _run(ctx, command.run)
    if not ctx.identity.proven:
        raise Refused(
            f"{ctx.identity.name} is only claimed (--as)",
            hint="break the glass under your SSH key or your own login",
        )
    if run.glass_broken_by is not None and not run.ended:
        return already(run.seq, _subject(run), f"{run.glass_broken_by} has broken the glass for {run.id}")
    _allowed(run, "run.glass-broken", "let run without approval")
    if not run.confirmed:
        raise Refused(f"{run.id} is not confirmed yet", hint="wait until it is")
    _same_plan(run, command.digest)
    _not_expired(ctx, run)
    return Proposal(
        [ev.RunGlassBroken(run=run.id, digest=run.digest)],
        f"{run.id} runs without {told(_still_missing(run))} approving",
        text=words(command.text, "breaking the glass"),
        expect={_subject(run): run.seq},
    )


def reject(ctx: Context, command: cmd.RejectRun) -> Proposal | Done:
    run = _run(ctx, command.run)
    _allowed(run, "run.rejected", "rejected")
    if run.requested_by == ctx.identity.name:
        raise Refused(f"{run.id} is your own", hint=f"retract it: `launchpad retract {run.id}`")
    return Proposal(
        [ev.RunRejected(run=run.id)],
        f"rejected {run.id}",
        text=optional_words(command.text),
        expect={_subject(run): run.seq},
    )


def retract(ctx: Context, command: cmd.RetractRun) -> Proposal | Done:
    run = _run(ctx, command.run)
    me = ctx.identity.name
    if run.requested_by == me:
        _allowed(run, "run.retracted", "retracted")
        return Proposal(
            [ev.RunRetracted(run=run.id, what="request")],
            f"retracted {run.id}",
            expect={_subject(run): run.seq},
        )
    if not any(a.by == me for a in run.approvals):
        raise Refused(f"you have neither requested nor approved {run.id}", hint="reject or abort it")
    if run.status not in ("planned", "approved"):
        raise Refused(f"{run.id} is {run.status}; the approval has been used", hint="abort it")
    return Proposal(
        [ev.RunRetracted(run=run.id, what="approval")],
        f"took back the approval of {run.id}",
        expect={_subject(run): run.seq},
    )


def abort(ctx: Context, command: cmd.AbortRun) -> Proposal | Done:
    # No gate, no lock, nothing that the operator must have seen: whatever the run is doing, stop it.
    run = _run(ctx, command.run)
    if run.status == "aborting" or run.status == "aborted":
        return already(run.seq, _subject(run), f"{run.id} is already {run.status}")
    _allowed(run, "run.abort-requested", "aborted")
    return Proposal(
        [ev.AbortRequested(run=run.id)],
        f"aborting {run.id}",
        text=optional_words(command.text),
        expect={_subject(run): run.seq},
    )


def resolve(ctx: Context, command: cmd.ResolveRun) -> Proposal | Done:
    run = _run(ctx, command.run)
    must_match(_subject(run), run.seq, command.expect)
    _allowed(run, "run.resolved", "resolved")
    events: list[ev.Event] = [ev.RunResolved(run=run.id, resolution=command.resolution)]
    expect = {_subject(run): run.seq}
    message = f"{run.id}: {command.resolution}"
    if command.resolution == "roll-back":
        repair = _repair(ctx, run)
        events.extend(repair.events)
        expect.update(repair.expect)
        message = f"{run.id} is given up; {repair.message}"
    return Proposal(events, message, text=optional_words(command.text), expect=expect)


def _repair(ctx: Context, run: RunState) -> Proposal:
    """The request for the action that mends the run; nothing to append where that is under way."""
    action = ctx.definition.actions.get(run.action) if run.aim is None else None
    if action is None or action.on_failure is None:
        raise Refused(f"{run.action} names no action to run on failure", hint="request the rollback by name")
    present = _under_way(ctx, action.on_failure.run)
    if present is not None and present is not run:
        return Proposal([], f"{present.id} is {present.status}")
    # Told what it mends, it goes back to what was there before that run, be it what is there now.
    return request_of(ctx, action.on_failure.run, {REPAIRS: run.id})
