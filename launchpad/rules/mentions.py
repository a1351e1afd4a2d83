"""`@eva` and `@qa` in what people write: whom it is meant for, and what they have yet to look at."""

import re
from collections.abc import Iterable, Iterator

from launchpad.model.commands import Identity
from launchpad.model.events import MentionsRead, MessageIntended
from launchpad.model.journal import Recorded
from launchpad.model.state import State

_NAME = re.compile(r"(?<![\w@.+-])@([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")
_BY_MACHINE = (MessageIntended, MentionsRead)


def mentioned(text: str) -> frozenset[str]:
    """The names that a text calls, in small letters. An e-mail address calls nobody."""
    return frozenset(name.lower() for name in _NAME.findall(text))


def meant_for(me: Identity, events: Iterable[Recorded]) -> Iterator[Recorded]:
    """Events in which somebody else calls `me`, or a team that `me` speaks for."""
    mine = {name.lower() for name in (me.name, *me.teams)}
    for recorded in events:
        if "@" not in recorded.text or recorded.actor == me.name or isinstance(recorded.event, _BY_MACHINE):
            continue
        if mine & mentioned(recorded.text):
            yield recorded


def read_upto(me: Identity, state: State) -> int:
    """The last event that `me` had looked at, as far as mentions go."""
    return state.mentions_read.get(me.name, 0)
