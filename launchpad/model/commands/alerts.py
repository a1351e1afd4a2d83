"""Alerts."""

from launchpad.model.commands.base import Command


class Acknowledge(Command, tag="ack"):
    alert: str
    text: str = ""


class SilenceAlert(Command, tag="silence"):
    """Nobody is told of the alert for a while; it is shown as ever."""

    alert: str
    text: str
    seconds: float


class UnsilenceAlert(Command, tag="unsilence"):
    alert: str
