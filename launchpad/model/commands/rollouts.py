"""Rollouts. Each but the veto asks for a run."""

from launchpad.model.commands.base import Command


class BumpRollout(Command, tag="bump"):
    """Asks for a run that gives the release to more users."""

    rollout: str
    percent: float | None = None
    """Absent: the next stage's."""
    expect: int | None = None


class HaltRollout(Command, tag="halt"):
    """Stops a rollout, and every run on it; `*` all that may be rolling."""

    rollout: str
    text: str = ""


class ResumeRollout(Command, tag="rollout-resume"):
    rollout: str
    expect: int | None = None


class CompleteRollout(Command, tag="rollout-complete"):
    """Asks for a run that gives the release to everybody."""

    rollout: str
    expect: int | None = None


class VetoRollout(Command, tag="veto"):
    """Keeps the engine from taking the next step."""

    rollout: str
    text: str
