"""Slack: one message, updated in its place through an alert's life.

Web API methods `chat.postMessage` and `chat.update`; an answer of HTTP 200 with `"ok": false` is a refusal.
A message is known by its conversation and its `ts`; there is no key that would tell a repeat. Texts of more
than 4,000 characters may be split by `chat.postMessage`, and are refused by `chat.update` (`msg_too_long`).
"""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import msgspec

from launchpad.answers import address_fault
from launchpad.channels.channel import Message, Outcome, fitting
from launchpad.channels.http import Answer, Caller, api_fault, refusal
from launchpad.model.definition import ChannelSettings, Line
from launchpad.model.events import Delivery
from launchpad.model.values import Endpoint, SecretRef

_LATER = frozenset({"ratelimited", "rate_limited", "service_unavailable", "request_timeout"})
"""Errors that pass; every other one needs a person."""
_DOUBTFUL = frozenset({"internal_error", "fatal_error"})
"""Errors that pass, and before which Slack may have done what was asked for."""
_MOST = 4000
"""Bytes of a text, so that it has at most as many characters, however Slack counts them."""
_SIGNS = {"firing": ":rotating_light:", "acknowledged": ":eyes:", "resolved": ":white_check_mark:"}


class SlackSettings(ChannelSettings):
    """A workspace, by the token of a bot with the scope `chat:write`."""

    token: SecretRef
    """Bot token, `xoxb-…`."""
    channel: Line | None = None
    """Where messages go that name no contact: `#launch` or a conversation's id. The bot must be in it."""
    api: Endpoint = "https://slack.com/api"
    """Base of the Web API; another for what speaks the same."""

    @property
    def address(self) -> str | None:
        return self.channel

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What the types can't say: where in it, and what is wrong."""
        if wrong := api_fault(self.api):
            yield ("api",), wrong

    @staticmethod
    def address_fault(address: str) -> str | None:
        if " " in address or "@" in address:
            return "expected a member or conversation such as U024BE7LH, C024BE91L or #launch"
        return None


class SlackChannel:
    """See `launchpad.channels.channel.Channel`."""

    settings: ClassVar[type[Any]] = SlackSettings
    knows_repeats: ClassVar[bool] = False

    def __init__(self, name: str, settings: SlackSettings, resolve: Callable[[str], str]) -> None:  # noqa: ARG002  # as every channel
        self._api = resolve(settings.api).rstrip("/")
        self._headers = {"Authorization": f"Bearer {resolve(settings.token)}"}
        self._caller = Caller(self._api)

    async def send(self, address: str, message: Message) -> Outcome:
        return await self._call("chat.postMessage", {"channel": address, **_content(message)})

    async def update(self, address: str, id: str, message: Message) -> Outcome:  # noqa: A002, ARG002
        conversation, _, ts = id.partition(":")
        return await self._call("chat.update", {"channel": conversation, "ts": ts, **_content(message)})

    async def close(self) -> None:
        await self._caller.close()

    async def _call(self, method: str, arguments: dict[str, Any]) -> Outcome:
        if wrong := address_fault(self._api):
            return Outcome(state="rejected", detail=f"the address of Slack: {wrong}")
        answer = await self._caller.post(f"/{method}", msgspec.json.encode(arguments), self._headers)
        if isinstance(answer, Outcome):
            return answer
        said = answer.json()
        if answer.status != 200 or "ok" not in said:
            return refusal(answer, str(said.get("error", "")))
        if said["ok"] is not True:
            return _refused(answer, said)
        return Outcome(
            state="confirmed", id=f"{said.get('channel', arguments['channel'])}:{said.get('ts', '')}"
        )


def _content(message: Message) -> dict[str, Any]:
    sign = _SIGNS.get(message.stage, ":test_tube:")
    lines = [f"{sign} *{escaped(message.subject)}*", *escaped(message.text).split("\n")]
    text = fitting(lines, _MOST, f"… More: launchpad messages --launch {escaped(message.launch)}")
    return {"text": text, "unfurl_links": False, "unfurl_media": False}


def escaped(text: str) -> str:
    """`text` so that Slack reads no mention, link or channel into it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _refused(answer: Answer, said: dict[str, Any]) -> Outcome:
    error = str(said.get("error", "no reason given"))
    needed = f", which needs the scope {said['needed']}" if "needed" in said else ""
    state: Delivery = "deferred" if error in _LATER else "unknown" if error in _DOUBTFUL else "rejected"
    return Outcome(state=state, detail=error + needed, retry_after=answer.retry_after)
