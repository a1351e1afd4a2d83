"""Incidents: who declares, leads and ends them, and what stands in the journal then."""

import pytest

from launchpad.errors import BadInput, Conflict
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.values import SECOND

DECLARED = cmd.DeclareIncident(
    text="cards fail at the till", severity="critical", impact="all who pay by card"
)


def alert(status, name="slow"):
    return ev.AlertChanged(alert=name, status=status, severity="medium", value=4.0, n=9)


def present(room):
    return room.state.incidents["incident-1"]


def test_an_incident_by_hand_says_what_whom_and_how_grave(room):
    done = room.does("eva", DECLARED)
    assert (done.message, done.subject) == ("declared incident-1, critical", "incident:incident-1")
    incident = present(room)
    assert (incident.title, incident.impact, incident.severity) == (
        "cards fail at the till",
        "all who pay by card",
        "critical",
    )
    assert incident.next_at == incident.declared_at + 900 * SECOND or incident.next_at > incident.declared_at
    assert [entry.what for entry in incident.entries] == ["declared it critical", "impact"]
    assert room.state.anomalies == 0


@pytest.mark.parametrize(
    "command",
    [
        cmd.DeclareIncident(severity="low"),
        cmd.DeclareIncident(text="what?"),
        cmd.DeclareIncident(text="what?", severity="low", alert="nothing"),
        cmd.DeclareIncident(text="what?", severity="low", commander="stranger"),
        cmd.DeclareIncident(text="x" * 4001, severity="low"),
        cmd.UpdateIncident(),
        cmd.UpdateIncident(text="x", next_in=0.0),
        cmd.UpdateIncident(text="x", next_in=float("nan")),
        cmd.UpdateIncident(impact="Spain", next_in=600.0),
        cmd.UpdateIncident(text="x", incident="incident-9"),
        cmd.CommandIncident(commander="stranger"),
        cmd.AddIncidentTask(text=" "),
        cmd.AddIncidentTask(text="x", assignee="stranger"),
        cmd.FinishIncidentTask(task=1),
        cmd.ResolveIncident(text="\x1b[31m"),
    ],
)
def test_what_can_not_be_kept_is_bad_input(room, command):
    room.does("lead", DECLARED)
    room.refused("lead", command, kind=BadInput)


def test_declaring_from_an_alert_acknowledges_it_and_takes_its_severity(room):
    room.engine(alert("firing"))
    room.does("eva", cmd.DeclareIncident(alert="slow"))
    incident, slow = present(room), room.state.alerts["slow"]
    assert (incident.severity, incident.alert, incident.detected_at) == ("medium", "slow", slow.fired_at)
    assert (slow.acknowledged_by, slow.acknowledgement) == ("eva", "declared incident-1")
    again = room.does("lead", cmd.DeclareIncident(alert="slow"))
    assert again.already
    assert "eva has already declared incident-1" in again.message
    shown = room.session.view().incident
    assert (shown.title, shown.measured) == ("latency > 3 s", "now no data")


def test_an_alert_that_somebody_has_stays_theirs(room):
    room.engine(alert("firing"))
    room.does("ops", cmd.Acknowledge(alert="slow", text="on it"))
    room.does("eva", cmd.DeclareIncident(alert="slow", commander="ops"))
    assert room.state.alerts["slow"].acknowledged_by == "ops"
    assert present(room).commander == "ops"
    assert [entry.text for entry in present(room).entries] == ["", ""]


def test_its_commander_or_a_director_ends_it(room):
    room.does("eva", DECLARED)
    cause = cmd.ResolveIncident(text="a bad index")
    assert "take command first" in room.refused("eva", cause)
    room.does("eva", cmd.CommandIncident())
    assert room.does("eva", cmd.CommandIncident()).already
    assert "ask eva" in room.refused("ops", cause)
    assert "ask eva" in room.refused("ops", cmd.CommandIncident())
    room.does("lead", cmd.CommandIncident(commander="ops"))
    assert "ask ops" in room.refused("eva", cause)
    room.does("ops", cause)
    incident = present(room)
    assert (incident.status, incident.cause, incident.resolved_by) == ("resolved", "a bad index", "ops")
    assert room.does("lead", cmd.ResolveIncident(incident="incident-1", text="x")).already
    assert "no incident is open" in room.refused("lead", cause)
    room.does("lead", cmd.ReviewIncident(text="test the index"))
    assert present(room).status == "reviewed"
    assert room.does("lead", cmd.ReviewIncident(incident="incident-1", text="again")).already


