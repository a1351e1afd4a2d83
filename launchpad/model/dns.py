"""What a DNS probe asks and expects."""

import ipaddress
import re
from typing import Annotated, Literal

from msgspec import Meta

from launchpad.model.probe import Probe

DNS_PORT = 53

_LABEL = "[a-z0-9_*]([a-z0-9_-]{0,61}[a-z0-9_])?"

RecordType = Literal["A", "AAAA", "CNAME", "MX", "TXT", "NS", "CAA"]

Resolver = Annotated[
    str,
    Meta(
        pattern=r"^(system|[0-9a-fA-F.:]+|[0-9.]+:[0-9]{1,5}|\[[0-9a-fA-F:.]+\]:[0-9]{1,5})$",
        description="`system` or the IP address of a name server such as 1.1.1.1 or 1.1.1.1:5353.",
    ),
]


class DnsCheck(Probe, tag="dns", kw_only=True):
    """One question to each of several name servers, to see whether a change has reached them."""

    name: str
    """The domain name that is asked for."""
    type: RecordType = "A"
    """The kind of record."""
    expect: tuple[str, ...] = ()
    """Values that must be there, and no others (of TXT: among others), in any order: addresses, names,
    `10 mx.acme.com`, texts. Absent: any."""
    resolvers: Annotated[tuple[Resolver, ...], Meta(min_length=1)] = ("system",)
    """Who is asked; all of them must agree."""

    @property
    def asks(self) -> str:
        return f"DNS {self.name} {self.type}"


def parse_domain(text: str) -> str:
    """The domain name in `text`, in ASCII. Raises ValueError."""
    try:
        name = text.removesuffix(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        name = ""
    if len(name) > 253 or not all(re.fullmatch(_LABEL, label) for label in name.split(".")):
        raise ValueError("expected a domain name such as shop.acme.com")
    return name


def parse_server(text: str) -> tuple[str, int] | None:
    """Address and port of a name server; None for the system's. Raises ValueError."""
    if text == "system":
        return None
    host, port = text, str(DNS_PORT)
    if text.startswith("["):
        host, _, port = text[1:].partition("]:")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    try:
        address = str(ipaddress.ip_address(host))
    except ValueError:
        raise ValueError("expected `system` or the IP address of a name server") from None
    if not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise ValueError("expected a port between 1 and 65535")
    return address, int(port)


def normal_value(text: str, type_: str) -> str:
    """An expected value in the spelling in which it is found. Raises ValueError."""
    text = text.strip()
    if type_ == "TXT":
        return text
    if type_ in ("A", "AAAA"):
        family = ipaddress.IPv4Address if type_ == "A" else ipaddress.IPv6Address
        try:
            return str(family(text))
        except ValueError:
            raise ValueError(f"expected an address for a record of type {type_}") from None
    return text.removesuffix(".").lower()
