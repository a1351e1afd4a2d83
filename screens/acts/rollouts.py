"""What the keys do to rollouts."""

from launchpad.model import commands as cmd
from screens import dialogs
from screens.acts.base import Acting
from screens.lacks import to_bump


class RolloutActs(Acting):
    """Verbs on rollouts."""

    def action_bump(self, name: str = "") -> None:
        """Opens the plan of the next step; of the selected rollout, or of the one that is chosen."""
        names, chosen = to_bump(self.scene.view), name or self._selected()
        if chosen in names:
            self._bump(chosen)
        elif name:
            # Never another one in its place.
            self.say(f"{name} has no next step as it stands", "info")
        elif len(names) == 1:
            self._bump(names[0])
        elif not self.lacking("bump"):
            self.ask(dialogs.RolloutDialog(self.scene, "bump", names), self._bump)

    def _bump(self, name: str) -> None:
        self.say(f"asking for the plan of {name}", "info", lambda: not self.caught_up)
        self.request(cmd.BumpRollout(rollout=name))

    def action_resume_rollout(self, name: str) -> None:
        self.request(cmd.ResumeRollout(rollout=name))

    def action_complete_rollout(self, name: str) -> None:
        self.request(cmd.CompleteRollout(rollout=name))

    def action_halt(self, name: str = "") -> None:
        """Asks which, or all; one `y` is enough."""
        if self.lacking("halt"):
            return
        names = [rollout.name for rollout in self.scene.view.rollouts]
        choice = [*names, dialogs.EVERY] if len(names) > 1 else names
        self.ask(dialogs.RolloutDialog(self.scene, "halt", choice, name or self._to_halt()), self._halt)

    def _to_halt(self) -> str:
        """Of those that people may be getting: the selected one, else a broken one, else one that rolls."""
        going = [r for r in self.scene.view.rollouts if r.status in ("rolling", "unknown")]
        selected = self._selected()
        likely = sorted(going, key=lambda r: (r.name != selected, not r.breached, r.status != "rolling"))
        return likely[0].name if likely else selected

    def _halt(self, name: str) -> None:
        self.perform(cmd.HaltRollout(rollout="*" if name == dialogs.EVERY else name))

    def action_veto(self, name: str) -> None:
        self.with_words(
            f"Keep {name} where it is: why?",
            "The engine takes no step until the rollout stands otherwise; a person still can.",
            lambda text: self.perform(cmd.VetoRollout(rollout=name, text=text)),
            does="veto",
        )

    def _selected(self) -> str:
        """The rollout under the cursor of its panel, while that has the focus."""
        panel = self.board.panel("rollouts")
        part = panel.selected if panel.has_focus else None
        return part.rollout.name if part is not None else ""
