"""Discord: one message of a channel's webhook, edited in its place through an alert's life.

`POST WEBHOOK?wait=true` answers with the message, `PATCH WEBHOOK/messages/ID` edits it; without `wait` a
message that was not kept brings no error. There is no key that would tell a repeat. A text has at most 2,000
characters.
"""

import re
from collections.abc import Callable
from typing import Any, ClassVar

import msgspec

from launchpad.answers import address_fault
from launchpad.channels.channel import Message, Outcome, fitting
from launchpad.channels.http import Caller, refusal
from launchpad.model.definition import ChannelSettings, Line
from launchpad.model.values import SecretRef

_MOST = 2000
"""Bytes, of which no character takes less than one."""
_ESCAPED = str.maketrans({sign: f"\\{sign}" for sign in "\\*_~`|><@#[]"})
_LINK = re.compile(r"(https?://[^\s<>]+)")
"""What Discord reads as one link, with every sign in it."""
_SIGNS = {"firing": "\N{POLICE CARS REVOLVING LIGHT}", "resolved": "\N{WHITE HEAVY CHECK MARK}"}


class DiscordSettings(ChannelSettings):
    """A channel of a server, by the webhook that its settings give."""

    url: SecretRef
    """The webhook's address: whoever has it can write there. `?thread_id=…` may follow it."""
    to: Line = "everyone"
    """Whom it reaches where no contact is named."""

    @property
    def address(self) -> str:
        return self.to


class DiscordChannel:
    """See `launchpad.channels.channel.Channel`."""

    settings: ClassVar[type[Any]] = DiscordSettings
    knows_repeats: ClassVar[bool] = False

    def __init__(self, name: str, settings: DiscordSettings, resolve: Callable[[str], str]) -> None:  # noqa: ARG002  # as every channel
        url, _, self._thread = resolve(settings.url).strip().partition("?")
        self._url = url.rstrip("/")
        self._caller = Caller(self._url)

    async def send(self, address: str, message: Message) -> Outcome:  # noqa: ARG002
        return await self._call("POST", "", message, "wait=true")

    async def update(self, address: str, id: str, message: Message) -> Outcome:  # noqa: A002, ARG002
        return await self._call("PATCH", f"/messages/{id}", message)

    async def close(self) -> None:
        await self._caller.close()

    async def _call(self, method: str, path: str, message: Message, *asked: str) -> Outcome:
        if wrong := address_fault(self._url):
            return Outcome(state="rejected", detail=f"the address of Discord: {wrong}")
        query = "&".join(part for part in (*asked, self._thread) if part)
        # Nobody is mentioned, whatever the text says.
        body = msgspec.json.encode({"content": _content(message), "allowed_mentions": {"parse": []}})
        answer = await self._caller.send(method, f"{path}?{query}".rstrip("?"), body, {})
        if isinstance(answer, Outcome):
            return answer
        said = answer.json()
        if answer.status != 200 or not isinstance(said.get("id"), str):
            return refusal(answer, str(said.get("message", "")))
        return Outcome(state="confirmed", id=said["id"])


def _content(message: Message) -> str:
    """The message, with no mark-up in it but its own; where it is too long, the lines that fit."""
    head = f"{_SIGNS.get(message.stage, '')} **{_escaped(message.subject)}**".strip()
    lines = [head, *_escaped(message.text).split("\n")]
    return fitting(lines, _MOST, f"… More: launchpad messages --launch {_escaped(message.launch)}")


def _escaped(text: str) -> str:
    """`text` with no mark-up in it; a link stays as it is, for a stroke in it would lead elsewhere."""
    parts = _LINK.split(text)
    return "".join(part if _LINK.fullmatch(part) else part.translate(_ESCAPED) for part in parts)
