"""What the keys do to the roll-call."""

from launchpad.desk import allows
from launchpad.model import commands as cmd
from launchpad.model.events import Answer
from screens import dialogs
from screens.acts.base import Acting, sentences


class PollActs(Acting):
    """Verbs on the roll-call."""

    def action_answer(self) -> None:
        """Answers for one's team; a director whom nobody has asked yet calls the roll."""
        view, me = self.scene.view, self.desk.identity
        poll = view.state.poll
        if poll is None or self._no_roll():
            if self.desk.may("poll-call"):
                self.action_call_poll()
            else:
                self.say("the roll is not called: a director calls it", "info", self._no_roll)
            return
        proxy = allows(me.role, "operator")
        teams = dialogs.my_teams(view, me.teams, proxy=proxy)
        if not teams:
            self.say(f"you speak for none of {', '.join(poll.teams)}: an operator may be their proxy", "warn")
            return
        self.ask(dialogs.PollDialog(self.scene, teams), lambda answered: self._answered(*answered))

    def _answered(self, team: str, answer: Answer) -> None:
        poll = self.scene.view.state.poll
        vote = poll.votes.get(team) if poll else None
        seq = vote.seq if vote else 0
        if answer == "go":
            self.perform(cmd.AnswerPoll(answer="go", team=team, expect=seq))
            return
        self.ask(
            dialogs.Prompt(
                self.scene,
                f"No-go for {team}: why?",
                "It holds the gate until you change it.",
                needed=True,
                does="no-go",
            ),
            lambda text: self.perform(cmd.AnswerPoll(answer="no-go", team=team, text=text, expect=seq)),
        )

    def action_call_poll(self) -> None:
        poll = self.scene.view.state.poll
        seq = poll.seq if poll else 0
        note = "Every team answers with g. What is the question? Empty is fine."
        if poll is not None and poll.closed_at is None:
            note = f"All answers so far lapse. {note}"
        self.ask(
            dialogs.Prompt(self.scene, "Call the roll", note, does="call it"),
            lambda text: self.perform(cmd.CallPoll(text=text, expect=seq)),
        )

    def action_close_poll(self) -> None:
        poll = self.scene.view.state.poll
        if poll is None or self._no_roll():
            self.say("no roll-call is open", "info", self._no_roll)
            return
        seq = poll.seq

        def closed(_answer: "dialogs.Confirmed") -> None:
            self.perform(cmd.ClosePoll(expect=seq))

        sentence = "No more answers are taken. Those given stand, and may still lapse."
        self.ask(dialogs.Simple(self.scene, "Close the roll?", "close it", sentences(sentence)), closed)

    def _no_roll(self) -> bool:
        """Whether no roll-call takes answers."""
        poll = self.scene.view.state.poll
        return poll is None or poll.closed_at is not None
