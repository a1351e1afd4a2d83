"""The roll-call and its answers."""

from launchpad.model.events.polls import Answer, Seen
from launchpad.model.values import Micros, Value


class Vote(Value):
    """A team's answer."""

    team: str
    answer: Answer
    by: str
    at: Micros
    seq: int
    proxy: bool = False
    reason: str = ""
    seen: tuple[Seen, ...] = ()
    troubled: tuple[str, ...] = ()
    lapsed: str = ""
    """Why a go counts no more; empty while the answer stands."""
    lapsed_at: Micros | None = None


class PollState(Value):
    """The last roll-call."""

    seq: int
    """When it was called or closed: what a verb on it must expect."""
    called_at: Micros
    called_by: str
    about: str
    teams: tuple[str, ...]
    votes: dict[str, Vote] = {}
    """By team; those that have answered, in this roll-call or, lapsed, in one before it."""
    closed_at: Micros | None = None
    closed_by: str = ""
