"""What the verbs decide with, and what they decide."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from launchpad.desk.roles import a, allows
from launchpad.errors import BadInput, Conflict, Refused
from launchpad.model.commands import Done, Identity
from launchpad.model.definition import Definition, Role
from launchpad.model.events import Event
from launchpad.model.journal import Recorded
from launchpad.model.plan import GateReport
from launchpad.model.samples import LockInfo
from launchpad.model.state import State
from launchpad.model.text import clean, clean_lines
from launchpad.model.values import Micros
from launchpad.rules.gates import evaluate
from launchpad.rules.situation import Situation

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}")
DEFINITION = "definition"
"""The subject whose last event says which definition holds."""
TEXT_LIMIT = 4000
"""Longest free text, in characters."""


class Proposal(NamedTuple):
    """Events to append if the subjects in `expect` have not moved."""

    events: Sequence[Event]
    message: str
    text: str = ""
    """Goes beside the first event."""
    expect: dict[str, int] = {}  # noqa: RUF012  # never mutated
    releases: tuple[str, str] | None = None
    """Target and owner of the lock that goes with it, where one is released."""
    further: Sequence[str] = ()
    """Texts that go beside the events after the first, in their order."""


class Context(NamedTuple):
    """What a verb may look at."""

    state: State
    identity: Identity
    now: Micros
    situation: Callable[[], Situation]
    """All that gates are judged on, read when asked for."""
    locks: Callable[[], Sequence[LockInfo]]
    recorded: Callable[[int], Recorded]
    """An event of the journal by its number."""

    @property
    def definition(self) -> Definition:
        if self.state.definition is None:
            raise Refused("no launch is open")
        return self.state.definition

    def gate(self, name: str) -> GateReport | None:
        """A gate of the definition as it stands."""
        return evaluate(name, self.situation())

    def require(self, minimum: Role, what: str) -> None:
        """Raises Refused unless the operator's role reaches `minimum`."""
        if not allows(self.identity.role, minimum):
            raise Refused(
                f"{self.identity.name} is {self.identity.role}; {what} takes {a(minimum)}",
                hint=f"ask {a(minimum)}",
            )


def named(text: str, what: str) -> str:
    """A name as definitions write them. Raises BadInput."""
    if not _NAME.fullmatch(text):
        raise BadInput(
            f"{clean(text, 40)!r} is no name for {what}", hint="use letters, digits, '.', '_' and '-'"
        )
    return text


def words(text: str, what: str) -> str:
    """Free text that must be there, cleaned. Raises BadInput."""
    kept = optional_words(text)
    if not kept:
        raise BadInput(f"{what} needs a few words")
    return kept


def optional_words(text: str) -> str:
    """Free text, cleaned; may be empty. Raises BadInput when it is too long to keep."""
    kept = clean_lines(text).strip()
    if len(kept) > TEXT_LIMIT:
        raise BadInput(f"the text has {len(kept)} characters; at most {TEXT_LIMIT} are kept")
    return kept


def must_match(subject: str, seq: int, expected: int | None) -> None:
    """Raises Conflict if the operator saw an older state of the subject."""
    if expected is not None and expected != seq:
        raise Conflict(subject, seq)


def already(seq: int, subject: str, message: str) -> Done:
    return Done(seq=seq, subject=subject, message=message, already=True)
