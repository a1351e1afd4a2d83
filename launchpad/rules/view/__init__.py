"""view(state, readings, now): everything a face shows, derived in one place.

Pure: the same arguments give the same view, so that a screen, `status`, a replay and a report agree, and
nothing stays green because its writer died.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from launchpad.model.definition import PHASES, Definition, Phase
from launchpad.model.plan import GateReport, GateVerdict
from launchpad.model.samples import Lease, LockInfo, Presence, Standby
from launchpad.model.state import State
from launchpad.model.values import SECOND, Micros, Value
from launchpad.rules import calls, polls
from launchpad.rules import locks as lock_rules
from launchpad.rules.alerts import Evidence
from launchpad.rules.countdown import current_t0
from launchpad.rules.criteria import AdviceView, advise
from launchpad.rules.gates import evaluate, of_rollout
from launchpad.rules.incidents import leading
from launchpad.rules.ladder import RolloutView, rollout_views, trouble
from launchpad.rules.objectives import Reading
from launchpad.rules.polls import Ballot
from launchpad.rules.rollout_evidence import RolloutEvidence
from launchpad.rules.situation import NO_ENGINE, Situation
from launchpad.rules.view.coming import coming
from launchpad.rules.view.delivery import MessageView, NextPage, message_views
from launchpad.rules.view.health import (
    AlertView,
    EngineView,
    Freshness,
    HealthVerdict,
    ObjectiveView,
    Standing,
    alert_views,
    engine_view,
    freshness_of,
    standing_of,
)
from launchpad.rules.view.incidents import IncidentView, declared_standing, incident_view
from launchpad.rules.view.items import ItemView, Mark, item_view
from launchpad.rules.view.runs import RunView, run_view
from launchpad.rules.watch import WatchWindow, watch_window


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
    standing: Standing
    """Are we OK?"""
    freshness: Freshness
    engine: EngineView
    objectives: tuple[ObjectiveView, ...]
    alerts: tuple[AlertView, ...]
    """Pending and firing ones; first those that somebody is told of, the worst and unacknowledged of them."""
    items: tuple[ItemView, ...]
    runs: tuple[RunView, ...]
    """All runs, newest first."""
    run: RunView | None
    """The one to watch."""
    people: tuple[Presence, ...]
    locks: tuple[LockInfo, ...]
    ballots: tuple[Ballot, ...]
    """How every team stands that the roll-call asks, or that the gate ahead waits for."""
    situation: Situation
    """What gates are judged on, for gates other than the next phase's."""
    evidence: Mapping[str, Evidence]
    """What each alert's rule rests on."""
    messages: tuple[MessageView, ...]
    """Who was told what of alerts, the latest first."""
    window: WatchWindow | None = None
    """The watch window after T-0."""
    advice: AdviceView | None = None
    """What the rollback criteria come to; None without such."""
    incidents: tuple[IncidentView, ...] = ()
    """All of them, the newest first."""
    incident: IncidentView | None = None
    """The gravest that is open."""
    rollouts: tuple[RolloutView, ...] = ()

    @property
    def health(self) -> HealthVerdict:
        return self.standing.verdict

    @property
    def late(self) -> bool:
        """Whether T-0 has passed and the launch was not entered. While the countdown is held, it is not."""
        passed = self.countdown is not None and self.countdown > 0 and self.held is None
        return passed and self.state.phase == "pre-launch" and self.state.open

    def progress(self, phase: Phase) -> tuple[int, int]:
        """Items done or skipped, and all items, of a phase."""
        of_phase = [item for item in self.items if item.state.item.phase == phase]
        return sum(item.finished for item in of_phase), len(of_phase)


def view(
    state: State,
    readings: Mapping[str, Reading],
    now: Micros,
    *,
    lease: Lease | None = None,
    people: Sequence[Presence] = (),
    locks: Sequence[LockInfo] = (),
    standbys: Sequence[Standby] = (),
    last_output: Mapping[str, Micros] = {},
    evidence: Mapping[str, Evidence] = {},
    rollouts: Mapping[str, RolloutEvidence] = {},
    unwatched: str = NO_ENGINE,
) -> View:
    """Derives what is shown. `state` is of an opened launch; `last_output` says when runs last wrote to
    their logs, `evidence` what each alert's rule rests on, `rollouts` what is known of each, `unwatched`
    why nothing that was measured counts, where no lease is known."""
    definition = state.definition
    assert definition is not None, "a journal begins with launch.opened"
    watched = lease is not None and lease.expires_in > 0
    situation = Situation(
        state=state,
        readings=readings,
        now=now,
        watched=watched,
        people=tuple(people),
        locks=tuple(locks),
        unwatched=unwatched,
        rollouts=rollout_views(
            state, definition, readings, rollouts, unwatched="" if watched else unwatched, now=now
        ),
    )
    evidence = {**evidence, **calls.evidence(state, definition, now)}
    engine = replace(engine_view(state, lease, now, unwatched), standbys=tuple(standbys))
    return _seen(situation, definition, evidence, engine, last_output)


