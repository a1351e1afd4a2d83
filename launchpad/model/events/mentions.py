"""Whom a word was meant for, and whether they have looked."""

from launchpad.model.events.base import Event


class MentionsRead(Event, tag="mentions.read"):
    """Somebody has looked at what mentions them."""

    upto: int
    """The last event that they had before them."""

    @property
    def subject(self) -> str:
        return "mentions"
