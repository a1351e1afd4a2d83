"""The fold is total, incremental, and changes nothing for what does not fit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launchpad.model import events as ev
from launchpad.model.fold import Fold, fold
from launchpad.model.journal import Recorded
from launchpad.model.lifecycles import INCIDENT, ITEM, RUN, RUN_ENDED, STEP
from launchpad.model.plan import Plan, PlannedStep
from launchpad.model.state import State
from tests.support.histories import LAUNCH, amended, definition
from tests.support.instances import TEXT, instances

OPENED = ev.LaunchOpened(definition=definition(), format=1)
STEP_PLAN = PlannedStep(verb="deploy", provider="site", does="it", command="make it")


def plan(approvals: int = 0, steps: int = 2) -> Plan:
    return Plan(
        action="deploy",
        title="Deploy",
        version="1",
        environment="production",
        steps=(STEP_PLAN,) * steps,
        approvals=approvals,
    )


def recorded(
    seq: int, event, actor: str = "ops", auth="os", text: str = "", redacted: bool = False
) -> Recorded:
    return Recorded(
        launch=LAUNCH,
        seq=seq,
        id=str(seq),
        at=seq * 1_000_000,
        actor=actor,
        auth=auth,
        event=event,
        text=text,
        redacted=redacted,
        hash=f"{seq:064}",
    )


def journal(*events) -> list[Recorded]:
    """Opened, then these: each an event, or an event and who did it."""
    pairs = [pair if isinstance(pair, tuple) else (pair, "ops") for pair in (OPENED, *events)]
    return [recorded(seq, event, actor) for seq, (event, actor) in enumerate(pairs, start=1)]


FIELDS = {
    "item": st.sampled_from(["dns", "page", "nothing"]),
    "run": st.sampled_from(["deploy-1", "backup-1"]),
    "alert": st.sampled_from(["high_errors", "nothing"]),
    "step": st.integers(-3, 3),
    "definition": st.sampled_from(amended()),
    "plan": st.sampled_from([plan(), plan(1), plan(2, 1), plan(0, 3)]),
    "gate": st.none(),
    "seq": st.integers(-1, 20),
    "incident": st.sampled_from(["incident-1", "incident-2"]),
    "task": st.integers(0, 3),
}
ANY_EVENT = instances(ev.AnyEvent, FIELDS) | st.builds(
    ev.Unknown, kind=st.sampled_from(["rollout.bumped", "war.declared"]), raw=TEXT
)
ANY_RECORDED = st.builds(
    recorded,
    st.just(0),
    ANY_EVENT,
    st.sampled_from(["ops", "lead", "eva"]),
    instances(ev.Auth),
    TEXT,
    st.booleans(),
)


@settings(max_examples=150)
@given(st.lists(ANY_RECORDED, max_size=40), st.booleans())
def test_any_sequence_folds_and_incrementally_so(events, opened):
    events = [recorded(1, OPENED), *events] if opened else events
    numbered = [
        recorded(seq, e.event, e.actor, e.auth, e.text, e.redacted) for seq, e in enumerate(events, 1)
    ]
    builder = Fold()
    for length, event in enumerate(numbered, start=1):
        before = builder.state
        builder.apply(event)
        assert builder.state == fold(numbered[:length])
        assert builder.state.seq == length
        assert before.anomalies <= builder.state.anomalies <= before.anomalies + 1
        if builder.state.anomalies > before.anomalies:
            assert unchanged(before, builder.state)


def unchanged(before: State, after: State) -> bool:
    """Whether nothing differs but where the journal stands."""
    ignored = ("seq", "hash", "at", "launch", "anomalies")
    return all(getattr(before, f) == getattr(after, f) for f in State.__struct_fields__ if f not in ignored)


def test_a_state_once_handed_out_never_changes():
    builder = Fold()
    for event in journal():
        builder.apply(event)
    before = builder.state
    builder.apply(recorded(2, ev.ItemTicked(item="dns")))
    assert before.items["dns"].status == "open"
    assert builder.state.items["dns"].status == "done"
    assert builder.state is builder.state
    with pytest.raises(TypeError):
        before.items["dns"] = builder.state.items["dns"]


@pytest.mark.parametrize("again", [OPENED, ev.LaunchOpened(definition=definition(), format=2)])
def test_a_launch_opens_and_closes_once(again):
    state = fold(journal(ev.ItemTicked(item="dns"), again))
    assert (state.anomalies, state.items["dns"].status) == (1, "done")
    state = fold(journal(ev.LaunchClosed(outcome="failed"), ev.LaunchClosed(outcome="success")))
    assert (state.anomalies, state.outcome) == (1, "failed")


def test_an_event_of_the_future_makes_it_read_only():
    unknown = ev.Unknown(kind="rollout.bumped", raw="{}")
    state = fold(journal(unknown, unknown, ev.ItemTicked(item="dns")))
    assert state.unknown_kinds == ("rollout.bumped",)
    assert "rollout.bumped" in state.read_only
    assert "\n" not in state.read_only
    assert state.items["dns"].status == "done"


# Items

TO_STATUS = {
    "open": [],
    "done": [ev.ItemTicked(item="dns")],
    "failed": [ev.ItemFailed(item="dns")],
    "skipped": [ev.ItemSkipped(item="dns")],
}
ITEM_EVENTS = [ev.ItemTicked, ev.ItemReopened, ev.ItemFailed, ev.ItemSkipped]


@pytest.mark.parametrize("status", TO_STATUS)
@pytest.mark.parametrize("event", ITEM_EVENTS)
def test_every_cell_of_an_items_life(status, event):
    state = fold(journal(*TO_STATUS[status], event(item="dns")))
    allowed = ITEM.get((status, ev.kind_of(event(item="dns"))))
    assert state.anomalies == (allowed is None)
    assert state.items["dns"].status == (allowed or status)


def checked(verdict: str, at: int) -> ev.ItemChecked:
    return ev.ItemChecked(item="page", verdict=verdict, reason="no answer", observed_at=at)


@pytest.mark.parametrize(
    ("verdicts", "status", "proved_at"),
    [
        (["ok"], "done", 0),
        (["bad"], "failed", None),
        (["unknown"], "open", None),
        (["ok", "unknown"], "done", 0),
        (["ok", "unknown", "unknown", "ok"], "done", 3),
        (["ok", "bad"], "failed", 0),
        (["bad", "unknown"], "failed", None),
    ],
)
def test_a_check_proves_an_item_when_it_passes_only(verdicts, status, proved_at):
    item = fold(journal(*(checked(v, at) for at, v in enumerate(verdicts)))).items["page"]
    assert (item.status, item.proved_at, item.check.at) == (status, proved_at, len(verdicts) - 1)
    assert item.reason == ("no answer" if status == "failed" else "")


def test_nothing_was_checked_after_the_word_of_it():
    ahead = 10**15
    state = fold(
        journal(
            checked("ok", ahead),
            ev.ActionProbed(action="rollback", verdict="ok", reason="", observed_at=ahead),
        )
    )
    page = state.items["page"]
    assert (page.check.at, page.proved_at) == (2_000_000, 2_000_000)
    assert state.readiness["rollback"].at == 3_000_000


def test_a_check_does_not_bring_back_what_was_skipped():
    item = fold(journal(ev.ItemSkipped(item="page"), checked("bad", 1), checked("ok", 2))).items["page"]
    assert item.status == "skipped"


def test_redacted_evidence_is_still_evidence():
    events = [*journal(), recorded(2, ev.ItemTicked(item="legal"), text="", redacted=True)]
    [evidence] = fold(events).items["legal"].evidence
    assert (evidence.text, evidence.redacted) == ("", True)


# Alerts


def alert(status: str) -> ev.AlertChanged:
    return ev.AlertChanged(alert="slow", status=status, severity="high", value=4.0, n=9)


ACK = (ev.AlertAcknowledged(alert="slow"), "eva")


@pytest.mark.parametrize(
    ("history", "acknowledged"),
    [
        ([alert("firing"), ACK], "eva"),
        ([alert("pending"), ACK, alert("firing")], "eva"),
        ([alert("firing"), ACK, alert("resolved")], "eva"),
        ([alert("firing"), ACK, alert("resolved"), alert("firing")], None),
        ([alert("firing"), ACK, alert("resolved"), alert("pending"), alert("firing")], None),
        ([alert("pending"), ACK, alert("inactive"), alert("firing")], None),
    ],
)
def test_an_acknowledgement_lasts_as_long_as_its_alert(history, acknowledged):
    state = fold(journal(*history))
    assert state.alerts["slow"].acknowledged_by == acknowledged
    assert state.anomalies == 0


def test_a_new_firing_counts_from_its_own_beginning():
    slow = fold(journal(alert("pending"), alert("firing"), alert("resolved"), alert("firing"))).alerts["slow"]
    assert slow.pending_since == slow.fired_at == slow.since == 5_000_000


@pytest.mark.parametrize("history", [[], [alert("inactive")], [alert("firing"), alert("resolved")]])
def test_nobody_acknowledges_what_is_over(history):
    state = fold(journal(*history, ACK))
    assert state.anomalies == 1
    assert all(a.acknowledged_by is None for a in state.alerts.values())


# Runs

RUN_ID = {"run": "deploy-1"}
PLANNED = ev.RunPlanned(**RUN_ID, plan=plan(1), digest="d", gate=None, expires_at=10**15)
TO_RUN = {"requested": [ev.RunRequested(**RUN_ID, action="deploy")]}
TO_RUN["planned"] = [*TO_RUN["requested"], PLANNED]
CONFIRMED = [*TO_RUN["planned"], ev.RunConfirmed(**RUN_ID, digest="d")]
TO_RUN["approved"] = [*CONFIRMED, (ev.RunApproved(**RUN_ID, digest="d"), "opal")]
TO_RUN["running"] = [*TO_RUN["approved"], ev.RunStarted(**RUN_ID, epoch=1)]
TO_RUN["interrupted"] = [*TO_RUN["running"], ev.RunInterrupted(**RUN_ID, reason="lost")]
TO_RUN["aborting"] = [*TO_RUN["running"], ev.AbortRequested(**RUN_ID)]
TO_RUN["succeeded"] = [*TO_RUN["running"], ev.RunSucceeded(**RUN_ID)]
TO_RUN["failed"] = [*TO_RUN["running"], ev.RunFailed(**RUN_ID, reason="no")]
TO_RUN["aborted"] = [*TO_RUN["aborting"], ev.RunAborted(**RUN_ID)]
TO_RUN["rejected"] = [*TO_RUN["planned"], (ev.RunRejected(**RUN_ID), "opal")]
TO_RUN["retracted"] = [*TO_RUN["planned"], ev.RunRetracted(**RUN_ID, what="request")]
TO_RUN["refused"] = [*TO_RUN["requested"], ev.RunRefused(**RUN_ID, reason="no")]
RUN_EVENTS = [
    PLANNED,
    ev.RunRefused(**RUN_ID, reason="no"),
    ev.RunConfirmed(**RUN_ID, digest="d"),
    ev.RunApproved(**RUN_ID, digest="d"),
    ev.RunGlassBroken(**RUN_ID, digest="d"),
    ev.RunRejected(**RUN_ID),
    ev.RunRetracted(**RUN_ID, what="request"),
    ev.RunStarted(**RUN_ID, epoch=1),
    ev.RunSucceeded(**RUN_ID),
    ev.RunFailed(**RUN_ID, reason="no"),
    ev.RunInterrupted(**RUN_ID, reason="lost"),
    ev.RunResolved(**RUN_ID, resolution="retry"),
    ev.AbortRequested(**RUN_ID),
    ev.RunAborted(**RUN_ID),
]


@pytest.mark.parametrize("status", TO_RUN)
@pytest.mark.parametrize("event", RUN_EVENTS, ids=ev.kind_of)
def test_every_cell_of_a_runs_life(status, event):
    before = fold(journal(*TO_RUN[status]))
    assert (before.anomalies, before.runs["deploy-1"].status) == (0, status)
    state = fold(journal(*TO_RUN[status], event))
    allowed = RUN.get((status, ev.kind_of(event)))
    run = state.runs["deploy-1"]
    assert state.anomalies == (allowed is None)
    assert run.status == (allowed or status)
    assert (run.ended_at is not None) == run.ended


def test_the_table_names_every_event_and_leaves_no_way_out_of_an_end():
    assert {kind for _, kind in RUN} == {ev.kind_of(event) for event in RUN_EVENTS}
    assert not {status for status, _ in RUN} & RUN_ENDED
    assert set(TO_RUN) == {status for status, _ in RUN} | RUN_ENDED


def test_a_run_waits_for_its_confirmation_and_for_enough_approvals():
    assert fold(journal(*CONFIRMED)).runs["deploy-1"].status == "planned"
    unconfirmed = [*TO_RUN["planned"], (ev.RunApproved(**RUN_ID, digest="d"), "opal")]
    assert fold(journal(*unconfirmed)).runs["deploy-1"].status == "planned"
    alone = [
        TO_RUN["requested"][0],
        ev.RunPlanned(**RUN_ID, plan=plan(0), digest="d", gate=None, expires_at=1),
    ]
    assert fold(journal(*alone, ev.RunConfirmed(**RUN_ID, digest="d"))).runs["deploy-1"].status == "approved"


def test_a_second_approval_by_the_same_person_counts_once():
    two = [TO_RUN["requested"][0], ev.RunPlanned(**RUN_ID, plan=plan(2), digest="d", gate=None, expires_at=1)]
    approved = (ev.RunApproved(**RUN_ID, digest="d"), "opal")
    run = fold(journal(*two, ev.RunConfirmed(**RUN_ID, digest="d"), approved, approved)).runs["deploy-1"]
    assert (run.status, len(run.approvals)) == ("planned", 1)


BACK = ev.RunRetracted(**RUN_ID, what="approval")


def test_an_approval_taken_back_is_missing_again():
    run = fold(journal(*TO_RUN["approved"], (BACK, "opal"))).runs["deploy-1"]
    assert (run.status, run.approvals) == ("planned", ())


@pytest.mark.parametrize(
    ("status", "who"),
    [("approved", "lead"), *((s, "opal") for s in TO_RUN if s != "approved")],
)
def test_an_approval_that_is_not_there_or_is_used_can_not_be_taken_back(status, who):
    before = fold(journal(*TO_RUN[status]))
    after = fold(journal(*TO_RUN[status], (BACK, who)))
    assert after.anomalies == 1
    assert after.runs == before.runs


@pytest.mark.parametrize(
    ("resolution", "status", "step"),
    [
        ("retry", "running", "pending"),
        ("skip", "running", "skipped"),
        ("done", "running", "succeeded"),
        ("roll-back", "failed", "interrupted"),
    ],
)
def test_an_interrupted_run_goes_on_as_a_person_decides(resolution, status, step):
    intended = ev.StepIntended(**RUN_ID, step=0, epoch=1, nonce="n")
    lost = ev.StepInterrupted(**RUN_ID, step=0, reason="lost")
    events = [*TO_RUN["running"], intended, lost, ev.RunInterrupted(**RUN_ID, reason="lost")]
    state = fold(journal(*events, ev.RunResolved(**RUN_ID, resolution=resolution)))
    run = state.runs["deploy-1"]
    assert (state.anomalies, run.status, run.steps[0].status) == (0, status, step)
    assert run.current_step == (1 if step in ("skipped", "succeeded") else 0)
    assert run.steps[0].attempt == 1


TO_STEP = {
    "pending": [],
    "intended": [ev.StepIntended(**RUN_ID, step=0, epoch=1, nonce="n")],
}
TO_STEP["running"] = [*TO_STEP["intended"], ev.StepRunning(**RUN_ID, step=0, provider_id="17")]
STEP_EVENTS = [
    ev.StepIntended(**RUN_ID, step=0, epoch=1, nonce="n"),
    ev.StepRunning(**RUN_ID, step=0, provider_id="17"),
    ev.StepSucceeded(**RUN_ID, step=0),
    ev.StepFailed(**RUN_ID, step=0, reason="no"),
    ev.StepInterrupted(**RUN_ID, step=0, reason="lost"),
    ev.StepAborted(**RUN_ID, step=0),
]
for _end in STEP_EVENTS[2:]:
    TO_STEP[ev.kind_of(_end).removeprefix("step.")] = [*TO_STEP["running"], _end]
TO_STEP["skipped"] = [
    *TO_STEP["interrupted"],
    ev.RunInterrupted(**RUN_ID, reason="lost"),
    ev.RunResolved(**RUN_ID, resolution="skip"),
]


@pytest.mark.parametrize("status", TO_STEP)
@pytest.mark.parametrize("event", STEP_EVENTS, ids=ev.kind_of)
def test_every_cell_of_a_steps_life(status, event):
    state = fold(journal(*TO_RUN["running"], *TO_STEP[status], event))
    allowed = STEP.get((status, ev.kind_of(event)))
    assert state.anomalies == (allowed is None)
    assert state.runs["deploy-1"].steps[0].status == (allowed or status)


@pytest.mark.parametrize("status", sorted(set(TO_RUN) - {"running", "aborting"}))
def test_no_step_moves_unless_its_run_is_at_work(status):
    assert fold(journal(*TO_RUN[status], STEP_EVENTS[0])).anomalies == 1


@pytest.mark.parametrize("step", [-3, -1, 2, 99])
def test_a_step_that_does_not_exist_moves_nothing(step):
    state = fold(journal(*TO_RUN["running"], ev.StepIntended(**RUN_ID, step=step, epoch=1, nonce="n")))
    assert state.anomalies == 1
    assert [s.status for s in state.runs["deploy-1"].steps] == ["pending", "pending"]


# The tables, word for word: what an operator may count on, written down a second time on purpose.

LIFE_OF_AN_ITEM = """
open: ticked done, failed failed, skipped skipped
done: reopened open, failed failed
failed: ticked done, reopened open, skipped skipped
skipped: reopened open
"""
LIFE_OF_A_RUN = """
requested: planned planned, refused refused, retracted retracted, abort-requested aborted
planned: confirmed planned, approved planned, glass-broken planned, rejected rejected, \
retracted retracted, refused refused, abort-requested aborted
approved: started running, rejected rejected, retracted retracted, refused refused, abort-requested aborted
running: succeeded succeeded, failed failed, interrupted interrupted, abort-requested aborting
interrupted: resolved running, abort-requested aborting
aborting: aborted aborted, succeeded succeeded, failed failed
"""
WHILE_OPEN = "impact-stated {0}, graded {0}, commanded {0}, updated {0}, task-added {0}, task-done {0}"
LIFE_OF_AN_INCIDENT = f"""
declared: {WHILE_OPEN.format("declared")}, mitigating mitigating, resolved resolved
mitigating: {WHILE_OPEN.format("mitigating")}, resolved resolved
resolved: impact-stated resolved, task-added resolved, task-done resolved, reviewed reviewed
reviewed: task-done reviewed
"""


def table(text: str, of: str) -> dict[tuple[str, str], str]:
    rows = (line.split(": ") for line in text.strip().splitlines())
    cells = ((status, *cell.split()) for status, row in rows for cell in row.split(", "))
    return {(status, f"{of}.{event}"): after for status, event, after in cells}


def test_the_lives_are_as_agreed():
    assert table(LIFE_OF_AN_ITEM, "item") == ITEM
    assert table(LIFE_OF_A_RUN, "run") == RUN
    assert table(LIFE_OF_AN_INCIDENT, "incident") == INCIDENT


# Incidents

OF = {"incident": "incident-1"}
TO_INCIDENT = {"declared": [ev.IncidentDeclared(**OF, severity="high"), ev.IncidentTaskAdded(**OF, task=1)]}
TO_INCIDENT["mitigating"] = [*TO_INCIDENT["declared"], ev.IncidentMitigating(**OF)]
TO_INCIDENT["resolved"] = [*TO_INCIDENT["mitigating"], ev.IncidentResolved(**OF)]
TO_INCIDENT["reviewed"] = [*TO_INCIDENT["resolved"], ev.IncidentReviewed(**OF)]
INCIDENT_EVENTS = [
    ev.IncidentImpactStated(**OF),
    ev.IncidentGraded(**OF, severity="low"),
    ev.IncidentCommanded(**OF, commander="eva"),
    ev.IncidentUpdated(**OF, next_at=9),
    ev.IncidentTaskAdded(**OF, task=2),
    ev.IncidentTaskDone(**OF, task=1),
    ev.IncidentMitigating(**OF),
    ev.IncidentResolved(**OF),
    ev.IncidentReviewed(**OF),
]


@pytest.mark.parametrize("status", TO_INCIDENT)
@pytest.mark.parametrize("event", INCIDENT_EVENTS, ids=ev.kind_of)
def test_every_cell_of_an_incidents_life(status, event):
    before = fold(journal(*TO_INCIDENT[status])).incidents["incident-1"]
    state = fold(journal(*TO_INCIDENT[status], event))
    allowed = INCIDENT.get((status, ev.kind_of(event)))
    after = state.incidents["incident-1"]
    assert state.anomalies == (allowed is None)
    assert after.status == (allowed or status)
    assert len(after.entries) == len(before.entries) + (allowed is not None)
    assert after.open == (after.status in ("declared", "mitigating"))


@pytest.mark.parametrize(
    "event",
    [
        ev.IncidentDeclared(**OF, severity="low"),
        ev.IncidentResolved(incident="incident-2"),
        ev.IncidentTaskAdded(**OF, task=3),
        ev.IncidentTaskDone(**OF, task=2),
    ],
)
def test_what_does_not_fit_an_incident_changes_nothing(event):
    before = fold(journal(*TO_INCIDENT["declared"]))
    state = fold(journal(*TO_INCIDENT["declared"], event))
    assert (state.anomalies, state.incidents) == (1, before.incidents)


@pytest.mark.parametrize(
    ("history", "detected", "acknowledged"),
    [
        ([], 2, 2),
        ([alert("firing")], 2, 3),
        ([alert("pending"), alert("firing"), ACK], 3, 4),
        ([alert("firing"), alert("resolved")], 4, 4),
    ],
)
def test_an_incident_was_detected_when_its_alert_rose(history, detected, acknowledged):
    declared = ev.IncidentDeclared(**OF, severity="high", alert="slow")
    incident = fold(journal(*history, declared)).incidents["incident-1"]
    assert (incident.detected_at, incident.acknowledged_at) == (detected * 10**6, acknowledged * 10**6)