def _seen(
    situation: Situation,
    definition: Definition,
    evidence: Mapping[str, Evidence],
    engine: EngineView,
    last_output: Mapping[str, Micros],
) -> View:
    """All that there is to see of a situation."""
    state, now = situation.state, situation.now
    next_phase, t0 = _next_phase(state.phase), current_t0(state, now)
    gate = evaluate(next_phase, situation) if next_phase else None
    messages = message_views(state, definition, now, situation.watched)
    alerts = alert_views(definition, state, now, evidence, messages)
    objectives = _objectives(definition, situation.readings)
    runs, run = _runs(state, now, last_output)
    items = tuple(item_view(item, state, t0, now) for item in state.items.values())
    leads = leading(state)
    incidents = {i.id: incident_view(i, state, definition, alerts, now) for i in state.incidents.values()}
    incident = incidents[leads.id] if leads else None
    window, advice = watch_window(state, now), advise(situation)
    standing = standing_of(
        state,
        definition,
        objectives,
        alerts,
        declared=declared_standing(incident, alerts) if incident else None,
        unwatched="" if situation.watched else situation.unwatched,
        coming=coming(leads.next_at if leads else None, run, items, window, definition.zone, now),
        advice=_advice(advice, situation),
        now=now,
    )
    return View(
        now=now,
        state=state,
        definition=definition,
        countdown=None if t0 is None else (now - t0) / SECOND,
        held=None if state.hold is None else (now - state.hold.since) / SECOND,
        next_phase=next_phase,
        gate=gate,
        verdict=_verdict(state, gate, standing.verdict),
        standing=standing,
        freshness=freshness_of(objectives),
        engine=engine,
        objectives=objectives,
        alerts=alerts,
        items=items,
        runs=runs,
        run=run,
        people=situation.people,
        locks=situation.locks,
        ballots=_ballots(definition, state, now),
        situation=situation,
        evidence=evidence,
        messages=messages,
        window=window,
        advice=advice,
        incidents=tuple(reversed(incidents.values())),
        incident=incident,
        rollouts=_rollouts(situation),
    )


def _runs(
    state: State, now: Micros, last_output: Mapping[str, Micros]
) -> tuple[tuple[RunView, ...], RunView | None]:
    """All runs, newest first, and the one to watch."""
    newest_first = sorted(state.runs.values(), key=lambda r: -r.requested_at)
    runs = tuple(run_view(run, now, last_output.get(run.id)) for run in newest_first)
    live = state.live_run
    return runs, next((r for r in runs if live and r.state.id == live.id), None)


def _rollouts(situation: Situation) -> tuple[RolloutView, ...]:
    """All rollouts, each with the gate that a step forward goes through."""
    return tuple(
        replace(shown, gate=evaluate(of_rollout(name), situation))
        for name, shown in situation.rollouts.items()
    )


def _objectives(definition: Definition, readings: Mapping[str, Reading]) -> tuple[ObjectiveView, ...]:
    return tuple(
        ObjectiveView(name=name, objective=objective, reading=readings[name])
        for name, objective in definition.objectives.items()
        if name in readings
    )


def _advice(advice: AdviceView | None, situation: Situation) -> str:
    """What rollouts and the rollback criteria have to say, and what is locked after a rollback."""
    spoken = advice is not None and advice.in_force and advice.verdict != "stay"
    parts = (
        trouble(situation.rollouts),
        advice.sentence if advice and spoken else "",
        lock_rules.standing(situation.state, situation.locks),
    )
    return "; ".join(part for part in parts if part)


def _ballots(definition: Definition, state: State, now: Micros) -> tuple[Ballot, ...]:
    awaited = polls.awaited(definition, state.phase)
    asked = state.poll.teams if state.poll is not None else ()
    return polls.ballots(state.poll, tuple(dict.fromkeys((*asked, *awaited))), now)


def _next_phase(phase: Phase) -> Phase | None:
    index = PHASES.index(phase) + 1
    return PHASES[index] if index < len(PHASES) else None


def _verdict(state: State, gate: GateReport | None, health: HealthVerdict) -> GateVerdict:
    if state.phase == "pre-launch" and gate is not None:
        # A held countdown is no GO, whatever the gate says.
        return "HOLD" if state.hold is not None and gate.verdict == "GO" else gate.verdict
    verdicts: dict[HealthVerdict, GateVerdict] = {"ok": "GO", "bad": "NO-GO", "unknown": "HOLD"}
    return verdicts[health]
