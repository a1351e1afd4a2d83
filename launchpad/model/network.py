"""What the probes of plain connections ask and expect."""

from launchpad.model.probe import Port, Probe, address
from launchpad.model.values import Text


class TcpCheck(Probe, tag="tcp", kw_only=True):
    """One TCP connection, and what is said over it."""

    host: str
    """Host name or IP address."""
    port: Port
    send: Text | None = None
    """Text that is sent once the connection stands, as UTF-8; its line ends go out as CR LF."""
    expect: Text | None = None
    """Text that must come in answer, or as a greeting; its first 64 KiB count. Absent: that it connects."""

    @property
    def asks(self) -> str:
        return f"TCP {address(self.host, self.port)}"
