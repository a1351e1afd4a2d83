"""Incidents in words: what was promised, what was kept, what there is to tell."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.backups import BackupFact
from launchpad.model.definition import Action, Step
from launchpad.model.definition.targets import Targets
from launchpad.model.state import BackupState, IncidentState, RunState, State
from launchpad.model.values import SECOND
from launchpad.rules.incidents import due_after
from launchpad.rules.view.brief import brief
from launchpad.rules.view.incidents import declared_standing, draft, incident_view, timeline
from tests.support import launches
from tests.support.launches import ADA, BOB, LEAD, Demo, at

OF = {"incident": "incident-1"}


def clock(day, hour=12):
    return round(datetime(2026, 12, day, hour, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()) * SECOND


@pytest.mark.parametrize(("severity", "seconds"), [("critical", 900), ("high", 3600), ("medium", 4 * 3600)])
def test_how_soon_somebody_must_have_it(severity, seconds):
    assert due_after(launches.definition(), severity, clock(1)) == clock(1) + seconds * SECOND


@pytest.mark.parametrize(
    ("day", "until"),
    [(1, 3), (3, 5), (4, 8), (5, 8), (6, 8)],
    ids=["tuesday", "thursday", "friday", "saturday", "sunday"],
)
def test_a_mild_one_waits_for_the_next_working_day(day, until):
    assert due_after(launches.definition(), "low", clock(day)) == clock(until, 0)


def test_a_definition_may_promise_more():
    made = launches.definition()
    quick = replace(made, launch=replace(made.launch, targets=Targets(response={"low": 60.0})))
    assert due_after(quick, "low", clock(1)) == clock(1) + 60 * SECOND


def promising(**targets) -> Demo:
    made = launches.definition()
    return Demo(of=replace(made, launch=replace(made.launch, targets=Targets(**targets))))


def test_an_open_incident_is_never_ok_and_speaks_first():
    shown = launches.declared(launches.launched().engine(1)).view(14.55)
    assert (shown.health, shown.verdict) == ("bad", "NO-GO")
    said = brief(launches.declared().view(14.55))
    assert "NOT OK: incident-1 critical: cards fail at the till (checkout > 2%: " in said
    assert said.endswith("; affects everybody who pays by card; ada commands; next: update at 09:28")
    late = launches.declared().add(14, ADA.name, ev.IncidentMitigating(**OF), "rolling back").view(30)
    assert "incident-1 critical, mitigating: cards" in late.standing.line
    assert late.standing.next == "update was due 09:28"
    assert late.incident.update_late


def test_the_gravest_open_one_leads():
    demo = launches.declared().add(
        14, BOB.name, ev.IncidentDeclared(incident="incident-2", severity="low"), "a typo"
    )
    shown = demo.view(14.55)
    assert shown.incident.state.id == "incident-1"
    assert [i.state.id for i in shown.incidents] == ["incident-2", "incident-1"]


def test_ok_again_counts_from_the_end_of_the_incident():
    demo = launches.launched().engine(1)
    for name in ("availability", "latency", "checkout", "search"):
        demo.add(
            2,
            "engine",
            ev.ObjectiveChanged(objective=name, verdict="ok", value=0.1, limit=1.0, n=9, window=60.0),
        )
    demo.add(5, BOB.name, ev.IncidentDeclared(**OF, severity="low"), "a typo")
    assert demo.view(6).health == "bad"
    demo.add(7, LEAD.name, ev.IncidentResolved(**OF), "fixed")
    assert demo.view(9).standing.line.startswith("OK since 09:07 (2m)")


def test_response_times_are_held_against_what_was_promised():
    demo = launches.declared(launches.degraded(promising(mttr=60.0)))
    said = [m.sentence for m in demo.view(14.6).incident.milestones]
    assert said == [
        "acknowledged: 54 s, promised within 15m",
        "declared: 54 s",
        "mitigating: not yet",
        "resolved: not yet, 1m30s late",
    ]
    assert [m.late for m in demo.view(14.6).incident.milestones] == [False, False, False, True]
    demo.add(15, ADA.name, ev.IncidentResolved(**OF), "a bad index")
    over = demo.view(40).incidents[0]
    assert [m.sentence for m in over.milestones][-1] == "resolved: 2m54s, promised within 1m"
    assert len(over.milestones) == 3, "it was over before a cure was announced"


def test_going_back_is_held_against_its_targets():
    demo = promising(rto=14400.0, rpo=3600.0, rollback=900.0)
    demo.request(-60, LEAD, "rollback").add(-60, LEAD.name, ev.NoteWritten(), "nothing came of it")
    demo = launches.declared(launches.degraded(demo))
    demo.request(13.6, LEAD, "rollback", number=2).begin(13.7, LEAD, "rollback-2", step=0)
    said = [m.sentence for m in demo.view(14.6).incident.recovery]
    assert said == [
        "recovered: not yet, 3h57m left of 4h",
        "a backup on record: not yet, 2d1h late",
        "rollback-2: not yet, 14m24s left of 15m",
    ]


def test_only_what_goes_back_is_held_against_the_target_of_going_back():
    demo = launches.declared(launches.degraded(promising(rollback=900.0)))
    demo.request(13.6, LEAD, "deploy").begin(13.7, LEAD, "deploy-1", step=0)
    demo.add(13.8, LEAD.name, ev.RunRequested(run="halt-1", action="halt"))
    assert demo.view(14.6).incident.recovery == ()


def test_its_timeline_holds_what_was_done_meanwhile():
    demo = launches.declared()
    demo.request(13.6, LEAD, "rollback").begin(13.7, LEAD, "rollback-1", step=0)
    demo.add(14, "engine", ev.StepSucceeded(run="rollback-1", step=0))
    demo.add(14, "engine", ev.RunSucceeded(run="rollback-1"))
    demo.add(14.2, ADA.name, ev.IncidentResolved(**OF), "a bad index")
    shown = demo.view(14.55)
    said = [(entry.by, entry.what) for entry in timeline(shown.incidents[0].state, shown.state)]
    assert said == [
        ("engine", "alert checkout-errors fires"),
        ("bob", "declared it critical"),
        ("bob", "impact"),
        ("lead", "ada commands"),
        ("ada", "task 1"),
        ("lead", "rollback-1 starts"),
        ("engine", "rollback-1 succeeded"),
        ("ada", "resolved"),
    ]


def test_templates_are_filled_with_what_is_known():
    def told(demo, minute=14.55):
        shown = demo.view(minute)
        return draft(shown.incidents[0], shown.definition, shown.now)

    demo = launches.declared()
    assert told(demo).startswith(
        "Acme: we are looking into cards fail at the till, since 09:12 Europe/Berlin. Measured: "
    )
    assert told(demo).endswith(
        "Impact: everybody who pays by card. ada leads the response. Next update by 09:29 Europe/Berlin."
    )
    demo.add(13.8, ADA.name, ev.IncidentUpdated(**OF, next_at=at(20)), "we roll back")
    assert "cards fail at the till: we are still looking for the cause. Since 09:12" in told(demo)
    demo.add(13.9, ADA.name, ev.IncidentMitigating(**OF))
    assert "a cure is being applied" in told(demo)
    demo.add(14, ADA.name, ev.IncidentResolved(**OF), "a bad\nindex")
    assert told(demo, 300) == (
        "Acme: cards fail at the till: resolved. It lasted from 09:12 Europe/Berlin to 09:14 (1m54s)."
        " Impact: everybody who pays by card. Cause: a bad index."
    )


def trouble(**more: object) -> IncidentState:
    """Detected in minute 12, declared in minute 13."""
    told = {"status": "declared", "severity": "critical", "title": "cards fail", "alert": None, **more}
    times = {"declared_at": at(13), "detected_at": at(12), "acknowledged_at": at(13)}
    return IncidentState(id="incident-1", seq=1, declared_by="ada", **{**times, **told})


def ran(name: str, began: float, ended: float | None, status: str = "succeeded") -> RunState:
    return RunState(
        id=name,
        action=name.rpartition("-")[0],
        params={},
        status=status if ended is not None else "running",
        seq=1,
        requested_by="ada",
        requested_auth="os",
        requested_at=at(began),
        started_at=at(began),
        ended_at=None if ended is None else at(ended),
    )


def recovery(*runs: RunState, now: float = 30.0, backups=None, **targets: float) -> list[str]:
    made = promising(**targets).definition
    steps = {"save": ("backup",), "back": ("purge", "rollback"), "out": ("deploy",)}
    actions = {
        name: Action(steps=tuple(Step(verb=verb, provider="db") for verb in verbs))
        for name, verbs in steps.items()
    }
    state = State(runs={run.id: run for run in runs}, backups=backups or {}, opened_at=at(0))
    shown = incident_view(trouble(), state, replace(made, actions=actions), (), at(now))
    return [milestone.sentence + ", LATE" * milestone.late for milestone in shown.recovery]


def test_going_back_counts_from_the_detection_on_and_what_takes_just_as_long_is_in_time():
    gone = [ran("out-1", 13, 14), ran("back-1", 11, 15), ran("nothing-1", 13, 14)]
    assert recovery(*gone, rollback=480.0) == []
    assert recovery(*gone, ran("back-2", 12, 20), ran("back-3", 13, 21.1), rollback=480.0) == [
        "back-2: 8m, promised within 8m",
        "back-3: 8m06s, promised within 8m, LATE",
    ]


def test_what_there_is_to_go_back_to_was_saved_well_and_before_it_began():
    none = ["a backup on record: not yet, 48m left of 1h"]
    assert recovery(rpo=3600.0) == none
    assert recovery(ran("save-1", 5, 6, "failed"), ran("save-2", 12, 12.1), rpo=3600.0) == none
    tried = [ran("save-1", 5, 6), ran("save-2", 6, 8), ran("save-3", 12, 13)]
    assert recovery(*tried, rpo=3600.0) == ["age of the last backup, never restored: 4m, promised within 1h"]
    assert recovery(ran("save-1", 11, 12), rpo=3600.0) == [
        "age of the last backup, never restored: 0 s, promised within 1h"
    ]


def test_a_backup_that_was_restored_to_try_it_counts_before_one_that_was_not():
    def fact(taken: float) -> BackupFact:
        return BackupFact(name="b", size=1, sha256="", taken_at=at(taken))

    known = {"db": BackupState(last=fact(7), run="save-2")}
    assert recovery(ran("save-2", 7, 9), backups=known, rpo=3600.0) == [
        "age of the last backup, never restored: 5m, promised within 1h"
    ]
    known = {"db": BackupState(last=fact(7), run="save-2", verified=fact(2))}
    assert recovery(ran("save-2", 7, 9), backups=known, rpo=500.0) == [
        "age of the last verified backup: 10m, promised within 8m20s, LATE"
    ]


def test_what_else_fires_is_counted_and_what_only_rises_is_not():
    def standing(*others: tuple[str, str]) -> str:
        seen = launches.declared().view(14.55)
        own = seen.alerts[0]
        alerts = [own] + [
            replace(own, state=replace(own.state, name=name, status=status)) for name, status in others
        ]
        return declared_standing(seen.incident, alerts).what

    assert " more alert" not in standing(("b", "pending"))
    assert standing(("b", "firing"), ("c", "pending")).endswith(" and 1 more alert")
    assert standing(("b", "firing"), ("c", "firing")).endswith(" and 2 more alerts")


def test_its_timeline_begins_with_its_detection_and_ends_with_its_end():
    runs = [ran("out-1", 11.9, 15), ran("out-2", 12, 15), ran("out-3", 20, 21), ran("out-4", 20.1, 21)]
    over = trouble(status="resolved", resolved_at=at(20), resolved_by="ada", alert="slow")
    told = timeline(over, State(runs={run.id: run for run in runs}))
    assert [entry.what for entry in told] == [
        "alert slow fires",
        "out-2 starts",
        "out-2 succeeded",
        "out-3 starts",
        "out-3 succeeded",
    ]
    at_once = trouble(alert="slow", detected_at=at(13))
    assert timeline(at_once, State()) == ()


def test_an_update_is_late_once_its_time_is_over():
    made, due = launches.definition(), trouble(next_at=at(20))
    late = [incident_view(due, State(), made, (), at(20) + micros).update_late for micros in (0, 1)]
    assert late == [False, True]
