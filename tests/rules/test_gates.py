"""Gates, condition by condition: GO, HOLD when something is unknown, NO-GO."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from launchpad.model.backups import BackupFact
from launchpad.model.definition import (
    Action,
    AlertCondition,
    BackupCondition,
    CheckCondition,
    CountdownCondition,
    ItemsCondition,
    MigrationsCondition,
    ObjectiveCondition,
    PhaseCondition,
    PollCondition,
    PresentCondition,
    Provider,
    ReadyCondition,
    Recency,
    SmokeCondition,
    Step,
    UnlockedCondition,
    Window,
    WindowCondition,
)
from launchpad.model.migrations import MigrationsReading
from launchpad.model.samples import LockInfo, Presence
from launchpad.model.smoke import SmokeFact, SmokeStepFact
from launchpad.model.state import (
    AlertState,
    BackupState,
    CheckResult,
    HoldState,
    ItemState,
    MigrationState,
    PollState,
    Readiness,
    SmokeState,
    State,
    Vote,
)
from launchpad.model.values import SECOND
from launchpad.rules.gates import evaluate
from launchpad.rules.migrations import asked_for, lasts, standing
from launchpad.rules.objectives import Reading
from launchpad.rules.situation import Situation
from tests.support.histories import definition

NOW = 1_800_000_000 * SECOND
VALID = 900 * SECOND


def reading(verdict: str = "ok", value: float | None = 0.5, age: float = 1.0, **changes) -> Reading:
    made = Reading(
        objective="latency",
        verdict=verdict,
        value=value,
        limit=2.0,
        unit="s",
        n=10,
        window=600.0,
        age=age,
        stale_after=14.0,
    )
    return replace(made, **changes)


def judged(*conditions, state=None, readings=None, watched=True, now=NOW, name="deploy", **here):
    """The report of a gate made of these conditions."""
    made = replace(definition(), gates={name: tuple(conditions)})
    made_state = replace(state or State(), definition=made)
    situation = Situation(state=made_state, readings=readings or {}, now=now, watched=watched, **here)
    return evaluate(name, situation)


def items(**statuses) -> State:
    """The definition's items in these states; those not named are done."""
    states = {}
    for item in definition().items:
        status = statuses.get(item.id, "done")
        proof = (
            {"check": CheckResult(verdict="ok", reason="", at=NOW), "proved_at": NOW} if item.check else {}
        )
        states[item.id] = (
            status if isinstance(status, ItemState) else ItemState(item=item, status=status, **proof)
        )
    return State(items=states)


PAGE = next(item for item in definition().items if item.check)


def page(status: str, verdict: str | None, proved: int | None) -> ItemState:
    check = CheckResult(verdict=verdict, reason="", at=NOW) if verdict else None
    return ItemState(item=PAGE, status=status, check=check, proved_at=proved)


@pytest.mark.parametrize(
    ("state", "which", "verdict", "says"),
    [
        (items(), "required", "GO", "3 of 3"),
        (items(dns="skipped"), "required", "GO", "3 of 3"),
        (items(video="open", watch="open"), "required", "GO", "3 of 3"),
        (items(video="open", watch="open"), "all", "NO-GO", "video"),
        (items(watch="open"), "all", "GO", "5 of 5"),
        (items(dns="open"), "required", "NO-GO", "open: dns"),
        (items(dns="failed"), "required", "NO-GO", "dns"),
        (items(page=page("open", None, None)), "required", "HOLD", "not verified: page"),
        (items(page=page("open", "unknown", None)), "required", "HOLD", "page"),
        (items(page=page("failed", "bad", None)), "required", "NO-GO", "page"),
        (items(page=page("done", "unknown", NOW - VALID)), "required", "GO", "3 of 3"),
        (items(page=page("done", "ok", NOW - VALID - 1)), "required", "HOLD", "page"),
        (items(page=page("done", "unknown", NOW - VALID - 1)), "required", "HOLD", "page"),
        (items(page=page("open", None, None), dns="open"), "required", "NO-GO", "dns"),
    ],
)
def test_items(state, which, verdict, says):
    report = judged(ItemsCondition(items=which), state=state, name="launch")
    assert (report.verdict, report.conditions[0].verdict) == (verdict, verdict)
    assert says in report.conditions[0].detail


