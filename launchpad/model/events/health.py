"""Verdicts of objectives, and the lives of alerts."""

from typing import Literal

from launchpad.model.definition import Severity
from launchpad.model.events.base import Event

ReadingVerdict = Literal["ok", "bad", "unknown"]


AlertStatus = Literal["inactive", "pending", "firing", "resolved"]


class ObjectiveChanged(Event, tag="objective.changed"):
    """An objective's verdict changed; the numbers are those it was judged on."""

    objective: str
    verdict: ReadingVerdict
    value: float | None
    limit: float
    n: int
    window: float
    reason: str = ""

    @property
    def subject(self) -> str:
        return f"objective:{self.objective}"


class AlertChanged(Event, tag="alert.changed"):
    """An alert moved through its life."""

    alert: str
    status: AlertStatus
    severity: Severity
    value: float | None
    n: int

    @property
    def subject(self) -> str:
        return f"alert:{self.alert}"


class AlertAcknowledged(Event, tag="alert.acknowledged"):
    """Somebody has it; the event's text says what they know."""

    alert: str

    @property
    def subject(self) -> str:
        return f"alert:{self.alert}"
