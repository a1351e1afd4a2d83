"""Runs and their steps."""

from typing import Literal

from launchpad.model.definition import Role
from launchpad.model.events.base import Event
from launchpad.model.events.health import ReadingVerdict
from launchpad.model.plan import GateReport, Plan
from launchpad.model.rollouts import RolloutAim
from launchpad.model.values import Micros

Resolution = Literal["retry", "skip", "done", "roll-back"]


class _OfRun(Event):
    run: str

    @property
    def subject(self) -> str:
        return f"run:{self.run}"


class _OfStep(_OfRun):
    step: int
    """Index into the plan's steps."""


class ActionProbed(Event, tag="action.probed"):
    """The engine asked the providers of an action's steps whether it could be run. Appended when the verdict
    changes, and before the last one grows too old to count."""

    action: str
    verdict: ReadingVerdict
    reason: str
    observed_at: Micros

    @property
    def subject(self) -> str:
        return f"action:{self.action}"


class RunRequested(_OfRun, tag="run.requested"):
    action: str
    params: dict[str, str] = {}
    aim: RolloutAim | None = None
    """What it is to do with a rollout; None: it is an action of the definition."""


class RunPlanned(_OfRun, tag="run.planned"):
    """The engine says what the run would do."""

    plan: Plan
    digest: str
    gate: GateReport | None
    expires_at: Micros
    """Until when it may be confirmed, approved and started."""


class RunRefused(_OfRun, tag="run.refused"):
    """The engine can't plan it, or its gate closed before the start; the reason is in `reason`."""

    reason: str


class RunConfirmed(_OfRun, tag="run.confirmed"):
    """The requester saw the plan and wants it."""

    digest: str
    overridden: bool = False
    """The gate is overridden; the reason is the event's text."""


class RunApproved(_OfRun, tag="run.approved"):
    """Somebody else than the requester agrees to this very plan."""

    digest: str
    role: Role = "operator"
    teams: tuple[str, ...] = ()
    """What the approval counts for: the authority and the teams that its giver had then."""


class RunGlassBroken(_OfRun, tag="run.glass-broken"):
    """A director lets the plan run without the approvals that it lacks; the reason is the event's text."""

    digest: str


class RunRejected(_OfRun, tag="run.rejected"):
    """Somebody else than the requester says no."""


class RunRetracted(_OfRun, tag="run.retracted"):
    """The request, or the actor's own approval of it, is taken back."""

    what: Literal["request", "approval"]


class RunStarted(_OfRun, tag="run.started"):
    epoch: int
    gate: GateReport | None = None


class StepIntended(_OfStep, tag="step.intended"):
    """Appended, fenced by the lease's epoch, before the provider is asked to change anything."""

    epoch: int
    nonce: str
    """Given to the provider, so that the step can be found again after a crash."""
    attempt: int = 1
    gate: GateReport | None = None


class StepRunning(_OfStep, tag="step.running"):
    """The provider took it on under an id of its own."""

    provider_id: str


class StepSucceeded(_OfStep, tag="step.succeeded"):
    detail: str = ""
    brought: dict[str, str] = {}
    """What later steps of the run may use: the id and the address of a deploy."""


class StepFailed(_OfStep, tag="step.failed"):
    reason: str


class StepInterrupted(_OfStep, tag="step.interrupted"):
    """Nobody knows how it ended; a person decides."""

    reason: str


class StepAborted(_OfStep, tag="step.aborted"):
    detail: str = ""


class RunSucceeded(_OfRun, tag="run.succeeded"):
    pass


class RunFailed(_OfRun, tag="run.failed"):
    reason: str


class RunInterrupted(_OfRun, tag="run.interrupted"):
    reason: str


class RunResolved(_OfRun, tag="run.resolved"):
    """A person decides how an interrupted run goes on."""

    resolution: Resolution


class AbortRequested(_OfRun, tag="run.abort-requested"):
    pass


class RunAborted(_OfRun, tag="run.aborted"):
    pass
