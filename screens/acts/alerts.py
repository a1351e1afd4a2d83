"""What the keys do to who hears of an alert."""

from launchpad.model import commands as cmd
from launchpad.model.values import parse_duration
from screens.acts.base import Acting


class AlertActs(Acting):
    """Verbs on alerts, beside the acknowledgement."""

    def action_silence(self, name: str) -> None:
        def given(text: str) -> None:
            span, _, reason = text.strip().partition(" ")
            try:
                seconds = parse_duration(span)
            except ValueError:
                self.say(f"a silence is a duration and a reason such as 30m load test, not {text!r}", "bad")
                return
            self.perform(cmd.SilenceAlert(alert=name, text=reason, seconds=seconds))

        note = "How long, and why: 30m load test. It is shown as ever; nobody is told."
        self.with_words(f"Silence {name}", note, given, does="silence it")

    def action_unsilence(self, name: str) -> None:
        self.perform(cmd.UnsilenceAlert(alert=name))
