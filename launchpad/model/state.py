"""What a journal amounts to: immutable values made by `fold`, read by everyone.

Nothing here knows the present time. What is due, stale or expired is derived by `rules.view`.
"""

from collections.abc import Mapping

from launchpad.model.definition import Action, Definition, Item, Phase
from launchpad.model.events import AlertStatus, Auth, ReadingVerdict
from launchpad.model.lifecycles import RUN_ENDED, ItemStatus, RunStatus, StepStatus
from launchpad.model.plan import GateReport, Plan
from launchpad.model.values import Micros, Value


class Remark(Value):
    """A comment or a piece of evidence."""

    seq: int
    at: Micros
    by: str
    text: str
    redacted: bool = False


class CheckResult(Value):
    """The last run of an item's automated check."""

    verdict: ReadingVerdict
    reason: str
    at: Micros


class ItemState(Value):
    """An item and what became of it."""

    item: Item
    status: ItemStatus = "open"
    seq: int = 0
    """Last event that changed it; what a tick must expect."""
    at: Micros | None = None
    by: str | None = None
    reason: str = ""
    """Why it was skipped or failed."""
    assignee: str | None = None
    comments: tuple[Remark, ...] = ()
    evidence: tuple[Remark, ...] = ()
    check: CheckResult | None = None
    proved_at: Micros | None = None
    """When its check last passed."""
    check_requested: int = 0
    """Sequence number of the last unanswered request to run the check; 0: none."""


class Approval(Value):
    by: str
    auth: Auth
    at: Micros


class StepState(Value):
    """One step of a run."""

    status: StepStatus = "pending"
    attempt: int = 0
    epoch: int = 0
    nonce: str = ""
    provider_id: str | None = None
    started_at: Micros | None = None
    ended_at: Micros | None = None
    detail: str = ""


class RunState(Value):
    """One execution of an action."""

    id: str
    action: str
    params: dict[str, str]
    status: RunStatus
    seq: int
    """Last event of the run."""
    requested_by: str
    requested_auth: Auth
    requested_at: Micros
    plan: Plan | None = None
    digest: str = ""
    gate: GateReport | None = None
    """As last evaluated by the engine."""
    expires_at: Micros | None = None
    confirmed_by: str | None = None
    """Who saw the plan and wants it."""
    overridden_by: str | None = None
    override_reason: str = ""
    approvals: tuple[Approval, ...] = ()
    steps: tuple[StepState, ...] = ()
    started_at: Micros | None = None
    ended_at: Micros | None = None
    reason: str = ""
    """Why it failed, was refused, rejected or interrupted."""
    aborted_by: str | None = None

    @property
    def ended(self) -> bool:
        return self.status in RUN_ENDED

    @property
    def confirmed(self) -> bool:
        return self.confirmed_by is not None

    @property
    def awaits_approval(self) -> bool:
        """Confirmed by its requester; others must still say yes."""
        return self.status == "planned" and self.confirmed

    @property
    def current_step(self) -> int | None:
        """Index of the first step that has not succeeded or been skipped; None when all have."""
        for index, step in enumerate(self.steps):
            if step.status not in ("succeeded", "skipped"):
                return index
        return None


class ObjectiveState(Value):
    """The last recorded verdict of an objective."""

    verdict: ReadingVerdict
    since: Micros
    value: float | None
    n: int


class AlertState(Value):
    """An alert as last recorded."""

    name: str
    status: AlertStatus
    since: Micros
    """When it entered this status."""
    seq: int
    pending_since: Micros | None = None
    fired_at: Micros | None = None
    value: float | None = None
    n: int = 0
    acknowledged_by: str | None = None
    acknowledged_at: Micros | None = None
    acknowledgement: str = ""


class HoldState(Value):
    """Why the countdown stands still."""

    since: Micros
    by: str
    reason: str


class EngineState(Value):
    """The engine that last took the lease."""

    holder: str
    epoch: int
    host: str
    version: str
    started_at: Micros
    stopped_at: Micros | None = None


class State(Value):
    """One launch, folded."""

    launch: str = ""
    seq: int = 0
    """Last event folded."""
    hash: str = ""
    at: Micros = 0
    """When that event happened."""
    definition: Definition | None = None
    opened_at: Micros | None = None
    opened_by: str = ""
    phase: Phase = "pre-launch"
    phase_seq: int = 0
    phase_since: Micros | None = None
    t0: Micros | None = None
    """T-0 as it stands: planned, slipped, and moved by the holds that are over."""
    hold: HoldState | None = None
    countdown_seq: int = 0
    outcome: str | None = None
    closed_at: Micros | None = None
    items: Mapping[str, ItemState] = {}
    runs: Mapping[str, RunState] = {}
    objectives: Mapping[str, ObjectiveState] = {}
    alerts: Mapping[str, AlertState] = {}
    engine: EngineState | None = None
    unknown_kinds: tuple[str, ...] = ()
    """Kinds of events this version does not understand; if any, the launch is read-only here."""
    anomalies: int = 0
    """Events that did not fit the state they met."""

    @property
    def open(self) -> bool:
        return self.definition is not None and self.outcome is None

    @property
    def read_only(self) -> str:
        """Why nothing may be written, or the empty string."""
        if self.unknown_kinds:
            kinds = ", ".join(self.unknown_kinds[:3])
            return f"a newer Launchpad wrote to this launch ({kinds}); update this one to take part"
        if self.outcome is not None:
            return f"the launch is closed ({self.outcome})"
        return ""

    @property
    def live_run(self) -> RunState | None:
        """The run that matters most on a screen: an active one, else the newest that has not ended."""
        unfinished = [run for run in self.runs.values() if not run.ended]
        return max(unfinished, key=lambda run: (run.status in _AT_WORK, run.seq), default=None)

    def next_run_id(self, action: str) -> str:
        """The id that the next run of an action gets: `deploy-2`."""
        return f"{action}-{sum(run.action == action for run in self.runs.values()) + 1}"

    def action(self, name: str) -> Action | None:
        return self.definition.actions.get(name) if self.definition else None


_AT_WORK = ("running", "aborting", "interrupted", "approved")
