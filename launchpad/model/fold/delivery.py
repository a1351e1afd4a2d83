"""Messages and escalations."""

from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.fold.parts import Handlers, Parts
from launchpad.model.journal import Recorded
from launchpad.model.state.delivery import ChannelTest, Escalation, MessageState


def _escalated(parts: Parts, rec: Recorded, event: ev.AlertEscalated) -> None:
    alert = parts.alerts.get(event.alert)
    if alert is None or alert.firing_seq != event.firing or alert.status != "firing":
        parts.misfit()
        return
    taken = Escalation(step=event.step, at=rec.at, notify=event.notify, skipped=event.skipped)
    parts.alerts[event.alert] = replace(alert, escalations=(*alert.escalations, taken))


def _intended(parts: Parts, rec: Recorded, event: ev.MessageIntended) -> None:
    before = parts.messages.get(event.message)
    if before is None:
        _forget_older(parts, event)
        parts.messages[event.message] = MessageState(
            id=event.message,
            alert=event.about,
            firing=event.firing,
            to=event.to,
            channel=event.channel,
            step=event.step,
            stage=event.stage,
            begun_at=rec.at,
            tried_at=rec.at,
            attempts=1,
            epoch=event.epoch,
            under=event.under,
        )
        return
    same = before.stage == event.stage
    parts.messages[event.message] = replace(
        before,
        stage=event.stage,
        begun_at=before.begun_at if same else rec.at,
        tried_at=rec.at,
        attempts=before.attempts + 1 if same else 1,
        epoch=event.epoch,
        outcome=None,
        retry_at=None,
        # One that was never answered may have arrived.
        doubtful=before.doubtful or (before.outcome is None and before.told is None),
    )


def _forget_older(parts: Parts, event: ev.MessageIntended) -> None:
    """Lets go of what the recipient was told of earlier firings, where that has come to its end."""
    for message in list(parts.messages.values()):
        of_same = (message.alert, message.to, message.channel) == (event.about, event.to, event.channel)
        if of_same and message.firing < event.firing and message.told == "resolved":
            del parts.messages[message.id]


def _answered(parts: Parts, rec: Recorded, event: ev.MessageAnswered) -> None:
    message = parts.messages.get(event.message)
    if message is None or message.outcome is not None:
        parts.misfit()
        return
    taken = event.outcome in ("accepted", "confirmed")
    parts.messages[event.message] = replace(
        message,
        outcome=event.outcome,
        answered_at=rec.at,
        detail=event.detail,
        retry_at=event.retry_at,
        provider_id=event.provider_id or message.provider_id,
        told=message.stage if taken else message.told,
        told_at=rec.at if taken else message.told_at,
        doubtful=message.doubtful or (event.outcome == "unknown" and message.told is None),
    )


def _tested(parts: Parts, rec: Recorded, event: ev.ChannelTested) -> None:
    tests = dict(parts.scalars.get("channel_tests", {}))
    tests[f"{event.to}/{event.channel}"] = ChannelTest(
        at=rec.at,
        by=rec.actor,
        channel=event.channel,
        to=event.to,
        outcome=event.outcome,
        detail=event.detail,
    )
    parts.scalars["channel_tests"] = tests


HANDLERS: Handlers = {
    ev.AlertEscalated: _escalated,
    ev.MessageIntended: _intended,
    ev.MessageAnswered: _answered,
    ev.ChannelTested: _tested,
}