def test_items_of_a_gate_that_is_no_phase_are_those_before_the_present_phase():
    condition = ItemsCondition(items="required")
    assert judged(condition, state=items(dns="open")).verdict == "GO"
    assert judged(condition, state=replace(items(dns="open"), phase="launch")).verdict == "NO-GO"


@pytest.mark.parametrize(
    ("shown", "watched", "verdict", "says"),
    [
        (reading(), True, "GO", "500 ms, n=10, 1 s old"),
        (reading("bad", 2.5), True, "NO-GO", "2.5 s"),
        (reading("unknown", None, reason="stale for 20 s"), True, "HOLD", "stale for 20 s"),
        (reading(), False, "HOLD", "no engine is watching"),
        (reading("bad", 2.5), False, "HOLD", "no engine is watching"),
        (None, True, "HOLD", "no data"),
    ],
)
def test_an_objective(shown, watched, verdict, says):
    readings = {"latency": shown} if shown else {}
    report = judged(ObjectiveCondition(objective="latency"), readings=readings, watched=watched)
    assert report.verdict == verdict
    assert says in report.conditions[0].detail
    assert report.conditions[0].name == "latency p95 below 2 s"


def alerts(**statuses) -> State:
    return State(
        alerts={
            name: AlertState(name=name, status=status, since=NOW - 90 * SECOND, seq=1)
            for name, status in statuses.items()
        }
    )


SEEN = {"errors": reading(), "latency": reading()}


@pytest.mark.parametrize(
    ("state", "severity", "readings", "watched", "verdict"),
    [
        (State(), "critical", SEEN, True, "GO"),
        (alerts(high_errors="firing"), "critical", SEEN, True, "NO-GO"),
        (alerts(high_errors="firing"), "low", SEEN, True, "NO-GO"),
        (alerts(high_errors="firing"), "critical", {}, False, "NO-GO"),
        (alerts(slow="firing"), "critical", SEEN, True, "GO"),
        (alerts(slow="firing"), "high", SEEN, True, "GO"),
        (alerts(slow="firing"), "medium", SEEN, True, "NO-GO"),
        (alerts(high_errors="pending", slow="resolved"), "low", SEEN, True, "GO"),
        (State(), "critical", SEEN, False, "HOLD"),
        (State(), "critical", {}, True, "HOLD"),
        (State(), "critical", {"errors": reading("unknown", None)}, True, "HOLD"),
        (State(), "critical", {"errors": reading(), "latency": reading("unknown", None)}, True, "GO"),
    ],
)
def test_no_alert(state, severity, readings, watched, verdict):
    assert (
        judged(AlertCondition(no_alert=severity), state=state, readings=readings, watched=watched).verdict
        == verdict
    )


@pytest.mark.parametrize(
    ("severity", "name"),
    [("critical", "no critical alert"), ("high", "no alert of severity high or worse")],
)
def test_what_fires_is_named_with_how_long_it_has(severity, name):
    firing = judged(AlertCondition(no_alert=severity), state=alerts(high_errors="firing"), readings=SEEN)
    [said] = firing.conditions
    assert (said.name, said.detail) == (name, "firing: high_errors (for 1m30s)")


def test_a_phase():
    condition = PhaseCondition(phase="launch")
    assert judged(condition).verdict == "NO-GO"
    assert judged(condition, state=State(phase="launch")).verdict == "GO"


def at(local: str, zone: str = "Europe/Berlin", fold: int = 0) -> int:
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return round(moment.timestamp() * SECOND)


DAY = Window(between="02:00-16:00")
NIGHT = Window(between="22:00-06:00")
NIGHT_NOT_FRIDAY = Window(between="22:00-06:00", not_on=("fri",))
WEEK = Window(not_on=("sat", "sun"))


