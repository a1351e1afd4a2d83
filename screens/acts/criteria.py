"""What the keys do to the rollback criteria."""

from launchpad.model import commands as cmd
from screens import dialogs
from screens.acts import over
from screens.acts.base import Acting
from screens.render import criteria


class CriteriaActs(Acting):
    """Verbs on the rollback criteria."""

    def action_criteria(self) -> None:
        """Shows them; who may, marks what people judge."""
        advice = self.scene.view.advice
        by_hand = advice is not None and any(c.by_hand for c in advice.criteria)
        if advice is None or not by_hand or not advice.in_force or not self.desk.may("criterion"):
            self.push_screen(dialogs.Reading(self.scene, "Rollback criteria", criteria.rows))
            return
        self.ask(dialogs.CriteriaDialog(self.scene), lambda marked: self._marked(*marked))

    def _marked(self, name: str, met: bool) -> None:
        mark = self.scene.view.state.marks.get(name)
        seq = mark.seq if mark else 0
        title = f"{name} is {'met' if met else 'not met'}"
        self.ask(
            dialogs.Prompt(
                self.scene, title, "What was seen? Empty is fine.", over=over.mark(self.scene, name)
            ),
            lambda text: self.perform(cmd.MarkCriterion(criterion=name, met=met, text=text, expect=seq)),
        )
