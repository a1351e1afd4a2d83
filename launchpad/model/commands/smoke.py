"""Smoke tests."""

from launchpad.model.commands.base import Command


class RunSmoke(Command, tag="smoke"):
    """A smoke test, now."""

    suite: str
