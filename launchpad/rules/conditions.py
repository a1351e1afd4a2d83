"""How each kind of condition is judged: GO, HOLD or NO-GO, with the numbers it rests on."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from launchpad.model.definition import (
    PHASES,
    ROLES,
    SEVERITIES,
    AlertCondition,
    BackupCondition,
    CheckCondition,
    CountdownCondition,
    ItemsCondition,
    MigrationsCondition,
    ObjectiveCondition,
    Phase,
    PhaseCondition,
    PollCondition,
    PresentCondition,
    ReadyCondition,
    RolloutCondition,
    SmokeCondition,
    UnlockedCondition,
    WindowCondition,
)
from launchpad.model.plan import GATE_VERDICTS, GateVerdict
from launchpad.model.rollouts import shown
from launchpad.model.samples import LockInfo
from launchpad.model.state import ItemState
from launchpad.model.values import SECOND, format_duration
from launchpad.rules import migrations
from launchpad.rules.age import counts, told
from launchpad.rules.countdown import current_t0
from launchpad.rules.items import at_present, stale
from launchpad.rules.locks import acts_on, in_the_way
from launchpad.rules.objectives import Reading, limit_of
from launchpad.rules.polls import UNCALLED, Ballot, ballots
from launchpad.rules.proofs import backup_proof
from launchpad.rules.readiness import VALID
from launchpad.rules.situation import Situation

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Judgement = tuple[str, GateVerdict, str]
"""What is asked, the answer, and the numbers behind it."""
_AS_GATE: Mapping[str, GateVerdict] = {"ok": "GO", "bad": "NO-GO", "unknown": "HOLD"}


def _items(condition: ItemsCondition, gate: str, situation: Situation) -> Judgement:
    goal: str = gate if gate in PHASES else situation.state.phase
    phases = PHASES[: PHASES.index(goal)] if goal in PHASES else ()
    t0 = current_t0(situation.state, situation.now)
    concerned = [
        at_present(item, t0, situation.now)
        for item in situation.state.items.values()
        if item.item.phase in phases and (item.item.required or condition.items == "all")
    ]
    name = f"{condition.items} items done"
    if not concerned:
        return name, "GO", "there are none before this phase"
    missing = [item for item in concerned if item.status in ("open", "failed")]
    unsure = [item for item in concerned if stale(item, situation.now)]
    done = f"{len(concerned) - len(missing) - len(unsure)} of {len(concerned)} done"
    certain = [item for item in missing if not _check_unknown(item)]
    if certain:
        return name, "NO-GO", f"{done}; open: {_ids(certain)}"
    if missing or unsure:
        return name, "HOLD", f"{done}; not verified: {_ids([*missing, *unsure])}"
    return name, "GO", done


def _check_unknown(item: ItemState) -> bool:
    """An automated item that its check could not decide."""
    return (
        item.item.check is not None
        and item.status == "open"
        and (item.check is None or item.check.verdict == "unknown")
    )


def _ids(items: list[ItemState], most: int = 3) -> str:
    shown = ", ".join(item.item.id for item in items[:most])
    return f"{shown} and {len(items) - most} more" if len(items) > most else shown


def _objective(condition: ObjectiveCondition, _gate: str, situation: Situation) -> Judgement:
    definition = situation.state.definition
    assert definition is not None, "a gate comes from a definition"
    name = limit_of(condition.objective, definition.objectives[condition.objective])
    reading = situation.readings.get(condition.objective)
    if reading is None:
        return name, "HOLD", "no data"
    if not situation.watched:
        return name, "HOLD", f"{situation.unwatched}; last {reading.evidence}"
    verdict: GateVerdict = {"ok": "GO", "bad": "NO-GO", "unknown": "HOLD"}[reading.verdict]  # type: ignore[assignment]
    because = f"; {reading.reason}" if reading.reason else ""
    return name, verdict, reading.evidence + because


def _no_alert(condition: AlertCondition, _gate: str, situation: Situation) -> Judgement:
    definition = situation.state.definition
    assert definition is not None, "a gate comes from a definition"
    grave = SEVERITIES[: SEVERITIES.index(condition.no_alert) + 1]
    name = (
        f"no {condition.no_alert} alert"
        if condition.no_alert == "critical"
        else (f"no alert of severity {condition.no_alert} or worse")
    )
    # That a rollout was halted must not keep it from being resumed: its own gate judges that.
    rules = {n: r for n, r in definition.alerts.items() if r.severity in grave and not r.calls}
    states = situation.state.alerts
    firing = [n for n in rules if n in states and states[n].status == "firing"]
    if firing:
        since = format_duration((situation.now - states[firing[0]].since) / SECOND)
        return name, "NO-GO", f"firing: {', '.join(firing)} (for {since})"
    if not situation.watched:
        return name, "HOLD", situation.unwatched
    blind = [
        n for n, rule in rules.items() if rule.objective and _blind(situation.readings.get(rule.objective))
    ]
    if blind:
        return name, "HOLD", f"can't tell: {', '.join(blind)} has no data"
    return name, "GO", f"{len(rules)} rule{'s' * (len(rules) != 1)} quiet"


def _blind(reading: Reading | None) -> bool:
    return reading is None or reading.verdict == "unknown"


def _phase(condition: PhaseCondition, _gate: str, situation: Situation) -> Judgement:
    present: Phase = situation.state.phase
    verdict: GateVerdict = "GO" if present == condition.phase else "NO-GO"
    return f"phase is {condition.phase}", verdict, f"now in {present}"


def _window(condition: WindowCondition, _gate: str, situation: Situation) -> Judgement:
    definition = situation.state.definition
    assert definition is not None, "a gate comes from a definition"
    window = condition.window
    zone = ZoneInfo(definition.zone)
    local = datetime.fromtimestamp(situation.now / SECOND, zone)
    wanted = []
    fits = True
    # A range that passes midnight belongs to the day on which it began.
    day = local
    if window.between is not None:
        begin, end = window.between.split("-")
        clock = local.strftime("%H:%M")
        overnight = begin > end
        fits = begin <= clock or clock < end if overnight else begin <= clock < end
        if overnight and clock < end:
            day = local - timedelta(days=1)
        wanted.append(f"between {window.between}")
    if window.not_on:
        fits = fits and _DAYS[day.weekday()] not in window.not_on
        wanted.append("not on " + ", ".join(window.not_on))
    detail = f"now {local:%a %H:%M} {definition.zone}"
    return f"time is {' and '.join(wanted) or 'any'}", "GO" if fits else "NO-GO", detail


def _poll(condition: PollCondition, _gate: str, situation: Situation) -> Judgement:
    votes = ballots(situation.state.poll, condition.poll, situation.now)
    go = sum(ballot.verdict == "GO" for ballot in votes)
    name = f"roll-call: {', '.join(condition.poll)}"
    against = [ballot for verdict in ("NO-GO", "HOLD") for ballot in votes if ballot.verdict == verdict]
    if not against:
        return name, "GO", f"{go} of {len(votes)} go"
    return name, against[0].verdict, f"{go} of {len(votes)} go; {'; '.join(_told_once(against))}"


def _told_once(against: Iterable[Ballot]) -> Iterator[str]:
    """Who says what; of teams with the same to say, it is said once."""
    teams: dict[str, list[str]] = {}
    for ballot in against:
        teams.setdefault(ballot.sentence, []).append(ballot.team)
    for sentence, those in teams.items():
        yield sentence if sentence == UNCALLED else f"{', '.join(those)} {sentence}"


def _present(condition: PresentCondition, _gate: str, situation: Situation) -> Judgement:
    wanted = ", ".join(f"{count} {role}" for role, count in condition.present.items())
    name = f"connected: {wanted}"
    roles = {person.operator: person.role for person in situation.people}
    here = {
        role: sorted(who for who, theirs in roles.items() if ROLES.index(theirs) >= ROLES.index(role))
        for role in condition.present
    }
    missing = [
        f"{len(here[role])} of {count} {role}"
        for role, count in condition.present.items()
        if len(here[role]) < count
    ]
    if missing:
        return name, "NO-GO", f"{', '.join(missing)}; here: {', '.join(sorted(roles)) or 'nobody'}"
    return name, "GO", f"here: {', '.join(sorted(roles))}"


def _ready(condition: ReadyCondition, _gate: str, situation: Situation) -> Judgement:
    name = f"{condition.ready} is ready"
    action = situation.state.action(condition.ready)
    assert action is not None, "checked when the definition is read"
    definition = situation.state.definition
    targets = acts_on(action.steps, definition.smoke if definition else ())
    if locks := in_the_way(situation.state, situation.locks, targets, (), back=action.goes_back):
        return name, "NO-GO", _locked(locks)
    said = situation.state.readiness.get(condition.ready)
    if said is None:
        return name, "HOLD", "its providers have not been asked yet"
    asked = f"asked {told(said.at, situation.now, VALID)}"
    if not counts(said.at, situation.now, VALID):
        return name, "HOLD", asked
    verdict: dict[str, GateVerdict] = {"ok": "GO", "bad": "NO-GO", "unknown": "HOLD"}
    return name, verdict[said.verdict], f"{said.reason}, {asked}" if said.reason else asked


def _unlocked(condition: UnlockedCondition, _gate: str, situation: Situation) -> Judgement:
    name = f"unlocked: {', '.join(condition.unlocked)}"
    locks = in_the_way(situation.state, situation.locks, condition.unlocked, ())
    return (name, "NO-GO", _locked(locks)) if locks else (name, "GO", "no lock is held")


def _locked(locks: Sequence[LockInfo]) -> str:
    return "; ".join(
        f"{'everything' if lock.target == '*' else lock.target} is locked by {lock.owner} for"
        f" {format_duration(max(0.0, lock.expires_in))} more: {lock.reason}"
        for lock in locks
    )


def _check(condition: CheckCondition, _gate: str, situation: Situation) -> Judgement:
    name = f"checks pass: {', '.join(condition.check)}"
    items, definition = situation.state.items, situation.state.definition
    environment = definition.launch.environment if definition else ""
    asked = [item for item in condition.check if item not in items or items[item].item.belongs(environment)]
    if not asked:
        return name, "GO", f"not for {environment}"
    answers = {item: _proof(items.get(item), situation) for item in asked}
    counts = Counter(verdict for verdict, _ in answers.values())
    passed = f"{counts['GO']} of {len(answers)} pass"
    for verdict in ("NO-GO", "HOLD"):
        those = "; ".join(f"{item} {why}" for item, (found, why) in answers.items() if found == verdict)
        if those:
            return name, verdict, f"{passed}; {those}"
    return name, "GO", f"{passed}, the oldest {_oldest(asked, situation)} ago"


def _proof(item: ItemState | None, situation: Situation) -> tuple[GateVerdict, str]:
    """Whether an item's check passes now; an item that was skipped proves nothing."""
    if item is None or item.item.check is None:
        return "HOLD", "has no check"
    if item.check is None:
        return "HOLD", "has not been checked yet"
    if item.check.verdict == "bad":
        return "NO-GO", f"fails: {item.check.reason}"
    if item.check.verdict == "unknown":
        return "HOLD", f"can't be checked: {item.check.reason}"
    at, valid = item.check.at, item.item.check.valid_for
    if not counts(at, situation.now, valid):
        return "HOLD", f"passed {told(at, situation.now, valid)}"
    return "GO", ""


