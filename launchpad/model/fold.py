"""fold(events) = state: pure, incremental, total.

`Fold` is a private, mutable builder; `Fold.state` hands out immutable values. Any prefix of any journal
folds. An event that does not fit the state it meets changes nothing but `State.anomalies`. A text that was
redacted is gone from the events themselves; whoever has folded it folds anew.
"""

from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import Any, ClassVar

from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.fold_runs import requested, run_after, run_after_step
from launchpad.model.journal import Recorded
from launchpad.model.lifecycles import ITEM
from launchpad.model.state import (
    AlertState,
    CheckResult,
    EngineState,
    HoldState,
    ItemState,
    ObjectiveState,
    Remark,
    RunState,
    State,
)
from launchpad.model.values import SECOND


def fold(events: Iterable[Recorded]) -> State:
    """The state after `events`, from nothing."""
    builder = Fold()
    for event in events:
        builder.apply(event)
    return builder.state


class Fold:
    """Takes events one by one, in order, and keeps what they amount to."""

    def __init__(self) -> None:
        self._scalars: dict[str, Any] = {}
        self._items: dict[str, ItemState] = {}
        self._runs: dict[str, RunState] = {}
        self._objectives: dict[str, ObjectiveState] = {}
        self._alerts: dict[str, AlertState] = {}
        self._anomalies = 0
        self._state = State()
        self._last: Recorded | None = None
        """The last event applied, unless `_state` shows it already."""

    @property
    def state(self) -> State:
        """What has been folded so far; a new value only if something was applied since."""
        if (last := self._last) is not None:
            self._last = None
            self._state = State(
                launch=last.launch,
                seq=last.seq,
                hash=last.hash,
                at=last.at,
                **self._scalars,
                items=MappingProxyType(dict(self._items)),
                runs=MappingProxyType(dict(self._runs)),
                objectives=MappingProxyType(dict(self._objectives)),
                alerts=MappingProxyType(dict(self._alerts)),
                anomalies=self._anomalies,
            )
        return self._state

    def apply(self, recorded: Recorded) -> None:
        self._last = recorded
        handler = self._HANDLERS.get(type(recorded.event))
        if handler is not None:
            handler(self, recorded, recorded.event)

    def _misfit(self) -> None:
        self._anomalies += 1

    # The launch

    def _opened(self, rec: Recorded, event: ev.LaunchOpened) -> None:
        if "definition" in self._scalars:
            self._misfit()
            return
        self._scalars.update(definition=event.definition, opened_at=rec.at, opened_by=rec.actor)
        self._scalars.update(phase_since=rec.at, phase_seq=0)
        self._scalars["t0"] = event.definition.launch.t0.at if event.definition.launch.t0 else None
        self._items = {item.id: ItemState(item=item) for item in event.definition.items}

    def _closed(self, rec: Recorded, event: ev.LaunchClosed) -> None:
        if "outcome" in self._scalars:
            self._misfit()
            return
        self._scalars.update(outcome=event.outcome, closed_at=rec.at)

    def _phase(self, rec: Recorded, event: ev.PhaseEntered) -> None:
        self._scalars.update(phase=event.phase, phase_since=rec.at, phase_seq=rec.seq)
        if event.phase != "pre-launch":
            self._end_hold(rec)

    def _held(self, rec: Recorded, _event: ev.CountdownHeld) -> None:
        if self._scalars.get("t0") is None or self._scalars.get("hold") is not None:
            self._misfit()
            return
        hold = HoldState(since=rec.at, by=rec.actor, reason=rec.text)
        self._scalars.update(hold=hold, countdown_seq=rec.seq)

    def _resumed(self, rec: Recorded, _event: ev.CountdownResumed) -> None:
        if not self._end_hold(rec):
            self._misfit()

    def _end_hold(self, rec: Recorded) -> bool:
        """Moves T-0 by the hold that ends with this event; False if there was none."""
        hold: HoldState | None = self._scalars.get("hold")
        if hold is None:
            return False
        t0 = self._scalars["t0"] + rec.at - hold.since
        self._scalars.update(hold=None, t0=t0, countdown_seq=rec.seq)
        return True

    def _slipped(self, rec: Recorded, event: ev.CountdownSlipped) -> None:
        if self._scalars.get("t0") is None:
            self._misfit()
            return
        t0 = self._scalars["t0"] + round(event.seconds * SECOND)
        self._scalars.update(t0=t0, countdown_seq=rec.seq)

    def _unknown(self, _rec: Recorded, event: ev.Unknown) -> None:
        kinds = self._scalars.get("unknown_kinds", ())
        if event.kind not in kinds:
            self._scalars["unknown_kinds"] = (*kinds, event.kind)

    # Items

    def _item_moved(self, rec: Recorded, event: Any) -> None:
        item = self._items.get(event.item)
        status = ITEM.get((item.status, rec.kind)) if item else None
        if item is None or status is None:
            self._misfit()
            return
        ticked = status == "done"
        self._items[event.item] = replace(
            item,
            status=status,
            seq=rec.seq,
            at=rec.at,
            by=rec.actor,
            reason="" if ticked or status == "open" else rec.text,
            evidence=_remarked(item.evidence, rec)
            if ticked and (rec.text or rec.redacted)
            else item.evidence,
        )

    def _item_assigned(self, rec: Recorded, event: ev.ItemAssigned) -> None:
        if item := self._items.get(event.item):
            self._items[event.item] = replace(item, assignee=event.assignee, seq=rec.seq)
        else:
            self._misfit()

    def _item_commented(self, rec: Recorded, event: ev.ItemCommented) -> None:
        if item := self._items.get(event.item):
            self._items[event.item] = replace(item, comments=_remarked(item.comments, rec))
        else:
            self._misfit()

    def _item_evidence(self, rec: Recorded, event: ev.EvidenceAdded) -> None:
        if item := self._items.get(event.item):
            self._items[event.item] = replace(item, evidence=_remarked(item.evidence, rec))
        else:
            self._misfit()

    def _check_requested(self, rec: Recorded, event: ev.CheckRequested) -> None:
        if item := self._items.get(event.item):
            self._items[event.item] = replace(item, check_requested=rec.seq)
        else:
            self._misfit()

    def _item_checked(self, rec: Recorded, event: ev.ItemChecked) -> None:
        item = self._items.get(event.item)
        if item is None:
            self._misfit()
            return
        result = CheckResult(verdict=event.verdict, reason=event.reason, at=event.observed_at)
        item = replace(item, check=result, check_requested=0)
        if item.status != "skipped" and event.verdict != "unknown":
            passed = event.verdict == "ok"
            item = replace(
                item,
                status="done" if passed else "failed",
                proved_at=event.observed_at if passed else item.proved_at,
                seq=rec.seq,
                at=rec.at,
                by=rec.actor,
                reason="" if passed else event.reason,
            )
        self._items[event.item] = item

    # Objectives, alerts, the engine

    def _objective(self, rec: Recorded, event: ev.ObjectiveChanged) -> None:
        self._objectives[event.objective] = ObjectiveState(
            verdict=event.verdict, since=rec.at, value=event.value, n=event.n
        )

    def _alert(self, rec: Recorded, event: ev.AlertChanged) -> None:
        before = self._alerts.get(event.alert)
        now = AlertState(
            name=event.alert,
            status=event.status,
            since=rec.at,
            seq=rec.seq,
            value=event.value,
            n=event.n,
            pending_since=rec.at,
        )
        if before and (before.status, event.status) in (("pending", "firing"), ("firing", "resolved")):
            now = replace(
                now,
                pending_since=before.pending_since,
                fired_at=before.fired_at,
                acknowledged_by=before.acknowledged_by,
                acknowledged_at=before.acknowledged_at,
                acknowledgement=before.acknowledgement,
            )
        if event.status == "firing":
            now = replace(now, fired_at=rec.at)
        self._alerts[event.alert] = now

    def _acknowledged(self, rec: Recorded, event: ev.AlertAcknowledged) -> None:
        alert = self._alerts.get(event.alert)
        if alert is not None and alert.status in ("pending", "firing"):
            self._alerts[event.alert] = replace(
                alert,
                seq=rec.seq,
                acknowledged_by=rec.actor,
                acknowledged_at=rec.at,
                acknowledgement=rec.text,
            )
        else:
            self._misfit()

    def _engine_started(self, rec: Recorded, event: ev.EngineStarted) -> None:
        self._scalars["engine"] = EngineState(
            holder=event.holder,
            epoch=event.epoch,
            host=event.host,
            version=event.version,
            started_at=rec.at,
        )

    def _engine_stopped(self, rec: Recorded, event: ev.EngineStopped) -> None:
        engine: EngineState | None = self._scalars.get("engine")
        if engine and engine.epoch == event.epoch:
            self._scalars["engine"] = replace(engine, stopped_at=rec.at)

    # Runs

    def _run_requested(self, rec: Recorded, event: ev.RunRequested) -> None:
        if event.run in self._runs:
            self._misfit()
            return
        self._runs[event.run] = requested(rec, event)

    def _run_moved(self, rec: Recorded, event: Any) -> None:
        run = self._runs.get(event.run)
        after = run_after(run, rec, event) if run else None
        if after is None:
            self._misfit()
            return
        self._runs[event.run] = after

    def _step_moved(self, rec: Recorded, event: Any) -> None:
        run = self._runs.get(event.run)
        after = run_after_step(run, rec, event) if run else None
        if after is None:
            self._misfit()
            return
        self._runs[event.run] = after

    _HANDLERS: ClassVar[dict[type, Callable[["Fold", Recorded, Any], None]]] = {
        ev.LaunchOpened: _opened,
        ev.LaunchClosed: _closed,
        ev.PhaseEntered: _phase,
        ev.CountdownHeld: _held,
        ev.CountdownResumed: _resumed,
        ev.CountdownSlipped: _slipped,
        ev.Unknown: _unknown,
        ev.ItemTicked: _item_moved,
        ev.ItemReopened: _item_moved,
        ev.ItemFailed: _item_moved,
        ev.ItemSkipped: _item_moved,
        ev.ItemAssigned: _item_assigned,
        ev.ItemCommented: _item_commented,
        ev.EvidenceAdded: _item_evidence,
        ev.CheckRequested: _check_requested,
        ev.ItemChecked: _item_checked,
        ev.ObjectiveChanged: _objective,
        ev.AlertChanged: _alert,
        ev.AlertAcknowledged: _acknowledged,
        ev.EngineStarted: _engine_started,
        ev.EngineStopped: _engine_stopped,
        ev.RunRequested: _run_requested,
        ev.RunPlanned: _run_moved,
        ev.RunRefused: _run_moved,
        ev.RunConfirmed: _run_moved,
        ev.RunApproved: _run_moved,
        ev.RunRejected: _run_moved,
        ev.RunRetracted: _run_moved,
        ev.RunStarted: _run_moved,
        ev.RunSucceeded: _run_moved,
        ev.RunFailed: _run_moved,
        ev.RunInterrupted: _run_moved,
        ev.RunResolved: _run_moved,
        ev.AbortRequested: _run_moved,
        ev.RunAborted: _run_moved,
        ev.StepIntended: _step_moved,
        ev.StepRunning: _step_moved,
        ev.StepSucceeded: _step_moved,
        ev.StepFailed: _step_moved,
        ev.StepInterrupted: _step_moved,
        ev.StepAborted: _step_moved,
    }


def _remarked(remarks: tuple[Remark, ...], rec: Recorded) -> tuple[Remark, ...]:
    remark = Remark(seq=rec.seq, at=rec.at, by=rec.actor, text=rec.text, redacted=rec.redacted)
    return (*remarks, remark)
