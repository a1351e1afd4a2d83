"""Who takes part."""

from launchpad.model.definition.names import Name, Role
from launchpad.model.values import Value


class Operator(Value):
    """A person who may connect, and what they may do."""

    name: Name
    role: Role
    """viewer < engineer < operator < director."""
    teams: tuple[Name, ...] = ()
    """Teams this person speaks for."""
    keys: tuple[str, ...] = ()
    """SSH public keys (`ssh-ed25519 AAAA…`)."""
    login: str | None = None
    """Operating-system user name, where it differs from `name`."""
