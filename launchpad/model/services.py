"""What probes of databases and of a team's own programs ask and expect."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from launchpad.model.probe import Port, Probe, address
from launchpad.model.text import clean
from launchpad.model.values import Environment, SecretRef, Text, is_secret_reference


class CommandCheck(Probe, tag="command", kw_only=True):
    """A program of yours: exit status 0 is ok, any other is bad."""

    argv: Annotated[tuple[Text, ...], Meta(min_length=1)]
    """Program and arguments, run without a shell."""
    env: Environment = {}
    """Environment variables; whatever is secret as a reference."""
    cwd: str | None = None
    """Working directory, relative to the definition's; absent: the definition's own."""

    @property
    def asks(self) -> str:
        return f"command {clean(' '.join(self.argv))}"

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What the types can't say: where in it, and what is wrong."""
        for index, argument in enumerate(self.argv):
            if is_secret_reference(argument):
                yield ("argv", index), "other processes can read arguments; pass the secret in 'env'"


class PostgresCheck(Probe, tag="postgres", kw_only=True):
    """One connection to a PostgreSQL database, and one query in a transaction that can't write."""

    dsn: SecretRef
    """Reference to a connection string: `postgresql://…` or `host=… dbname=…`."""
    query: Annotated[Text, Meta(min_length=1)] = "SELECT 1"
    """One statement."""
    expect: str | None = None
    """What the first column of its first row must be, as text. Absent: anything, or no row at all."""

    @property
    def asks(self) -> str:
        return f"PostgreSQL {self.dsn}: {clean(self.query)}"


class RedisCheck(Probe, tag="redis", kw_only=True):
    """A PING to Redis or its kin. Exactly one of `url` and `host`."""

    url: SecretRef | None = None
    """Reference to `redis://USER:PASSWORD@HOST:PORT/NUMBER`; `rediss://` with TLS."""
    host: str | None = None
    """Host name or IP address of one that asks for no password."""
    port: Port = 6379
    """With `host`."""

    @property
    def asks(self) -> str:
        return f"Redis {self.url or address(self.host or '', self.port)}"

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What the types can't say: where in it, and what is wrong."""
        if (self.url is None) == (self.host is None):
            yield (), "expected exactly one of 'url' (a reference) and 'host'"