def _oldest(names: Sequence[str], situation: Situation) -> str:
    passed = [item.check.at for name in names if (item := situation.state.items[name]).check]
    return format_duration(max(0, situation.now - min(passed)) // SECOND)


def _countdown(_condition: CountdownCondition, _gate: str, situation: Situation) -> Judgement:
    state = situation.state
    if state.t0 is None:
        return "countdown runs", "NO-GO", "this launch has no T-0"
    if state.hold is not None:
        lasted = format_duration(max(0, situation.now - state.hold.since) // SECOND)
        return "countdown runs", "NO-GO", f"held by {state.hold.by} for {lasted}: {state.hold.reason}"
    left = (state.t0 - situation.now) / SECOND
    return (
        "countdown runs",
        "GO",
        f"T-0 {'in' if left >= 0 else 'was'} {format_duration(abs(left))}" + ("" if left >= 0 else " ago"),
    )


def _backup(condition: BackupCondition, gate: str, situation: Situation) -> Judgement:  # noqa: ARG001
    of, within = condition.backup.of, condition.backup.verified_within
    name = f"verified backup of {of} within {format_duration(within)}"
    verdict, detail = backup_proof(situation.state, of, within, situation.now)
    return name, _AS_GATE[verdict], detail


def _smoke(condition: SmokeCondition, _gate: str, situation: Situation) -> Judgement:
    name = f"smoke test {condition.smoke} passed within {format_duration(condition.within)}"
    known = situation.state.smoke.get(condition.smoke)
    if known is None or known.last is None:
        return name, "HOLD", "it has not run yet"
    detail = f"{known.last.sentence}, {told(known.at, situation.now, condition.within)}"
    if not counts(known.at, situation.now, condition.within):
        return name, "HOLD", detail
    return name, _AS_GATE[known.last.verdict], detail


def _migrations(condition: MigrationsCondition, _gate: str, situation: Situation) -> Judgement:
    name = f"migrated: {', '.join(condition.migrations)}"
    known, now = situation.state.migrations, situation.now
    found = {one: migrations.standing(known.get(one), migrations.VALID, now) for one in condition.migrations}
    verdict = max((_AS_GATE[verdict] for verdict, _ in found.values()), key=GATE_VERDICTS.index)
    those = [f"{one} {why}" for one, (answer, why) in found.items() if _AS_GATE[answer] == verdict]
    return name, verdict, "; ".join(those)


def _rollout(condition: RolloutCondition, gate: str, situation: Situation) -> Judgement:  # noqa: ARG001
    name = f"{condition.rollout} has reached {shown(condition.percent)}"
    of = situation.rollouts.get(condition.rollout)
    if of is None or of.state is None or not of.known:
        return name, "HOLD", of.standing if of is not None else "not read yet"
    if of.breached:
        return name, "NO-GO", f"{of.standing}, and broken: {of.reason}"
    if of.status not in ("rolling", "complete") or of.percent < condition.percent:
        return name, "NO-GO", of.standing
    if of.status == "rolling" and of.verdict == "unknown":
        return name, "HOLD", f"{of.standing}; {of.reason}"
    return name, "GO", of.standing


JUDGES: Mapping[type, Callable[[Any, str, Situation], Judgement]] = {
    ItemsCondition: _items,
    ObjectiveCondition: _objective,
    AlertCondition: _no_alert,
    PhaseCondition: _phase,
    WindowCondition: _window,
    PollCondition: _poll,
    PresentCondition: _present,
    ReadyCondition: _ready,
    UnlockedCondition: _unlocked,
    CheckCondition: _check,
    CountdownCondition: _countdown,
    BackupCondition: _backup,
    SmokeCondition: _smoke,
    MigrationsCondition: _migrations,
    RolloutCondition: _rollout,
}
