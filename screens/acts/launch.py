"""What the keys do to the launch as a whole: its phases, its countdown, its alerts, its log."""

from launchpad.errors import BadInput
from launchpad.model import commands as cmd
from launchpad.model.events import Outcome
from launchpad.model.values import format_duration, parse_slip
from launchpad.rules.view import AlertView, RunView
from screens import dialogs
from screens.acts import over
from screens.acts.base import Acting, sentences
from screens.render.row import Row
from screens.render.scene import Scene


class LaunchActs(Acting):
    """Verbs on the launch."""

    def action_note(self) -> None:
        note = "It stands in the timeline and in the report, with your name."
        self.with_words("War-room log", note, lambda text: self.perform(cmd.WriteNote(text=text)))

    def action_acknowledge(self, name: str = "") -> None:
        alert = self._named(name) if name else self._to_acknowledge()
        if alert is None:
            return
        known = alert.state.name

        def note(scene: Scene) -> str:
            now = next((a for a in scene.view.alerts if a.state.name == known), None)
            shown = f", now {now.shown}" if now is not None else ""
            return f"{alert.rule}{shown}. What do you know of it? Empty is fine."

        self.ask(
            dialogs.Prompt(
                self.scene,
                f"Acknowledge {known}",
                note,
                does="acknowledge",
                over=over.alert(self.scene, known),
            ),
            lambda text: self.perform(cmd.Acknowledge(alert=known, text=text)),
        )

    def _named(self, name: str) -> AlertView | None:
        alert = next((a for a in self.scene.view.alerts if a.state.name == name), None)
        if alert is None:
            # Never another one in its place.
            self.say(f"{name} is neither pending nor firing any more", "info")
        return alert

    def _to_acknowledge(self) -> AlertView | None:
        """The selected alert, else the first that nobody has acknowledged."""
        if self.lacking("acknowledge"):
            return None
        panel = self.board.focused_panel
        chosen = panel.selected if panel is not None and panel.id == "alerts" else None
        waiting = (a for a in self.scene.view.alerts if a.unacknowledged)
        return chosen if isinstance(chosen, AlertView) else next(waiting, None)

    def action_next_phase(self) -> None:
        if self.lacking("next_phase"):
            return
        phase = self.scene.view.next_phase
        if phase is None:
            # After the last phase comes the end.
            self.action_close()
            return
        seq = self.scene.view.state.phase_seq

        def confirmed(answer: "dialogs.Confirmed") -> None:
            self.perform(cmd.EnterPhase(phase=phase, override=answer.override, expect=seq))

        self.ask(dialogs.PhaseDialog(self.scene, phase), confirmed)

    def action_hold(self) -> None:
        """Holds the countdown, or resumes it."""
        if self.lacking("hold"):
            return
        state = self.scene.view.state
        seq, hold = state.countdown_seq, state.hold
        if hold is None:
            self.with_words(
                "Hold the countdown: why?",
                "T-0 and all due times stand still until a director resumes.",
                lambda text: self.perform(cmd.HoldCountdown(text=text)),
                does="hold it",
                over=over.held,
            )
            return

        def told(scene: Scene, width: int) -> list[Row]:
            lasted = format_duration(scene.view.held or 0)
            moves = f"T-0 moves by the {lasted} it was held."
            return sentences(f"{hold.by} holds it: {hold.reason}", moves)(scene, width)

        self.ask(
            dialogs.Simple(
                self.scene,
                "Resume the countdown?",
                "resume it",
                told,
                over=lambda scene: "" if scene.view.state.hold == hold else "this hold is over",
            ),
            lambda _answer: self.perform(cmd.ResumeCountdown(expect=seq)),
        )

    def action_slip(self) -> None:
        if self.lacking("slip"):
            return
        seq = self.scene.view.state.countdown_seq

        def given(text: str) -> None:
            self.perform(cmd.SlipCountdown(seconds=_slip(text), expect=seq))

        note = "+30m is later, -10m earlier. Due times follow."
        self.with_words(
            "Slip T-0 by how much?",
            note,
            given,
            _slip,
            does="slip it",
            over=over.countdown(self.scene),
            comes_back=False,
        )

    def action_close(self, outcome: Outcome | None = None) -> None:
        """Asks how the launch ended, and closes it."""
        self.ask(
            dialogs.CloseDialog(self.scene, outcome),
            lambda chosen: self.perform(cmd.CloseLaunch(outcome=chosen)),
        )

    def action_leave(self) -> None:
        def left(_answer: "dialogs.Confirmed") -> None:
            self.exit(0, return_code=0)

        asked = dialogs.Simple(self.scene, "Leave?", "leave", _goes_on, also="quit", changes=False)
        self.ask(asked, left)


def _slip(text: str) -> float:
    try:
        return parse_slip(text.strip())
    except ValueError:
        raise BadInput("expected a duration such as +30m or -10m") from None


def _without_you(scene: Scene, run: RunView) -> str:
    if run.waits_for:
        return f"waits for {run.waits_for}"
    if not scene.in_touch:
        return f"was {run.state.status} when last read"
    return f"goes on ({run.state.status})" if scene.view.engine.watching else "stands still: no engine"


def _goes_on(scene: Scene, width: int) -> list[Row]:
    """What leaving changes, and what it does not."""
    if scene.rehearsal:
        return sentences("The rehearsal ends, and nothing of it is kept.")(scene, width)
    view = scene.view
    told = []
    if view.engine.watching:
        told.append(f"{view.engine.sentence.capitalize()} goes on watching.")
    elif view.state.open:
        told.append("No engine is watching, with or without you.")
    open_runs = (run for run in view.runs if not run.state.ended and not run.expired)
    told += [f"{run.state.id} {_without_you(scene, run)}." for run in open_runs]
    if view.alerts:
        told.append(f"Pending or firing: {', '.join(a.state.name for a in view.alerts)}.")
    others = sorted({p.operator for p in view.people} - {scene.me.name})
    told.append(f"Still here: {', '.join(others)}." if others else "Nobody else is here.")
    over_ssh = scene.me.auth == "key"
    told.append("Connect again to come back." if over_ssh else "`launchpad attach` brings you back.")
    return sentences(*told)(scene, width)
