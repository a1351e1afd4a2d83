"""Who wants something, what a wish is, and what became of it."""

from launchpad.model.definition import Role
from launchpad.model.events import Auth
from launchpad.model.values import Value


class Identity(Value):
    """Who acts, and how we know."""

    name: str
    role: Role
    teams: tuple[str, ...] = ()
    auth: Auth = "os"

    @property
    def proven(self) -> bool:
        """Known by a key or a login. A claimed name (`--as`) can ask, but lends no approval its weight."""
        return self.auth in ("key", "os")


class Command(Value, tag_field="verb"):
    """Base of all commands."""


class Done(Value):
    """What the desk answers when it did what was asked.

    `already` is set when the very same had been done before: nothing was written.
    """

    seq: int
    """The last sequence number of the subject, for a later `expect`."""
    message: str
    """One sentence for the operator."""
    subject: str = ""
    already: bool = False