@pytest.mark.parametrize(
    ("window", "local", "fits"),
    [
        (DAY, "2026-12-01 01:59:59.999999", False),
        (DAY, "2026-12-01 02:00", True),
        (DAY, "2026-12-01 15:59:59.999999", True),
        (DAY, "2026-12-01 16:00", False),
        (NIGHT, "2026-12-01 21:59:59", False),
        (NIGHT, "2026-12-01 22:00", True),
        (NIGHT, "2026-12-02 00:00", True),
        (NIGHT, "2026-12-02 05:59:59", True),
        (NIGHT, "2026-12-02 06:00", False),
        # 2026-12-04 is a Friday; a night belongs to the day on which it began.
        (NIGHT_NOT_FRIDAY, "2026-12-03 23:00", True),
        (NIGHT_NOT_FRIDAY, "2026-12-04 05:00", True),
        (NIGHT_NOT_FRIDAY, "2026-12-04 23:00", False),
        (NIGHT_NOT_FRIDAY, "2026-12-05 05:00", False),
        (NIGHT_NOT_FRIDAY, "2026-12-05 22:00", True),
        (WEEK, "2026-12-04 23:59:59", True),
        (WEEK, "2026-12-05 00:00", False),
        (WEEK, "2026-12-06 23:59:59", False),
        (WEEK, "2026-12-07 00:00", True),
        # Clocks go forward at 02:00 on 2026-03-29, a Sunday, and back at 03:00 on 2026-10-25.
        (DAY, "2026-03-29 01:59:59", False),
        (DAY, "2026-03-29 03:00", True),
        (Window(between="02:15-02:45"), "2026-03-29 03:00", False),
        (WEEK, "2026-03-30 00:00", True),
        (WEEK, "2026-10-25 23:59:59", False),
        (WEEK, "2026-10-26 00:00", True),
    ],
)
def test_a_window(window, local, fits):
    report = judged(WindowCondition(window=window), now=at(local))
    assert report.verdict == ("GO" if fits else "NO-GO")
    assert "Europe/Berlin" in report.conditions[0].detail


@pytest.mark.parametrize("fold", [0, 1])
def test_an_hour_that_comes_twice_counts_twice(fold):
    window = WindowCondition(window=Window(between="02:15-02:45"))
    assert judged(window, now=at("2026-10-25 02:30", fold=fold)).verdict == "GO"


CONDITIONS = {
    "GO": WindowCondition(window=Window()),
    "HOLD": ObjectiveCondition(objective="latency"),
    "NO-GO": PhaseCondition(phase="launch"),
}


@given(st.lists(st.tuples(st.sampled_from(sorted(CONDITIONS)), st.booleans()), max_size=6))
def test_a_gate_is_the_worst_of_what_binds(parts):
    report = judged(*(replace(CONDITIONS[verdict], advisory=advisory) for verdict, advisory in parts))
    binding = [verdict for verdict, advisory in parts if not advisory]
    assert [c.verdict for c in report.conditions] == [verdict for verdict, _ in parts]
    assert report.verdict == next((v for v in ("NO-GO", "HOLD") if v in binding), "GO")
    assert [c.verdict for c in report.blockers] == sorted(
        (v for v in binding if v != "GO"), key=lambda v: v != "NO-GO"
    )


def test_a_gate_that_is_not_defined_is_none():
    made = State(definition=definition())
    assert evaluate("nothing", Situation(state=made, readings={}, now=NOW, watched=True)) is None


def votes(**answers):
    """A roll-call of engineering and qa with these answers."""
    given = {
        team: Vote(
            team=team,
            answer="no-go" if answer == "no-go" else "go",
            by="eva",
            at=NOW - 60 * SECOND,
            seq=3,
            reason="late" if answer == "no-go" else "",
            lapsed=answer if answer not in ("go", "no-go") else "",
        )
        for team, answer in answers.items()
    }
    poll = PollState(
        seq=2,
        called_at=NOW - 300 * SECOND,
        called_by="lead",
        about="",
        teams=("engineering", "qa"),
        votes=given,
    )
    return State(poll=poll)


