"""How a step saves a database, and how it is put back."""

from typing import Annotated, Literal

from msgspec import Meta

from launchpad.model.definition.names import Name
from launchpad.model.values import SecretRef, Value


class Keep(Value):
    """Which older backups stay. One of the two suffices to stay, and the newest verified one always does."""

    last: Annotated[int, Meta(ge=1, le=1000)] = 7
    """So many of the newest."""
    days: Annotated[int, Meta(ge=1, le=3650)] = 30
    """Those that are not older."""


class Dump(Value):
    """What stands beside `backup: PROVIDER`."""

    to: Name
    """The provider of kind `object_store` that keeps it."""
    encrypt: SecretRef
    """The passphrase that it is encrypted with."""
    verify: Literal["checksum", "restore"] = "checksum"
    """`checksum`: it is read back. `restore`: it is also decrypted, restored into a database of its own and
    compared with what was saved; only then it counts as verified."""
    format: Literal["custom", "plain", "directory"] = "custom"
    """pg_dump's format; `directory` is packed into one tar file."""
    jobs: Annotated[int, Meta(ge=1, le=32)] = 1
    """How many tables are dumped and restored at once; more than one needs the format `directory`."""
    keep: Keep | None = None
    """Which older backups of this database stay; absent: all."""


class Restoration(Value, rename={"origin": "from"}):
    """What stands beside `restore: PROVIDER`."""

    origin: Name
    """The provider of kind `object_store` that keeps the backups."""
    decrypt: SecretRef
    """The passphrase that they were encrypted with."""
