"""Objectives and alerts as last recorded."""

from launchpad.model.events import AlertStatus, ReadingVerdict
from launchpad.model.state.alerts import Change
from launchpad.model.state.delivery import Escalation
from launchpad.model.values import Micros, Value


class ObjectiveState(Value):
    """The last recorded verdict of an objective."""

    verdict: ReadingVerdict
    since: Micros
    value: float | None
    n: int


class AlertState(Value):
    """An alert as last recorded."""

    name: str
    status: AlertStatus
    since: Micros
    """When it entered this status."""
    seq: int
    pending_since: Micros | None = None
    fired_at: Micros | None = None
    value: float | None = None
    n: int = 0
    acknowledged_by: str | None = None
    acknowledged_at: Micros | None = None
    acknowledgement: str = ""
    eased_since: Micros | None = None
    """Since when its rule is no longer met, though it still fires."""
    fired: tuple[Micros, ...] = ()
    """When it fired lately, the latest last."""
    changes: tuple[Change, ...] = ()
    """What had last been done when it went pending, the latest last."""
    firing_seq: int | None = None
    """The event by which it fired last."""
    escalations: tuple[Escalation, ...] = ()
    """The steps of its ladder that were taken since."""
