"""What there is to see of objectives, alerts and the engine, and what they amount to."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec.structs import replace

from launchpad.model.definition import (
    SEVERITIES,
    Definition,
    Objective,
    Severity,
)
from launchpad.model.samples import Lease
from launchpad.model.state import AlertState, State
from launchpad.model.values import SECOND, Micros, Value, format_duration
from launchpad.rules import alerts as alert_rules
from launchpad.rules.alerts import Evidence
from launchpad.rules.objectives import Reading
from launchpad.rules.view.delivery import MessageView, NextPage, next_page, undelivered

HealthVerdict = Literal["ok", "bad", "unknown"]


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
    """Whole seconds since it entered its status."""

    shown: str
    """Its value now; the one that was recorded last, where nothing is measured here."""
    value: float | None
    n: int
    """Known samples behind the value."""
    muted: str
    """Why nobody is told of it, or the empty string."""
    flapping: bool
    eased: float | None
    """Seconds for which its rule has no longer been met, though it still fires."""
    before: tuple[str, ...]
    """What was done shortly before it rose, the latest first."""
    group: str = ""
    others: tuple[str, ...] = ()
    """The other alerts of its group, on the one that speaks for them."""
    spoken_for: bool = False
    """Another alert of its group speaks for it."""
    next_page: NextPage | None = None
    """Who is woken next."""
    undelivered: tuple[str, ...] = ()
    """Who should have been told of it and has not been, with the reason."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What else there is to say of it, the most telling first."""
        eased = "" if self.eased is None else f"eased {format_duration(self.eased)} ago"
        return tuple(note for note in (*self.undelivered, eased, self.muted, *self.before[:1]) if note)

    @property
    def page(self) -> str:
        """`pages lead in 2m19s`, or the empty string."""
        if self.next_page is None:
            return ""
        within = int(self.next_page.within)
        when = f"in {format_duration(within)}" if within else "now"
        return f"pages {', '.join(self.next_page.notify)} {when}"

    @property
    def unacknowledged(self) -> bool:
        return self.state.status == "firing" and self.state.acknowledged_by is None


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
    lacking: tuple[str, ...] = ()
    """What it can't do for something that it can't have, a sentence each."""


def health_of(
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


def freshness_of(objectives: Sequence[ObjectiveView]) -> Freshness:
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


def engine_view(state: State, lease: Lease | None, now: Micros) -> EngineView:
    if state.outcome is not None:
        return EngineView(watching=False, sentence=f"closed: {state.outcome}")
    if lease is not None and lease.expires_in > 0:
        return _watching(state, lease)
    stopped = state.engine.stopped_at if state.engine else None
    lasted = f" for {format_duration((now - stopped) / SECOND)}" if stopped else ""
    return EngineView(
        watching=False, sentence=f"no engine is watching{lasted}: start one with `launchpad engine`"
    )


def _watching(state: State, lease: Lease) -> EngineView:
    engine = state.engine
    said = f"engine {lease.epoch} on {engine.host if engine else lease.holder}"
    if engine is None or engine.epoch != lease.epoch:
        return EngineView(watching=True, sentence=said)
    if engine.follows < state.definition_seq:
        said += " has not taken up the amended definition yet"
    elif engine.lacking:
        said += f" lacks something: {'; '.join(engine.lacking[:2])}"
    return EngineView(watching=True, sentence=said, lacking=engine.lacking)


def alert_views(
    definition: Definition,
    state: State,
    now: Micros,
    evidence: Mapping[str, Evidence],
    messages: tuple[MessageView, ...] = (),
) -> tuple[AlertView, ...]:
    shown = [
        _alert_view(definition, state, alert, now, evidence.get(alert.name), messages)
        for alert in state.alerts.values()
        if alert.status in ("pending", "firing") and alert.name in definition.alerts
    ]
    return _grouped(
        sorted(
            shown,
            key=lambda a: (
                a.state.status != "firing",
                bool(a.muted),
                not a.unacknowledged,
                SEVERITIES.index(a.severity),
                a.state.since,
            ),
        )
    )


def _alert_view(
    definition: Definition,
    state: State,
    alert: AlertState,
    now: Micros,
    seen: Evidence | None,
    messages: tuple[MessageView, ...],
) -> AlertView:
    rule = definition.alerts[alert.name]
    value, n = (seen.value, seen.n) if seen else (alert.value, alert.n)
    return AlertView(
        state=alert,
        severity=rule.severity,
        rule=alert_rules.sentence(rule),
        lasted=float((now - alert.since) // SECOND),
        shown=alert_rules.shown(rule, value),
        value=value,
        n=n,
        muted=alert_rules.muted(state, definition, alert.name, now),
        flapping=alert_rules.flapping(alert, now),
        eased=None if alert.eased_since is None else (now - alert.eased_since) / SECOND,
        before=alert_rules.changed_before(alert),
        group=rule.group or "",
        next_page=next_page(state, definition, alert, now),
        undelivered=undelivered(messages, alert),
    )


def _grouped(alerts: Sequence[AlertView]) -> tuple[AlertView, ...]:
    """The first of each group speaks for the rest of it."""
    members: dict[str, list[str]] = {}
    for alert in alerts:
        if alert.group:
            members.setdefault(alert.group, []).append(alert.state.name)
    first = {names[0]: names[1:] for names in members.values()}
    return tuple(
        replace(
            alert,
            others=tuple(first.get(alert.state.name, ())),
            spoken_for=bool(alert.group) and alert.state.name not in first,
        )
        for alert in alerts
    )
