"""What there is to see of objectives, alerts and the engine, and what they amount to."""

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec.structs import replace

from launchpad.model.definition import (
    SEVERITIES,
    Definition,
    Objective,
    Severity,
)
from launchpad.model.samples import Lease, Standby
from launchpad.model.state import AlertState, State
from launchpad.model.values import SECOND, Micros, Value, format_clock, format_duration
from launchpad.rules import alerts as alert_rules
from launchpad.rules.alerts import NO_DATA, Evidence
from launchpad.rules.objectives import Reading, limit_of
from launchpad.rules.situation import NO_ENGINE
from launchpad.rules.view.delivery import MessageView, NextPage, next_page, undelivered

HealthVerdict = Literal["ok", "bad", "unknown"]
ANSWERS: Mapping[HealthVerdict, str] = {"ok": "OK", "bad": "NOT OK", "unknown": "NOT KNOWN TO BE OK"}


class Standing(Value):
    """Are we OK? The answer, with what it rests on."""

    verdict: HealthVerdict
    what: str
    """What is wrong and how bad against which limit, what is not known, or that all is met."""
    since: Micros | None = None
    """As the journal has it; None while it has nothing to say of that."""
    affects: str = ""
    """Whom or what it hits."""
    owner: str = ""
    """Who has it; empty where nobody needs to."""
    advice: str = ""
    """What rollouts have to say, and what the rollback criteria recommend or can't tell."""
    next: str = ""
    """What comes next."""
    line: str = ""
    """All of it, the most telling first."""

    @property
    def sentence(self) -> str:
        """The line as an answer: `NOT OK: checkout > 2%: 4.2% since 09:12 (2m27s); nobody has it yet`."""
        return self.line if self.verdict == "ok" else f"{ANSWERS[self.verdict]}: {self.line}"


class ObjectiveView(Value):
    name: str
    objective: Objective
    reading: Reading

    @property
    def sentence(self) -> str:
        """`latency p95 below 2 s`."""
        return limit_of(self.name, self.objective)


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
    standbys: tuple[Standby, ...] = ()

    @property
    def behind(self) -> str:
        """Who would take over, and whether they could; empty without any."""
        return ", ".join(
            f"{each.host} lacks {each.lacks}" if each.lacks else f"{each.host} ready"
            for each in self.standbys
        )


def standing_of(
    state: State,
    definition: Definition,
    objectives: Sequence[ObjectiveView],
    alerts: Sequence[AlertView],
    *,
    declared: Standing | None,
    unwatched: str,
    coming: str,
    advice: str,
    now: Micros,
) -> Standing:
    """How the launch stands: `declared` trouble first, then bad over unknown over OK. `unwatched` is why
    nothing measured counts, empty while an engine watches; `coming` comes next;
    `advice` is what rollouts and the rollback criteria have to say."""
    found = (
        declared
        or _firing(definition, objectives, alerts)
        or _missed(state, objectives)
        or _not_known(state, objectives, unwatched)
        or _all_met(state, objectives, alerts)
    )
    found = replace(found, advice=advice, next=coming)
    line = _line(found, definition.zone, now)
    return replace(found, line=f"{line}; {unwatched}" if found.verdict == "bad" and unwatched else line)


def _firing(
    definition: Definition, objectives: Sequence[ObjectiveView], alerts: Sequence[AlertView]
) -> Standing | None:
    firing = [a for a in alerts if a.state.status == "firing"]
    if not firing:
        return None
    worst = min(firing, key=lambda a: (SEVERITIES.index(a.severity), a.state.since))
    rules = [definition.alerts[a.state.name] for a in firing]
    told = {rule.objective for rule in rules}
    others = len(firing) - 1 + sum(o.reading.verdict == "bad" and o.name not in told for o in objectives)
    holder = worst.state.acknowledged_by
    waking = f", {worst.page}" if worst.page else ""
    # When it began to fire follows: without data it must not read as if that were missing since then.
    said = f"{worst.rule} ({NO_DATA} now)" if worst.shown == NO_DATA else f"{worst.rule}: {worst.shown}"
    return Standing(
        verdict="bad",
        what=said + (f" and {others} more" if others else ""),
        since=worst.state.since,
        affects=affected(definition, worst.state.name),
        owner=f"{holder} has it" if holder else f"nobody has it yet{waking}",
    )


