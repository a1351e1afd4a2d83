"""What the keys do to the roll-call."""

from launchpad.desk import allows
from launchpad.model import commands as cmd
from launchpad.model.events import Answer
from screens import dialogs
from screens.acts import over
from screens.acts.base import Acting, sentences
from screens.lacks import roll_open


class PollActs(Acting):
    """Verbs on the roll-call."""

    def action_answer(self) -> None:
        """Answers for one's team; a director whom nobody has asked yet calls the roll."""
        if self.lacking("answer"):
            return
        view, me = self.scene.view, self.desk.identity
        if not roll_open(view):
            self.action_call_poll()
            return
        teams = dialogs.my_teams(view, me.teams, proxy=allows(me.role, "operator"))
        self.ask(dialogs.PollDialog(self.scene, teams), lambda answered: self._answered(*answered))

    def _answered(self, team: str, answer: Answer) -> None:
        poll = self.scene.view.state.poll
        vote = poll.votes.get(team) if poll else None
        seq, roll = vote.seq if vote else 0, poll.seq if poll else 0
        if answer == "go":
            self.perform(cmd.AnswerPoll(answer="go", team=team, roll=roll, expect=seq))
            return
        self.ask(
            dialogs.Prompt(
                self.scene,
                f"No-go for {team}: why?",
                "It holds the gate until you change it.",
                needed=True,
                does="no-go",
                over=over.roll(self.scene),
            ),
            lambda text: self.perform(
                cmd.AnswerPoll(answer="no-go", team=team, text=text, roll=roll, expect=seq)
            ),
        )

    def action_call_poll(self) -> None:
        poll = self.scene.view.state.poll
        seq = poll.seq if poll else 0
        note = "Every team answers with g. What is the question? Empty is fine."
        if roll_open(self.scene.view):
            note = f"All answers so far lapse. {note}"
        self.ask(
            dialogs.Prompt(self.scene, "Call the roll", note, does="call it", over=over.roll(self.scene)),
            lambda text: self.perform(cmd.CallPoll(text=text, expect=seq)),
        )

    def action_close_poll(self) -> None:
        poll = self.scene.view.state.poll
        if self.lacking("close_poll") or poll is None:
            return
        seq = poll.seq

        def closed(_answer: "dialogs.Confirmed") -> None:
            self.perform(cmd.ClosePoll(expect=seq))

        told = sentences("No more answers are taken. Those given stand, and may still lapse.")
        read = over.roll(self.scene)
        self.ask(dialogs.Simple(self.scene, "Close the roll?", "close it", told, over=read), closed)
