"""fold(events) = state: pure, incremental, total.

`Fold` is a private, mutable builder; `Fold.state` hands out immutable values. Any prefix of any journal
folds. An event that does not fit the state it meets changes nothing but `State.anomalies`. A text that was
redacted is gone from the events themselves; whoever has folded it folds anew.
"""

from collections.abc import Iterable
from types import MappingProxyType

from launchpad.model.fold import (
    alerts,
    amendments,
    backups,
    changes,
    checklist,
    criteria,
    delivery,
    health,
    incidents,
    launch,
    mentions,
    migrations,
    polls,
    report,
    rollouts,
    runs,
    smoke,
)
from launchpad.model.fold.parts import Handlers, Parts
from launchpad.model.journal import Recorded
from launchpad.model.state import State


def fold(events: Iterable[Recorded]) -> State:
    """The state after `events`, from nothing."""
    builder = Fold()
    for event in events:
        builder.apply(event)
    return builder.state


class Fold:
    """Takes events one by one, in order, and keeps what they amount to."""

    def __init__(self) -> None:
        self._parts = Parts()
        self._state = State()
        self._last: Recorded | None = None
        """The last event applied, unless `_state` shows it already."""

    @property
    def state(self) -> State:
        """What has been folded so far; a new value only if something was applied since."""
        if (last := self._last) is not None:
            self._last = None
            parts = self._parts
            self._state = State(
                launch=last.launch,
                seq=last.seq,
                hash=last.hash,
                at=last.at,
                **parts.scalars,
                items=MappingProxyType(dict(parts.items)),
                runs=MappingProxyType(dict(parts.runs)),
                objectives=MappingProxyType(dict(parts.objectives)),
                alerts=MappingProxyType(dict(parts.alerts)),
                readiness=MappingProxyType(dict(parts.readiness)),
                messages=MappingProxyType(dict(parts.messages)),
                anomalies=parts.anomalies,
            )
        return self._state

    def apply(self, recorded: Recorded) -> None:
        self._last = recorded
        handler = _HANDLERS.get(type(recorded.event))
        if handler is not None:
            misfits = self._parts.anomalies
            handler(self._parts, recorded, recorded.event)
            if self._parts.anomalies == misfits:
                changes.remember(self._parts, recorded)


_HANDLERS: Handlers = {
    **launch.HANDLERS,
    **checklist.HANDLERS,
    **health.HANDLERS,
    **runs.HANDLERS,
    **polls.HANDLERS,
    **alerts.HANDLERS,
    **delivery.HANDLERS,
    **report.HANDLERS,
    **criteria.HANDLERS,
    **amendments.HANDLERS,
    **incidents.HANDLERS,
    **mentions.HANDLERS,
    **rollouts.HANDLERS,
    **backups.HANDLERS,
    **smoke.HANDLERS,
    **migrations.HANDLERS,
}
