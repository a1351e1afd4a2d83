"""fold(events) = state: pure, incremental, total.

`Fold` is a private, mutable builder; `Fold.state` hands out immutable values. Any prefix of any journal
folds. An event that does not fit the state it meets changes nothing but `State.anomalies`.
"""

from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.journal import Recorded
from launchpad.model.lifecycles import ITEM, RUN, STEP
from launchpad.model.state import (
    AlertState,
    Approval,
    CheckResult,
    EngineState,
    ItemState,
    ObjectiveState,
    Remark,
    RunState,
    State,
    StepState,
)


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
        self._remarks: dict[int, str] = {}
        self._anomalies = 0
        self._state: State | None = State()

    @property
    def state(self) -> State:
        """What has been folded so far; a new value only if something was applied since."""
        if self._state is None:
            self._state = State(
                **self._scalars,
                items=MappingProxyType(dict(self._items)),
                runs=MappingProxyType(dict(self._runs)),
                objectives=MappingProxyType(dict(self._objectives)),
                alerts=MappingProxyType(dict(self._alerts)),
                anomalies=self._anomalies,
            )
        return self._state

    def apply(self, recorded: Recorded) -> None:
        self._state = None
        self._scalars.update(
            launch=recorded.launch, seq=recorded.seq, hash=recorded.hash, at=recorded.at
        )
        handler = _HANDLERS.get(type(recorded.event))
        if handler is not None:
            handler(self, recorded, recorded.event)

    def _misfit(self) -> None:
        self._anomalies += 1

    # The launch

    def _opened(self, rec: Recorded, event: ev.LaunchOpened) -> None:
        self._scalars.update(definition=event.definition, opened_at=rec.at, opened_by=rec.actor)
        self._scalars.update(phase_since=rec.at, phase_seq=0)
        self._items = {item.id: ItemState(item=item) for item in event.definition.items}

    def _closed(self, rec: Recorded, event: ev.LaunchClosed) -> None:
        self._scalars.update(outcome=event.outcome, closed_at=rec.at)

    def _phase(self, rec: Recorded, event: ev.PhaseEntered) -> None:
        self._scalars.update(phase=event.phase, phase_since=rec.at, phase_seq=rec.seq)

    def _unknown(self, rec: Recorded, event: ev.Unknown) -> None:
        kinds = self._scalars.get("unknown_kinds", ())
        if event.kind not in kinds:
            self._scalars["unknown_kinds"] = (*kinds, event.kind)

    def _redacted(self, rec: Recorded, event: ev.TextRedacted) -> None:
        item = self._items.get(self._remarks.get(event.seq, ""))
        if item is None:
            return
        self._items[item.item.id] = replace(
            item,
            comments=_without_text(item.comments, event.seq),
            evidence=_without_text(item.evidence, event.seq),
            reason="" if item.seq == event.seq else item.reason,
        )

    # Items

    def _item_moved(self, rec: Recorded, event: Any) -> None:
        item = self._items.get(event.item)
        status = ITEM.get((item.status, rec.kind)) if item else None
        if item is None or status is None:
            return self._misfit()
        ticked = status == "done"
        self._items[event.item] = replace(
            item,
            status=status,
            seq=rec.seq,
            at=rec.at,
            by=rec.actor,
            reason="" if ticked or status == "open" else rec.text,
            evidence=self._remarked(item.evidence, rec, event) if ticked and rec.text else item.evidence,
        )
        self._remarks[rec.seq] = event.item

    def _item_assigned(self, rec: Recorded, event: ev.ItemAssigned) -> None:
        if item := self._items.get(event.item):
            self._items[event.item] = replace(item, assignee=event.assignee, seq=rec.seq)
        else:
            self._misfit()

    def _item_commented(self, rec: Recorded, event: ev.ItemCommented) -> None:
        if item := self._items.get(event.item):
            self._items[event.item] = replace(item, comments=self._remarked(item.comments, rec, event))
        else:
            self._misfit()

    def _item_evidence(self, rec: Recorded, event: ev.EvidenceAdded) -> None:
        if item := self._items.get(event.item):
            self._items[event.item] = replace(item, evidence=self._remarked(item.evidence, rec, event))
        else:
            self._misfit()

    def _remarked(self, remarks: tuple[Remark, ...], rec: Recorded, event: Any) -> tuple[Remark, ...]:
        self._remarks[rec.seq] = event.item
        remark = Remark(seq=rec.seq, at=rec.at, by=rec.actor, text=rec.text, redacted=rec.redacted)
        return (*remarks, remark)

    def _check_requested(self, rec: Recorded, event: ev.CheckRequested) -> None:
        if item := self._items.get(event.item):
            self._items[event.item] = replace(item, check_requested=rec.seq)
        else:
            self._misfit()

    def _item_checked(self, rec: Recorded, event: ev.ItemChecked) -> None:
        item = self._items.get(event.item)
        if item is None:
            return self._misfit()
        result = CheckResult(verdict=event.verdict, reason=event.reason, at=event.observed_at)
        item = replace(item, check=result, check_requested=0)
        if item.status != "skipped" and event.verdict != "unknown":
            passed = event.verdict == "ok"
            item = replace(
                item,
                status="done" if passed else "failed",
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
        if before and event.status in ("firing", "resolved"):
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
        if alert := self._alerts.get(event.alert):
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
            return self._misfit()
        self._runs[event.run] = RunState(
            id=event.run,
            action=event.action,
            params=event.params,
            status="requested",
            seq=rec.seq,
            requested_by=rec.actor,
            requested_auth=rec.auth,
            requested_at=rec.at,
        )

    def _run_moved(self, rec: Recorded, event: Any) -> None:
        run = self._runs.get(event.run)
        if run is None:
            return self._misfit()
        approval_back = isinstance(event, ev.RunRetracted) and event.what == "approval"
        status = run.status if approval_back else RUN.get((run.status, rec.kind))
        if status is None:
            return self._misfit()
        run = replace(run, status=status, seq=rec.seq)
        if run.ended:
            run = replace(run, ended_at=rec.at)
        detail = _RUN_DETAILS.get(type(event))
        run = detail(run, rec, event) if detail else run
        self._runs[event.run] = _settle_approval(run)

    def _step_moved(self, rec: Recorded, event: Any) -> None:
        run = self._runs.get(event.run)
        if run is None or event.step >= len(run.steps):
            return self._misfit()
        step = replace(run.steps[event.step], status=STEP[rec.kind])
        match event:
            case ev.StepIntended():
                step = StepState(
                    status="intended",
                    attempt=event.attempt,
                    epoch=event.epoch,
                    nonce=event.nonce,
                    started_at=rec.at,
                )
            case ev.StepRunning():
                step = replace(step, provider_id=event.provider_id)
            case ev.StepSucceeded() | ev.StepAborted():
                step = replace(step, ended_at=rec.at, detail=event.detail)
            case ev.StepFailed() | ev.StepInterrupted():
                step = replace(step, ended_at=rec.at, detail=event.reason)
            case _:
                step = replace(step, ended_at=rec.at)
        steps = (*run.steps[: event.step], step, *run.steps[event.step + 1 :])
        gate = event.gate or run.gate if isinstance(event, ev.StepIntended) else run.gate
        self._runs[event.run] = replace(run, steps=steps, seq=rec.seq, gate=gate)


def _without_text(remarks: tuple[Remark, ...], seq: int) -> tuple[Remark, ...]:
    return tuple(replace(r, text="", redacted=True) if r.seq == seq else r for r in remarks)


def _settle_approval(run: RunState) -> RunState:
    """A confirmed run with enough approvals is approved; one that lost an approval is not."""
    if run.status not in ("planned", "approved") or run.plan is None:
        return run
    enough = run.confirmed and len(run.approvals) >= run.plan.approvals
    return replace(run, status="approved" if enough else "planned")


def _planned(run: RunState, rec: Recorded, event: ev.RunPlanned) -> RunState:
    return replace(
        run,
        plan=event.plan,
        digest=event.digest,
        gate=event.gate,
        expires_at=event.expires_at,
        steps=tuple(StepState() for _ in event.plan.steps),
    )


def _confirmed(run: RunState, rec: Recorded, event: ev.RunConfirmed) -> RunState:
    run = replace(run, confirmed=True)
    if event.overridden:
        run = replace(run, overridden_by=rec.actor, override_reason=rec.text)
    return run


def _approved(run: RunState, rec: Recorded, event: ev.RunApproved) -> RunState:
    others = tuple(a for a in run.approvals if a.by != rec.actor)
    return replace(run, approvals=(*others, Approval(by=rec.actor, auth=rec.auth, at=rec.at)))


def _retracted(run: RunState, rec: Recorded, event: ev.RunRetracted) -> RunState:
    if event.what == "request":
        return run
    return replace(run, approvals=tuple(a for a in run.approvals if a.by != rec.actor))


def _started(run: RunState, rec: Recorded, event: ev.RunStarted) -> RunState:
    return replace(run, started_at=rec.at, gate=event.gate or run.gate)


def _with_reason(run: RunState, rec: Recorded, event: Any) -> RunState:
    return replace(run, reason=event.reason)


def _rejected(run: RunState, rec: Recorded, event: ev.RunRejected) -> RunState:
    return replace(run, reason=f"rejected by {rec.actor}" + (f": {rec.text}" if rec.text else ""))


def _abort_asked(run: RunState, rec: Recorded, event: ev.AbortRequested) -> RunState:
    return replace(run, aborted_by=rec.actor)


def _resolved(run: RunState, rec: Recorded, event: ev.RunResolved) -> RunState:
    if event.resolution == "roll-back":
        reason = f"given up by {rec.actor} after it was interrupted"
        return replace(run, status="failed", ended_at=rec.at, reason=reason)
    index = run.current_step
    if index is None:
        return run
    outcomes = {
        "retry": StepState(attempt=run.steps[index].attempt),
        "skip": replace(run.steps[index], status="skipped", ended_at=rec.at),
        "done": replace(
            run.steps[index], status="succeeded", ended_at=rec.at, detail=f"marked done by {rec.actor}"
        ),
    }
    step = outcomes[event.resolution]
    return replace(run, steps=(*run.steps[:index], step, *run.steps[index + 1 :]), reason="")


_RUN_DETAILS: dict[type, Callable[[RunState, Recorded, Any], RunState]] = {
    ev.RunPlanned: _planned,
    ev.RunConfirmed: _confirmed,
    ev.RunApproved: _approved,
    ev.RunRetracted: _retracted,
    ev.RunStarted: _started,
    ev.RunRefused: _with_reason,
    ev.RunFailed: _with_reason,
    ev.RunInterrupted: _with_reason,
    ev.RunRejected: _rejected,
    ev.AbortRequested: _abort_asked,
    ev.RunResolved: _resolved,
}

_HANDLERS: dict[type, Callable[[Fold, Recorded, Any], None]] = {
    ev.LaunchOpened: Fold._opened,
    ev.LaunchClosed: Fold._closed,
    ev.PhaseEntered: Fold._phase,
    ev.Unknown: Fold._unknown,
    ev.TextRedacted: Fold._redacted,
    ev.ItemTicked: Fold._item_moved,
    ev.ItemReopened: Fold._item_moved,
    ev.ItemFailed: Fold._item_moved,
    ev.ItemSkipped: Fold._item_moved,
    ev.ItemAssigned: Fold._item_assigned,
    ev.ItemCommented: Fold._item_commented,
    ev.EvidenceAdded: Fold._item_evidence,
    ev.CheckRequested: Fold._check_requested,
    ev.ItemChecked: Fold._item_checked,
    ev.ObjectiveChanged: Fold._objective,
    ev.AlertChanged: Fold._alert,
    ev.AlertAcknowledged: Fold._acknowledged,
    ev.EngineStarted: Fold._engine_started,
    ev.EngineStopped: Fold._engine_stopped,
    ev.RunRequested: Fold._run_requested,
    ev.RunPlanned: Fold._run_moved,
    ev.RunRefused: Fold._run_moved,
    ev.RunConfirmed: Fold._run_moved,
    ev.RunApproved: Fold._run_moved,
    ev.RunRejected: Fold._run_moved,
    ev.RunRetracted: Fold._run_moved,
    ev.RunStarted: Fold._run_moved,
    ev.RunSucceeded: Fold._run_moved,
    ev.RunFailed: Fold._run_moved,
    ev.RunInterrupted: Fold._run_moved,
    ev.RunResolved: Fold._run_moved,
    ev.AbortRequested: Fold._run_moved,
    ev.RunAborted: Fold._run_moved,
    ev.StepIntended: Fold._step_moved,
    ev.StepRunning: Fold._step_moved,
    ev.StepSucceeded: Fold._step_moved,
    ev.StepFailed: Fold._step_moved,
    ev.StepSkipped: Fold._step_moved,
    ev.StepInterrupted: Fold._step_moved,
    ev.StepAborted: Fold._step_moved,
}
