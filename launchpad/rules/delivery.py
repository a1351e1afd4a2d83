"""What is to be sent now, worked out anew from what has been told: nothing is lost that was not sent."""

import zlib
from collections.abc import Iterable, Iterator

from launchpad.model.definition import Definition
from launchpad.model.events import MessageIntended, Stage
from launchpad.model.state import AlertState, MessageState, State
from launchpad.model.state.delivery import INCIDENT
from launchpad.model.values import SECOND, Micros, Value
from launchpad.rules.alerts import muted, spoken_for
from launchpad.rules.called import of_incidents

ATTEMPTS = 15
"""How often one stage is tried; with the waits between, for about an hour."""
_FIRST_WAIT = 2.0
_LONGEST_WAIT = 300.0
"""Seconds between attempts."""
_JUST_TOLD = 30.0
"""Seconds after an address was told of a firing in which a step of the ladder does not wake it again."""

Place = tuple[str, str]
"""Where a message arrives: a channel, and an address on it."""


class Recipient(Value):
    """A name of the definition on one of the channels that reach it."""

    to: str
    channel: str
    address: str

    @property
    def place(self) -> Place:
        """Several names may lead to one."""
        return self.channel, self.address


class Errand(Value):
    """One firing that a recipient is to be told of, or how far it has come."""

    message: str
    alert: str
    """The alert, or `incident:ID`."""
    firing: int
    recipient: Recipient
    step: int | None
    stage: Stage
    attempt: int
    provider_id: str = ""
    """Of the message that is brought up to date; empty where none was taken yet."""
    doubtful: bool = False
    """An attempt before may have arrived."""


def recipients(definition: Definition, names: Iterable[str]) -> tuple[Recipient, ...]:
    """Where contacts and channels are reached."""
    found: list[Recipient] = []
    for name in names:
        for channel, address in definition.contacts.get(name, {}).items():
            found.append(Recipient(to=name, channel=channel, address=address))
        itself = definition.channels.get(name)
        if itself is not None and itself.address is not None:
            found.append(Recipient(to=name, channel=name, address=itself.address))
    return tuple(found)


def recipient_of(definition: Definition, message: MessageState) -> Recipient | None:
    """Whom a message goes to; None where they are no more."""
    named = recipients(definition, [message.to])
    return next((one for one in named if one.channel == message.channel), None)


def intended(errand: Errand, epoch: int, root: str = "") -> MessageIntended:
    """The event that goes before an attempt of the engine of that epoch, in the message `root`."""
    return MessageIntended(
        message=errand.message,
        alert="" if errand.alert.startswith(INCIDENT) else errand.alert,
        firing=errand.firing,
        to=errand.recipient.to,
        channel=errand.recipient.channel,
        step=errand.step,
        stage=errand.stage,
        attempt=errand.attempt,
        epoch=epoch,
        under="" if root == errand.message else root,
        incident=errand.alert.removeprefix(INCIDENT) if errand.alert.startswith(INCIDENT) else "",
    )


def errands(state: State, definition: Definition, now: Micros) -> tuple[Errand, ...]:
    """Everything that is to be sent at `now`."""
    new = (*_new(state, definition, now), *_of_incidents(state, definition))
    return (*new, *_later(state, definition, now))


def backoff(message: str, attempt: int) -> float:
    """Seconds until the next attempt after so many, tripling; messages differ, so that they don't come in
    a burst."""
    wait = min(_FIRST_WAIT * 3.0 ** (attempt - 1), _LONGEST_WAIT)
    spread = zlib.crc32(f"{message} {attempt}".encode()) / 2**32
    return float(wait * (0.8 + 0.4 * spread))


def given_up(message: MessageState) -> bool:
    """Whether it is not tried any more, though it was not refused."""
    return message.outcome in ("deferred", "unknown") and message.attempts >= ATTEMPTS


def stage_of(state: State, alert: str, firing: int) -> Stage:
    """How far that firing of an alert, or that call of an incident, has come."""
    if alert.startswith(INCIDENT):
        incident = state.incidents.get(alert.removeprefix(INCIDENT))
        return "firing" if incident is not None and incident.open else "resolved"
    now = state.alerts.get(alert)
    if now is None or now.firing_seq != firing or now.status != "firing":
        return "resolved"
    return "firing" if now.acknowledged_by is None else "acknowledged"


