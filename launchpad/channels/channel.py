"""What a channel must be able to do, so that the outbox can send, update and tell a repeat."""

from collections.abc import Callable
from typing import Any, ClassVar, Protocol

from launchpad.model.events import Delivery
from launchpad.model.values import Value


class Told(Value):
    """An alert that a message tells of."""

    alert: str
    firing: int
    """The event by which it fired."""
    stage: str


class Message(Value):
    """What a recipient is to read."""

    id: str
    """Unique in the world, and the same for every attempt and stage of one message."""
    stage: str
    """`firing`, `acknowledged`, `resolved` or `test`."""
    severity: str
    subject: str
    """One line."""
    text: str
    """All of it, in lines."""
    launch: str
    alert: str
    to: str
    """The recipient's name in the definition."""
    told: tuple[Told, ...] = ()
    """All that it tells of, `alert` first; the later ones joined it as they are of the same trouble."""

    incident: str = ""
    """The incident that it tells of, instead of an alert."""

    @property
    def edition(self) -> str:
        """What is said, the same for every attempt at it."""
        several = [f"{one.alert}/{one.firing} {one.stage}" for one in self.told] if len(self.told) > 1 else []
        return " ".join((self.id, self.stage, *several))


class Outcome(Value):
    """What became of an attempt. A channel raises nothing for what its server does."""

    state: Delivery
    id: str = ""
    """The channel's own id of the message; what `update` is given."""
    detail: str = ""
    """The server's words, or what kept it from answering."""
    retry_after: float | None = None
    """Seconds for which the server wants to be left alone."""


class Channel(Protocol):
    """A channel, made from its settings."""

    settings: ClassVar[type[Any]]
    """The struct, a `ChannelSettings`, that its section of the definition is validated against."""
    knows_repeats: ClassVar[bool]
    """Whether a message that is sent twice under one id reaches its reader once."""

    def __init__(self, name: str, settings: Any, resolve: Callable[[str], str]) -> None:
        """`resolve` gives a secret reference's value and leaves other text alone; it never blocks."""
        ...

    async def send(self, address: str, message: Message) -> Outcome:
        """Sends a message that this recipient has not had."""
        ...

    async def update(self, address: str, id: str, message: Message) -> Outcome:  # noqa: A002
        """Brings a message that was taken up to date, in its place or as its sequel."""
        ...

    async def close(self) -> None:
        """Lets go of connections."""
        ...


def fitting(lines: list[str], most: int, otherwise: str) -> str:
    """The lines as one text of at most so many bytes; where it is longer, those that fit, and `otherwise` as
    the last."""
    text = "\n".join(lines)
    if len(text.encode()) <= most:
        return text
    room = most - len(otherwise.encode()) - 1
    cut = text.encode()[:room].decode(errors="ignore")
    whole, _, _ = cut.rpartition("\n")  # no line is cut, and so no escaped character
    return f"{whole or cut}\n{otherwise}"
