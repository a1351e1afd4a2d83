"""A plain webhook: each stage of a message is one POST of JSON that says all there is to say.

Requests carry an `Idempotency-Key`, the same for every attempt at one stage, and, with a `secret`, the
header `Launchpad-Signature: t=UNIX_SECONDS,v1=HEX`, an HMAC-SHA256 over `UNIX_SECONDS.BODY`.
"""

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import msgspec

from launchpad.channels.channel import Message, Outcome
from launchpad.channels.http import Answer, Caller, endpoint_fault, refusal
from launchpad.model.definition import ChannelSettings, Line
from launchpad.model.values import Endpoint, SecretRef


class WebhookSettings(ChannelSettings):
    """An address that takes POST requests."""

    url: Endpoint
    """Where to: `https://…`, or a reference where the address itself is a secret."""
    secret: SecretRef | None = None
    """Key with which requests are signed."""
    to: Line = "everyone"
    """Whom it reaches where no contact is named; the request says so."""

    @property
    def address(self) -> str:
        return self.to

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What the types can't say: where in it, and what is wrong."""
        if wrong := endpoint_fault(self.url):
            yield ("url",), wrong


class WebhookChannel:
    """See `launchpad.channels.channel.Channel`."""

    settings: ClassVar[type[Any]] = WebhookSettings
    knows_repeats: ClassVar[bool] = True

    def __init__(self, name: str, settings: WebhookSettings, resolve: Callable[[str], str]) -> None:  # noqa: ARG002  # as every channel
        self._secret = resolve(settings.secret) if settings.secret else ""
        self._caller = Caller(resolve(settings.url))

    async def send(self, address: str, message: Message) -> Outcome:
        return await self._post(address, message)

    async def update(self, address: str, id: str, message: Message) -> Outcome:  # noqa: A002, ARG002
        return await self._post(address, message)

    async def close(self) -> None:
        await self._caller.close()

    async def _post(self, address: str, message: Message) -> Outcome:
        body = msgspec.json.encode({**msgspec.to_builtins(message), "address": address})
        key = hashlib.sha256(message.edition.encode()).hexdigest()
        headers = {"Idempotency-Key": key}
        if self._secret:
            headers["Launchpad-Signature"] = signature(self._secret, body, int(time.time()))
        answer = await self._caller.post("", body, headers)
        if isinstance(answer, Outcome):
            return answer
        if 200 <= answer.status < 300:
            return Outcome(state="accepted", id=_id(answer), detail=f"HTTP {answer.status}")
        return refusal(answer, answer.body)


def signature(secret: str, body: bytes, at: int) -> str:
    """The header that proves who sent `body`, and when (`at`, Unix seconds)."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def _id(answer: Answer) -> str:
    given = answer.json().get("id", "")
    return str(given) if isinstance(given, str | int) else ""
