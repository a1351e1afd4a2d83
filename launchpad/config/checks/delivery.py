"""Who is told: names that lead nowhere, addresses that can't be, ladders out of order."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from launchpad.config.checks.signals import whole
from launchpad.config.document import Document
from launchpad.config.faults import HOLE, Faults, Path, listed
from launchpad.model.definition import Channel, EscalationStep
from launchpad.model.values import format_duration


def check(document: Document, faults: Faults) -> None:
    """Adds what is wrong with `channels`, `contacts`, `escalations` and with who alerts notify."""
    if HOLE in (document.channels, document.contacts):
        return
    _check_incidents(document, faults)
    for name, contact in whole(document.contacts):
        _check_contact(("contacts", name), name, contact, document, faults)
    for name, ladder in whole(document.escalations):
        _check_ladder(("escalations", name), ladder, document, faults)
    for name, alert in whole(document.alerts):
        path = ("alerts", name)
        if not faults.written((*path, "notify")) and not faults.written((*path, "escalate")):
            continue  # said by the set that it comes from
        _check_told((*path, "notify"), alert.notify, document, faults)
        if alert.escalate is not None:
            faults.refer((*path, "escalate"), alert.escalate, document.escalations, "escalation")
    for name, rollout in whole(document.rollouts):
        _check_told(("rollouts", name, "notify"), rollout.notify, document, faults)
        if rollout.escalate is not None:
            faults.refer(("rollouts", name, "escalate"), rollout.escalate, document.escalations, "escalation")
    for index, use in enumerate(() if document.alert_sets is HOLE else document.alert_sets):
        if use is not HOLE:
            of: Path = ("alert_sets", index)
            _check_told((*of, "notify"), use.notify, document, faults)
            if use.escalate is not None:
                faults.refer((*of, "escalate"), use.escalate, document.escalations, "escalation")


def _check_incidents(document: Document, faults: Faults) -> None:
    if document.incidents is not HOLE and document.incidents is not None:
        _check_told(("incidents", "notify"), document.incidents.notify, document, faults)


def _check_contact(path: Path, name: str, contact: Any, document: Document, faults: Faults) -> None:
    if name in document.channels:
        faults.at(path, f"'{name}' is a channel too, expected a name of its own", key=True)
    if not contact:
        faults.at(path, f"'{name}' has no address, expected one on a channel such as {_example(document)}")
    for channel, address in contact.items():
        where = (*path, channel)
        faults.refer(where, channel, document.channels, "channel", key=True)
        of = document.channels.get(channel, HOLE)
        if HOLE not in (of, address) and of.settings is not HOLE:
            wrong = _settings(of).address_fault(address)
            if wrong:
                faults.at(where, wrong)


def _example(document: Document) -> str:
    channel = next(iter(document.channels), "email")
    return f"'{channel}: ADDRESS'"


def _check_ladder(path: Path, ladder: tuple[EscalationStep, ...], document: Document, faults: Faults) -> None:
    for index, step in enumerate(ladder):
        if step is not HOLE:
            _check_told((*path, index, "notify"), step.notify, document, faults)
    timed = [(i, s.after) for i, s in enumerate(ladder) if s is not HOLE and s.after is not HOLE]
    plain = [(index, after.seconds) for index, after in timed if not after.until]
    for (_, earlier), (index, later) in pairwise(plain):
        if later < earlier:
            before = format_duration(earlier)
            faults.at((*path, index, "after"), f"expected at least {before}, when the step before is woken")


def _check_told(path: Path, names: Iterable[str], document: Document, faults: Faults) -> None:
    if names is HOLE:
        return
    among = [*document.contacts, *document.channels]
    for index, name in enumerate(names):
        faults.refer((*path, index), name, among, "contact or channel")
        if name is HOLE or name not in document.channels:
            continue
        channel = document.channels[name]
        if channel is HOLE or channel.settings is HOLE or _settings(channel).address is not None:
            continue
        contacts = [c for c, addresses in whole(document.contacts) if name in addresses]
        instead = f"a contact such as {listed(contacts)}" if contacts else "a contact with an address on it"
        faults.at((*path, index), f"'{name}' does not say whom it reaches, expected {instead}")


def _settings(channel: Channel) -> Any:
    """The struct that the reader left there."""
    return channel.settings