ROLL = PollCondition(poll=("engineering", "qa"))


@pytest.mark.parametrize(
    ("state", "verdict", "says"),
    [
        (State(), "HOLD", "0 of 2 go; the roll has not been called"),
        (votes(), "HOLD", "0 of 2 go; engineering, qa no answer for 5m"),
        (votes(engineering="go"), "HOLD", "1 of 2 go; qa no answer"),
        (votes(engineering="go", qa="go"), "GO", "2 of 2 go"),
        (votes(engineering="go", qa="slow fired"), "HOLD", "qa lapsed, slow fired: was go by eva 1m ago"),
        (votes(qa="no-go"), "NO-GO", "qa no-go by eva 1m ago: late; engineering no answer"),
    ],
)
def test_the_roll_call(state, verdict, says):
    report = judged(ROLL, state=state)
    assert report.verdict == verdict
    assert says in report.conditions[0].detail


def test_a_team_that_was_not_asked_holds():
    assert "call the roll anew" in judged(PollCondition(poll=("legal",)), state=votes()).conditions[0].detail


def person(name, role, seat=""):
    return Presence(seat=seat or name, operator=name, role=role, via="local")


@pytest.mark.parametrize(
    ("people", "verdict", "says"),
    [
        ((), "NO-GO", "0 of 1 director, 0 of 2 operator; here: nobody"),
        ((person("lead", "director"),), "NO-GO", "1 of 2 operator; here: lead"),
        ((person("lead", "director"), person("lead", "director", "b")), "NO-GO", "1 of 2 operator"),
        (
            (person("lead", "director"), person("eva", "engineer")),
            "NO-GO",
            "1 of 2 operator; here: eva, lead",
        ),
        ((person("ops", "operator"), person("opal", "operator")), "NO-GO", "0 of 1 director"),
        ((person("lead", "director"), person("ops", "operator")), "GO", "here: lead, ops"),
    ],
)
def test_people_who_are_there(people, verdict, says):
    report = judged(PresentCondition(present={"director": 1, "operator": 2}), people=people)
    assert report.verdict == verdict
    assert says in report.conditions[0].detail


def lock(target, owner="ops"):
    return LockInfo(target=target, owner=owner, reason="incident 42", expires_in=600.0)


def ready(verdict="ok", reason="", age=60):
    return State(readiness={"rollback": Readiness(verdict=verdict, reason=reason, at=NOW - age * SECOND)})


@pytest.mark.parametrize(
    ("state", "locks", "verdict", "says"),
    [
        (State(), (), "HOLD", "have not been asked yet"),
        (ready(), (), "GO", "asked 1m ago"),
        (ready("bad", "no release before this"), (), "NO-GO", "no release before this, asked 1m ago"),
        (ready("unknown", "site does not answer"), (), "HOLD", "site does not answer"),
        (ready(age=901), (), "HOLD", "asked 15m01s ago, which is too long"),
        (ready("bad", age=901), (), "HOLD", "too long"),
        (ready(), (lock("site"),), "NO-GO", "site is locked by ops for 10m more: incident 42"),
        (ready(), (lock("*"),), "NO-GO", "everything is locked by ops"),
        (ready(), (lock("db"),), "GO", ""),
    ],
)
def test_the_way_back(state, locks, verdict, says):
    report = judged(ReadyCondition(ready="rollback"), state=state, locks=locks)
    assert report.verdict == verdict
    assert says in report.conditions[0].detail


@pytest.mark.parametrize(
    ("locks", "verdict"),
    [((), "GO"), ((lock("db"),), "GO"), ((lock("site"),), "NO-GO"), ((lock("*"),), "NO-GO")],
)
def test_locks(locks, verdict):
    assert judged(UnlockedCondition(unlocked=("site",)), locks=locks).verdict == verdict


