"""The lives of items, runs, rollouts and incidents as transition tables: (state, event kind) → state.

The desk refuses what a table does not hold; the fold follows the tables and counts what does not fit.
"""

from typing import Literal

ItemStatus = Literal["open", "done", "failed", "skipped"]
RunStatus = Literal[
    "requested",
    "planned",
    "approved",
    "running",
    "interrupted",
    "aborting",
    "succeeded",
    "failed",
    "aborted",
    "rejected",
    "retracted",
    "refused",
]
StepStatus = Literal[
    "pending", "intended", "running", "succeeded", "failed", "skipped", "interrupted", "aborted"
]
RolloutStatus = Literal[
    "not started",
    "submitted",
    "in review",
    "approved",
    "rolling",
    "halted",
    "complete",
    "rejected",
    "removed",
    "rolled back",
]
"""One vocabulary over stores, flags and traffic splitters."""
IncidentStatus = Literal["declared", "mitigating", "resolved", "reviewed"]

RUN_ENDED: frozenset[RunStatus] = frozenset(
    {"succeeded", "failed", "aborted", "rejected", "retracted", "refused"}
)
RUN_ACTIVE: frozenset[RunStatus] = frozenset({"approved", "running", "interrupted", "aborting"})
"""Statuses in which a run acts, is about to, or waits for a decision; no launch is closed over one."""

ITEM: dict[tuple[ItemStatus, str], ItemStatus] = {
    ("open", "item.ticked"): "done",
    ("open", "item.failed"): "failed",
    ("open", "item.skipped"): "skipped",
    ("done", "item.reopened"): "open",
    ("done", "item.failed"): "failed",
    ("failed", "item.ticked"): "done",
    ("failed", "item.reopened"): "open",
    ("failed", "item.skipped"): "skipped",
    ("skipped", "item.reopened"): "open",
}

RUN: dict[tuple[RunStatus, str], RunStatus] = {
    ("requested", "run.planned"): "planned",
    ("requested", "run.refused"): "refused",
    ("requested", "run.retracted"): "retracted",
    ("requested", "run.abort-requested"): "aborted",
    ("planned", "run.confirmed"): "planned",
    ("planned", "run.approved"): "planned",
    ("planned", "run.glass-broken"): "planned",
    ("planned", "run.rejected"): "rejected",
    ("planned", "run.retracted"): "retracted",
    ("planned", "run.refused"): "refused",
    ("planned", "run.abort-requested"): "aborted",
    ("approved", "run.started"): "running",
    ("approved", "run.rejected"): "rejected",
    ("approved", "run.retracted"): "retracted",
    ("approved", "run.refused"): "refused",
    ("approved", "run.abort-requested"): "aborted",
    ("running", "run.succeeded"): "succeeded",
    ("running", "run.failed"): "failed",
    ("running", "run.interrupted"): "interrupted",
    ("running", "run.abort-requested"): "aborting",
    ("interrupted", "run.resolved"): "running",
    ("interrupted", "run.abort-requested"): "aborting",
    ("aborting", "run.aborted"): "aborted",
    ("aborting", "run.succeeded"): "succeeded",
    ("aborting", "run.failed"): "failed",
}
"""`planned` becomes `approved` when the requester has confirmed and enough others have approved;
`interrupted` becomes `failed` instead of `running` when it is resolved by `roll-back`. An amendment of what a
plan was made from takes a planned or approved run back to `requested`."""

STEP: dict[tuple[StepStatus, str], StepStatus] = {
    ("pending", "step.intended"): "intended",
    ("intended", "step.intended"): "intended",
    ("intended", "step.running"): "running",
    ("intended", "step.succeeded"): "succeeded",
    ("intended", "step.failed"): "failed",
    ("intended", "step.interrupted"): "interrupted",
    ("intended", "step.aborted"): "aborted",
    ("running", "step.intended"): "intended",
    ("running", "step.running"): "running",
    ("running", "step.succeeded"): "succeeded",
    ("running", "step.failed"): "failed",
    ("running", "step.interrupted"): "interrupted",
    ("running", "step.aborted"): "aborted",
}
"""Only while its run is running or aborting. `intended` again is what a successor does with a step that its
predecessor never got to ask for; what follows an interruption is in `run.resolved`."""

ROLLOUT: dict[tuple[RolloutStatus, str], RolloutStatus] = {
    ("not started", "bump"): "rolling",
    ("approved", "bump"): "rolling",
    ("rolling", "bump"): "rolling",
    ("rolling", "halt"): "halted",
    ("complete", "halt"): "halted",
    ("halted", "resume"): "rolling",
    ("not started", "complete"): "complete",
    ("approved", "complete"): "complete",
    ("rolling", "complete"): "complete",
    ("halted", "complete"): "complete",
}
"""What can be asked of a rollout, and where it leads, over all providers; each declares which it has. What
else happens is observed."""

INCIDENT_OPEN: frozenset[IncidentStatus] = frozenset({"declared", "mitigating"})
"""Statuses in which it still hurts somebody."""

INCIDENT: dict[tuple[IncidentStatus, str], IncidentStatus] = {
    ("declared", "incident.impact-stated"): "declared",
    ("declared", "incident.graded"): "declared",
    ("declared", "incident.commanded"): "declared",
    ("declared", "incident.updated"): "declared",
    ("declared", "incident.task-added"): "declared",
    ("declared", "incident.task-done"): "declared",
    ("declared", "incident.mitigating"): "mitigating",
    ("declared", "incident.resolved"): "resolved",
    ("mitigating", "incident.impact-stated"): "mitigating",
    ("mitigating", "incident.graded"): "mitigating",
    ("mitigating", "incident.commanded"): "mitigating",
    ("mitigating", "incident.updated"): "mitigating",
    ("mitigating", "incident.task-added"): "mitigating",
    ("mitigating", "incident.task-done"): "mitigating",
    ("mitigating", "incident.resolved"): "resolved",
    ("resolved", "incident.impact-stated"): "resolved",
    ("resolved", "incident.task-added"): "resolved",
    ("resolved", "incident.task-done"): "resolved",
    ("resolved", "incident.reviewed"): "reviewed",
    ("reviewed", "incident.task-done"): "reviewed",
}
"""Trouble that comes back after it was resolved is an incident of its own."""
