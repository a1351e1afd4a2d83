"""What the keys do to runs."""

from time import monotonic
from typing import Any

from textual.widgets import Input

from launchpad.model import commands as cmd
from launchpad.model.state import RunState
from screens import dialogs
from screens.acts import over
from screens.acts.base import Acting, sentences
from screens.render.plans import Choice, choices, wish_of

_MINE = ("approve", "confirm")


class RunActs(Acting):
    """Verbs on runs."""

    def action_run(self, action: str) -> None:
        """Opens an action's plan; its own unfinished request is taken up again."""
        mine = self.desk.identity.name
        for run in self.scene.view.runs:
            waits = (
                run.state.status in ("requested", "planned") and not run.state.confirmed and not run.expired
            )
            if run.state.action == action and run.state.requested_by == mine and waits:
                self._open_plan(run.state.id)
                return
        self.say(f"asking for the plan of {action}", "info", lambda: not self.caught_up)
        self.request(cmd.RequestRun(action=action))

    def request(self, command: cmd.Command) -> None:
        """Asks for a run and opens its plan."""
        self.perform(command, lambda done: self._offer_plan(done.subject.removeprefix("run:")))

    def _offer_plan(self, run_id: str) -> None:
        """Opens a plan just asked for, unless it would come between the operator and what they write."""
        if len(self.screen_stack) > 1 or isinstance(self.focused, Input):
            self.say(
                f"{run_id} waits for you to read its plan: {self.scene.hint('run.approve', 'shows it')}",
                "info",
                lambda: run_id in [run.id for run in self.waiting_for_me()],
            )
        else:
            self._open_plan(run_id)

    def _open_plan(self, run_id: str) -> None:
        dialog = dialogs.PlanDialog(self.scene, run_id)

        def closed(answer: Any) -> None:
            if isinstance(answer, dialogs.Confirmed):
                self._answered_at = monotonic()
                command = cmd.ConfirmRun(run=run_id, digest=dialog.digest, override=answer.override)
                self.perform(command, lambda _done: self._say_who_approves(run_id))
            else:
                self._let_go(dialog.run)

        self.push_screen(dialog, closed)

    def _let_go(self, run: RunState | None) -> None:
        """A request whose plan was left is taken back, so that it does not wait for ever."""
        me = self.desk.identity.name
        if run is not None and run.requested_by == me and not run.ended and not run.confirmed:
            self.perform(cmd.RetractRun(run=run.id))

    def _say_who_approves(self, run_id: str) -> None:
        from screens.render.plan import approvers

        run = self.scene.view.state.runs.get(run_id)
        if run is None or run.plan is None or not run.plan.approvals:
            return
        able = ", ".join(approvers(self.scene, run)) or "nobody defined here"
        count = run.plan.approvals
        self.say(
            f"{run_id} waits for {count} approval{'s' * (count > 1)}; can be given by {able}",
            "info",
            lambda: any(
                each.state.awaits_approval for each in self.scene.view.runs if each.state.id == run_id
            ),
        )

    def waiting_for_me(self) -> list[RunState]:
        """Runs that need this operator's yes: others' that wait for approval, own ones unconfirmed."""
        me = self.desk.identity.name
        return [run.state for run in self.scene.view.runs if wish_of(run, me) in _MINE]

    def action_approve(self) -> None:
        """Opens the one plan that waits for me, or lets me choose."""
        waiting = [c for c in choices(self.scene.view, self.desk.identity.name) if c.wish in _MINE]
        if len(waiting) == 1:
            self._chosen(waiting[0])
        else:
            self.ask(dialogs.PlansDialog(self.scene), self._chosen)

    def _chosen(self, choice: Choice) -> None:
        match choice.wish:
            case "ask":
                self.action_run(choice.name)
            case "confirm":
                self._open_plan(choice.name)
            case _:
                self._open_approval(choice.name)

    def _open_approval(self, run_id: str) -> None:
        dialog = dialogs.PlanDialog(self.scene, run_id, "approve")

        def answered(answer: Any) -> None:
            if answer == "reject":
                self._reject(run_id)
            else:
                self.perform(cmd.ApproveRun(run=run_id, digest=dialog.digest))

        self.ask(dialog, answered)

    def action_retract(self, run_id: str) -> None:
        """Takes back one's own request, or one's approval."""
        self.perform(cmd.RetractRun(run=run_id))

    def action_break_glass(self, run_id: str) -> None:
        run = self.scene.view.state.runs.get(run_id)
        if run is None:
            return
        digest = run.digest
        self.with_words(
            f"Run {run_id} without approval: why?",
            "Everybody sees it, and it stands in the report. The gate still applies.",
            lambda text: self.perform(cmd.BreakGlass(run=run_id, digest=digest, text=text)),
            does="run it",
            over=over.run(run_id, "run.glass-broken", digest),
            comes_back=False,
        )

    def _reject(self, run_id: str) -> None:
        self.ask(
            dialogs.Prompt(
                self.scene,
                f"Reject {run_id}",
                "The requester reads the reason.",
                does="reject it",
                over=over.run(run_id, "run.rejected"),
            ),
            lambda text: self.perform(cmd.RejectRun(run=run_id, text=text)),
        )

    def action_abort(self) -> None:
        run = self.scene.view.run
        if self.lacking("abort") or run is None:
            return
        name = run.state.id
        sentence = (
            f"{name} stops at its next safe point. What is done stays done: nothing is rolled back by this."
        )
        self.ask(
            dialogs.Simple(
                self.scene,
                f"Abort {name}?",
                "abort it",
                sentences(sentence),
                also="run.abort",
                over=over.run(name, "run.abort-requested"),
            ),
            lambda _answer: self.perform(cmd.AbortRun(run=name)),
        )

    def action_resolve(self) -> None:
        stuck = self._stuck()
        if self.lacking("resolve") or stuck is None:
            return
        name, dialog = stuck.id, dialogs.ResolveDialog(self.scene, stuck.id)
        self.ask(
            dialog,
            lambda resolution: self.perform(
                cmd.ResolveRun(run=name, resolution=resolution, expect=dialog.seq)
            ),
        )

    def _stuck(self) -> RunState | None:
        """The run that somebody has to decide about."""
        return next((r.state for r in self.scene.view.runs if r.state.status == "interrupted"), None)
