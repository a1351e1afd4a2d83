"""What there is to see of a run."""

from launchpad.model.approvals import missing, told
from launchpad.model.state import RunState, StepState
from launchpad.model.values import SECOND, Micros, Value


class RunView(Value):
    state: RunState
    step: int
    """The step it stands at, from 0; equal to the number of steps once all are through."""
    elapsed: float
    """Seconds since it started (or was requested)."""
    step_elapsed: float
    timed_out: bool
    stuck: bool
    """At work, but without output for far longer than usual."""
    expired: bool
    """Confirmed, approved or started too late: it never runs. A halt is never too late."""
    waits_for: str
    """What must happen for it to go on, in words; empty while it simply runs."""

    @property
    def current(self) -> StepState | None:
        return self.state.steps[self.step] if self.step < len(self.state.steps) else None


def run_view(run: RunState, now: Micros, last_output: Micros | None = None) -> RunView:
    """A run with what its clock says. `last_output` is when it last wrote to its log, if known."""
    current = run.current_step
    index = len(run.steps) if current is None else current
    step = run.steps[index] if index < len(run.steps) else None
    planned = run.plan.steps[index] if run.plan and index < len(run.plan.steps) else None
    end = run.ended_at or now
    step_elapsed = ((step.ended_at or end) - step.started_at) / SECOND if step and step.started_at else 0.0
    at_work = step is not None and step.status in ("intended", "running")
    silent_since = max(step.started_at or now, last_output or 0) if step else now
    silent = (now - silent_since) / SECOND
    waiting = run.status in ("planned", "approved") and not run.stops
    expired = waiting and run.expires_at is not None and now > run.expires_at
    return RunView(
        state=run,
        step=index,
        elapsed=(end - (run.started_at or run.requested_at)) / SECOND,
        step_elapsed=step_elapsed,
        timed_out=bool(at_work and planned and step_elapsed > planned.timeout),
        stuck=bool(at_work and planned and silent > planned.stuck_after),
        expired=expired,
        waits_for=_waits_for(run, expired),
    )


def _waits_for(run: RunState, expired: bool) -> str:
    waits = _waits(run, expired)
    # Whoever had said yes before must be told why they are asked again.
    return f"{waits} ({run.lapsed})" if waits and run.lapsed and not expired else waits


def _waits(run: RunState, expired: bool) -> str:
    if expired:
        return "expired: request it again"
    if run.status == "requested":
        return "the engine's plan"
    if run.status == "planned" and not run.confirmed:
        who = run.requested_by if run.requested_auth in ("key", "os") else "an operator"
        return f"{who} to confirm the plan"
    if run.awaits_approval and run.plan:
        needs = missing(run.plan.approvals, run.plan.approvers, run.approvals)
        asked = dict.fromkeys((run.requested_by, run.confirmed_by))
        people = " and ".join(name for name in asked if name)
        if run.plan.approvers:
            return f"approval by {told(needs)}, not {people}"
        return f"{len(needs)} approval{'s' if len(needs) > 1 else ''} by others than {people}"
    if run.status == "approved":
        return "the engine to start it"
    if run.status == "interrupted":
        return "a person to decide: retry, skip, done or roll-back"
    return ""
