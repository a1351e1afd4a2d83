"""view(state, readings, now): everything a face shows, derived in one place.

Pure: the same arguments give the same view, so that a screen, `status`, a replay and a report agree, and
nothing stays green because its writer died.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from launchpad.model.definition import (
    PHASES,
    SEVERITIES,
    Definition,
    Objective,
    Phase,
    Severity,
)
from launchpad.model.plan import GateReport, GateVerdict
from launchpad.model.samples import Lease, LockInfo, Presence
from launchpad.model.state import AlertState, ItemState, RunState, State, StepState
from launchpad.model.values import SECOND, Micros, Quantity, Value, format_duration, format_quantity
from launchpad.rules import alerts as alert_rules
from launchpad.rules import items as item_rules
from launchpad.rules.countdown import current_t0
from launchpad.rules.gates import Situation, evaluate, limit_of
from launchpad.rules.objectives import Reading

Mark = Literal["open", "blocked", "done", "stale", "failed", "skipped"]
HealthVerdict = Literal["ok", "bad", "unknown"]


class ItemView(Value):
    state: ItemState
    mark: Mark
    blocked_by: tuple[str, ...] = ()
    due_at: Micros | None = None
    overdue: bool = False

    @property
    def id(self) -> str:
        return self.state.item.id


class ObjectiveView(Value):
    name: str
    objective: Objective
    reading: Reading
    sentence: str
    """`latency p95 below 2 s`."""


class AlertView(Value):
    state: AlertState
    severity: Severity
    rule: str
    """`errors > 1%`."""
    lasted: float
    """Seconds since it entered its status."""

    @property
    def unacknowledged(self) -> bool:
        return self.state.status == "firing" and self.state.acknowledged_by is None

    limit: Quantity

    @property
    def shown(self) -> str:
        """The value it was last judged on."""
        if self.state.value is None:
            return "no data"
        return format_quantity(self.state.value, self.limit.unit, beside=self.limit.value)


class RunView(Value):
    state: RunState
    step: int
    """The step it stands at, from 0; equal to the number of steps once all are through."""
    elapsed: float
    """Seconds since it started (or was requested)."""
    step_elapsed: float
    timed_out: bool
    stuck: bool
    """At work, but without output for far longer than usual."""
    expired: bool
    """Confirmed, approved or started too late: it never runs."""
    waits_for: str
    """What must happen for it to go on, in words; empty while it simply runs."""

    @property
    def current(self) -> StepState | None:
        return self.state.steps[self.step] if self.step < len(self.state.steps) else None


class Freshness(Value):
    """How many signals deliver: `ok` lately, `stale` no longer, `dead` never."""

    ok: int = 0
    stale: int = 0
    dead: int = 0
    oldest: float | None = None
    """Age in seconds of the least recent one that ever delivered."""

    @property
    def total(self) -> int:
        return self.ok + self.stale + self.dead


class EngineView(Value):
    watching: bool
    sentence: str
    """Who watches, or that nobody does and what to do."""


class View(Value):
    """One launch at one instant."""

    now: Micros
    state: State
    definition: Definition
    countdown: float | None
    """Seconds since T-0 (negative before it); None without a T-0. Stands still during a hold."""
    held: float | None
    """Seconds for which the countdown has been held; None while it counts."""
    next_phase: Phase | None
    gate: GateReport | None
    """The gate of the next phase."""
    verdict: GateVerdict
    """The gate's before the launch; afterwards GO while healthy, HOLD while unknown, NO-GO while bad."""
    health: HealthVerdict
    health_sentence: str
    freshness: Freshness
    engine: EngineView
    objectives: tuple[ObjectiveView, ...]
    alerts: tuple[AlertView, ...]
    """Pending and firing ones; the worst and unacknowledged first."""
    items: tuple[ItemView, ...]
    runs: tuple[RunView, ...]
    """All runs, newest first."""
    run: RunView | None
    """The one to watch."""
    people: tuple[Presence, ...]
    locks: tuple[LockInfo, ...]
    situation: Situation
    """What gates are judged on, for gates other than the next phase's."""

    def progress(self, phase: Phase) -> tuple[int, int]:
        """Items done or skipped, and all items, of a phase."""
        of_phase = [item for item in self.items if item.state.item.phase == phase]
        return sum(item.mark in ("done", "skipped") for item in of_phase), len(of_phase)


