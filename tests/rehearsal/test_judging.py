"""Expectations and score, on journals made by hand."""

import pytest
from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.values import SECOND
from launchpad.rehearsal.expectations import Record, expectation
from launchpad.rehearsal.instants import FORMS, instant, well_formed
from launchpad.rehearsal.score import missed, score
from launchpad.report.account import account
from tests.support.launches import LEAD, Demo, at, degraded, during

SPIKE = at(11) - 4 * SECOND


def rolled_back() -> Demo:
    """A bad day on which lead acts: had after 30 s, decided after a minute, back and well after four."""
    demo = degraded()
    demo.add(12.6, LEAD.name, ev.AlertAcknowledged(alert="checkout-errors"))
    demo.request(13.0, LEAD, "rollback")
    demo.add(13.1, LEAD.name, ev.RunConfirmed(run="rollback-1", digest="x"))
    demo.add(13.2, "engine", ev.RunStarted(run="rollback-1", epoch=1))
    demo.add(13.2, "engine", ev.StepIntended(run="rollback-1", step=0, epoch=1, nonce="back"))
    demo.add(14.2, "engine", ev.StepSucceeded(run="rollback-1", step=0))
    demo.add(14.2, "engine", ev.RunSucceeded(run="rollback-1"))
    over = ev.AlertChanged(alert="checkout-errors", status="resolved", severity="critical", value=0.0, n=60)
    return demo.add(15.0, "engine", over)


def record(demo: Demo | None = None, **more: object) -> Record:
    demo = demo or rolled_back()
    given = Record(
        view=demo.view(16),
        events=demo.events,
        moments={"spike": SPIKE},
        ledger=("n0", "n1", "back"),
        broken="",
        stopped=False,
    )
    return given._replace(**more)  # type: ignore[arg-type]


def judged(text: str, of: Record) -> tuple[str, str]:
    outcome = expectation(text).judged(of)
    assert outcome.sentence == text
    return outcome.verdict, outcome.detail


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("the spike", SPIKE),
        ("alert checkout-errors fires", at(12.1)),
        ("alert checkout-errors is acknowledged", at(12.6)),
        ("alert checkout-errors resolves", at(15)),
        ("run rollback is requested", at(13)),
        ("run rollback-1 is confirmed", at(13.1)),
        ("run rollback starts", at(13.2)),
        ("run rollback succeeds", at(14.2)),
        ("run rollback fails", None),
        ("run backup starts", None),
        ("the flood", None),
        ("incident is declared", None),
    ],
)
def test_instants_are_found_in_the_journal_and_with_the_product(text, when):
    given = record()
    assert well_formed(text)
    assert instant(text, given.view.state, given.events, given.moments) == when


def test_every_form_of_instant_can_be_asked_of_any_journal():
    given = record(during())
    for form in FORMS:
        instant(form.replace("NAME", "deploy"), given.view.state, given.events, given.moments)


@pytest.mark.parametrize(
    ("text", "verdict", "detail"),
    [
        ("alert checkout-errors fires within 75s of the spike", "ok", "1m10s"),
        ("alert checkout-errors fires within 60s of the spike", "broken", "1m10s"),
        ("run rollback fails within 1m of run rollback starts", "broken", "run rollback fails: never"),
        ("alert slow fires within 1m of the flood", "broken", "the flood: never"),
        ("phase is launch", "ok", ""),
        ("launch is closed", "broken", "launch is open"),
        ("nothing ran twice", "ok", "3 carried out, none twice"),
        ("the journal verifies", "ok", None),
        ("every target is met", "broken", "no incident was declared"),
    ],
)
def test_expectations_are_judged_with_their_numbers(text, verdict, detail):
    found, said = judged(text, record())
    assert found == verdict
    assert detail is None or said == detail


def test_what_a_stopped_script_did_not_come_to_is_not_called_broken():
    stopped = record(stopped=True)
    assert judged("launch is closed", stopped)[0] == "not reached"
    assert judged("run rollback fails within 1m of run rollback starts", stopped)[0] == "not reached"
    assert judged("alert checkout-errors fires within 60s of the spike", stopped)[0] == "broken"
    assert judged("phase is launch", stopped)[0] == "ok"


def test_what_was_carried_out_twice_or_without_the_journal_is_found():
    assert judged("nothing ran twice", record(ledger=("n0", "n1", "n1")))[0] == "broken"
    assert judged("nothing ran twice", record(ledger=("n0", "by-hand")))[0] == "broken"
    assert judged("the journal verifies", record(broken="event 7 was altered")) == (
        "broken",
        "event 7 was altered",
    )


def test_the_targets_are_those_of_the_incident():
    demo = rolled_back()
    promised = replace(demo.definition.launch.targets, mttr=300.0)
    launch = replace(demo.definition.launch, targets=promised)
    demo = Demo(of=replace(demo.definition, launch=launch))
    demo.add(0, LEAD.name, ev.IncidentDeclared(incident="incident-1", severity="critical"), "checkout fails")
    open_ = record(demo)._replace(view=demo.view(4))
    assert judged("every target is met", open_)[0] == "broken"
    assert judged("every target is met", open_._replace(stopped=True))[0] == "not reached"
    demo.add(4.5, LEAD.name, ev.IncidentResolved(incident="incident-1"), "a full queue")
    assert judged("every target is met", record(demo)._replace(view=demo.view(5)))[0] == "ok"
    demo = Demo(of=replace(demo.definition, launch=launch))
    demo.add(0, LEAD.name, ev.IncidentDeclared(incident="incident-1", severity="critical"), "checkout fails")
    demo.add(6, LEAD.name, ev.IncidentResolved(incident="incident-1"), "a full queue")
    verdict, detail = judged("every target is met", record(demo)._replace(view=demo.view(7)))
    assert (verdict, "resolved: 6m" in detail) == ("broken", True)


def scored(demo: Demo, began: int | None = None, minute: float = 16.0) -> dict[str, float | None]:
    view = demo.view(minute)
    report = account(view.state, demo.events, (), view.now)
    return {took.name: took.seconds for took in score(report, demo.definition, demo.events, began)}


def test_the_score_is_counted_from_the_trouble_to_its_end():
    times = scored(rolled_back(), SPIKE)
    assert times == pytest.approx(
        {"detection": 70, "acknowledgement": 30, "decision": 60, "rollback": 60, "recovery": 244}
    )
    assert scored(rolled_back())["detection"] == pytest.approx(6), "else from when the rule was first met"


def test_what_never_came_is_never_and_a_quiet_day_has_no_score():
    times = scored(degraded(), SPIKE)
    assert {name for name, seconds in times.items() if seconds is None} == {
        "acknowledgement",
        "decision",
        "rollback",
        "recovery",
    }
    assert scored(during()) == {}


def test_what_was_left_undone_is_listed():
    assert "nobody acknowledged checkout-errors" in list(missed(degraded().view(14.5)))
    left = list(missed(rolled_back().view(16)))
    assert "nobody acknowledged checkout-errors" not in left
    assert left[-1] == "the launch was left in launch and not closed"
