"""Smoke tests that were asked for, and what they found."""

from typing import Literal

from launchpad.model.events.base import Event
from launchpad.model.smoke import SmokeFact
from launchpad.model.values import Micros


class _OfSuite(Event):
    suite: str

    @property
    def subject(self) -> str:
        return f"smoke:{self.suite}"


class SmokeRequested(_OfSuite, tag="smoke.requested"):
    """An operator wants the smoke test run now."""


class SmokeRan(_OfSuite, tag="smoke.ran"):
    """The engine ran a smoke test. Of those on schedule and for items, appended when the outcome is another
    one, and before the last one grows too old."""

    result: SmokeFact
    observed_at: Micros
    """When it began."""
    cause: Literal["request", "schedule", "check", "run"]
    run: str = ""
    """With the cause `run`: the run whose step it was."""