@pytest.mark.parametrize(
    ("item", "verdict", "says"),
    [
        (page("open", None, None), "HOLD", "page has not been checked yet"),
        (page("open", "unknown", None), "HOLD", "can't be checked"),
        (page("failed", "bad", None), "NO-GO", "page fails"),
        (page("done", "ok", NOW), "GO", "1 of 1 pass"),
        (page("skipped", "bad", None), "NO-GO", "page fails"),
    ],
)
def test_checks(item, verdict, says):
    report = judged(CheckCondition(check=("page",)), state=State(items={"page": item}))
    assert report.verdict == verdict
    assert says in report.conditions[0].detail


def test_a_check_of_what_belongs_elsewhere_is_not_waited_for():
    elsewhere = page("skipped", None, None)
    elsewhere = replace(elsewhere, item=replace(elsewhere.item, environments=("staging",), check=None))
    state = State(items={"page": elsewhere, "home": page("done", "ok", NOW)}, definition=definition())
    report = judged(CheckCondition(check=("page",)), state=state)
    assert (report.verdict, report.conditions[0].detail) == ("GO", "not for production")
    report = judged(CheckCondition(check=("page", "home")), state=state)
    assert report.conditions[0].detail.startswith("1 of 1 pass")


def test_a_check_that_passed_long_ago_holds():
    state = State(items={"page": page("done", "ok", NOW)})
    late = NOW + VALID + SECOND
    report = judged(CheckCondition(check=("page",)), state=state, now=late)
    assert (report.verdict, report.conditions[0].detail) == (
        "HOLD",
        "0 of 1 pass; page passed 15m01s ago, which is too long",
    )


HELD = HoldState(since=NOW - 120 * SECOND, by="lead", reason="payments is late")


@pytest.mark.parametrize(
    ("state", "verdict", "says"),
    [
        (State(), "NO-GO", "no T-0"),
        (State(t0=NOW + 600 * SECOND), "GO", "T-0 in 10m"),
        (State(t0=NOW - 60 * SECOND), "GO", "T-0 was 1m ago"),
        (State(t0=NOW, hold=HELD), "NO-GO", "held by lead for 2m: payments is late"),
    ],
)
def test_the_countdown(state, verdict, says):
    report = judged(CountdownCondition(countdown="counting"), state=state)
    assert report.verdict == verdict
    assert says in report.conditions[0].detail


WHOLE = (
    ItemsCondition(items="required"),
    ObjectiveCondition(objective="latency"),
    AlertCondition(no_alert="critical"),
    PollCondition(poll=("engineering", "qa")),
    ReadyCondition(ready="rollback"),
    CheckCondition(check=("page",)),
)


@given(st.sets(st.integers(0, len(WHOLE) - 1)))
def test_where_nothing_is_known_nothing_is_a_go(chosen):
    """A launch that has just been opened, and no engine: no condition on what must be measured says GO."""
    fresh = State(items={item.id: ItemState(item=item) for item in definition().items})
    report = judged(*(WHOLE[index] for index in sorted(chosen)), state=fresh, watched=False, name="launch")
    assert all(condition.verdict != "GO" for condition in report.conditions)


def smoked(verdict: str, seconds: float) -> State:
    step = SmokeStepFact(title="Buy", asks="POST /", verdict=verdict, reason="status 500")
    fact = SmokeFact(verdict=verdict, steps=(step,), seconds=0.5)
    return State(smoke={"shop": SmokeState(last=fact, at=NOW - round(seconds * SECOND))})


@pytest.mark.parametrize(
    ("state", "verdict", "says"),
    [
        (State(), "HOLD", "it has not run yet"),
        (State(smoke={"shop": SmokeState(requested=3)}), "HOLD", "it has not run yet"),
        (smoked("ok", 600), "GO", "1 of 1 step passed in 500 ms, 10m ago"),
        (smoked("ok", 601), "HOLD", "10m01s ago, which is too long"),
        (smoked("bad", 1), "NO-GO", "step 1 (Buy): status 500; 0 of 1 step passed, 1 s ago"),
        (smoked("bad", 601), "HOLD", "which is too long"),
        (smoked("unknown", 1), "HOLD", "status 500"),
    ],
)
def test_a_smoke_test_counts_as_long_as_the_gate_says(state, verdict, says):
    report = judged(SmokeCondition(smoke="shop", within=600.0), state=state)
    assert report.verdict == verdict
    assert says in report.conditions[0].detail


