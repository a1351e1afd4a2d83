"""The go/no-go roll-call: the roll called, answered per team, closed."""

from typing import Literal

from launchpad.model.events.base import Event
from launchpad.model.events.health import ReadingVerdict
from launchpad.model.values import Value

Answer = Literal["go", "no-go"]


class Seen(Value):
    """An objective as it stood before the eyes of somebody who answered."""

    objective: str
    verdict: ReadingVerdict
    evidence: str
    """Value, n and age."""


class _OfPoll(Event):
    @property
    def subject(self) -> str:
        return "poll"


class PollCalled(_OfPoll, tag="poll.called"):
    """The director asks every team for its answer; the event's text says what about. Earlier answers count
    no more."""

    teams: tuple[str, ...]


class PollAnswered(Event, tag="poll.answered"):
    """A team's answer, bound to what was known when it was given; its reason is the event's text."""

    team: str
    answer: Answer
    proxy: bool = False
    """Given by somebody who does not speak for the team."""
    seen: tuple[Seen, ...] = ()
    """The objectives at that moment."""
    troubled: tuple[str, ...] = ()
    """Alerts that were pending or firing then, or had been lately: they don't make the answer lapse."""

    @property
    def subject(self) -> str:
        return f"vote:{self.team}"


class PollClosed(_OfPoll, tag="poll.closed"):
    """No more answers are taken; those given stand, as long as what they are bound to does."""
