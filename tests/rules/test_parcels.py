"""One trouble wakes a person once: pure, over journals that are written second by second."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.definition import (
    Alert,
    Channel,
    Definition,
    Launch,
    Objective,
    RollbackCriteria,
    Rollout,
    RolloutStage,
    Threshold,
)
from launchpad.model.definition.criteria import AlertCriterion
from launchpad.model.definition.rollouts import KeepGuard
from launchpad.model.values import SECOND, Quantity
from launchpad.rules.alerts import muted
from launchpad.rules.delivery import backoff, errands, intended
from launchpad.rules.parcels import HELD, JOINED, Parcel, parcels
from launchpad.rules.troubles import of_one_trouble
from launchpad.rules.wording import wording
from tests.support import nights

ERRORS = Threshold(objective="errors", op=">", limit=Quantity(value=0.01, unit="%"))
LATENCY = Threshold(objective="latency", op=">", limit=Quantity(value=1.0, unit="s"))
TO = ("lead", "slack")
DEFINITION = Definition(
    launch=Launch(product="shop", version="1"),
    channels={
        "slack": Channel(kind="slack", address="#launch"),
        "sms": Channel(kind="webhook", address="everyone"),
    },
    contacts={"lead": {"sms": "+1"}},
    objectives={
        "errors": Objective(signal="checkout", error_rate=True, window=60.0),
        "latency": Objective(signal="search", percentile=99.0, window=60.0),
    },
    rollouts={
        "android": Rollout(
            provider="store", stages=(RolloutStage(percent=100),), guards=(KeepGuard(keep=ERRORS),)
        )
    },
    rollback_criteria=RollbackCriteria(of=(AlertCriterion(alert="errors-high"),)),
    alerts={
        "errors-high": Alert(when=ERRORS, severity="critical", notify=TO),
        "errors-up": Alert(rises="errors", by=0.5, within=60.0, severity="high", notify=("slack",)),
        "slow": Alert(when=LATENCY, severity="high", notify=TO),
        "android-halted": Alert(halted="android", severity="critical", notify=TO),
        "rollback-recommended": Alert(recommends="rollback", severity="critical", notify=TO),
    },
)
ALERTS = tuple(DEFINITION.alerts)


class Night(nights.Night):
    """A journal written second by second, with an outbox that may look at any of them."""

    def __init__(self, definition: Definition = DEFINITION) -> None:
        super().__init__(definition)
        self.sent: list[tuple[float, Parcel]] = []

    def changes(self, at: float, name: str, status: ev.AlertStatus) -> None:
        severity = self.definition.alerts[name].severity
        self.does(at, ev.AlertChanged(alert=name, status=status, severity=severity, value=0.02, n=9))

    def fires(self, at: float, *names: str) -> None:
        for name in names:
            self.changes(at, name, "firing")

    def due(self, at: float) -> tuple[Parcel, ...]:
        return parcels(self.state, self.definition, round(at * SECOND))

    def sends(self, at: float, outcome: ev.Delivery = "accepted") -> list[str]:
        """Carries out what is due with the same outcome: whom it tells what."""
        said = []
        for parcel in self.due(at):
            for errand in parcel.errands:
                self.does(at, intended(errand, 1, parcel.message))
            for errand in parcel.errands:
                retry = at + backoff(errand.message, errand.attempt)
                later = round(retry * SECOND) if outcome in ("deferred", "unknown") else None
                self.does(
                    at,
                    ev.MessageAnswered(
                        message=errand.message,
                        outcome=outcome,
                        provider_id="7",
                        retry_at=later,
                        attempt=errand.attempt,
                    ),
                )
            self.sent.append((at, parcel))
            update = "=" if parcel.provider_id else ""
            said.append(
                f"{parcel.recipient.channel} {update}{parcel.stage}: "
                + " ".join(e.alert for e in parcel.told)
            )
        return said


def test_an_alert_its_halt_and_the_advice_to_roll_back_are_one_message():
    night = Night()
    night.fires(10, "errors-high")
    assert night.sends(10) == ["sms firing: errors-high", "slack firing: errors-high"], (
        "the first goes at once"
    )
    night.fires(12, "android-halted")
    night.fires(15, "rollback-recommended")
    assert [night.sends(at) for at in range(12, 20)] == [[]] * 8
    both = "errors-high android-halted rollback-recommended"
    assert night.sends(20) == [f"sms =firing: {both}", f"slack =firing: {both}"]
    assert night.sends(21) == []
    _, parcel = night.sent[-1]
    words = wording(night.state, DEFINITION, parcel.told, 20 * SECOND)
    assert words.subject == "[shop 1 production] FIRING critical: errors > 1% (and 2 more)"
    for name in both.split():
        assert f"To acknowledge: launchpad ack {name} --launch l" in words.text
    first, second, third, blank, *_ = words.text.split("\n")
    assert (first, blank) == ("- FIRING critical: errors > 1%", "")
    assert (second, third) == (
        "- FIRING critical: android was halted by itself",
        "- FIRING critical: a rollback is recommended",
    )
    night.does(40, ev.AlertAcknowledged(alert="errors-high"), "eva")
    assert night.sends(40)[0] == f"sms =firing: {both}", "two are still nobody's"
    night.changes(50, "errors-high", "resolved")
    night.changes(50, "android-halted", "resolved")
    assert night.sends(50)[0] == f"sms =firing: {both}"
    night.changes(60, "rollback-recommended", "resolved")
    assert night.sends(60)[0] == f"sms =resolved: {both}"


def test_what_rises_at_the_same_instant_goes_together_at_once_the_gravest_first():
    night = Night()
    night.fires(10, "errors-up", "android-halted", "slow")
    assert sorted(night.sends(10)) == [
        "slack firing: android-halted errors-up",
        "slack firing: slow",
        "sms firing: android-halted",
        "sms firing: slow",
    ]


def test_another_trouble_and_a_graver_one_go_at_once():
    night = Night()
    night.fires(10, "errors-up")
    night.sends(10)
    night.fires(11, "slow")
    assert night.sends(11) == ["sms firing: slow", "slack firing: slow"]
    night.fires(12, "android-halted")
    assert night.sends(12) == ["sms firing: android-halted", "slack firing: android-halted"]


@pytest.mark.parametrize("outcome", ["deferred", "unknown", "rejected"])
def test_what_was_not_taken_holds_nothing_back(outcome):
    night = Night()
    night.fires(10, "errors-high")
    night.sends(10, outcome)
    night.fires(11, "android-halted")
    assert night.sends(11) == ["sms firing: android-halted", "slack firing: android-halted"]


def test_a_message_that_stalls_holds_back_no_longer_than_one_that_was_taken():
    night = Night()
    night.fires(10, "errors-high")
    for parcel in night.due(10):
        night.does(10, intended(parcel.errands[0], 1, parcel.message))
    night.fires(11, "android-halted")
    assert night.due(10 + HELD - 0.1) == ()
    assert {parcel.errands[0].alert for parcel in night.due(10 + HELD)} == {"android-halted"}
    assert all(parcel.message.startswith("android-halted") for parcel in night.due(10 + HELD))


def test_what_fires_after_somebody_has_the_first_or_much_later_wakes_anew():
    night = Night()
    night.fires(10, "errors-high")
    night.sends(10)
    night.does(12, ev.AlertAcknowledged(alert="errors-high"), "eva")
    night.sends(12)
    night.fires(13, "android-halted")
    assert "sms firing: android-halted" in night.sends(13)
    night.fires(13 + JOINED + 1, "rollback-recommended")
    assert "sms firing: rollback-recommended" in night.sends(13 + JOINED + 1)


def test_an_update_that_fails_is_sent_again_and_still_names_all():
    night = Night()
    night.fires(10, "errors-high")
    night.sends(10)
    night.fires(11, "android-halted")
    assert night.sends(20, "deferred") == [
        "sms =firing: errors-high android-halted",
        "slack =firing: errors-high android-halted",
    ]
    again = [said for at in range(21, 30) for said in night.sends(at)]
    assert sorted(again) == [
        "slack =firing: errors-high android-halted",
        "sms =firing: errors-high android-halted",
    ]


def test_of_one_trouble_is_what_hangs_together():
    together = {(a, b) for a in ALERTS for b in ALERTS if of_one_trouble(DEFINITION, a, b)}
    assert all((b, a) in together for a, b in together)
    assert {a for a, b in together if b == "slow"} == {"slow"}
    assert {a for a, b in together if b == "rollback-recommended"} == set(ALERTS) - {"slow"}
    assert of_one_trouble(DEFINITION, "gone", "gone")


def moves() -> st.SearchStrategy[list[tuple[int, str, str]]]:
    one = st.tuples(st.integers(0, 5), st.sampled_from(["fire", "resolve", "ack"]), st.sampled_from(ALERTS))
    return st.lists(one, max_size=14)


def played(night: Night, made: list[tuple[int, str, str]]) -> Iterator[int]:
    """Does the moves at their time, and gives each second to the end of what they may bring."""
    at = 10
    for wait, what, name in [*made, (40, "", ALERTS[0])]:
        yield from range(at, at + wait)
        at += wait
        status = night.state.alerts[name].status if name in night.state.alerts else "inactive"
        if what == "fire" and status != "firing":
            night.changes(at, name, "firing")
        elif what == "resolve" and status == "firing":
            night.changes(at, name, "resolved")
        elif what == "ack" and status == "firing" and night.state.alerts[name].acknowledged_by is None:
            night.does(at, ev.AlertAcknowledged(alert=name), "eva")


@given(made=moves(), outcomes=st.lists(st.sampled_from(["accepted", "deferred", "confirmed"]), min_size=1))
def test_whoever_has_to_be_told_is_told_in_time(made, outcomes):
    """Whatever rises, ends and gets through when: nobody waits for longer than what was sent may hold back,
    the first of a trouble waits not at all, and nothing is told twice in one message."""
    night = Night()
    waiting: dict[str, int] = {}
    now = 0
    for look, second in enumerate(played(night, made)):
        now = second * SECOND
        wanted = {errand.message: errand for errand in errands(night.state, DEFINITION, now)}
        going = [errand.message for parcel in night.due(second) for errand in parcel.errands]
        assert len(going) == len(set(going))
        assert set(going) <= set(wanted)
        waiting = {id_: waiting.get(id_, second) for id_ in wanted.keys() - set(going)}
        for id_, since in waiting.items():
            assert second - since < HELD
            assert id_ not in night.state.messages, "news of what was told is never held back"
            before = [
                p for at, p in night.sent if second - at < HELD and p.recipient == wanted[id_].recipient
            ]
            assert before, "somebody who was told nothing just now does not wait"
        night.sends(second, outcomes[look % len(outcomes)])
        for _, parcel in night.sent:
            assert len({e.message for e in parcel.told}) == len(parcel.told)
    if set(outcomes) <= {"accepted", "confirmed"}:
        told = {(m.alert, m.firing) for m in night.state.messages.values() if m.told == "firing"}
        for alert in night.state.alerts.values():
            heard = alert.acknowledged_by is not None or muted(night.state, DEFINITION, alert.name, now)
            assert heard or alert.status != "firing" or (alert.name, alert.firing_seq) in told


def test_one_trouble_reaches_an_address_once_whatever_it_is_called():
    night = Night(
        replace(
            DEFINITION,
            contacts={"lead": {"sms": "+1"}, "oncall": {"sms": "+1"}},
            alerts={
                "errors-high": replace(DEFINITION.alerts["errors-high"], notify=("lead",)),
                "errors-up": replace(DEFINITION.alerts["errors-up"], notify=("oncall",)),
                "android-halted": replace(DEFINITION.alerts["android-halted"], notify=("oncall",)),
            },
        )
    )
    night.fires(10, "errors-high", "errors-up")
    assert night.sends(10) == ["sms firing: errors-high errors-up"]
    night.fires(12, "android-halted")
    assert night.sends(12) == []
    assert night.sends(20) == ["sms =firing: errors-high errors-up android-halted"]
    assert {parcel.recipient.to for _, parcel in night.sent} == {"lead"}, "under the name it began with"