def migrated(seconds: float = 1.0, **fields) -> MigrationState:
    return MigrationState(at=NOW - round(seconds * SECOND), **fields)


UP_TO_DATE = MigrationsReading(version="42")


@pytest.mark.parametrize(
    ("known", "verdict", "says"),
    [
        ({}, "HOLD", "db has not been read yet"),
        ({"db": migrated(reason="no route")}, "HOLD", "db can't be read: no route"),
        ({"db": migrated(reading=UP_TO_DATE)}, "GO", "db is at 42, none pending, read 1 s ago"),
        ({"db": migrated(301, reading=UP_TO_DATE)}, "HOLD", "which is too long"),
        (
            {"db": migrated(reading=MigrationsReading(version="", pending=("a", "b", "c", "d")))},
            "NO-GO",
            "db is at none, 4 pending: a, b, c and 1 more",
        ),
    ],
)
def test_a_database_is_migrated_only_if_it_says_so_lately(known, verdict, says):
    report = judged(MigrationsCondition(migrations=("db",)), state=State(migrations=known))
    assert report.verdict == verdict
    assert says in report.conditions[0].detail
    two = judged(MigrationsCondition(migrations=("db", "other")), state=State(migrations=known))
    assert two.verdict == max(verdict, "HOLD", key=["GO", "HOLD", "NO-GO"].index)


SAVED = BackupFact(name="db/a", size=9, sha256="00", taken_at=NOW)
PROOFS = (
    (ItemsCondition(items="required"), items()),
    (CheckCondition(check=("page",)), State(items={"page": page("done", "ok", NOW)})),
    (ReadyCondition(ready="rollback"), ready(age=0)),
    (SmokeCondition(smoke="shop"), smoked("ok", 0)),
    (MigrationsCondition(migrations=("db",)), State(migrations={"db": migrated(0, reading=UP_TO_DATE)})),
    (
        BackupCondition(backup=Recency(of="db", verified_within=3600.0)),
        State(backups={"db": BackupState(last=SAVED, run="backup-1", verified=SAVED)}),
    ),
)


@pytest.mark.parametrize(("condition", "state"), PROOFS)
@pytest.mark.parametrize(("now", "verdict"), [(NOW - 2 * SECOND, "GO"), (NOW - 60 * SECOND, "HOLD")])
def test_a_clock_that_is_set_back_makes_nothing_fresh(condition, state, now, verdict):
    """Two clocks that are read one after the other may differ a little."""
    report = judged(condition, state=state, now=now, name="launch")
    assert report.verdict == verdict
    if verdict == "HOLD" and not isinstance(condition, ItemsCondition):
        assert "the clock was set back" in report.conditions[0].detail


OTHER = {"own": Provider(kind="command")}


def test_a_reading_counts_longer_where_no_gate_rests_on_it():
    made = replace(
        definition(),
        providers={"db": Provider(kind="command", settings={"migrations": {"status": {}}}), **OTHER},
        actions={
            "up": Action(steps=(Step(verb="migrate", provider="db"), Step(verb="migrate", provider="own")))
        },
    )
    assert asked_for(made) == ("db",), "a program called migrate tells nothing"
    gated = replace(made, gates={"launch": (MigrationsCondition(migrations=("db",)),)})
    assert (lasts(made, "db"), lasts(gated, "db")) == (3600.0, 300.0)
    known = migrated(1000, reading=UP_TO_DATE)
    assert standing(known, lasts(made, "db"), NOW)[0] == "ok"
    assert standing(known, lasts(gated, "db"), NOW)[0] == "unknown"
    assert standing(MigrationState(), 300.0, NOW) == ("unknown", "has not been read yet")
