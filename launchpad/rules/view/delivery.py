"""How messages to people have fared, and who is woken next."""

from typing import Literal

from launchpad.model.definition import Definition
from launchpad.model.events import Stage
from launchpad.model.state import AlertState, MessageState, State
from launchpad.model.state.delivery import INCIDENT
from launchpad.model.values import SECOND, Micros, Value, format_duration, format_instant
from launchpad.rules.delivery import given_up, stage_of
from launchpad.rules.escalation import ahead

_SOON = 10.0
"""Seconds within which a message may be on its way without anybody being told that it is not there."""


class MessageView(Value):
    state: MessageState
    verdict: Literal["ok", "bad", "unknown"]
    sentence: str
    """`told that it fires at 02:10:04`; `refused: channel_not_found`."""

    @property
    def recipient(self) -> str:
        return recipient_of(self.state.to, self.state.channel)


def recipient_of(to: str, channel: str) -> str:
    """`lead by sms`, or the channel alone."""
    return channel if to == channel else f"{to} by {channel}"


class NextPage(Value):
    """Who is woken next if nobody acknowledges."""

    notify: tuple[str, ...]
    within: float
    """Seconds; none left when it is about to happen."""


def message_views(
    state: State, definition: Definition, now: Micros, watched: bool
) -> tuple[MessageView, ...]:
    """All messages, the latest first."""
    shown = [_message_view(state, definition, m, now, watched) for m in state.messages.values()]
    return tuple(sorted(shown, key=lambda m: -m.state.tried_at))


def next_page(state: State, definition: Definition, alert: AlertState, now: Micros) -> NextPage | None:
    waking = ahead(state, definition, alert, now)
    if not waking:
        return None
    at = waking[0].at
    notify = tuple(name for due in waking if due.at == at for name in due.notify)
    return NextPage(notify=notify, within=max(0.0, (at - now) / SECOND))


def undelivered(messages: tuple[MessageView, ...], alert: AlertState) -> tuple[str, ...]:
    """Who has not been told of an alert's present firing, each with the reason."""
    return tuple(
        f"{m.recipient} NOT TOLD: {m.state.detail or 'no answer yet'}"
        for m in messages
        if (m.state.alert, m.state.firing) == (alert.name, alert.firing_seq)
        if m.verdict != "ok" and m.state.told is None
    )


def _message_view(
    state: State, definition: Definition, message: MessageState, now: Micros, watched: bool
) -> MessageView:
    verdict, sentence = _standing(state, definition, message, now, watched)
    return MessageView(state=message, verdict=verdict, sentence=sentence)


def _standing(
    state: State, definition: Definition, message: MessageState, now: Micros, watched: bool
) -> tuple[Literal["ok", "bad", "unknown"], str]:
    stage = stage_of(state, message.alert, message.firing)
    detail = f": {message.detail}" if message.detail else ""
    said = _word(message, message.stage)
    if message.told == stage or (message.told and message.stage != stage and message.outcome != "rejected"):
        at = format_instant(message.told_at or message.tried_at, definition.zone)
        how = "arrived" if message.outcome == "confirmed" else "taken"
        beside = f", in the message of {message.under.partition('/')[0]}" if message.under else ""
        return "ok", f"told {_word(message, message.told)} at {at} ({how}){beside}"
    if message.outcome is None:
        waiting = (now - message.tried_at) / SECOND
        if waiting <= _SOON and watched:
            return "ok", f"being told {said}"
        return "unknown", f"being told {said} for {format_duration(waiting)}"
    if message.outcome == "rejected":
        return "bad", f"refused {said}{detail}"
    if given_up(message):
        return "bad", f"given up telling {said} after {message.attempts} attempts{detail}"
    again = max(0.0, ((message.retry_at or now) - now) / SECOND)
    when = f"again in {format_duration(int(again))}, attempt {message.attempts + 1}"
    if not watched:
        when = "no engine is there to try again"
    if message.outcome == "unknown":
        return "unknown", f"not known whether told {said}{detail}; {when}"
    return "bad", f"not told {said}{detail}; {when}"


def _word(message: MessageState, stage: Stage | None) -> str:
    """What is told: an incident is open, and fires not."""
    return "open" if stage == "firing" and message.alert.startswith(INCIDENT) else str(stage)
