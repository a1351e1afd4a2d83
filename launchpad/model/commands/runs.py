"""Runs, their approval, and deploy locks."""

from launchpad.model.commands.base import Command
from launchpad.model.events import Resolution


class RequestRun(Command, tag="request"):
    action: str
    params: dict[str, str] = {}


class ConfirmRun(Command, tag="confirm"):
    run: str
    digest: str
    override: str = ""


class ApproveRun(Command, tag="approve"):
    run: str
    digest: str


class RejectRun(Command, tag="reject"):
    run: str
    text: str = ""


class RetractRun(Command, tag="retract"):
    """By the requester: the request. By an approver: the approval."""

    run: str


class AbortRun(Command, tag="abort"):
    run: str
    text: str = ""


class ResolveRun(Command, tag="resolve"):
    run: str
    resolution: Resolution
    text: str = ""
    expect: int | None = None


class BreakGlass(Command, tag="break-glass"):
    """Lets a confirmed plan run without the approvals that it lacks."""

    run: str
    digest: str
    text: str


class Lock(Command, tag="lock"):
    """Keeps runs off a target, in every launch of the product in this environment. `target` is a provider's
    name, or `*` for all."""

    target: str
    text: str
    seconds: float


class Unlock(Command, tag="unlock"):
    """Releases a lock. One that a run holds takes a reason."""

    target: str
    text: str = ""
