"""What speaks for taking the release back, and what it amounts to."""

from launchpad.model.events.base import Event


class CriterionMarked(Event, tag="criterion.marked"):
    """Somebody looked whether a criterion is met; the event's text says what they saw."""

    criterion: str
    met: bool

    @property
    def subject(self) -> str:
        return f"criterion:{self.criterion}"


class RollbackAdvised(Event, tag="rollback.advised"):
    """The criteria began to recommend a rollback, or no longer do. The lists name criteria."""

    recommended: bool
    met: tuple[str, ...]
    unknown: tuple[str, ...]
    at_least: int
    of: int

    @property
    def subject(self) -> str:
        return "rollback"
