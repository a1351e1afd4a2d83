"""How channels call an HTTP API: with a deadline, without following redirects, and without raising."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx
import msgspec

from launchpad.answers import USER_AGENT, never_sent, read_body, retry_after, told
from launchpad.channels.channel import Outcome
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
        except msgspec.DecodeError:
            return {}
        return decoded if isinstance(decoded, dict) else {}


class Caller:
    """One server's client."""

    def __init__(self) -> None:
        # Redirects are not followed: what was meant for one host would reach another.
        self._client = httpx.AsyncClient(
            timeout=TIMEOUT,
            follow_redirects=False,
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
        )

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer | Outcome:
        """Posts JSON once. An `Outcome` where no answer came: deferred if the request certainly never left,
        unknown if it may have arrived."""
        kind = {"Content-Type": "application/json; charset=utf-8"}
        try:
            async with self._client.stream("POST", url, content=body, headers={**kind, **headers}) as came:
                body = (await read_body(came, _MOST))[:_MOST]
                return Answer(came.status_code, body.decode("utf-8", "replace"), retry_after(came.headers))
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            return Outcome(state="rejected", detail=f"the URL is no good: {told(error)}")
        except httpx.HTTPError as error:
            if never_sent(error):
                return Outcome(state="deferred", detail=f"can't connect: {told(error)}")
            if isinstance(error, httpx.TimeoutException):
                return Outcome(state="unknown", detail=f"no answer within {TIMEOUT:g} s")
            return Outcome(state="unknown", detail=f"the connection broke: {told(error)}")

    async def close(self) -> None:
        await self._client.aclose()


def endpoint_fault(url: str) -> str | None:
    """What is wrong with a URL that stands in a definition; None if nothing is."""
    if is_secret_reference(url):
        return None
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return "expected a URL such as https://hooks.example.com/launch"
    if parsed.scheme not in ("http", "https") or not parsed.host:
        return "expected a URL such as https://hooks.example.com/launch"
    return None


def refusal(answer: Answer, words: str = "") -> Outcome:
    """What an answer other than success means: come back later, or never again."""
    detail = f"HTTP {answer.status}" + (f": {words}" if words else "")
    later = answer.status in (408, 425, 429) or answer.status >= 500
    if 300 <= answer.status < 400:
        detail += ", a redirect, which is not followed: give the address it leads to"
    return Outcome(state="deferred" if later else "rejected", detail=detail, retry_after=answer.retry_after)
