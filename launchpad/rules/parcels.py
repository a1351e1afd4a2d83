"""What goes out as one message: the errands to one recipient that are of one trouble.

One trouble often makes several alerts rise within seconds: its own, the halt that it brings, the advice to
roll back. Whoever is woken by the first need not be woken by each. The first goes at once, alone or with
what rose at the same instant. What follows on its heels waits until `HELD` is over, and then brings the first
message up to date: that one names all. Only a message that was taken holds others back, and never one that
is graver: that goes at once.
"""

from collections.abc import Iterator

from launchpad.model.definition import SEVERITIES, Definition
from launchpad.model.events import Stage
from launchpad.model.state import MessageState, State
from launchpad.model.state.delivery import INCIDENT
from launchpad.model.values import SECOND, Micros, Value
from launchpad.rules.delivery import Errand, Recipient, errands, recipient_of, stage_of
from launchpad.rules.troubles import of_one_trouble

HELD = 10.0
"""Seconds from a message on in which what follows is gathered."""
JOINED = 30.0
"""Seconds from a message on in which what follows still joins it."""

_STAGES: tuple[Stage, ...] = ("firing", "acknowledged", "resolved")


class Parcel(Value):
    """One message to send, or to bring up to date."""

    message: str
    """Its id: that of the errand it began with."""
    recipient: Recipient
    errands: tuple[Errand, ...]
    """What the recipient does not know yet, the first first."""
    beside: tuple[Errand, ...] = ()
    """What the message told before and goes on to tell."""
    provider_id: str = ""
    """Of the message that is brought up to date; empty where a new one is sent."""

    @property
    def told(self) -> tuple[Errand, ...]:
        """All that it tells, by the order in which it rose."""
        return tuple(
            sorted((*self.beside, *self.errands), key=lambda e: (e.message != self.message, e.firing))
        )

    @property
    def stage(self) -> Stage:
        """How far all of it has come."""
        return min((errand.stage for errand in self.told), key=_STAGES.index)

    @property
    def doubtful(self) -> bool:
        """Whether an attempt before may have arrived."""
        return any(errand.doubtful for errand in self.errands)


def parcels(state: State, definition: Definition, now: Micros) -> tuple[Parcel, ...]:
    """Everything that is to be sent at `now`, put together."""
    roots: dict[str, list[Errand]] = {}
    for errand in sorted(errands(state, definition, now), key=lambda e: _rank(state, definition, e.alert)):
        known = state.messages.get(errand.message)
        if known is not None:
            roots.setdefault(root_of(known), []).append(errand)
            continue
        host = _host(state, definition, errand, now)
        if host is None:
            roots.setdefault(_rising_with(roots, state, definition, errand), []).append(errand)
        elif now - host.begun_at >= HELD * SECOND:
            roots.setdefault(root_of(host), []).append(errand)
    return tuple(_parcel(state, definition, root, found) for root, found in roots.items())


def root_of(message: MessageState) -> str:
    """The id of the message that it goes out in."""
    return message.under or message.id


def _rank(state: State, definition: Definition, alert: str) -> int:
    """The graver, the less."""
    rule = definition.alerts.get(alert) or state.incidents.get(alert.removeprefix(INCIDENT))
    return SEVERITIES.index(rule.severity) if rule is not None else len(SEVERITIES)


def _host(state: State, definition: Definition, errand: Errand, now: Micros) -> MessageState | None:
    """The message that the recipient was just sent, which can tell of the errand too."""
    for message in state.messages.values():
        joins = (
            not message.under
            and 0 <= now - message.begun_at <= JOINED * SECOND
            and message.stage == stage_of(state, message.alert, message.firing) == "firing"
            and (message.told == "firing" or _under_way(message, state, now))
            and _rank(state, definition, message.alert) <= _rank(state, definition, errand.alert)
        )
        to = recipient_of(definition, message) if joins else None
        if to is None or to.place != errand.recipient.place:
            continue
        if _fits(definition, errand, [(m.alert, m.firing) for m in _of(state, message.id)]):
            return message
    return None


def _under_way(message: MessageState, state: State, now: Micros) -> bool:
    """Whether it is being sent, and may still be taken in time."""
    epoch = state.engine.epoch if state.engine else 0
    sending = message.outcome is None and message.told is None and message.epoch == epoch
    return sending and now - message.begun_at < HELD * SECOND


def _rising_with(roots: dict[str, list[Errand]], state: State, definition: Definition, errand: Errand) -> str:
    """The id of a new message to the same recipient that can tell of the errand too, else of its own."""
    for root, others in roots.items():
        fresh = root not in state.messages and others[0].message == root
        told = [(other.alert, other.firing) for other in others]
        if fresh and others[0].recipient.place == errand.recipient.place and _fits(definition, errand, told):
            return root
    return errand.message


def _fits(definition: Definition, errand: Errand, told: list[tuple[str, int]]) -> bool:
    """Whether it is of the trouble of what is told, and none of it: a further step of a ladder is to wake.
    News of an incident goes by itself."""
    if errand.alert.startswith(INCIDENT) or (errand.alert, errand.firing) in told:
        return False
    return any(of_one_trouble(definition, errand.alert, alert) for alert, _ in told)


def _parcel(state: State, definition: Definition, root: str, found: list[Errand]) -> Parcel:
    going = {errand.message for errand in found}
    before = [message for message in _of(state, root) if message.told is not None]
    # What joins a message may call the same address by another name.
    known = state.messages.get(root)
    recipient = (recipient_of(definition, known) if known is not None else None) or found[0].recipient
    return Parcel(
        message=root,
        recipient=recipient,
        errands=tuple(found),
        beside=tuple(_said(state, message, recipient) for message in before if message.id not in going),
        provider_id=next((message.provider_id for message in before if message.provider_id), ""),
    )


def _of(state: State, root: str) -> Iterator[MessageState]:
    """The messages that go out as one."""
    return (message for message in state.messages.values() if root_of(message) == root)


def _said(state: State, message: MessageState, recipient: Recipient) -> Errand:
    return Errand(
        message=message.id,
        alert=message.alert,
        firing=message.firing,
        recipient=recipient,
        step=message.step,
        stage=stage_of(state, message.alert, message.firing),
        attempt=message.attempts,
    )
