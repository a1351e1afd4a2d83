"""Access to Google's APIs as a service account: its key, and the short-lived tokens that the key is good for.

The grant is that of RFC 7523 as Google documents it for service accounts: an assertion signed by RS256, sent
as a form, answered with a token that lives for an hour.
"""

import asyncio
import base64
import time
from typing import Any, NamedTuple

import httpx
import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from launchpad.answers import (
    MOST,
    address_fault,
    answered,
    client_for,
    date,
    on_loopback,
    read_body,
    retry_after,
    told,
)
from launchpad.clock import boot_seconds
from launchpad.errors import Refused, Unreachable
from launchpad.http import Patience
from launchpad.model.text import clean
from launchpad.model.values import Value, format_duration

TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105  # an address
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFE = 3600
"""Seconds that a token is asked for; Google grants no more."""
_EARLY = 300.0
"""Seconds before its end at which a token is no longer used."""
_BACKDATED = 30
"""Seconds by which an assertion is dated back, for clocks that are ahead of Google's."""
_CLOCK_OFF = 60.0
"""Seconds that a clock may be off before it is named as what keeps a grant from being given."""
_NEW_KEY = "give the service account a new key: Google Cloud console → IAM → Service accounts → Keys"


class ServiceAccount(Value):
    """The part of a service account's key file (JSON) that matters."""

    client_email: str
    private_key: str
    """PKCS#8, PEM."""
    token_uri: str = TOKEN_URL
    private_key_id: str = ""
    type: str = "service_account"


class _Granted(Value):
    access_token: str
    expires_in: float = _LIFE


class _Refusal(Value):
    error: str = ""
    error_description: str = ""


class _Token(NamedTuple):
    text: str
    until: float
    """In `boot_seconds`."""


class Tokens:
    """The tokens of one service account, for one or more scopes. One at a time is asked for."""

    def __init__(self, key: str, *scopes: str) -> None:
        """Raises `Refused` for what is no key of a service account; no word of the key is said."""
        self.account = _account(key)
        self._key = _private_key(self.account)
        self._scope = " ".join(scopes)
        self._token: _Token | None = None
        self._asking: asyncio.Lock | None = None

    async def get(self, patience: Patience, *, refused: str = "") -> str:
        """A token that is good for a while; another than `refused`, which the API did not take.

        Raises `Refused` if Google grants none, `Unreachable` if it does not say.
        """
        if self._asking is None:
            self._asking = asyncio.Lock()
        async with self._asking:
            known = self._token
            if known is None or known.text == refused or boot_seconds() >= known.until:
                known = self._token = await self._granted(patience)
            return known.text

    async def _granted(self, patience: Patience) -> _Token:
        until = time.monotonic() + patience.reading
        pause = patience.pause
        while True:
            try:
                return await self._ask(patience.request)
            except Unreachable as error:
                wait = max(pause, error.retry_after)
                if time.monotonic() + wait > until:
                    raise
            await asyncio.sleep(wait)
            pause *= 2

    async def _ask(self, within: float) -> _Token:
        asked = boot_seconds()
        form = {"grant_type": _GRANT, "assertion": self._assertion()}
        url = self.account.token_uri
        try:
            async with (
                asyncio.timeout(within),
                client_for(url, within) as client,
                answered(client, client.build_request("POST", url, data=form)) as came,
            ):
                status, body = came.status_code, await read_body(came, MOST)
                headers = came.headers
        except TimeoutError:
            raise Unreachable(f"Google granted no token within {within:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise Unreachable(f"Google can't be asked for a token: {clean(told(error), 200)}") from None
        if status in (400, 401, 403):
            what = f"Google grants {self.account.client_email} no token: {_why(body)}"
            raise Refused(what, hint=_clock_hint(headers) or _NEW_KEY)
        granted = _decoded(body) if status == 200 else None
        if granted is None:
            what = f"Google answered the request for a token with {status}, but granted none"
            raise Unreachable(what, retry_after=retry_after(headers) or 0.0)
        return _Token(granted.access_token, asked + max(0.0, granted.expires_in - _EARLY))

    def _assertion(self) -> str:
        now = int(time.time()) - _BACKDATED
        head = {"alg": "RS256", "typ": "JWT"}
        if self.account.private_key_id:
            head["kid"] = self.account.private_key_id
        claims = {
            "iss": self.account.client_email,
            "scope": self._scope,
            "aud": self.account.token_uri,
            "iat": now,
            "exp": now + _LIFE,
        }
        signed = f"{_part(head)}.{_part(claims)}"
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_base64(signature)}"


def _account(key: str) -> ServiceAccount:
    try:
        account = msgspec.json.decode(key, type=ServiceAccount)
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise Refused(
            "the credentials are no key of a service account",
            hint="expected the JSON file that Google Cloud makes for one",
        ) from None
    if account.type != "service_account":
        raise Refused(
            f"the credentials are of type {clean(account.type, 40)}", hint="expected a service account's"
        )
    url = account.token_uri
    if url != TOKEN_URL and (address_fault(url) is not None or not on_loopback(url)):
        raise Refused(
            f"the credentials name {clean(url, 80)} for tokens", hint=f"expected {TOKEN_URL}, or loopback"
        )
    return account


def _private_key(account: ServiceAccount) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(account.private_key.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise Refused(f"the private key of {clean(account.client_email, 100)} is no RSA key", hint=_NEW_KEY)
    return key


def _decoded(body: bytes) -> _Granted | None:
    try:
        return msgspec.json.decode(body, type=_Granted)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _clock_hint(headers: httpx.Headers) -> str:
    """What to do where this machine's clock is too far from Google's for a grant; empty where it is not."""
    theirs = date(headers.get("Date", ""))
    off = 0.0 if theirs is None else time.time() - theirs
    if abs(off) < _CLOCK_OFF:
        return ""
    which = "ahead of" if off > 0 else "behind"
    return f"this machine's clock is {format_duration(abs(round(off)))} {which} Google's: set it right"


def _why(body: bytes) -> str:
    try:
        said = msgspec.json.decode(body, type=_Refusal)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "no reason is given"
    return clean(said.error_description or said.error, 200) or "no reason is given"


def _part(value: dict[str, Any]) -> str:
    return _base64(msgspec.json.encode(value))


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
