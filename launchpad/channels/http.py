"""How channels call an HTTP API: with a deadline, without following redirects, and without raising."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx
import msgspec

from launchpad.answers import (
    address_fault,
    answered,
    client_for,
    is_address,
    never_sent,
    read_body,
    retry_after,
    told,
)
from launchpad.channels.channel import Outcome
from launchpad.errors import Refused
from launchpad.model.events import Delivery
from launchpad.model.values import is_secret_reference

TIMEOUT = 10.0
"""Seconds for each of connecting, sending and waiting for the answer."""
_MOST = 64 * 1024
"""Bytes of an answer that are read."""


class Answer(NamedTuple):
    """What a server said."""

    status: int
    body: str
    retry_after: float | None

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; an empty one where it is none."""
        try:
            decoded = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, RecursionError):
            return {}
        return decoded if isinstance(decoded, dict) else {}


class Caller:
    """The client of one address."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: httpx.AsyncClient | None = None

    async def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer | Outcome:
        """As `send`, by POST."""
        return await self.send("POST", path, body, headers)

    async def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer | Outcome:
        """Sends JSON once to what lies at `path` below the address. An `Outcome` where no answer came:
        rejected if there can be no such request, deferred if it certainly never left, unknown if it may have
        arrived."""
        if not all(value.isascii() and value.isprintable() for value in headers.values()):
            return Outcome(state="rejected", detail="its secret has a character that no header takes")
        kind = {"Content-Type": "application/json; charset=utf-8"}
        try:
            client = self._client = self._client or client_for(self._url, TIMEOUT)
            request = client.build_request(
                method, self._url + path, content=body, headers={**kind, **headers}
            )
        except Refused as error:
            return Outcome(state="deferred", detail=str(error))
        except (httpx.InvalidURL, ValueError) as error:
            return Outcome(state="rejected", detail=f"the URL is no good: {error}")
        try:
            async with answered(client, request) as came:
                body = (await read_body(came, _MOST))[:_MOST]
                return Answer(came.status_code, body.decode("utf-8", "replace"), retry_after(came.headers))
        except httpx.UnsupportedProtocol as error:
            return Outcome(state="rejected", detail=f"the URL is no good: {error}")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            if never_sent(error):
                return Outcome(state="deferred", detail=f"can't connect: {told(error)}")
            if isinstance(error, httpx.TimeoutException):
                return Outcome(state="unknown", detail=f"no answer within {TIMEOUT:g} s")
            return Outcome(state="unknown", detail=f"the connection broke: {told(error)}")

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()


def endpoint_fault(url: str) -> str | None:
    """What is wrong with a URL that stands in a definition; None if nothing is."""
    if is_secret_reference(url):
        return None
    return None if is_address(url) else "expected a URL such as https://hooks.example.com/launch"


def api_fault(api: str) -> str | None:
    """What is wrong with the base of an API that takes a secret; None if nothing is."""
    return None if is_secret_reference(api) else address_fault(api)


def refusal(answer: Answer, words: str = "") -> Outcome:
    """What an answer that is no consent means: come back later, never again, or that it says nothing."""
    detail = f"HTTP {answer.status}" + (f": {words}" if words else "")
    state: Delivery = "rejected"
    if answer.status < 300 or answer.status == 408 or answer.status >= 500:
        state = "unknown"  # another's page, or a server that broke off: it may have been taken before
    elif answer.status in (425, 429):
        state = "deferred"
    elif answer.status < 400:
        detail += ", a redirect, which is not followed: give the address it leads to"
    return Outcome(state=state, detail=detail, retry_after=answer.retry_after)
