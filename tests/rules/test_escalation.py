"""Who is woken when: pure, over journals that are written second by second."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.definition import (
    SEVERITIES,
    Alert,
    Channel,
    Definition,
    EscalationStep,
    IncidentCalls,
    Launch,
    Threshold,
    Wait,
)
from launchpad.model.values import SECOND, Quantity
from launchpad.rules.alerts import spoken_for
from launchpad.rules.delivery import ATTEMPTS, Errand, backoff, errands, intended
from launchpad.rules.escalation import LATE, due_at, escalations
from launchpad.rules.parcels import parcels
from launchpad.rules.view.delivery import message_views, next_page
from launchpad.rules.wording import wording
from tests.support import nights

NEXT_DAY = Wait(until="next-business-day")
LADDER = (
    EscalationStep(after=Wait(), notify=("primary",)),
    EscalationStep(after=Wait(seconds=900.0), notify=("lead",)),
    EscalationStep(
        after=Wait(seconds=1800.0), notify=("cto",), by_severity={"critical": Wait(seconds=900.0)}
    ),
    EscalationStep(after=Wait(seconds=3600.0), notify=("ceo",), by_severity={"critical": Wait()}),
)


def rule(**more: object) -> Alert:
    limit = Threshold(objective="errors", op=">", limit=Quantity(value=0.01, unit="%"))
    return replace(Alert(when=limit, severity="high", escalate="oncall"), **more)


DEFINITION = Definition(
    launch=Launch(product="shop", version="1"),
    channels={
        "slack": Channel(kind="slack", address="#launch"),
        "sms": Channel(kind="webhook", address="everyone"),
    },
    contacts={name: {"sms": f"+{name}"} for name in ("primary", "lead", "cto", "ceo")},
    escalations={"oncall": LADDER},
    alerts={
        "down": rule(notify=("slack",), group="shop", severity="critical"),
        "slow": rule(notify=("slack", "primary"), group="shop"),
        "lone": rule(),
        "meek": rule(inhibited_by=("down",)),
    },
)


class Night(nights.Night):
    """A journal written second by second."""

    def __init__(self, definition: Definition = DEFINITION) -> None:
        super().__init__(definition)

    def fires(self, at: float, name: str) -> None:
        self.does(at, ev.AlertChanged(alert=name, status="firing", severity="high", value=0.02, n=9))

    def resolves(self, at: float, name: str) -> None:
        self.does(at, ev.AlertChanged(alert=name, status="resolved", severity="high", value=0.0, n=9))

    def wakes(self, at: float) -> list[str]:
        """Takes the steps that are due: whom they wake."""
        due = escalations(self.state, self.definition, round(at * SECOND))
        for event in due:
            self.does(at, event)
        return [f"{event.alert}:{' '.join(event.notify)}" for event in due]

    def sends(self, at: float, outcome: ev.Delivery = "accepted", *, epoch: int = 1) -> list[str]:
        """Carries out all errands with the same outcome: whom they tell what."""
        told = []
        for errand in self.errands(at):
            self.intends(at, errand, epoch)
            self.does(
                at,
                ev.MessageAnswered(
                    message=errand.message,
                    outcome=outcome,
                    provider_id="7",
                    retry_at=round((at + 5) * SECOND) if outcome in ("deferred", "unknown") else None,
                ),
            )
            told.append(said(errand))
        return told

    def intends(self, at: float, errand: Errand, epoch: int = 1) -> None:
        self.does(at, intended(errand, epoch))

    def errands(self, at: float) -> tuple[Errand, ...]:
        return errands(self.state, self.definition, round(at * SECOND))


def said(errand: Errand) -> str:
    update = "=" if errand.provider_id else ""
    return f"{errand.recipient.to}/{errand.recipient.channel}:{errand.alert} {update}{errand.stage}"


def test_each_step_is_taken_once_and_acknowledgement_stops_the_clock():
    night = Night()
    night.fires(10, "lone")
    woken = {at: names for at in range(10, 4000) if (names := night.wakes(at))}
    assert woken == {10: ["lone:primary"], 910: ["lone:lead"], 1810: ["lone:cto"], 3610: ["lone:ceo"]}

    night = Night()
    night.fires(10, "lone")
    assert night.wakes(10)
    night.does(500, ev.AlertAcknowledged(alert="lone"), "eva")
    assert not any(night.wakes(at) for at in range(500, 8000, 10))
    assert next_page(night.state, DEFINITION, night.state.alerts["lone"], 600 * SECOND) is None


def test_the_point_of_entry_differs_by_severity():
    night = Night()
    night.fires(10, "down")
    woken = {at: names for at in range(10, 4000) if (names := night.wakes(at))}
    assert woken == {10: ["down:primary", "down:ceo"], 910: ["down:lead", "down:cto"]}


@given(
    outages=st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 5000)), max_size=4),
    began=st.integers(0, 999),
)
def test_an_outage_is_never_followed_by_a_burst(outages, began):
    """Whenever nobody watched: each step at most once, and none that is late beside one that is due."""
    night = Night()
    night.fires(began, "lone")
    dark = {at for start, length in outages for at in range(began + start, began + start + length)}
    watched = (at for at in range(began, began + 6000, 5) if at not in dark)
    taken = [(at, names) for at in watched if (names := night.wakes(at))]
    steps = [step.step for step in night.state.alerts["lone"].escalations]
    assert len(steps) == len(set(steps))
    assert steps == sorted(steps)
    for at, names in taken:
        due = [
            began + LADDER[["primary", "lead", "cto", "ceo"].index(name[5:])].after.seconds for name in names
        ]
        assert max(due) - min(due) <= LATE
        assert all(when <= at for when in due)
    if began + 5995 not in dark:
        assert steps[-1] == 3


def test_a_silence_stops_the_clock_and_begins_it_anew():
    night = Night()
    night.does(5, ev.AlertSilenced(alert="lone", until=2000 * SECOND), "ops", "load test")
    night.fires(10, "lone")
    assert not any(night.wakes(at) for at in range(10, 2000, 10))
    assert night.wakes(2000) == ["lone:primary"]
    assert not night.wakes(2899)
    assert night.wakes(2900) == ["lone:lead"]


def test_a_silence_that_is_ended_early_begins_it_anew_then():
    night = Night()
    night.does(5, ev.AlertSilenced(alert="lone", until=9000 * SECOND), "ops", "load test")
    night.fires(10, "lone")
    night.does(1000, ev.AlertUnsilenced(alert="lone"), "ops")
    assert night.wakes(1000) == ["lone:primary"]
    assert night.wakes(1900) == ["lone:lead"]


def test_what_an_inhibition_held_back_begins_when_that_is_over():
    night = Night()
    night.fires(10, "down")
    night.fires(20, "meek")
    assert not [name for at in range(20, 1000, 10) for name in night.wakes(at) if name.startswith("meek")]
    night.resolves(5000, "down")
    assert night.wakes(5000) == ["meek:primary"]
    assert night.wakes(5900) == ["meek:lead"]


def test_what_has_flapped_begins_the_ladder_when_that_is_over():
    night = Night()
    for at in (10, 400):
        night.fires(at, "lone")
        assert night.wakes(at) == ["lone:primary"]
        night.resolves(at + 10, "lone")
    night.fires(600, "lone")
    woken = {at: names for at in range(600, 3000, 10) if (names := night.wakes(at))}
    assert woken == {920: ["lone:primary"], 1810: ["lone:lead"], 2710: ["lone:cto"]}


@pytest.mark.parametrize(
    ("fired", "morning"),
    [
        ("2026-12-01 03:00", "2026-12-02 09:00"),  # a Tuesday
        ("2026-12-04 08:59", "2026-12-07 09:00"),  # a Friday
        ("2026-12-05 12:00", "2026-12-07 09:00"),
        ("2026-12-06 23:59", "2026-12-07 09:00"),
        ("2026-03-27 12:00", "2026-03-30 09:00"),  # over a change of clocks
    ],
)
def test_the_next_business_day(fired, morning):
    def instant(text: str) -> int:
        local = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo("Europe/Berlin"))
        return round(local.timestamp()) * SECOND

    assert due_at(NEXT_DAY, instant(fired), "Europe/Berlin") == instant(morning)


def test_never_is_never():
    assert due_at(Wait(until="never"), 0, "UTC") is None


@pytest.mark.parametrize("severity", SEVERITIES)
def test_what_is_shown_next_is_what_happens_next(severity):
    alerts = {**DEFINITION.alerts, "lone": rule(severity=severity)}
    night = Night(replace(DEFINITION, alerts=alerts))
    night.fires(10, "lone")
    for at in range(10, 4000):
        page = next_page(night.state, night.definition, night.state.alerts["lone"], at * SECOND)
        woken = night.wakes(at)
        if woken:
            assert page is not None
            assert page.within == 0
            assert set(page.notify) == {
                name for names in woken for name in names.removeprefix("lone:").split()
            }
        else:
            assert page is None or page.within > 0


def test_one_message_goes_through_an_alerts_whole_life():
    night = Night()
    night.fires(10, "lone")
    night.wakes(10)
    assert night.sends(10) == ["primary/sms:lone firing"]
    assert night.sends(11) == []
    night.does(20, ev.AlertAcknowledged(alert="lone"), "eva")
    assert night.sends(20) == ["primary/sms:lone =acknowledged"]
    night.resolves(30, "lone")
    assert night.sends(30) == ["primary/sms:lone =resolved"]
    night.fires(40, "lone")
    night.wakes(40)
    assert night.sends(40) == ["primary/sms:lone firing"]
    assert len(night.state.messages) == 1


def test_the_lesser_of_a_group_tells_nobody_until_it_is_alone():
    night = Night()
    night.fires(10, "slow")
    assert night.sends(10) == ["slack/slack:slow firing", "primary/sms:slow firing"]
    night.fires(20, "down")
    assert night.sends(20) == ["slack/slack:down firing"]
    night.resolves(30, "slow")
    night.sends(30)
    night.fires(40, "slow")
    assert night.sends(40) == []
    night.resolves(50, "down")
    assert sorted(night.sends(50)) == [
        "primary/sms:slow firing",
        "slack/slack:down =resolved",
        "slack/slack:slow firing",
    ]


def test_only_what_is_heard_and_of_its_group_tells_people_for_another():
    apart = {
        "down": rule(notify=("slack",), group="bank", severity="critical"),
        "slow": rule(notify=("slack",), group="shop"),
        "lame": rule(notify=("slack",), group="shop", severity="critical", inhibited_by=("down",)),
    }
    night = Night(replace(DEFINITION, alerts=apart))
    night.fires(10, "down")
    night.fires(20, "lame")
    night.fires(30, "slow")
    spoken = [spoken_for(night.state, night.definition, name, 30 * SECOND) for name in apart]
    assert spoken == [False, False, False], "bank is another group, and lame is inhibited"
    night.resolves(40, "down")
    assert spoken_for(night.state, night.definition, "slow", 40 * SECOND), "lame is heard now"
    without = replace(night.definition, alerts={"slow": apart["slow"]})
    assert not spoken_for(night.state, without, "slow", 40 * SECOND), "nobody defines lame any more"


def test_who_was_not_told_that_it_fires_is_not_told_that_it_is_over():
    night = Night()
    night.fires(10, "lone")
    night.wakes(10)
    assert night.sends(10, "deferred") == ["primary/sms:lone firing"]
    night.resolves(12, "lone")
    assert night.sends(60) == []


def test_a_resolved_that_was_lost_is_sent_again():
    night = Night()
    night.fires(10, "lone")
    night.wakes(10)
    night.sends(10)
    night.resolves(20, "lone")
    assert night.sends(20, "unknown") == ["primary/sms:lone =resolved"]
    assert night.sends(21) == []
    night.fires(22, "lone")
    assert "primary/sms:lone =resolved" in night.sends(25)


def test_what_an_engine_left_unanswered_is_sent_again_as_a_possible_repeat():
    night = Night()
    night.fires(10, "lone")
    night.wakes(10)
    (errand,) = night.errands(10)
    night.intends(10, errand)
    assert night.errands(11) == ()
    night.does(20, ev.EngineStarted(holder="e", epoch=2, host="h", version="1"))
    (again,) = night.errands(20)
    assert again.doubtful
    assert (again.message, again.attempt) == (errand.message, 2)
    night.intends(20, again, epoch=2)
    assert night.errands(21) == ()


def test_what_was_refused_is_tried_once_more_by_a_new_engine():
    night = Night()
    night.fires(10, "lone")
    night.wakes(10)
    night.sends(10, "rejected")
    assert night.errands(5000) == ()
    (shown,) = message_views(night.state, DEFINITION, 5000 * SECOND, True)
    assert (shown.verdict, shown.sentence) == ("bad", "refused firing")
    night.does(5001, ev.EngineStarted(holder="e", epoch=2, host="h", version="1"))
    assert len(night.errands(5001)) == 1


def test_it_is_given_up_in_the_end_and_said_so():
    night = Night()
    night.fires(10, "lone")
    night.wakes(10)
    tried = sum(len(night.sends(at, "deferred")) for at in range(10, 400, 5) if not night.wakes(at))
    assert tried == ATTEMPTS
    (shown,) = message_views(night.state, DEFINITION, 400 * SECOND, True)
    assert shown.verdict == "bad"
    assert f"given up telling firing after {ATTEMPTS} attempts" in shown.sentence


def test_of_an_alert_that_was_taken_out_people_hear_that_it_is_gone():
    night = Night()
    night.fires(10, "lone")
    night.wakes(10)
    night.sends(10)
    left = replace(DEFINITION, alerts={n: a for n, a in DEFINITION.alerts.items() if n != "lone"})
    (errand,) = errands(replace(night.state, alerts={}), left, 20 * SECOND)
    assert said(errand) == "primary/sms:lone =resolved"
    words = wording(night.state, left, [errand], 20 * SECOND)
    assert "lone is watched no more" in words.text


TOLD_OF_INCIDENTS = replace(DEFINITION, incidents=IncidentCalls(notify=("slack", "lead")))
HERE, LEAD = "slack/slack:incident:incident-1", "lead/sms:incident:incident-1"


def declared(night: Night, at: float = 10) -> None:
    night.does(at, ev.IncidentDeclared(incident="incident-1", severity="high"), "eva", "cards fail")


def test_an_incident_is_told_when_declared_when_graver_and_when_over():
    night = Night(TOLD_OF_INCIDENTS)
    declared(night)
    assert night.sends(10) == [f"{HERE} firing", f"{LEAD} firing"]
    night.does(20, ev.IncidentGraded(incident="incident-1", severity="medium"), "eva")
    assert night.sends(20) == [], "milder wakes nobody"
    night.does(30, ev.IncidentGraded(incident="incident-1", severity="critical"), "eva")
    assert night.state.incidents["incident-1"].called_seq == night.state.seq
    going = parcels(night.state, night.definition, 30 * SECOND)
    assert {len(parcel.told) for parcel in going} == {1}, "by itself, though they were told just now"
    assert night.sends(30) == [f"{HERE} firing", f"{LEAD} firing"], "graver is told anew"
    night.does(40, ev.IncidentResolved(incident="incident-1"), "eva", "an index was missing")
    assert night.sends(40) == [f"{HERE} =resolved", f"{LEAD} =resolved"], "once, though they had two"
    assert night.sends(50) == []
    assert {m.sentence for m in message_views(night.state, night.definition, 50 * SECOND, True)} >= {
        "told resolved at 00:00:40 (taken)",
        "told open at 00:00:10 (taken)",
    }


def test_whoever_was_told_of_an_incident_hears_its_end_though_the_news_between_was_lost():
    night = Night(TOLD_OF_INCIDENTS)
    declared(night)
    night.sends(10)
    night.does(30, ev.IncidentGraded(incident="incident-1", severity="critical"), "eva")
    night.sends(30, "deferred")
    night.does(31, ev.IncidentResolved(incident="incident-1"), "eva", "an index was missing")
    assert night.sends(31) == [f"{HERE} =resolved", f"{LEAD} =resolved"]


def test_the_end_of_an_incident_is_told_once_though_the_news_before_it_is_still_on_its_way():
    night = Night(TOLD_OF_INCIDENTS)
    declared(night)
    night.sends(10)
    night.does(30, ev.IncidentGraded(incident="incident-1", severity="critical"), "eva")
    going = night.errands(30)
    for errand in going:
        night.intends(30, errand)
    night.does(31, ev.IncidentResolved(incident="incident-1"), "eva", "an index was missing")
    assert night.sends(31) == []
    for errand in going:
        night.does(32, ev.MessageAnswered(message=errand.message, outcome="accepted"))
    assert night.sends(32) == [f"{HERE} resolved", f"{LEAD} resolved"]


def test_of_an_incident_that_nobody_was_told_of_nobody_hears_the_end():
    night = Night(TOLD_OF_INCIDENTS)
    declared(night)
    night.sends(10, "deferred")
    night.does(11, ev.IncidentResolved(incident="incident-1"), "eva", "an index was missing")
    assert night.sends(60) == []
    quiet = Night(replace(DEFINITION, incidents=IncidentCalls()))
    declared(quiet)
    assert quiet.sends(10) == []


@pytest.mark.parametrize(("severity", "whom"), [("high", "lead"), ("critical", "lead, cto")])
def test_people_read_who_is_woken_next_and_when(severity, whom):
    lone = rule(severity=severity, affects="everybody")
    night = Night(replace(DEFINITION, alerts={"lone": lone}))
    night.does(10, ev.AlertChanged(alert="lone", status="firing", severity=severity, value=0.02, n=9))
    night.wakes(10)
    words = wording(night.state, night.definition, night.errands(10), 10 * SECOND)
    assert f"If nobody does, these are told at 00:15:10 UTC: {whom}." in words.text


def test_what_people_read_of_an_incident():
    night = Night(TOLD_OF_INCIDENTS)
    declared(night)
    night.does(11, ev.IncidentImpactStated(incident="incident-1"), "eva", "all who pay by card")
    errand, _ = night.errands(12)
    words = wording(night.state, night.definition, [errand], 12 * SECOND)
    assert (words.severity, words.subject) == ("high", "[shop 1 production] INCIDENT high: cards fail")
    assert "we are looking into cards fail" in words.text
    assert "Impact: all who pay by card." in words.text
    assert "incident-1, high, was declared by eva at 00:00:10 UTC." in words.text
    assert "launchpad incident command --launch l" in words.text
    night.sends(12)
    night.does(40, ev.IncidentResolved(incident="incident-1"), "eva", "an index was missing")
    errand, _ = night.errands(41)
    words = wording(night.state, night.definition, [errand], 41 * SECOND)
    assert words.subject == "[shop 1 production] RESOLVED high: cards fail"
    assert "Cause: an index was missing." in words.text


@given(message=st.text(max_size=30), attempt=st.integers(1, ATTEMPTS))
def test_waits_grow_and_stay_within_bounds(message, attempt):
    wait = backoff(message, attempt)
    assert 1.6 <= wait <= 360.0
    assert wait == backoff(message, attempt)


TWICE_NAMED = replace(
    DEFINITION,
    contacts={
        "primary": {"sms": "+7"},
        "lead": {"sms": "+7"},
        "boss": {"sms": "everyone"},
        "cto": {"sms": "+8"},
        "ceo": {"sms": "+7"},
    },
    alerts={"down": rule(notify=("sms", "boss", "primary", "lead"), severity="critical")},
    incidents=IncidentCalls(notify=("lead", "sms", "primary", "boss")),
)


def test_an_address_is_told_once_whatever_it_is_called():
    night = Night(TWICE_NAMED)
    night.fires(10, "down")
    assert night.sends(10) == ["sms/sms:down firing", "primary/sms:down firing"]
    assert night.wakes(11) == ["down:primary", "down:ceo"], "of the ladder, at the same instant"
    assert night.sends(11) == []
    assert night.wakes(911) == ["down:lead", "down:cto"]
    assert night.sends(911) == ["lead/sms:down firing", "cto/sms:down firing"], "a later step is to wake"
    night.does(920, ev.AlertAcknowledged(alert="down"), "eva")
    assert len(night.sends(920)) == 4, "each message is brought up to date"
    assert night.sends(921) == []


def test_an_address_is_told_of_an_incident_once_whatever_it_is_called():
    night = Night(TWICE_NAMED)
    declared(night)
    assert night.sends(10) == ["lead/sms:incident:incident-1 firing", "sms/sms:incident:incident-1 firing"]
    assert night.sends(11) == []


def test_an_address_that_is_named_anew_is_not_told_anew():
    night = Night(replace(TWICE_NAMED, alerts={"down": rule(notify=("primary",), escalate=None)}))
    night.fires(10, "down")
    declared(night)
    assert len(night.sends(10)) == 3
    night.definition = replace(
        night.definition,
        alerts={"down": rule(notify=("lead", "primary"), escalate=None)},
        incidents=IncidentCalls(notify=("primary", "boss", "lead", "sms")),
    )
    assert night.sends(20) == []


def test_what_an_outage_made_due_at_once_reaches_an_address_once():
    night = Night(TWICE_NAMED)
    night.fires(10, "down")
    assert night.wakes(11) == ["down:primary", "down:ceo"]
    assert night.wakes(911) == ["down:lead", "down:cto"], "nothing was sent meanwhile"
    assert night.sends(911) == ["sms/sms:down firing", "primary/sms:down firing", "cto/sms:down firing"]


@pytest.mark.parametrize(
    ("alerts", "told"),
    [
        (
            {"down": rule(notify=("slack",), severity="critical"), "slow": rule(notify=("cto",))},
            ["slack/slack"],
        ),
        ({"slow": rule(notify=("cto",), escalate=None)}, ["cto/sms"]),
        ({"down": rule(severity="critical"), "slow": rule(notify=("cto",))}, ["primary/sms"]),
        ({}, []),
    ],
)
def test_of_an_incident_somebody_hears_where_the_definition_names_nobody(alerts, told):
    """As in a launch that was opened before a definition could."""
    night = Night(replace(DEFINITION, alerts=alerts, incidents=None))
    declared(night)
    assert night.sends(10) == [f"{to}:incident:incident-1 firing" for to in told]
    silent = Night(replace(DEFINITION, alerts=alerts, incidents=IncidentCalls()))
    declared(silent)
    assert silent.sends(10) == []