def affected(definition: Definition, alert: str) -> str:
    """Whom or what an alert hits, as its definition or that of its objective says."""
    rule = definition.alerts.get(alert)
    if rule is None or rule.affects or rule.objective is None:
        return (rule.affects if rule else None) or ""
    return definition.objectives[rule.objective].affects or ""


def _missed(state: State, objectives: Sequence[ObjectiveView]) -> Standing | None:
    missed = [o for o in objectives if o.reading.verdict == "bad"]
    if not missed:
        return None
    first, others = missed[0], len(missed) - 1
    return Standing(
        verdict="bad",
        what=f"{first.sentence}: now {first.reading.shown}" + (f" and {others} more" if others else ""),
        since=_verdict_since(state, first),
        affects=first.objective.affects or "",
    )


def _not_known(state: State, objectives: Sequence[ObjectiveView], unwatched: str) -> Standing | None:
    if unwatched:
        since = state.engine.stopped_at if state.engine else None
        return Standing(verdict="unknown", what=unwatched, since=since)
    blind = [o for o in objectives if o.reading.verdict == "unknown"]
    if blind:
        more = f" and {len(blind) - 1} more" if len(blind) > 1 else ""
        what = f"{blind[0].name}: {blind[0].reading.reason}{more}"
        return Standing(verdict="unknown", what=what, since=_verdict_since(state, blind[0]))
    if not objectives:
        return Standing(verdict="unknown", what="no objectives are defined")
    return None


def _verdict_since(state: State, shown: ObjectiveView) -> Micros | None:
    """Since when the journal has this verdict; None while it has another."""
    recorded = state.objectives.get(shown.name)
    return recorded.since if recorded and recorded.verdict == shown.reading.verdict else None


def _all_met(state: State, objectives: Sequence[ObjectiveView], alerts: Sequence[AlertView]) -> Standing:
    met = f"all {len(objectives)} objectives met"
    rising = [f"{a.state.name} is pending ({a.rule}: {a.shown})" for a in alerts]
    return Standing(verdict="ok", what="; ".join([met, *rising[:1]]), since=_ok_since(state, objectives))


def _ok_since(state: State, objectives: Sequence[ObjectiveView]) -> Micros | None:
    """When the last that was not OK ended: a miss, an alert, an incident, or the time without an engine."""
    met = [_verdict_since(state, shown) for shown in objectives]
    ends = [since for since in met if since is not None]
    if len(ends) < len(met) or state.engine is None:
        return None
    ends += [alert.since for alert in state.alerts.values() if alert.status == "resolved"]
    ends += [incident.resolved_at for incident in state.incidents.values() if incident.resolved_at]
    return max(*ends, state.engine.started_at)


def _line(standing: Standing, zone: str, now: Micros) -> str:
    since = ""
    if standing.since is not None:
        lasted = format_duration(max(0, now - standing.since) // SECOND)
        since = f" since {format_clock(standing.since, zone, now)} ({lasted})"
    what = f"OK{since}: {standing.what}" if standing.verdict == "ok" else f"{standing.what}{since}"
    affects = f"affects {standing.affects}" if standing.affects else ""
    coming = f"next: {standing.next}" if standing.next else ""
    return "; ".join(part for part in (what, affects, standing.owner, standing.advice, coming) if part)


def freshness_of(objectives: Sequence[ObjectiveView]) -> Freshness:
    by_signal: dict[str, Reading] = {}
    for shown in objectives:
        reading, known = shown.reading, by_signal.get(shown.objective.signal)
        if known is None or known.age is None or (reading.age is not None and reading.age < known.age):
            by_signal[shown.objective.signal] = reading
    ages = [r.age for r in by_signal.values() if r.age is not None]
    return Freshness(
        ok=sum(not r.stale for r in by_signal.values()),
        stale=sum(r.stale and r.age is not None for r in by_signal.values()),
        dead=sum(r.age is None for r in by_signal.values()),
        oldest=max(ages, default=None),
    )


def engine_view(state: State, lease: Lease | None, now: Micros, unwatched: str = NO_ENGINE) -> EngineView:
    if state.outcome is not None:
        return EngineView(watching=False, sentence=f"closed: {state.outcome}")
    if lease is not None and lease.expires_in > 0:
        return _watching(state, lease)
    if unwatched != NO_ENGINE:
        return EngineView(watching=False, sentence=unwatched)
    stopped = state.engine.stopped_at if state.engine else None
    lasted = f" for {format_duration((now - stopped) / SECOND)}" if stopped else ""
    return EngineView(watching=False, sentence=f"{NO_ENGINE}{lasted}: start one with `launchpad engine`")


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
