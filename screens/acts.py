"""What the keys do: each turns into a command for the desk, asking first where something must be said."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.screen import Screen
from textual.widgets import Input

from launchpad.errors import LaunchpadError, Refused
from launchpad.model import commands as cmd
from launchpad.model.commands import Command, Done
from launchpad.model.events import ItemTicked
from launchpad.model.state import RunState
from launchpad.model.values import format_duration, parse_slip
from launchpad.rules.view import ItemView
from screens.dialogs.confirm import Confirmed, Simple
from screens.dialogs.phase import PhaseDialog
from screens.dialogs.plan import PlanDialog
from screens.dialogs.prompt import Prompt
from screens.dialogs.resolve import ResolveDialog
from screens.render.row import Row, Span, line, wrap
from screens.render.scene import Scene

if TYPE_CHECKING:
    from launchpad.desk import Desk
    from launchpad.session import Session
    from screens.board import Board

Then = Callable[[Done], None]


class Acts(App[int]):
    """The operator's verbs, mixed into the app."""

    session: "Session"
    desk: "Desk"
    scene: Scene
    board: "Board"

    def say(self, text: str, style: str = "ok") -> None:
        """One line in the row kept for it."""
        raise NotImplementedError

    def refresh_view(self) -> None:
        """Asks for a fresh view."""
        raise NotImplementedError

    def ask(self, dialog: Screen[Any], answered: Callable[[Any], None]) -> None:
        """Opens a dialog; `answered` gets what it was dismissed with, unless that is None."""

        def closed(answer: Any) -> None:
            if answer is not None:
                answered(answer)

        self.push_screen(dialog, closed)

    def perform(self, command: Command, then: Then | None = None) -> None:
        """Has the desk do it, off the event loop, and says how it went."""

        def work() -> None:
            try:
                done = self.desk.perform(command)
            except LaunchpadError as error:
                style = "warn" if isinstance(error, Refused) else "bad"
                self.call_later(self.say, str(error), style)
            else:
                self.call_later(self._performed, done, then)
            self.call_later(self.refresh_view)

        self.run_worker(work, thread=True, group="desk")

    def _performed(self, done: Done, then: Then | None) -> None:
        self.say(done.message, "info" if done.already else "ok")
        if then is not None:
            then(done)

    # Items

    def _item(self) -> ItemView | None:
        item = self.board.item
        if item is None:
            self.say("no item is selected: 1, 2 and 3 lead to the checklists", "warn")
        return item

    def action_tick(self) -> None:
        item = self._item()
        if item is None:
            return
        name, seq = item.id, item.state.seq
        if item.state.item.check is not None:
            self.say(f"{name} is proved by its check: v runs it now", "info")
        elif item.mark in ("done", "skipped"):
            self._reopen(item)
        elif item.blocked_by:
            self.say(f"{name} waits for {_with_owners(self.scene, item.blocked_by)}", "warn")
        elif item.state.item.evidence == "required" and not item.state.evidence:
            self._with_words(
                f"Evidence for {name}",
                "This item can't be ticked without evidence: a note or a link.",
                lambda text: self.perform(cmd.Tick(item=name, evidence=text, expect=seq)),
            )
        else:
            self.perform(cmd.Tick(item=name, expect=seq))

    def _reopen(self, item: ItemView) -> None:
        """Opens a finished item again; asks first if somebody else finished it, perhaps a moment ago."""
        name, by = item.id, item.state.by
        reopened = cmd.Untick(item=name, expect=item.state.seq)
        if by == self.desk.identity.name:
            self.perform(reopened)
            return
        done = "ticked" if item.mark == "done" else "skipped"
        sentence = f"{by} {done} it at {self.scene.clock(item.state.at)}."
        self.ask(
            Simple(self.scene, f"Open {name} again?", "open it again", _sentences(sentence)),
            lambda _answer: self.perform(reopened),
        )

    def action_undo(self) -> None:
        me = self.desk.identity.name
        for recorded in reversed(self.session.events):
            event = recorded.event
            if not isinstance(event, ItemTicked) or recorded.actor != me:
                continue
            item = self.scene.view.state.items.get(event.item)
            if item is not None and item.status == "done" and item.seq == recorded.seq:
                self.perform(cmd.Untick(item=event.item, expect=recorded.seq))
                return
        self.say("there is no tick of yours to undo", "info")

    def action_skip(self) -> None:
        if item := self._item():
            name, seq = item.id, item.state.seq
            self._with_words(
                f"Skip {name}: why?",
                item.state.item.title,
                lambda text: self.perform(cmd.Skip(item=name, text=text, expect=seq)),
            )

    def action_fail(self) -> None:
        if item := self._item():
            name, seq = item.id, item.state.seq
            self._with_words(
                f"{name} does not hold: why?",
                item.state.item.title,
                lambda text: self.perform(cmd.Fail(item=name, text=text, expect=seq)),
            )

    def action_assign(self) -> None:
        item = self._item()
        if item is None:
            return
        name, seq = item.id, item.state.seq
        people = sorted({o.name for o in self.scene.view.definition.operators} | {self.desk.identity.name})
        note = f"{item.state.item.title}. One of {', '.join(people)}; empty takes it from everybody."

        def assigned(text: str) -> None:
            self.perform(cmd.Assign(item=name, assignee=text or None, expect=seq))

        held = item.state.assignee or self.desk.identity.name
        self.ask(Prompt(self.scene, f"Assign {name}", note, suggestions=people, value=held), assigned)

    def action_comment(self) -> None:
        if item := self._item():
            name = item.id
            self._with_words(
                f"Comment on {name}",
                item.state.item.title,
                lambda text: self.perform(cmd.Comment(item=name, text=text)),
            )

    def action_evidence(self) -> None:
        if item := self._item():
            name = item.id
            self._with_words(
                f"Evidence for {name}",
                f"{item.state.item.title}. A note or a link.",
                lambda text: self.perform(cmd.AddEvidence(item=name, text=text)),
            )

    def action_verify(self) -> None:
        if item := self._item():
            self.perform(cmd.RequestCheck(item=item.id))

    def action_verify_all(self) -> None:
        wanted = [i.id for i in self.scene.view.items if i.state.item.check and not i.state.check_requested]
        if not wanted:
            self.say("no item has a check to run", "info")
        for name in wanted:
            self.perform(cmd.RequestCheck(item=name))

    def _with_words(self, title: str, note: str, given: Callable[[str], None]) -> None:
        self.ask(Prompt(self.scene, title, note, needed=True), given)

    # The launch

    def action_note(self) -> None:
        note = "It stands in the timeline and in the report, with your name."
        self._with_words("War-room log", note, lambda text: self.perform(cmd.WriteNote(text=text)))

    def action_acknowledge(self, name: str = "") -> None:
        alerts = self.scene.view.alerts
        alert = next((a for a in alerts if a.state.name == name), None) if name else None
        if alert is None:
            panel = self.board.focused_panel
            chosen = panel.selected if panel is not None and panel.id == "alerts" else None
            alert = chosen or next((a for a in alerts if a.unacknowledged), None)
        if alert is None:
            self.say("no alert waits for an acknowledgement", "info")
            return
        known = alert.state.name
        self.ask(
            Prompt(
                self.scene,
                f"Acknowledge {known}",
                f"{alert.rule}, now {alert.shown}. What do you know of it?",
            ),
            lambda text: self.perform(cmd.Acknowledge(alert=known, text=text)),
        )

    def action_next_phase(self) -> None:
        phase = self.scene.view.next_phase
        if phase is None:
            self.say("post-launch is the last phase; `close` in the palette ends the launch", "info")
            return
        seq = self.scene.view.state.phase_seq

        def confirmed(answer: Confirmed) -> None:
            self.perform(cmd.EnterPhase(phase=phase, override=answer.override, expect=seq))

        self.ask(PhaseDialog(self.scene, phase), confirmed)

    def action_hold(self) -> None:
        """Holds the countdown, or resumes it."""
        state = self.scene.view.state
        seq, hold = state.countdown_seq, state.hold
        if hold is None:
            self._with_words(
                "Hold the countdown: why?",
                "T-0 and all due times stand still until a director resumes.",
                lambda text: self.perform(cmd.HoldCountdown(text=text)),
            )
            return
        lasted = format_duration(self.scene.view.held or 0)
        self.ask(
            Simple(
                self.scene,
                "Resume the countdown?",
                "resume it",
                _sentences(f"{hold.by} holds it: {hold.reason}", f"T-0 moves by the {lasted} it was held."),
            ),
            lambda _answer: self.perform(cmd.ResumeCountdown(expect=seq)),
        )

    def action_slip(self) -> None:
        seq = self.scene.view.state.countdown_seq

        def given(text: str) -> None:
            try:
                seconds = parse_slip(text.strip())
            except ValueError:
                self.say(f"T-0 slips by a duration such as +30m or -10m, not by {text!r}", "bad")
                return
            self.perform(cmd.SlipCountdown(seconds=seconds, expect=seq))

        self._with_words("Slip T-0 by how much?", "+30m is later, -10m earlier. Due times follow.", given)

    def action_close(self, outcome: str) -> None:
        sentence = (
            f"The launch ends as {outcome}. Nothing can be changed after that; it can be read and reported."
        )

        def closed(_answer: Confirmed) -> None:
            self.perform(cmd.CloseLaunch(outcome=outcome))  # type: ignore[arg-type]  # the palette offers these

        self.ask(
            Simple(self.scene, "Close the launch", f"close it as {outcome}", _sentences(sentence)), closed
        )

    # Runs

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
        self.say(f"asking for the plan of {action}", "info")
        self.perform(
            cmd.RequestRun(action=action), lambda done: self._offer_plan(done.subject.removeprefix("run:"))
        )

    def _offer_plan(self, run_id: str) -> None:
        """Opens a plan just asked for, unless it would come between the operator and what they write."""
        if len(self.screen_stack) > 1 or isinstance(self.focused, Input):
            self.say(f"{run_id} waits for you to read its plan (P)", "info")
        else:
            self._open_plan(run_id)

    def _open_plan(self, run_id: str) -> None:
        dialog = PlanDialog(self.scene, run_id)

        def closed(answer: Any) -> None:
            if isinstance(answer, Confirmed):
                command = cmd.ConfirmRun(run=run_id, digest=dialog.digest, override=answer.override)
                self.perform(command, lambda _done: self._say_who_approves(run_id))
            else:
                self._let_go(dialog.run)

        self.push_screen(dialog, closed)

    def _let_go(self, run: RunState | None) -> None:
        """A request whose plan was left is taken back, so that it does not wait for ever."""
        if run is not None and not run.ended and not run.confirmed:
            self.perform(cmd.RetractRun(run=run.id))

    def _say_who_approves(self, run_id: str) -> None:
        from screens.render.plan import approvers

        run = self.scene.view.state.runs.get(run_id)
        if run is None or run.plan is None or not run.plan.approvals:
            return
        able = ", ".join(approvers(self.scene, run)) or "nobody defined here"
        count = run.plan.approvals
        self.say(f"{run_id} waits for {count} approval{'s' * (count > 1)}; can be given by {able}", "info")

    def waiting_for_me(self) -> list[RunState]:
        """Runs that need this operator's yes: others' that wait for approval, own ones unconfirmed."""
        me = self.desk.identity.name
        waiting = []
        for run in self.scene.view.runs:
            state = run.state
            if run.expired:
                continue
            mine = state.requested_by == me and state.status == "planned" and not state.confirmed
            others = state.requested_by != me and state.awaits_approval
            if mine or (others and me not in {a.by for a in state.approvals}):
                waiting.append(state)
        return waiting

    def action_approve(self) -> None:
        waiting = self.waiting_for_me()
        if not waiting:
            self.say("no run waits for you", "info")
            return
        run = waiting[0]
        if run.requested_by == self.desk.identity.name:
            self._open_plan(run.id)
            return
        dialog = PlanDialog(self.scene, run.id, "approve")

        def answered(answer: Any) -> None:
            if answer == "reject":
                self._reject(run.id)
            else:
                self.perform(cmd.ApproveRun(run=run.id, digest=dialog.digest))

        self.ask(dialog, answered)

    def _reject(self, run_id: str) -> None:
        self.ask(
            Prompt(self.scene, f"Reject {run_id}", "The requester reads the reason."),
            lambda text: self.perform(cmd.RejectRun(run=run_id, text=text)),
        )

    def action_abort(self) -> None:
        run = self.scene.view.run
        if run is None:
            self.say("nothing runs that could be aborted", "info")
            return
        name = run.state.id
        sentence = (
            f"{name} stops at its next safe point. What is done stays done: nothing is rolled back by this."
        )
        self.ask(
            Simple(self.scene, f"Abort {name}?", "abort it", _sentences(sentence), also="X"),
            lambda _answer: self.perform(cmd.AbortRun(run=name)),
        )

    def action_resolve(self) -> None:
        stuck = next((r.state for r in self.scene.view.runs if r.state.status == "interrupted"), None)
        if stuck is None:
            self.say("no run is interrupted", "info")
            return
        name, seq = stuck.id, stuck.seq
        self.ask(
            ResolveDialog(self.scene, name),
            lambda resolution: self.perform(cmd.ResolveRun(run=name, resolution=resolution, expect=seq)),
        )

    def action_leave(self) -> None:
        def left(_answer: Confirmed) -> None:
            self.exit(0, return_code=0)

        self.ask(Simple(self.scene, "Leave?", "leave", _goes_on, also="q"), left)


