"""What a run would do, and whether it may: values that events carry and faces draw."""

import hashlib
from typing import Literal

import msgspec

from launchpad.model.definition import AnyVerb
from launchpad.model.values import Value

GateVerdict = Literal["GO", "HOLD", "NO-GO"]
GATE_VERDICTS: tuple[GateVerdict, ...] = ("GO", "HOLD", "NO-GO")
"""From best to worst."""
LOCKED = "nothing goes forward there until a director unlocks it with a reason"
"""What it means that a run's targets stay locked."""


class ConditionReport(Value):
    """One condition of a gate, answered."""

    name: str
    """What is asked, as an operator reads it: `latency p95 below 2 s`."""
    verdict: GateVerdict
    detail: str
    """Value, threshold, n and age, or what is missing."""
    advisory: bool = False


class GateReport(Value):
    """A gate, answered: the worst of its binding conditions."""

    gate: str
    verdict: GateVerdict
    conditions: tuple[ConditionReport, ...] = ()

    @property
    def met(self) -> int:
        return sum(c.verdict == "GO" for c in self.conditions)

    @property
    def blockers(self) -> tuple[ConditionReport, ...]:
        """What keeps the gate from GO, NO-GO first."""
        binding = [c for c in self.conditions if c.verdict != "GO" and not c.advisory]
        return tuple(sorted(binding, key=lambda c: c.verdict != "NO-GO"))


class PlannedStep(Value):
    """One step as its provider describes it, before anything has happened."""

    verb: AnyVerb
    provider: str
    does: str
    """What will happen, in a line."""
    command: str
    """The vendor's own command, for the case that Launchpad is gone; its console, where it has no command."""
    undo: str | None = None
    """How it is undone; None: it can't be."""
    timeout: float = 900.0
    """Seconds after which it is shown as timed out."""
    stuck_after: float = 120.0
    """Seconds without output after which it is shown as stuck."""
    bound: dict[str, str] = {}
    """What the adapter settled when it planned, in its own terms: what it acts on, what it found there. The
    step gets it back, and people approve it with the rest."""
    evidence: str = ""
    """What a dry run printed, in lines."""
    affects: str = ""
    """Which users meet it, what share of them or how many; empty: that was not said."""
    console: str = ""
    """Where else it can be done and seen without Launchpad: the vendor's console, another command."""

    @property
    def name(self) -> str:
        """What it does to which provider: `deploy site`."""
        return f"{self.verb} {self.provider}"


class Plan(Value):
    """What a run will do. People approve its digest."""

    action: str
    title: str
    version: str
    environment: str
    steps: tuple[PlannedStep, ...]
    params: dict[str, str] = {}
    approvals: int = 0
    """How many people other than the requester must approve, in all."""
    waived: str = ""
    """Why nobody must, where the definition asks for approvals."""
    gate: str | None = None
    on_failure: str | None = None
    """What follows a failure, in words."""
    approvers: dict[str, int] = {}
    """Of those who approve, so many of a role or a team."""
    lock_after: float = 0.0
    """Seconds for which its targets stay locked once it has succeeded."""

    @property
    def reversible(self) -> bool:
        return all(step.undo for step in self.steps)

    @property
    def unsaid(self) -> str:
        """What is not known of whom it meets, in words; empty: it is said of each step."""
        silent = [step.name for step in self.steps if not step.affects]
        of = f" of {', '.join(silent)}" if 0 < len(silent) < len(self.steps) else ""
        return f"how many users it affects is not said{of}" if silent else ""

    @property
    def goes_back(self) -> bool:
        """Whether it takes a release back."""
        return any(step.verb == "rollback" for step in self.steps)

    def digest(self) -> str:
        """Content hash that an approval is bound to."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()[:12]
