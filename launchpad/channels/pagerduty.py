"""PagerDuty: one incident of a service, by its Events API v2.

Every stage of a message is an event with the same `dedup_key`: it triggers the incident, acknowledges it,
resolves it. Whom PagerDuty wakes is told by the service's own escalation policy.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import msgspec

from launchpad.answers import address_fault
from launchpad.channels.channel import Message, Outcome
from launchpad.channels.http import Caller, api_fault, refusal
from launchpad.model.definition import ChannelSettings, Line
from launchpad.model.values import Endpoint, SecretRef

_ACTIONS = {"acknowledged": "acknowledge", "resolved": "resolve"}
"""What an event does; every other stage triggers."""
_SEVERITIES = {"critical": "critical", "high": "error", "medium": "warning", "low": "info"}
_LONGEST_SUMMARY = 1024


class PagerDutySettings(ChannelSettings):
    """A service, by the key of its integration *Events API v2*."""

    routing_key: SecretRef
    """The integration key."""
    to: Line = "everyone"
    """Whom it reaches where no contact is named; the incident says so."""
    api: Endpoint = "https://events.pagerduty.com"
    """Where events go; `https://events.eu.pagerduty.com` for accounts in the EU."""

    @property
    def address(self) -> str:
        return self.to

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What the types can't say: where in it, and what is wrong."""
        if wrong := api_fault(self.api):
            yield ("api",), wrong


class PagerDutyChannel:
    """See `launchpad.channels.channel.Channel`."""

    settings: ClassVar[type[Any]] = PagerDutySettings
    knows_repeats: ClassVar[bool] = True

    def __init__(self, name: str, settings: PagerDutySettings, resolve: Callable[[str], str]) -> None:  # noqa: ARG002  # as every channel
        self._api = resolve(settings.api).rstrip("/")
        self._key = resolve(settings.routing_key)
        self._caller = Caller(self._api)

    async def send(self, address: str, message: Message) -> Outcome:
        return await self._enqueue(address, message)

    async def update(self, address: str, id: str, message: Message) -> Outcome:  # noqa: A002, ARG002
        return await self._enqueue(address, message)

    async def close(self) -> None:
        await self._caller.close()

    async def _enqueue(self, address: str, message: Message) -> Outcome:
        if wrong := address_fault(self._api):
            return Outcome(state="rejected", detail=f"the address of PagerDuty: {wrong}")
        incident = hashlib.sha256(message.id.encode()).hexdigest()
        event = {
            "routing_key": self._key,
            "event_action": _ACTIONS.get(message.stage, "trigger"),
            "dedup_key": incident,
            "payload": {
                "summary": message.subject[:_LONGEST_SUMMARY],
                "source": message.launch,
                "severity": _SEVERITIES.get(message.severity, "info"),
                "component": message.alert or message.incident,
                "custom_details": {"text": message.text, "to": message.to, "address": address},
            },
        }
        answer = await self._caller.post("/v2/enqueue", msgspec.json.encode(event), {})
        if isinstance(answer, Outcome):
            return answer
        said = answer.json()
        if answer.status == 202 and said.get("status") == "success":
            return Outcome(state="accepted", id=incident, detail=str(said.get("message", "")))
        reasons = said.get("errors")
        words = [said.get("message", ""), *(reasons if isinstance(reasons, list) else ())]
        return refusal(answer, ", ".join(str(word) for word in words if word))
