"""Backups of a database: how they are reached, and what is known of one."""

import re
from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from launchpad.model.definition import Verb
from launchpad.model.values import Duration, Environment, Micros, SecretRef, Value

STORES = ("s3://", "gs://", "az://", "file:///")
"""How the address of an object store begins."""


class PostgresSettings(Value):
    """What a provider of kind `postgres` works on."""

    dsn: SecretRef
    """Where the connection string is kept: `postgresql://user:password@host/database`."""
    scratch: SecretRef | None = None
    """Connection string to the server on which a backup is restored to try it; absent: the database's own.
    Its user must be allowed to create databases."""
    timeout: Duration = 7200.0
    """Time after which a step is shown as timed out."""
    stuck_after: Duration = 900.0
    """Time without a word after which a step is shown as stuck."""
    console: str = ""
    """Where whoever hosts the database shows it, for plans."""

    @property
    def verbs(self) -> tuple[Verb, ...]:
        """The verbs it offers."""
        return ("backup", "restore")

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What the types can't say: where in it, and what is wrong."""
        for name in ("timeout", "stuck_after"):
            if getattr(self, name) == 0:
                yield (name,), "expected a duration above zero"


class ObjectStoreSettings(Value):
    """What a provider of kind `object_store` keeps things in."""

    url: Annotated[str, Meta(min_length=1)]
    """`s3://BUCKET/PREFIX`, `gs://BUCKET/PREFIX`, `az://CONTAINER/PREFIX` or `file:///DIRECTORY`."""
    options: Environment = {}
    """What it takes to get in, by the names that the library obstore gives them, such as `region`,
    `endpoint`, `access_key_id`, `secret_access_key`; whatever is secret as a reference."""

    @property
    def verbs(self) -> tuple[Verb, ...]:
        """The verbs it offers: none, other providers' steps keep things in it."""
        return ()

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What the types can't say: where in it, and what is wrong."""
        if not re.match(r"(s3|gs|az)://[^/@?#]+(/[^?#]*)?$|file:///[^?#]*$", self.url):
            yield ("url",), f"expected one of {', '.join(STORES)} and where in it, without credentials"
        if self.url.startswith("file:") and self.options:
            yield ("options",), "a directory takes none"


class BackupFact(Value):
    """A backup that was made."""

    name: str
    """Where it lies in its store."""
    size: int
    """Bytes, encrypted."""
    sha256: str
    """Of what lies in the store."""
    taken_at: Micros
    """The instant that its data is of."""
    verified_at: Micros | None = None
    """When it was restored and compared; None: only read back."""
    seconds: float = 0.0
    """How long it took, verification included."""
