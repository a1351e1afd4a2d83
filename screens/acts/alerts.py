"""What the keys do to who hears of an alert."""

from launchpad.model import commands as cmd
from screens.acts.base import Acting, for_a_while


class AlertActs(Acting):
    """Verbs on alerts, beside the acknowledgement."""

    def action_silence(self, name: str) -> None:
        def given(text: str) -> None:
            seconds, reason = for_a_while(text)
            self.perform(cmd.SilenceAlert(alert=name, text=reason, seconds=seconds))

        note = "How long, and why: 30m load test. It is shown as ever; nobody is told."
        self.with_words(f"Silence {name}", note, given, for_a_while, does="silence it")

    def action_unsilence(self, name: str) -> None:
        self.perform(cmd.UnsilenceAlert(alert=name))
