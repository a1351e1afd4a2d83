"""The plan of a run: asked for, read, confirmed or let go; and the same plan before somebody approves it."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from msgspec.structs import replace
from textual.binding import BindingType

from launchpad.model.plan import GateReport
from launchpad.model.state import RunState
from launchpad.rules.gates import evaluate
from launchpad.rules.view import run_view
from screens.dialogs.confirm import Confirm
from screens.keys import IN_PLAN
from screens.render import plan as plan_rows
from screens.render.row import Row, Span
from screens.render.scene import Scene

Mode = Literal["confirm", "approve"]


class PlanDialog(Confirm):
    """Shows the run `run_id` as soon as the engine has planned it."""

    BINDINGS: ClassVar[list[BindingType]] = list(IN_PLAN)

    def __init__(self, scene: Scene, run_id: str, mode: Mode = "confirm") -> None:
        super().__init__(scene)
        self.run_id = run_id
        self.mode = mode
        self._digest = self.run.digest if self.run else ""

    @property
    def run(self) -> RunState | None:
        return self.scene.view.state.runs.get(self.run_id)

    @property
    def digest(self) -> str:
        """Of the plan that is shown."""
        return self._digest

    @property
    def gate(self) -> GateReport | None:
        """The plan's gate as it stands now, not as it stood when the plan was made."""
        run = self.run
        if run is None or run.plan is None or run.plan.gate is None:
            return None
        return evaluate(run.plan.gate, replace(self.scene.view.situation, now=self.scene.view.now))

    def about(self) -> object:
        return self.run.digest if self.run else self._digest

    def ask_anew(self) -> None:
        if self.run is not None:
            self._digest = self.run.digest
        self.override = ""
        super().ask_anew()

    def title_spans(self) -> list[Span]:
        run = self.run
        action = run.action if run else self.run_id
        title = run.plan.title if run and run.plan else action
        asked = f"  asked by {run.requested_by}" if run and self.mode == "approve" else ""
        verb = "Approve" if self.mode == "approve" else "Plan"
        return [Span(f" {verb}: {title}", "title"), Span(f"  {self.run_id}{asked}", "dim")]

    def body(self, width: int) -> list[Row]:
        run = self.run
        if run is None or run.plan is None:
            return [Row()]  # the foot says what is waited for
        return plan_rows.rows(self.scene, run, self.gate, width)

    def hindrance(self) -> str:
        run = self.run
        if run is None:
            return "asking for the plan …"
        if run.ended:
            return f"{run.status}: {run.reason}" if run.reason else f"it is {run.status}"
        if run.plan is None:
            if not self.scene.view.engine.watching:
                return "no engine is there to plan it: start one with `launchpad engine`"
            return "the engine is making the plan …"
        if run_view(run, self.scene.view.now).expired:
            return "this plan has expired: ask for it again"
        if self.mode == "confirm" and run.confirmed:
            return f"it is confirmed and {run.status}"
        if self.mode == "approve" and not run.awaits_approval:
            return f"it is {run.status}"
        return ""

    def against(self) -> str:
        run = self.run
        # Whoever confirmed it against the gate has said why; an approver sees that and answers for it.
        if self.mode == "approve" and run is not None and run.overridden_by:
            return ""
        return plan_rows.against(self.gate)

    def blockers(self) -> frozenset[str]:
        return plan_rows.blockers(self.gate)

    def name_to_type(self) -> str:
        run = self.run
        if self.mode == "approve" or run is None or run.plan is None or run.plan.reversible:
            return ""
        return run.plan.environment

    def asks(self) -> str:
        if self.mode == "approve":
            return f"approve this plan ({self.digest})"
        run = self.run
        needed = run.plan.approvals if run and run.plan else 0
        if needed:
            return f"confirm; it then waits for {needed} approval{'s' * (needed > 1)}"
        return "do it"

    def besides(self) -> Sequence[tuple[str, str]]:
        return [("plan.reject", "reject it")] if self.mode == "approve" else []

    def action_reject(self) -> None:
        if self.mode == "approve" and not self.bar():
            self.dismiss("reject")
