"""How channels call an HTTP API: with a deadline, without following redirects, and without raising."""

import email.utils
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx
import msgspec

from launchpad import __version__
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
            timeout=TIMEOUT, follow_redirects=False, headers={"User-Agent": f"launchpad/{__version__}"}
        )

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer | Outcome:
        """Posts JSON once. An `Outcome` where no answer came: deferred if the request certainly never left,
        unknown if it may have arrived."""
        kind = {"Content-Type": "application/json; charset=utf-8"}
        try:
            async with self._client.stream("POST", url, content=body, headers={**kind, **headers}) as came:
                return Answer(came.status_code, await _body(came), _retry_after(came.headers))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return Outcome(state="deferred", detail=f"can't connect: {_said(error)}")
        except httpx.TimeoutException:
            return Outcome(state="unknown", detail=f"no answer within {TIMEOUT:g} s")
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            return Outcome(state="rejected", detail=f"the URL is no good: {_said(error)}")
        except httpx.HTTPError as error:
            return Outcome(state="unknown", detail=f"the connection broke: {_said(error)}")

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


async def _body(response: httpx.Response) -> str:
    data = b""
    async for piece in response.aiter_bytes():
        data += piece
        if len(data) > _MOST:
            break
    return data[:_MOST].decode("utf-8", "replace")


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds in `Retry-After` (RFC 9110, section 10.2.3); a date is no use without the server's clock."""
    text = headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return min(float(text), 3600.0)
    since, until = (email.utils.parsedate_to_datetime(v) if v else None for v in (headers.get("Date"), text))
    if since is None or until is None:
        return None
    seconds = (until - since).total_seconds()
    return min(max(seconds, 0.0), 3600.0) if math.isfinite(seconds) else None


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
