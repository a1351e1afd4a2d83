"""What is measured again and again: each kind of probe with the time between two probes."""

from launchpad.model.http import HttpCheck
from launchpad.model.network import TcpCheck
from launchpad.model.values import Duration

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


Signal = HttpSignal | TcpSignal
"""In YAML and in the journal, the key `probe` names the kind."""
