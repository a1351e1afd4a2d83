"""What the palette does to the director's seat."""

from launchpad.model import commands as cmd
from screens import dialogs
from screens.acts import over
from screens.acts.base import Acting, sentences


class SeatActs(Acting):
    """Verbs on the director's seat."""

    def action_take_seat(self) -> None:
        """A deputy says why; a director who takes it back is only asked."""
        state = self.scene.view.state
        seq, held = state.seat_seq, state.seat
        if self.desk.identity.role != "director":
            self.with_words(
                "Take the director's seat: why?",
                "Everybody sees it, and it stands in the report. A director may take it back at any time.",
                lambda text: self.perform(cmd.TakeSeat(text=text, expect=seq)),
                does="take it",
                over=over.seat(self.scene),
            )
        elif held is None or held.holder == self.desk.identity.name:
            self.say("the director's seat is yours", "info")
        else:

            def taken(_answer: "dialogs.Confirmed") -> None:
                self.perform(cmd.TakeSeat(expect=seq))

            sentence = f"{held.holder} holds it since {self.scene.clock(held.since)}: {held.reason}"
            self.ask(
                dialogs.Simple(
                    self.scene,
                    "Take the director's seat back?",
                    "take it back",
                    sentences(sentence),
                    over=over.seat(self.scene),
                ),
                taken,
            )

    def action_hand_seat(self, to: str) -> None:
        seq = self.scene.view.state.seat_seq
        self.ask(
            dialogs.Prompt(
                self.scene,
                f"Hand the director's seat to {to}: why?",
                f"{to} decides from then on. A director may take it back at any time.",
                needed=True,
                does="hand it over",
                over=over.seat(self.scene),
            ),
            lambda text: self.perform(cmd.HandSeat(to=to, text=text, expect=seq)),
        )
