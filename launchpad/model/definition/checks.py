"""Automated tests that prove checklist items: each kind of probe with how long a pass holds."""

from typing import ClassVar

from launchpad.model.definition.names import Name
from launchpad.model.dns import DnsCheck
from launchpad.model.http import HttpCheck
from launchpad.model.network import TcpCheck, TlsCheck
from launchpad.model.probe import Derived
from launchpad.model.services import CommandCheck, PostgresCheck, RedisCheck
from launchpad.model.values import Duration, format_duration
from launchpad.model.vitals import PlayVitalsCheck

EVERY = 60.0
"""Seconds between two probes, unless said otherwise."""
VALID_FOR = 900.0
"""Seconds for which a pass proves an item, unless said otherwise."""


class HttpProof(HttpCheck, tag="http"):
    """An item's test: an HTTP request."""

    every: Duration = EVERY
    """How often it is verified again."""
    valid_for: Duration = VALID_FOR
    """How long a pass proves the item; after that it is stale."""


class TcpProof(TcpCheck, tag="tcp"):
    """An item's test: a TCP connection."""

    every: Duration = EVERY
    """How often it is verified again."""
    valid_for: Duration = VALID_FOR
    """How long a pass proves the item; after that it is stale."""


class TlsProof(TlsCheck, tag="tls"):
    """An item's test: a TLS handshake."""

    every: Duration = EVERY
    """How often it is verified again."""
    valid_for: Duration = VALID_FOR
    """How long a pass proves the item; after that it is stale."""


class DnsProof(DnsCheck, tag="dns"):
    """An item's test: a DNS question."""

    every: Duration = EVERY
    """How often it is verified again."""
    valid_for: Duration = VALID_FOR
    """How long a pass proves the item; after that it is stale."""


class CommandProof(CommandCheck, tag="command"):
    """An item's test: a program of yours."""

    every: Duration = EVERY
    """How often it is verified again."""
    valid_for: Duration = VALID_FOR
    """How long a pass proves the item; after that it is stale."""


class PostgresProof(PostgresCheck, tag="postgres"):
    """An item's test: a query to PostgreSQL."""

    every: Duration = EVERY
    """How often it is verified again."""
    valid_for: Duration = VALID_FOR
    """How long a pass proves the item; after that it is stale."""


class RedisProof(RedisCheck, tag="redis"):
    """An item's test: a PING to Redis."""

    every: Duration = EVERY
    """How often it is verified again."""
    valid_for: Duration = VALID_FOR
    """How long a pass proves the item; after that it is stale."""


class SmokeProof(Derived, tag="smoke"):
    """An item's test: a smoke test of the definition."""

    timeout: ClassVar[float] = 600.0
    oftenest: ClassVar[float] = 10.0

    smoke: Name
    """The smoke test."""
    every: Duration = 300.0
    """How often it is verified again."""
    valid_for: Duration = VALID_FOR
    """How long a pass proves the item; after that it is stale."""

    @property
    def asks(self) -> str:
        return f"smoke test {self.smoke}"


class BackupProof(Derived, tag="backup"):
    """An item's test: a backup of a database was restored to try it, and its data is not too old."""

    backup: Name
    """The provider whose step backs it up."""
    verified_within: Duration
    """Its data is not older, and it was restored and compared."""
    every: Duration = EVERY
    """How often it is verified again."""
    valid_for: Duration = VALID_FOR
    """How long a pass proves the item; after that it is stale."""

    @property
    def asks(self) -> str:
        return f"verified backup of {self.backup} within {format_duration(self.verified_within)}"


class PlayVitalsProof(PlayVitalsCheck, tag="play_vitals"):
    """An item's test: vitals of an app on Google Play."""

    every: Duration = 600.0
    """How often it is verified again."""
    valid_for: Duration = 3600.0
    """How long a pass proves the item; after that it is stale."""


Check = (
    HttpProof
    | TcpProof
    | TlsProof
    | DnsProof
    | CommandProof
    | PostgresProof
    | RedisProof
    | SmokeProof
    | BackupProof
    | PlayVitalsProof
)
"""In the journal, and in YAML for those that are probes, the key `probe` names the kind."""