def test_an_update_says_how_it_stands_and_when_the_next_comes(room):
    room.does("eva", DECLARED)
    room.does("eva", cmd.UpdateIncident(text="rolling back", next_in=600.0, severity="high", impact="Spain"))
    incident = present(room)
    assert (incident.severity, incident.impact, incident.latest.text) == ("high", "Spain", "rolling back")
    assert abs(incident.next_at - incident.latest.at - 600 * SECOND) < 60 * SECOND
    room.does("eva", cmd.UpdateIncident(impact="Spain and Portugal"))
    assert present(room).next_at == incident.next_at, "whom it hits is no update"
    assert room.does("eva", cmd.UpdateIncident(severity="high")).already


def test_tasks_are_numbered_added_and_done(room):
    room.does("eva", DECLARED)
    room.does("eva", cmd.AddIncidentTask(text="call the bank", assignee="ops"))
    room.does("ops", cmd.AddIncidentTask(text="read the log"))
    room.does("ops", cmd.FinishIncidentTask(task=2))
    first, second = present(room).tasks
    assert (first.text, first.assignee, first.done_by) == ("call the bank", "ops", None)
    assert (second.added_by, second.done_by) == ("ops", "ops")
    assert room.does("eva", cmd.FinishIncidentTask(task=2)).already
    room.does("lead", cmd.ResolveIncident(text="the bank"))
    done = cmd.FinishIncidentTask(incident="incident-1", task=1)
    room.does("eva", done)
    late = cmd.AddIncidentTask(incident="incident-1", text="a test for it")
    room.does("eva", late)
    room.does("lead", cmd.ReviewIncident(text="learnt"))
    assert "launchpad add" in room.refused("eva", late)


def test_the_gravest_is_meant_unless_another_is_named(room):
    room.does("eva", cmd.DeclareIncident(text="slow", severity="medium"))
    room.does("eva", cmd.DeclareIncident(text="down", severity="critical"))
    room.does("eva", cmd.MitigateIncident(text="restarting"))
    assert room.does("eva", cmd.MitigateIncident()).already
    assert [i.status for i in room.state.incidents.values()] == ["declared", "mitigating"]
    room.does("eva", cmd.MitigateIncident(incident="incident-1"))
    assert [i.status for i in room.state.incidents.values()] == ["mitigating", "mitigating"]


def test_what_has_moved_is_a_conflict(room):
    room.does("eva", DECLARED)
    seen = present(room).seq
    room.does("eva", cmd.UpdateIncident(text="worse"))
    room.refused("lead", cmd.ResolveIncident(text="x", expect=seen), kind=Conflict)


def test_no_launch_succeeds_over_an_open_incident(room):
    room.does("eva", DECLARED)
    assert "incident-1 is declared" in room.refused("lead", cmd.CloseLaunch(outcome="success"))
    room.does("lead", cmd.CloseLaunch(outcome="failed"))


def test_removed_words_leave_the_incident_standing(room):
    done = room.does("eva", DECLARED)
    room.does("lead", cmd.Redact(seq=done.seq, text="a card number"))
    assert room.session.view().incident.title == "(text removed)"
    assert present(room).entries[0].redacted


def test_an_alert_that_only_rises_is_had_by_whoever_declares_it(room):
    room.engine(alert("pending"))
    room.does("eva", cmd.DeclareIncident(alert="slow"))
    assert room.state.alerts["slow"].acknowledged_by == "eva"


def test_trouble_that_comes_back_is_declared_anew(room):
    room.engine(alert("firing"))
    room.does("lead", cmd.DeclareIncident(alert="slow"))
    room.does("lead", cmd.ResolveIncident(text="a cache"))
    assert not room.does("eva", cmd.DeclareIncident(alert="slow")).already
    assert [i.status for i in room.state.incidents.values()] == ["resolved", "declared"]


def test_a_review_is_of_what_is_over(room):
    for _ in range(2):
        room.does("lead", DECLARED)
    room.does("lead", cmd.ResolveIncident(text="a cache", incident="incident-2"))
    room.does("lead", cmd.ReviewIncident(text="learnt"))
    assert [i.status for i in room.state.incidents.values()] == ["declared", "reviewed"]
