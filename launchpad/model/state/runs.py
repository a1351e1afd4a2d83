"""Runs, their steps and their approvals."""

from launchpad.model.definition import Role
from launchpad.model.events import Auth, ReadingVerdict
from launchpad.model.lifecycles import RUN_ENDED, RunStatus, StepStatus
from launchpad.model.plan import GateReport, Plan
from launchpad.model.rollouts import RolloutAim
from launchpad.model.values import Micros, Value

REPAIRS = "repairs"
"""Parameter of a run that is asked for because another failed, or was given up: that one, which it is to
mend."""


class Readiness(Value):
    """What the providers of an action last said to running it."""

    verdict: ReadingVerdict
    reason: str
    at: Micros


class Approval(Value):
    by: str
    auth: Auth
    at: Micros
    role: Role = "operator"
    teams: tuple[str, ...] = ()


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
    brought: dict[str, str] = {}
    """What later steps of the run may use."""


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
    glass_broken_by: str | None = None
    """The director who lets it run without the approvals that it lacks."""
    glass_reason: str = ""
    steps: tuple[StepState, ...] = ()
    started_at: Micros | None = None
    ended_at: Micros | None = None
    reason: str = ""
    """Why it failed, was refused, rejected or interrupted."""
    aborted_by: str | None = None
    planned_under: int = 0
    """The event since which the definition held that its plan was made from."""
    lapsed: str = ""
    """Why an earlier plan, or somebody's approval, counts no more: what it rested on was amended."""
    aim: RolloutAim | None = None
    """What it is to do with a rollout; None: it is an action of the definition."""

    @property
    def ended(self) -> bool:
        return self.status in RUN_ENDED

    @property
    def stops(self) -> bool:
        """Whether it halts a rollout: nothing stands in its way."""
        return self.aim is not None and self.aim.verb == "halt"

    @property
    def confirmed(self) -> bool:
        return self.confirmed_by is not None

    @property
    def awaits_approval(self) -> bool:
        """Confirmed by its requester; others must still say yes."""
        return self.status == "planned" and self.confirmed

    def brought(self, index: int) -> dict[str, str]:
        """What the steps before `index` brought, as `PROVIDER.NAME`; of two the later one's."""
        steps = self.plan.steps[:index] if self.plan is not None else ()
        return {
            f"{planned.provider}.{name}": value
            for planned, done in zip(steps, self.steps, strict=False)
            for name, value in done.brought.items()
        }

    @property
    def current_step(self) -> int | None:
        """Index of the first step that has not succeeded or been skipped; None when all have."""
        for index, step in enumerate(self.steps):
            if step.status not in ("succeeded", "skipped"):
                return index
        return None
