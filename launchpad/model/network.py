"""What the probes of plain connections ask and expect."""

from launchpad.model.probe import Port, Probe, address
from launchpad.model.values import Duration, Text


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


class TlsCheck(Probe, tag="tls", kw_only=True):
    """One TLS handshake, and the certificate that is shown in it."""

    host: str
    """Host name or IP address."""
    port: Port = 443
    servername: str | None = None
    """The name that is asked for, and that the certificate must be for; absent: `host`."""
    expires_after: Duration = 14 * 86400.0
    """How long the certificate must still hold."""
    trust: str | None = None
    """File with the certificate authorities to believe (PEM), relative to the definition; absent: the
    system's."""

    @property
    def asks(self) -> str:
        name = f" for {self.servername}" if self.servername else ""
        return f"TLS {address(self.host, self.port)}{name}"
