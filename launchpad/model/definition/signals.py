"""What is measured again and again: each kind of probe with the time between two probes."""

from launchpad.model.definition.names import Name
from launchpad.model.dns import DnsCheck
from launchpad.model.http import HttpCheck
from launchpad.model.network import TcpCheck, TlsCheck
from launchpad.model.probe import Derived
from launchpad.model.services import CommandCheck, PostgresCheck, RedisCheck
from launchpad.model.values import Duration
from launchpad.model.vitals import PlayVitalsCheck

EVERY = 10.0
"""Seconds between two probes, unless said otherwise."""


class HttpSignal(HttpCheck, tag="http"):
    """A measured series: an HTTP request."""

    every: Duration = EVERY
    """Time between two probes."""


class TcpSignal(TcpCheck, tag="tcp"):
    """A measured series: a TCP connection."""

    every: Duration = EVERY
    """Time between two probes."""


class TlsSignal(TlsCheck, tag="tls"):
    """A measured series: a TLS handshake."""

    every: Duration = EVERY
    """Time between two probes."""


class DnsSignal(DnsCheck, tag="dns"):
    """A measured series: a DNS question."""

    every: Duration = EVERY
    """Time between two probes."""


class CommandSignal(CommandCheck, tag="command"):
    """A measured series: a program of yours."""

    every: Duration = EVERY
    """Time between two probes."""


class PostgresSignal(PostgresCheck, tag="postgres"):
    """A measured series: a query to PostgreSQL."""

    every: Duration = EVERY
    """Time between two probes."""


class RedisSignal(RedisCheck, tag="redis"):
    """A measured series: a PING to Redis."""

    every: Duration = EVERY
    """Time between two probes."""


class PlayVitalsSignal(PlayVitalsCheck, tag="play_vitals"):
    """A measured series: vitals of an app on Google Play."""

    every: Duration = 600.0
    """Time between two looks; there is news once an hour."""


class BackupSignal(Derived, tag="backup"):
    """A measured series: how old the data of a database's last verified backup is."""

    backup: Name
    """The provider whose step backs it up."""
    every: Duration = 30.0
    """Time between two looks."""

    @property
    def asks(self) -> str:
        return f"age of the last verified backup of {self.backup}"


Signal = (
    HttpSignal
    | TcpSignal
    | TlsSignal
    | DnsSignal
    | CommandSignal
    | PostgresSignal
    | RedisSignal
    | PlayVitalsSignal
    | BackupSignal
)
"""In the journal, and in YAML for those that are probes, the key `probe` names the kind."""
