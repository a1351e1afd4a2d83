"""What the keys do to rollouts."""

from collections.abc import Callable, Sequence

from launchpad.model import commands as cmd
from launchpad.rules.rollouts import allowed
from screens import dialogs
from screens.acts.base import Acting


class RolloutActs(Acting):
    """Verbs on rollouts."""

    def action_bump(self, name: str = "") -> None:
        """Opens the plan of the next step; of the selected rollout, or of the one that is chosen."""
        names = [
            one.name
            for one in self.scene.view.rollouts
            if one.next_percent is not None and one.state is not None and allowed(one.state.reading, "bump")
        ]
        self._of_one(name, names, "bump", lambda chosen: self.request(cmd.BumpRollout(rollout=chosen)))

    def action_resume_rollout(self, name: str) -> None:
        self.request(cmd.ResumeRollout(rollout=name))

    def action_complete_rollout(self, name: str) -> None:
        self.request(cmd.CompleteRollout(rollout=name))

    def action_halt(self, name: str = "") -> None:
        """Asks which, or all; one `y` is enough."""
        if not self.scene.view.rollouts:
            self.say("no rollouts are defined", "info")
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

    def _of_one(self, name: str, names: Sequence[str], wish: str, do: Callable[[str], None]) -> None:
        chosen = name or self._selected()
        if chosen in names:
            self._told(chosen, do)
        elif len(names) == 1:
            self._told(names[0], do)
        elif names:
            self.ask(dialogs.RolloutDialog(self.scene, wish, names), do)
        else:
            self.say(f"there is no rollout to {wish}", "info")

    def _told(self, name: str, do: Callable[[str], None]) -> None:
        self.say(f"asking for the plan of {name}", "info", lambda: not self.caught_up)
        do(name)

    def _selected(self) -> str:
        """The rollout under the cursor of its panel, while that has the focus."""
        panel = self.board.panel("rollouts")
        part = panel.selected if panel.has_focus else None
        return part.rollout.name if part is not None else ""