def view(
    state: State,
    readings: Mapping[str, Reading],
    now: Micros,
    *,
    lease: Lease | None = None,
    people: Sequence[Presence] = (),
    locks: Sequence[LockInfo] = (),
    last_output: Mapping[str, Micros] = {},
) -> View:
    """Derives what is shown. `state` is of an opened launch; `last_output` says when runs last wrote to
    their logs."""
    definition = state.definition
    assert definition is not None, "a journal begins with launch.opened"
    watched = lease is not None and lease.expires_in > 0
    situation = Situation(state=state, readings=readings, now=now, watched=watched)
    next_phase = _next_phase(state.phase)
    gate = evaluate(next_phase, situation) if next_phase else None
    alerts = _alerts(definition, state, now)
    objectives = tuple(
        ObjectiveView(
            name=name, objective=objective, reading=readings[name], sentence=limit_of(name, objective)
        )
        for name, objective in definition.objectives.items()
        if name in readings
    )
    health, sentence = _health(objectives, alerts, watched)
    t0 = current_t0(state, now)
    live = state.live_run
    runs = tuple(
        run_view(run, now, last_output.get(run.id))
        for run in sorted(state.runs.values(), key=lambda r: -r.requested_at)
    )
    return View(
        now=now,
        state=state,
        definition=definition,
        countdown=None if t0 is None else (now - t0) / SECOND,
        held=None if state.hold is None else (now - state.hold.since) / SECOND,
        next_phase=next_phase,
        gate=gate,
        verdict=_verdict(state, gate, health),
        health=health,
        health_sentence=sentence,
        freshness=_freshness(objectives),
        engine=_engine(state, lease, now),
        objectives=objectives,
        alerts=alerts,
        items=tuple(_item(item, state, t0, now) for item in state.items.values()),
        runs=runs,
        run=next((r for r in runs if live and r.state.id == live.id), None),
        people=tuple(people),
        locks=tuple(locks),
        situation=situation,
    )


def next_item(shown: View, operator: str, teams: Sequence[str]) -> ItemView | None:
    """What this person should do next: what is assigned to them, else their team's, else nobody's; in this
    phase and unblocked."""
    open_items = [i for i in shown.items if i.mark == "open" and i.state.item.phase == shown.state.phase]
    by_hand = [i for i in open_items if i.state.item.check is None]
    mine = [i for i in by_hand if i.state.assignee == operator]
    ours = [i for i in by_hand if i.state.assignee is None and i.state.item.team in teams]
    nobodys = [i for i in by_hand if i.state.assignee is None and i.state.item.team is None]
    return next(iter([*mine, *ours, *nobodys]), None)


def run_view(run: RunState, now: Micros, last_output: Micros | None = None) -> RunView:
    """A run with what its clock says. `last_output` is when it last wrote to its log, if known."""
    current = run.current_step
    index = len(run.steps) if current is None else current
    step = run.steps[index] if index < len(run.steps) else None
    planned = run.plan.steps[index] if run.plan and index < len(run.plan.steps) else None
    end = run.ended_at or now
    step_elapsed = ((step.ended_at or end) - step.started_at) / SECOND if step and step.started_at else 0.0
    at_work = step is not None and step.status in ("intended", "running")
    silent_since = max(step.started_at or now, last_output or 0) if step else now
    silent = (now - silent_since) / SECOND
    waiting = run.status in ("planned", "approved")
    expired = waiting and run.expires_at is not None and now > run.expires_at
    return RunView(
        state=run,
        step=index,
        elapsed=(end - (run.started_at or run.requested_at)) / SECOND,
        step_elapsed=step_elapsed,
        timed_out=bool(at_work and planned and step_elapsed > planned.timeout),
        stuck=bool(at_work and planned and silent > planned.stuck_after),
        expired=expired,
        waits_for=_waits_for(run, expired),
    )


def _waits_for(run: RunState, expired: bool) -> str:
    if expired:
        return "expired: request it again"
    if run.status == "requested":
        return "the engine's plan"
    if run.status == "planned" and not run.confirmed:
        who = run.requested_by if run.requested_auth in ("key", "os") else "an operator"
        return f"{who} to confirm the plan"
    if run.awaits_approval and run.plan:
        missing = run.plan.approvals - len(run.approvals)
        asked = dict.fromkeys((run.requested_by, run.confirmed_by))
        people = " and ".join(name for name in asked if name)
        return f"{missing} approval{'s' if missing > 1 else ''} by others than {people}"
    if run.status == "approved":
        return "the engine to start it"
    if run.status == "interrupted":
        return "a person to decide: retry, skip, done or roll-back"
    return ""