def _new(state: State, definition: Definition, now: Micros) -> Iterator[Errand]:
    """Those who have not been told anything of a firing alert."""
    for alert in state.alerts.values():
        rule = definition.alerts.get(alert.name)
        if rule is None or alert.status != "firing" or alert.firing_seq is None:
            continue
        if muted(state, definition, alert.name, now) or spoken_for(state, definition, alert.name, now):
            continue
        told = _told_at(state, definition, alert.name, alert.firing_seq)
        for since, step, recipient in _called(alert, definition):
            last = told.get(recipient.place)
            if message_id(alert, recipient, step) in state.messages:
                continue
            if last is not None and since - last < _JUST_TOLD * SECOND:
                continue
            told[recipient.place] = now
            yield Errand(
                message=message_id(alert, recipient, step),
                alert=alert.name,
                firing=alert.firing_seq,
                recipient=recipient,
                step=step,
                stage=stage_of(state, alert.name, alert.firing_seq),
                attempt=1,
            )


def _of_incidents(state: State, definition: Definition) -> Iterator[Errand]:
    """Those who have not been told of an incident that is open, or that it is graver than they were told."""
    names = of_incidents(definition.incidents, definition.alerts, definition.escalations)
    called = recipients(definition, names)
    for incident in state.incidents.values():
        if not incident.open:
            continue
        name = f"{INCIDENT}{incident.id}"
        told = set(_told_at(state, definition, name, incident.called_seq))
        for recipient in called:
            if recipient.place in told:
                continue
            told.add(recipient.place)
            yield Errand(
                message=f"{incident.id}/{incident.called_seq}/{recipient.to}/{recipient.channel}",
                alert=name,
                firing=incident.called_seq,
                recipient=recipient,
                step=None,
                stage="firing",
                attempt=1,
            )


def _told_at(state: State, definition: Definition, alert: str, firing: int) -> dict[Place, Micros]:
    """Where messages of a firing have gone, under whatever name, and when the last one began."""
    told: dict[Place, Micros] = {}
    for message in state.messages.values():
        of_it = (message.alert, message.firing) == (alert, firing)
        if of_it and (recipient := recipient_of(definition, message)):
            told[recipient.place] = max(message.begun_at, told.get(recipient.place, 0))
    return told


def _called(alert: AlertState, definition: Definition) -> Iterator[tuple[Micros, int | None, Recipient]]:
    """Whom an alert calls, since when and by which step of its ladder; one address perhaps several times."""
    fired = alert.fired_at or alert.since
    yield from ((fired, None, one) for one in recipients(definition, definition.alerts[alert.name].notify))
    if alert.acknowledged_by is not None:
        return  # nobody else is woken
    for taken in alert.escalations:
        yield from ((taken.at, taken.step, one) for one in recipients(definition, taken.notify))


def message_id(alert: AlertState, recipient: Recipient, step: int | None) -> str:
    """One for each recipient and firing, and for each time that the ladder comes to them."""
    rung = "" if step is None else f"/{step + 1}"
    return f"{alert.name}/{alert.firing_seq}/{recipient.to}/{recipient.channel}{rung}"


def _later(state: State, definition: Definition, now: Micros) -> Iterator[Errand]:
    """Messages that are behind their alert, or have not got through."""
    epoch = state.engine.epoch if state.engine else 0
    for message in state.messages.values():
        recipient = recipient_of(definition, message)
        if recipient is None or _overtaken(state, definition, message, recipient):
            continue
        stage = stage_of(state, message.alert, message.firing)
        if message.told == stage or not _may_try(message, stage, epoch, now):
            continue
        unanswered = message.outcome is None and message.told is None
        yield Errand(
            message=message.id,
            alert=message.alert,
            firing=message.firing,
            recipient=recipient,
            step=message.step,
            stage=stage,
            attempt=message.attempts + 1 if message.stage == stage else 1,
            provider_id=message.provider_id if message.told else "",
            doubtful=message.doubtful or unanswered,
        )


def _overtaken(state: State, definition: Definition, message: MessageState, recipient: Recipient) -> bool:
    """Whether the address has, or is being sent, a later message of the same incident: that one goes on."""
    for later in state.messages.values() if message.alert.startswith(INCIDENT) else ():
        newer = later.alert == message.alert and later.firing > message.firing
        if newer and (later.told is not None or later.outcome is None):
            to = recipient_of(definition, later)
            if to is not None and to.place == recipient.place:
                return True
    return False


def _may_try(message: MessageState, stage: Stage, epoch: int, now: Micros) -> bool:
    if stage == "resolved" and message.told is None and not message.doubtful and message.outcome is not None:
        return False  # who knows nothing of it need not hear that it is over
    match message.outcome:
        case None:
            # Under way; of an engine that is gone, nobody knows how far it got.
            return message.epoch < epoch
        case "rejected":
            # A new engine may have other secrets.
            return message.epoch < epoch or (message.told is not None and message.stage != stage)
        case "deferred" | "unknown":
            tried_enough = message.stage == stage and message.attempts >= ATTEMPTS
            return not tried_enough and now >= (message.retry_at or 0)
        case _:
            return True
