"""The roll-call."""

from launchpad.model.commands.base import Command
from launchpad.model.events import Answer


class CallPoll(Command, tag="poll-call"):
    teams: tuple[str, ...] = ()
    """Empty: those that the gate ahead waits for, or all that somebody speaks for."""
    text: str = ""
    expect: int | None = None


class AnswerPoll(Command, tag="poll-answer"):
    answer: Answer
    team: str = ""
    """Empty: the one that the operator speaks for."""
    text: str = ""
    roll: int | None = None
    """The event that called the roll whose question was read; None: whichever is open."""
    expect: int | None = None


class ClosePoll(Command, tag="poll-close"):
    expect: int | None = None
