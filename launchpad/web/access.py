"""Who may look: whoever has the token, by a link or typed in, and from then on by a cookie."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from launchpad.errors import BadInput

SHORTEST = 20
"""Characters that a token from a file has at least: what can be guessed protects nothing."""
_LONGEST = 500
_LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(32)


def token_in(path: Path) -> str:
    """The token in a file that nobody else may read. Raises `BadInput`, which does not repeat it."""
    try:
        if path.stat().st_mode & 0o077:
            raise BadInput(f"{path} may be read by others, so it keeps no token", hint=f"chmod 600 {path}")
        with path.open(encoding="utf-8") as file:
            token = file.read(_LONGEST + 2).strip()
    except OSError as error:
        raise BadInput(f"can't read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        token = ""
    if not SHORTEST <= len(token) <= _LONGEST or not token.isascii() or not token.isprintable():
        raise BadInput(
            f"{path} holds no token: expected a line of {SHORTEST} to {_LONGEST} printable ASCII characters",
            hint=f"(umask 077; openssl rand -base64 32 > {path})",
        )
    return token


class Place(NamedTuple):
    """How a browser gets here."""

    url: str
    """Without a slash at the end."""
    hosts: frozenset[str]
    """The only names under which it is answered: a page of somebody else's whose name leads here is not."""

    @property
    def secure(self) -> bool:
        """Whether browsers speak TLS, with what stands before this."""
        return self.url.startswith("https:")


def loopback(host: str | None) -> bool:
    """Whether only this machine can reach that address."""
    return host in _LOOPBACK


def place(host: str | None, port: int, url: str | None) -> Place:
    """The place of what listens on `host` and `port` and is known as `url`, where it has been given one.

    Raises `BadInput` for a URL that can't be.
    """
    if url is None:
        shown = f"[{host}]" if host and ":" in host else host
        return Place(f"http://{shown}:{port}", _LOOPBACK)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise BadInput(
            f"--web-url: {url!r} is no address", hint="expected one such as https://status.acme.example"
        )
    return Place(f"{parts.scheme}://{parts.netloc}", _LOOPBACK | {parts.hostname})


class Access:
    """Decides on each request. The cookie is derived from the token, so that it does not give it away and
    outlives a restart with the same token."""

    def __init__(self, token: str, where: Place, port: int) -> None:
        self._token = token.encode()
        self._pass = hmac.new(self._token, b"launchpad: may look", hashlib.sha256).hexdigest()
        # Browsers share cookies between the ports of a host.
        self._name = f"launchpad-{port}"
        self.place = where

    @property
    def link(self) -> str:
        """Lets in whoever follows it."""
        return f"{self.place.url}/enter?token={self._token.decode()}"

    @property
    def cookie(self) -> str:
        """The header that a browser is given in exchange for the token."""
        secure = "; Secure" if self.place.secure else ""
        return f"{self._name}={self._pass}; Path=/; HttpOnly; SameSite=Strict{secure}"

    def right(self, token: str) -> bool:
        """Whether that is the token, found out in constant time."""
        return hmac.compare_digest(token.encode(), self._token)

    def knows(self, headers: Mapping[str, str]) -> bool:
        """Whether the request carries the cookie."""
        try:
            held = SimpleCookie(headers.get("cookie", "")).get(self._name)
        except CookieError:
            return False
        return held is not None and hmac.compare_digest(held.value.encode(), self._pass.encode())

    def addressed(self, headers: Mapping[str, str]) -> bool:
        """Whether the request was meant for this place."""
        try:
            return urlsplit(f"//{headers.get('host', '')}").hostname in self.place.hosts
        except ValueError:
            return False
