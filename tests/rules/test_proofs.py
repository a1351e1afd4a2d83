"""The age of a verified backup: one answer for checks, gates and signals; never known without one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.backups import BackupFact
from launchpad.model.definition import (
    Alert,
    BackupSignal,
    Definition,
    Launch,
    Objective,
    Threshold,
)
from launchpad.model.definition.targets import Targets
from launchpad.model.samples import Sample
from launchpad.model.state import BackupState, State
from launchpad.model.values import SECOND, Quantity
from launchpad.rules.gauges import Gauges
from launchpad.rules.objectives import Meter, limit_of
from launchpad.rules.proofs import backup_age, backup_proof
from tests.support import launches
from tests.support.launches import Demo, at

DAY = 86400.0
NOW = 2_000_000 * SECOND
FACT = BackupFact(name="db/a", size=9, sha256="00", taken_at=0)
WATCHED = Definition(
    launch=Launch(product="shop", version="1"),
    signals={"backup-age": BackupSignal(backup="db", every=30.0)},
    objectives={"rpo": Objective(signal="backup-age", below=Quantity(value=DAY, unit="s"))},
    alerts={
        "old": Alert(when=Threshold(objective="rpo", op=">", limit=Quantity(value=DAY / 2, unit="s"))),
        "none": Alert(absent="backup-age"),
    },
)


def saved(age: float, verified: float | None) -> State:
    last = replace(FACT, taken_at=NOW - round(age * SECOND))
    proven = replace(FACT, taken_at=NOW - round(verified * SECOND)) if verified is not None else None
    return State(backups={"db": BackupState(last=last, run="backup-1", verified=proven)})


@given(st.floats(0, 30 * DAY), st.none() | st.floats(0, 30 * DAY), st.floats(1, 30 * DAY))
def test_the_check_and_the_signal_agree(age, verified, within):
    state = saved(age, verified)
    known, why = backup_age(state, "db", NOW)
    verdict, _ = backup_proof(state, "db", within, NOW)
    if verified is None:
        assert (known, verdict) == (None, "unknown"), "an unverified backup proves nothing"
        assert "restored to try it" in why
    else:
        assert known == pytest.approx(verified, abs=1e-5)
        assert verdict == ("ok" if known <= within else "bad")


def test_a_backup_is_new_to_a_clock_that_is_a_little_behind_and_of_unknown_age_to_one_that_was_set_back():
    assert backup_age(saved(-2, -2), "db", NOW) == (0.0, "")
    known, why = backup_age(saved(-60, -60), "db", NOW)
    assert known is None
    assert "the clock was set back" in why


def measured(*ages: float | None) -> tuple[Meter, Gauges]:
    meter, gauges = Meter(WATCHED), Gauges(WATCHED)
    for place, age in enumerate(reversed(ages)):
        seen = NOW - place * 30 * SECOND
        verdict = "unknown" if age is None else "ok"
        one = Sample(
            signal="backup-age",
            observed=seen,
            received=seen,
            verdict=verdict,
            duration=age,
            reason="none yet",
        )
        meter.feed([one])
        gauges.feed([one])
    return meter, gauges


@pytest.mark.parametrize(
    ("ages", "verdict", "shown", "old", "none"),
    [
        ((3600.0, 3630.0), "ok", "1h", False, False),
        ((DAY / 2 + 7, DAY / 2 + 37), "ok", "12h", True, False),
        ((DAY - 31, DAY - 1), "ok", "23h59m", True, False),
        ((DAY - 30, DAY), "bad", "1d", True, False),
        ((3 * DAY, 5.0), "ok", "5 s", False, False),
        ((None, None), "unknown", "no data", None, True),
    ],
)
def test_the_age_is_exact_and_that_of_now(ages, verdict, shown, old, none):
    meter, gauges = measured(*ages)
    reading = meter.readings(NOW, trend=30)["rpo"]
    assert (reading.verdict, reading.shown) == (verdict, shown)
    assert (reading.n, reading.budget) == (int(ages[-1] is not None), None)
    evidence = gauges.evidence(NOW, {"rpo": reading})
    assert (evidence["old"].crossed, evidence["none"].crossed) == (old, none)
    if ages[-1] is None:
        assert "none yet" in reading.reason
    else:
        assert reading.trend[-1].value == pytest.approx(ages[-1], rel=0.011)


def test_an_age_that_nobody_looks_at_any_more_is_unknown():
    meter, gauges = measured(3600.0)
    later = NOW + 62 * SECOND
    reading = meter.readings(later)["rpo"]
    assert reading.verdict == "unknown"
    assert gauges.evidence(later, {"rpo": reading})["old"].crossed is None


def test_its_sentence_and_its_unit():
    assert limit_of("rpo", WATCHED.objectives["rpo"]) == "rpo below 1d"


def incident(*backups: tuple[float, bool]) -> Demo:
    made = launches.definition()
    demo = Demo(of=replace(made, launch=replace(made.launch, targets=Targets(rpo=3600.0))))
    for minute, verified in backups:
        fact = replace(FACT, taken_at=at(minute), verified_at=at(minute + 1) if verified else None)
        run = f"backup{minute:g}"
        demo.add(minute + 2, "engine", ev.BackupTaken(provider="db", run=run, vault="vault", backup=fact))
    return launches.declared(launches.degraded(demo))


def test_what_an_incident_can_go_back_to_was_restored_once():
    demo = incident((-600, True), (-20, False))
    (saved,) = demo.view(14.6).incident.recovery
    assert saved.name == "age of the last verified backup"
    assert saved.late, "ten hours old, though there is a newer one that nobody has tried"
    (fresh,) = incident((-600, True), (-20, True)).view(14.6).incident.recovery
    assert not fresh.late


def test_what_an_incident_could_go_back_to_stays_what_it_was_when_the_next_backup_is_made():
    demo = incident((-600, True), (-20, True))
    (before,) = demo.view(14.6).incident.recovery
    proven = replace(FACT, name="db/b", taken_at=at(15), verified_at=at(16))
    demo.add(17, "engine", ev.BackupTaken(provider="db", run="backup-2", vault="vault", backup=proven))
    assert demo.view(18).incident.recovery == (before,)
    demo.add(19, "engine", ev.BackupFoundDamaged(provider="db", run="restore-1", backup=FACT.name))
    (unsaved,) = demo.view(20).incident.recovery
    assert unsaved.name == "a backup on record"


def test_a_backup_that_was_found_damaged_proves_nothing_any_more():
    fact = replace(FACT, taken_at=at(-20), verified_at=at(-19))
    demo = Demo().add(-18, "engine", ev.BackupTaken(provider="db", run="b", vault="vault", backup=fact))
    found = {"provider": "db", "run": "restore-1"}
    demo.add(-17, "engine", ev.BackupFoundDamaged(backup="db/another", **found))
    assert backup_age(demo.view(-10).state, "db", at(-10)) == (600.0, "")
    demo.add(-16, "engine", ev.BackupFoundDamaged(backup=fact.name, **found))
    unproven = replace(fact, name="db/b", taken_at=at(-12), verified_at=None)
    demo.add(-11, "engine", ev.BackupTaken(provider="db", run="c", vault="vault", backup=unproven))
    state = demo.view(-10).state
    assert backup_age(state, "db", at(-10)) == (None, "db/a was found damaged")
    assert state.damaged_backups == {"db": ("db/another", "db/a")}
    proven = replace(fact, name="db/c", taken_at=at(-9), verified_at=at(-8))
    demo.add(-8, "engine", ev.BackupTaken(provider="db", run="d", vault="vault", backup=proven))
    assert backup_age(demo.view(-7).state, "db", at(-7)) == (120.0, "")