def _sentences(*texts: str) -> Callable[[Scene, int], list[Row]]:
    return lambda _scene, width: [
        line(width, [Span(f" {piece}")]) for text in texts for piece in wrap(text, width - 2)
    ]


def _with_owners(scene: Scene, names: Sequence[str]) -> str:
    """`dns (ada), legal (team legal)`."""
    said = []
    for name in names:
        item = scene.view.state.items[name]
        who = item.assignee or (f"team {item.item.team}" if item.item.team else "")
        said.append(f"{name} ({who})" if who else name)
    return ", ".join(said)


def _goes_on(scene: Scene, width: int) -> list[Row]:
    """What leaving changes, and what it does not."""
    if scene.rehearsal:
        return _sentences("The rehearsal ends, and nothing of it is kept.")(scene, width)
    view = scene.view
    told = []
    if view.engine.watching:
        told.append(f"{view.engine.sentence.capitalize()} goes on watching.")
    elif view.state.open:
        told.append("No engine is watching, with or without you.")
    for run in view.runs:
        if not run.state.ended and not run.expired:
            goes = f"waits for {run.waits_for}" if run.waits_for else f"goes on ({run.state.status})"
            told += [f"{run.state.id} {goes}."]
    if view.alerts:
        told.append(f"Pending or firing: {', '.join(a.state.name for a in view.alerts)}.")
    others = sorted({p.operator for p in view.people} - {scene.me.name})
    told.append(f"Still here: {', '.join(others)}." if others else "Nobody else is here.")
    over_ssh = scene.me.auth == "key"
    told.append("Connect again to come back." if over_ssh else "`launchpad attach` brings you back.")
    return _sentences(*told)(scene, width)
