"""What the face tells somebody who comes back."""

from launchpad.model.values import SECOND, Micros
from launchpad.rules.handover import ABSENCE, Handover, handover, last_act
from launchpad.rules.view import View
from screens import dialogs
from screens.acts.base import Acting
from screens.render import handover as handover_rows
from screens.render.row import Row
from screens.render.scene import Scene


class HandoverActs(Acting):
    """Since you were last here."""

    away_since: Micros | None = None
    """When this operator last did something before the face was opened; 0: never."""

    def welcome_back(self, view: View) -> None:
        """Says, in the row kept for it, that there is something to catch up on."""
        self.away_since = last_act(self.session.events, self.desk.identity.name) or 0
        if view.now - self.away_since < ABSENCE * SECOND:
            return
        if headline := self._missed(view).headline:
            since = f"since {self.scene.clock(self.away_since)}" if self.away_since else "so far"
            self.say(f"{since}: {headline}; {self.scene.hint('handover.show', 'tells it')}", "info")

    def _missed(self, view: View) -> Handover:
        return handover(view, self.session.events, self.desk.identity.name, self.away_since or 0)

    def action_handover(self) -> None:
        def rows(scene: Scene, width: int) -> list[Row]:
            return handover_rows.rows(scene, self._missed(scene.view), width)

        self.push_screen(dialogs.Reading(self.scene, "Since you were last here", rows))