def _next_phase(phase: Phase) -> Phase | None:
    index = PHASES.index(phase) + 1
    return PHASES[index] if index < len(PHASES) else None


def _verdict(state: State, gate: GateReport | None, health: HealthVerdict) -> GateVerdict:
    if state.phase == "pre-launch" and gate is not None:
        # A held countdown is no GO, whatever the gate says.
        return "HOLD" if state.hold is not None and gate.verdict == "GO" else gate.verdict
    verdicts: dict[HealthVerdict, GateVerdict] = {"ok": "GO", "bad": "NO-GO", "unknown": "HOLD"}
    return verdicts[health]


def _health(
    objectives: Sequence[ObjectiveView], alerts: Sequence[AlertView], watched: bool
) -> tuple[HealthVerdict, str]:
    firing = [a for a in alerts if a.state.status == "firing"]
    if firing:
        worst = firing[0]
        return "bad", f"{worst.rule}: {worst.shown} for {format_duration(worst.lasted)}"
    bad = [o for o in objectives if o.reading.verdict == "bad"]
    if bad:
        return "bad", f"{bad[0].sentence}: now {bad[0].reading.shown}"
    if not watched:
        return "unknown", "no engine is watching"
    blind = [o for o in objectives if o.reading.verdict == "unknown"]
    if blind:
        return "unknown", f"{blind[0].name}: {blind[0].reading.reason}"
    if not objectives:
        return "unknown", "no objectives are defined"
    return "ok", f"all {len(objectives)} objectives met"


def _freshness(objectives: Sequence[ObjectiveView]) -> Freshness:
    by_signal: dict[str, Reading] = {}
    for shown in sorted(objectives, key=lambda o: math.inf if o.reading.age is None else o.reading.age):
        by_signal.setdefault(shown.objective.signal, shown.reading)
    ages = [r.age for r in by_signal.values() if r.age is not None]
    return Freshness(
        ok=sum(not r.stale for r in by_signal.values()),
        stale=sum(r.stale and r.age is not None for r in by_signal.values()),
        dead=sum(r.age is None for r in by_signal.values()),
        oldest=max(ages, default=None),
    )


def _engine(state: State, lease: Lease | None, now: Micros) -> EngineView:
    if state.outcome is not None:
        return EngineView(watching=False, sentence=f"closed: {state.outcome}")
    if lease is not None and lease.expires_in > 0:
        host = state.engine.host if state.engine else lease.holder
        return EngineView(watching=True, sentence=f"engine {lease.epoch} on {host}")
    stopped = state.engine.stopped_at if state.engine else None
    lasted = f" for {format_duration((now - stopped) / SECOND)}" if stopped else ""
    return EngineView(
        watching=False, sentence=f"no engine is watching{lasted}: start one with `launchpad engine`"
    )


def _alerts(definition: Definition, state: State, now: Micros) -> tuple[AlertView, ...]:
    shown = [
        AlertView(
            state=alert,
            severity=definition.alerts[alert.name].severity,
            rule=alert_rules.describe(definition.alerts[alert.name].when),
            limit=definition.alerts[alert.name].when.limit,
            lasted=(now - alert.since) / SECOND,
        )
        for alert in state.alerts.values()
        if alert.status in ("pending", "firing") and alert.name in definition.alerts
    ]
    return tuple(
        sorted(
            shown,
            key=lambda a: (
                a.state.status != "firing",
                not a.unacknowledged,
                SEVERITIES.index(a.severity),
                a.state.since,
            ),
        )
    )


def _item(item: ItemState, state: State, t0: Micros | None, now: Micros) -> ItemView:
    blocked = item_rules.blocked_by(item, state.items)
    due = item_rules.due_at(item, t0)
    mark: Mark = item.status
    if item_rules.stale(item, now):
        mark = "stale"
    elif item.status == "open" and blocked:
        mark = "blocked"
    overdue = due is not None and now > due and item.status in ("open", "failed")
    return ItemView(state=item, mark=mark, blocked_by=blocked, due_at=due, overdue=overdue)
