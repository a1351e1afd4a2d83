"""Holds objectives, alert rules and rollback criteria against the samples and records every change."""

import asyncio

from launchpad.engine.recorder import Recorder
from launchpad.engine.schedule import every
from launchpad.model.events import Event, ObjectiveChanged, ReadingVerdict
from launchpad.model.values import SECOND, Micros
from launchpad.rules.alerts import next_event
from launchpad.rules.criteria import next_event as next_advice
from launchpad.rules.objectives import Reading
from launchpad.rules.view import View
from launchpad.session import Session

_TICK = 1.0
_SETTLED = 2.0
"""Seconds an objective's new verdict must last to be recorded, so that a value on the brink does not fill
the journal. Alerts have their own `for`."""


class Evaluator:
    def __init__(self, session: Session, recorder: Recorder) -> None:
        self._session = session
        self._recorder = recorder
        self._candidates: dict[str, tuple[ReadingVerdict, Micros]] = {}

    async def run(self) -> None:
        await every(_TICK, self.tick)

    async def tick(self) -> None:
        """Records what has changed by now."""
        shown = await asyncio.to_thread(self._session.view)
        changes = [*self._objective_changes(shown), *alert_changes(shown), *advice_changes(shown)]
        if changes:
            await self._recorder.append(*changes)

    def _objective_changes(self, shown: View) -> list[Event]:
        changes: list[Event] = []
        for objective in shown.objectives:
            reading = objective.reading
            recorded = shown.state.objectives.get(objective.name)
            if reading.verdict == (recorded.verdict if recorded else "unknown"):
                self._candidates.pop(objective.name, None)
                continue
            verdict, since = self._candidates.get(objective.name, (None, 0))
            if verdict != reading.verdict:
                self._candidates[objective.name] = (reading.verdict, shown.now)
            elif shown.now - since >= _SETTLED * SECOND:
                changes.append(_objective_changed(reading))
        return changes


def _objective_changed(reading: Reading) -> ObjectiveChanged:
    return ObjectiveChanged(
        objective=reading.objective,
        verdict=reading.verdict,
        value=reading.value,
        limit=reading.limit,
        n=reading.n,
        window=reading.window,
        reason=reading.reason,
    )


def advice_changes(shown: View) -> list[Event]:
    """What the rollback criteria come to, where that is new."""
    change = next_advice(shown.advice) if shown.advice is not None else None
    return [change] if change is not None else []


def alert_changes(shown: View) -> list[Event]:
    """The alerts that move at this instant."""
    changes: list[Event] = []
    for name, seen in shown.evidence.items():
        rule, before = shown.definition.alerts[name], shown.state.alerts.get(name)
        change = next_event(name, rule, before, seen, shown.now)
        if change is not None:
            changes.append(change)
    return changes
