"""Answering the roll-call, with the numbers in front that the answer is bound to."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from launchpad.model.events import Answer
from launchpad.model.state import PollState
from launchpad.rules.polls import Ballot
from launchpad.rules.view import View
from screens.dialogs.confirm import Confirm
from screens.keys import IN_ANSWER
from screens.render import gate as gate_rows
from screens.render import poll as poll_rows
from screens.render.row import Row, Span, line, wrap
from screens.render.scene import Scene


class PollDialog(Confirm):
    """Dismissed with the team and its answer."""

    BINDINGS: ClassVar[list[BindingType]] = list(IN_ANSWER)

    def __init__(self, scene: Scene, teams: Sequence[str]) -> None:
        super().__init__(scene)
        self._teams = teams
        self._chosen = 0

    @property
    def team(self) -> str:
        return self._teams[self._chosen]

    @property
    def poll(self) -> PollState | None:
        return self.scene.view.state.poll

    def about(self) -> object:
        """The roll, and what was answered to it for the team so far."""
        poll = self.poll
        return (poll.seq, poll.votes.get(self.team)) if poll is not None else None

    @property
    def proxy(self) -> bool:
        """Whether the operator speaks for another team."""
        return self.team not in self.scene.me.teams

    def title_spans(self) -> list[Span]:
        proxy = [Span("  as proxy", "warn")] if self.proxy else []
        key = self.scene.keys["question.next"]
        count = len(self._teams)
        more = f"  {self._chosen + 1} of {count}, {key}: next team" if count > 1 else ""
        return [Span(f" Go or no-go for {self.team}?", "title"), *proxy, Span(more, "dim")]

    def body(self, width: int) -> list[Row]:
        view, poll = self.scene.view, self.poll
        if poll is None:
            return []
        rows = [line(width, [Span(f" {piece}")]) for piece in wrap(self._about(poll), width - 2)]
        ballot = next((b for b in view.ballots if b.team == self.team), None)
        if ballot is not None and self.team in poll.votes:
            rows += [
                Row(),
                line(width, [Span(" so far", "title")]),
                *poll_rows.full(self.scene, ballot, width),
            ]
        rows += [Row(), *poll_rows.numbers(self.scene, poll, self.team, width)]
        if view.gate is not None:
            rows += [Row(), line(width, gate_rows.heading(view.gate))]
        return rows

    def _about(self, poll: PollState) -> str:
        about = f" about: {poll.about}" if poll.about else ""
        return (
            f"{poll.called_by} called the roll{about}\nThe answer is bound to the numbers below; a go"
            " lapses when an alert fires that is quiet now, or when T-0 moves."
        )

    def hindrance(self) -> str:
        poll = self.poll
        if poll is None or poll.closed_at is not None:
            return "the roll is closed"
        return "" if self.team in poll.teams else f"{self.team} is not asked"

    def asks(self) -> str:
        return f"go for {self.team}"

    def besides(self) -> Sequence[tuple[str, str]]:
        return [("question.no", "no-go, with a reason")]

    def action_choose_next(self) -> None:
        self._chosen = (self._chosen + 1) % len(self._teams)
        self.guard_again()
        self.redraw()

    def action_answer_no(self) -> None:
        if not self.bar():
            self._answer("no-go")

    def _confirm(self) -> None:
        if not self.bar():
            self._answer("go")

    def _answer(self, answer: Answer) -> None:
        self.dismiss((self.team, answer))


def my_teams(view: View, own: Sequence[str], *, proxy: bool) -> list[str]:
    """The teams to answer for, those whose answer is missing or lapsed first; with `proxy` all that were
    asked, the operator's own first."""
    waiting = sorted(view.ballots, key=_settled)
    mine = [ballot.team for ballot in waiting if ballot.team in own]
    others = [ballot.team for ballot in waiting if ballot.team not in own]
    return [*mine, *others] if proxy else mine


def _settled(ballot: Ballot) -> bool:
    return ballot.verdict != "HOLD"
