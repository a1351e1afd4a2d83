"""Where a service listens."""

import re
from typing import NamedTuple

from launchpad.errors import BadInput

_ADDRESS = re.compile(r"(?:(?:\[(?P<six>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^\s:\[\]]+)):)?(?P<port>\d{1,5})")


class Address(NamedTuple):
    """Host (None: every address) and port (0: any)."""

    host: str | None
    port: int

    def __str__(self) -> str:
        return f"port {self.port}" if self.host is None else f"{self.host}, port {self.port}"


def address(text: str, option: str, *, alone: str | None = None) -> Address:
    """What `[HOST:]PORT` of an option says; a port alone means the host `alone`. Raises `BadInput`."""
    found = _ADDRESS.fullmatch(text)
    port = int(found["port"]) if found else 0
    if found is None or port > 65535:
        raise BadInput(
            f"{option}: {text!r} is no address",
            hint="expected [HOST:]PORT such as 2222, 127.0.0.1:2222 or [::1]:2222",
        )
    host = found["six"] or found["host"] or alone
    return Address(None if host == "*" else host, port)
