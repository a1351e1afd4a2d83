"""What an HTTP probe asks and what it expects; and URLs, taken apart as strictly as a probe needs them."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit

from msgspec import Meta

from launchpad.model.probe import Probe
from launchpad.model.values import Environment, Text, Value

Status = Annotated[int, Meta(ge=100, le=599)]
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A token of RFC 9110, section 5.6.2."""
_OUR_HEADERS = frozenset({"connection", "content-length", "transfer-encoding"})
"""What only the request itself can set rightly."""

_NO_HOST = "expected a host name or an IP address after //"
_PORTS = {"http": 80, "https": 443}
_LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"


class HttpExpect(Value):
    """What an answer must be for the probe to be ok. All of it must hold."""

    status: tuple[Status, ...] = (200,)
    """Status codes that are right. With `redirect` and nothing said here, every redirect status is."""
    contains: str | None = None
    """Text that the body (its first MiB, as UTF-8) must contain."""
    header: dict[str, str] = {}
    """Headers that must be there, each containing the given text; an empty text asks only for the header."""
    redirect: str | None = None
    """Where the answer must redirect to; with `follow_redirects`, where the last one must have led."""


class HttpCheck(Probe, tag="http", kw_only=True):
    """One HTTP request and its expectations."""

    url: str
    """http:// or https:// URL, without user name and password."""
    method: Literal["GET", "HEAD", "POST"] = "GET"
    headers: Environment = {}
    """Request headers; not sent on to another origin by a redirect."""
    body: Text = ""
    """Request body, sent as UTF-8."""
    follow_redirects: bool = False
    """Ask the place a redirect names, up to ten times, and judge the last answer."""
    expect: HttpExpect = HttpExpect()

    @property
    def asks(self) -> str:
        return f"{self.method} {self.url}"

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What the types can't say: where in it, and what is wrong."""
        if self.method == "HEAD" and self.expect.contains is not None:
            yield ("method",), "an answer to HEAD has no body to look into, expected another method"


def header_fault(name: str) -> str:
    """Why a request can't have a header of this name; empty where it can."""
    if not _HEADER.fullmatch(name):
        return "expected a header's name, without blanks and colon"
    if name.lower() in _OUR_HEADERS:
        return "the request sets this header itself, expected another"
    return ""


class HttpUrl(Value):
    """A URL as a client uses it."""

    scheme: Literal["http", "https"]
    host: str
    """ASCII host name (IDNA) in lower case, or an IP address without brackets."""
    port: int
    target: str
    """Path and query, percent-encoded, as they stand in the request line."""

    @property
    def is_address(self) -> bool:
        """Whether the host is an IP address and needs no resolution."""
        return is_address(self.host)

    @property
    def authority(self) -> str:
        """`host`, or `host:port` where the port is not the scheme's own; as in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port: what headers with secrets must not leave."""
        return f"{self.scheme}://{self.authority}"


def parse_url(text: str) -> HttpUrl:
    """The URL in `text`. Raises ValueError with what was expected; never repeats a password."""
    if re.search(r"[\x00-\x20\x7f]", text.strip()):
        raise ValueError("expected a URL without blanks and control characters")
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        raise ValueError(_NO_HOST) from None
    if parts.scheme == "http":
        scheme: Literal["http", "https"] = "http"
    elif parts.scheme == "https":
        scheme = "https"
    else:
        raise ValueError("expected a URL that begins with http:// or https://")
    if "@" in parts.netloc:
        raise ValueError("expected a URL without user name and password; put them in a header")
    try:
        port = parts.port
    except ValueError:
        raise ValueError("expected a port between 1 and 65535") from None
    if port == 0:
        raise ValueError("expected a port between 1 and 65535")
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    if parts.query:
        target += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~?[]")
    return HttpUrl(
        scheme=scheme, host=parse_host(parts.hostname or ""), port=port or _PORTS[scheme], target=target
    )


def parse_host(name: str) -> str:
    """A host's name or IP address, in ASCII. Raises ValueError where no host can be called so."""
    if _is_ipv4(name):
        return name
    if ":" in name and "%" not in name:
        try:
            return str(ipaddress.IPv6Address(name))
        except ValueError:
            raise ValueError(_NO_HOST) from None
    try:
        host = name.encode("idna").decode("ascii").lower() if name else ""
    except UnicodeError:
        host = ""
    labels = host.removesuffix(".").split(".")
    if len(host) > 253 or not all(re.fullmatch(_LABEL, label) for label in labels):
        raise ValueError(_NO_HOST)
    return host


def is_address(host: str) -> bool:
    """Whether `host`, as `parse_host` has it, is an IP address and needs no resolution."""
    return ":" in host or _is_ipv4(host)


def _is_ipv4(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True
