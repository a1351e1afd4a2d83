"""Smoke tests, from the palette."""

from launchpad.model import commands as cmd
from screens import dialogs
from screens.acts.base import Acting
from screens.render import smoke


class SmokeActs(Acting):
    """Verbs on smoke tests."""

    def action_smoke(self, suite: str) -> None:
        self.perform(cmd.RunSmoke(suite=suite))

    def action_smoke_results(self) -> None:
        self.push_screen(dialogs.Reading(self.scene, "Smoke tests", smoke.rows))
