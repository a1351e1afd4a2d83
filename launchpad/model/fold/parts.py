"""What is being folded: mutable, and private to the fold."""

from collections.abc import Callable
from typing import Any

from launchpad.model.journal import Recorded
from launchpad.model.state import AlertState, ItemState, MessageState, ObjectiveState, Readiness, RunState


class Parts:
    """The pieces a `State` is made of."""

    def __init__(self) -> None:
        self.scalars: dict[str, Any] = {}
        """Fields of `State` that are replaced whole."""
        self.items: dict[str, ItemState] = {}
        self.runs: dict[str, RunState] = {}
        self.objectives: dict[str, ObjectiveState] = {}
        self.alerts: dict[str, AlertState] = {}
        self.readiness: dict[str, Readiness] = {}
        self.messages: dict[str, MessageState] = {}
        self.unfollowed: frozenset[str] = frozenset()
        """Signals that were amended, and that no engine has measured anew yet."""
        self.anomalies = 0

    def misfit(self) -> None:
        """An event that does not fit the state it met."""
        self.anomalies += 1


Handlers = dict[type, Callable[[Parts, Recorded, Any], None]]
"""Event type → what it does to the parts."""
