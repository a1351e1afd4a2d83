"""Are we OK? Said in a sentence, and never OK while anything is unknown, firing, declared or unwatched."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from launchpad.model import events as ev
from launchpad.model.values import SECOND
from launchpad.rules.alerts import Evidence
from launchpad.rules.objectives import Reading
from launchpad.rules.view import view
from launchpad.rules.view.brief import brief
from tests.rules.test_view import LEASE, START, probes, seen, state
from tests.support import launches
from tests.support.histories import definition
from tests.support.launches import ADA, BOB, LEAD, Demo

NOW = (START + 100) * SECOND
DECLARED = ev.IncidentDeclared(incident="incident-1", severity="low")
RESOLVED = ev.IncidentResolved(incident="incident-1")
STARTED = ev.EngineStarted(holder="e", epoch=1, host="mars", version="1")


def reading(name, verdict):
    limit = definition().objectives[name].limit
    return Reading(
        objective=name,
        verdict=verdict,
        value=None if verdict == "unknown" else 0.5,
        limit=limit.value,
        unit=limit.unit,
        n=9,
        window=60.0,
        age=1.0,
        stale_after=9.0,
        reason="stale for 2m" if verdict == "unknown" else "",
    )


def rising(name, status):
    return ev.AlertChanged(alert=name, status=status, severity="high", value=0.5, n=9)


verdicts = st.sampled_from(["ok", "ok", "ok", "bad", "unknown"])
statuses = st.sampled_from(["inactive", "pending", "firing", "resolved"])


@given(
    st.dictionaries(st.sampled_from(["availability", "latency", "errors"]), verdicts),
    st.dictionaries(st.sampled_from(["high_errors", "slow"]), statuses),
    st.sampled_from([None, LEASE, replace(LEASE, expires_in=-1.0)]),
    st.booleans(),
    st.sampled_from([(), (DECLARED,), (DECLARED, RESOLVED)]),
)
def test_never_ok_while_anything_is_unknown_firing_declared_or_unwatched(
    judged, alerts, lease, started, incidents
):
    events = [STARTED] * started + [rising(name, status) for name, status in alerts.items()]
    events += incidents
    readings = {name: reading(name, verdict) for name, verdict in judged.items()}
    shown = view(state(*events, ev.PhaseEntered(phase="launch")), readings, NOW, lease=lease)
    fine = bool(judged) and set(judged.values()) == {"ok"} and lease is LEASE
    fine = fine and "firing" not in alerts.values() and len(incidents) != 1
    assert (shown.standing.verdict == "ok") == fine
    assert (shown.verdict == "GO") == fine
    for said in (shown.standing.line, shown.standing.sentence, brief(shown)):
        assert said.startswith("OK") or not fine or said == brief(shown)
        assert "\n" not in said
    assert (": OK" in brief(shown)) == fine
    assert shown.standing.sentence.startswith(("NOT OK: ", "NOT KNOWN TO BE OK: ")) == (not fine)


def test_ok_counts_from_the_end_of_the_last_trouble():
    met = [
        ev.ObjectiveChanged(objective=name, verdict="ok", value=0.1, limit=1.0, n=9, window=60.0)
        for name in definition().objectives
    ]
    fine = seen(state(STARTED, *met), 100, probes())
    assert fine.standing.line.startswith("OK since 09:00 (1m36s): all 3 objectives met")
    healed = state(
        *met, rising("slow", "firing"), rising("slow", "resolved"), STARTED, at=(1, 2, 3, 10, 40, 5)
    )
    assert seen(healed, 100, probes()).standing.since == (START + 40) * SECOND
    taken_over = state(*met, STARTED, at=(1, 2, 3, 90))
    assert seen(taken_over, 100, probes()).standing.since == (START + 90) * SECOND
    assert seen(state(STARTED, *met[:2]), 100, probes()).standing.since is None, "one is not on record yet"


def test_the_gravest_speaks_and_the_rest_are_counted():
    both = state(rising("slow", "firing"), rising("high_errors", "firing"), at=(10, 40))
    said = seen(both, 100, probes("bad")).standing
    assert said.what.startswith("errors > 1%: ")
    assert said.what.endswith("and 2 more"), "the other alert, and an objective that no alert is about"
    assert said.since == (START + 40) * SECOND


def affecting() -> Demo:
    """A launch whose checkout says whom it is for."""
    made = launches.definition()
    checkout = replace(made.objectives["checkout"], affects="everybody who pays by card")
    return Demo(of=replace(made, objectives={**made.objectives, "checkout": checkout}))


def test_the_whole_answer_can_be_pasted():
    shown = launches.degraded(affecting()).view(14.55)
    assert brief(shown).startswith(
        "Acme 4.2.0 (production, launch) at 09:14 Europe/Berlin: NOT OK: checkout > 2%: "
    )
    assert " since 09:12 (2m27s); affects everybody who pays by card; nobody has it yet; " in brief(shown)
    assert brief(shown).endswith("next: deploy-1 is running, step 2 of 3; watching the first 15m, 27 s left")


def test_since_when_it_fires_is_not_taken_for_since_when_nothing_is_measured():
    blind = {"high_errors": Evidence(crossed=None)}
    shown = seen(state(rising("high_errors", "firing"), at=(40,)), 100, evidence=blind).standing
    assert shown.line.startswith("errors > 1% (no data now) since "), shown.line


def test_who_has_it_is_named():
    demo = launches.degraded().add(13, BOB.name, ev.AlertAcknowledged(alert="checkout-errors"), "looking")
    assert "; bob has it; " in brief(demo.view(14.55))


def test_an_alert_says_itself_whom_it_hits_before_its_objective_does():
    made = affecting().definition
    alert = replace(made.alerts["checkout-errors"], affects="the shop in Spain")
    demo = launches.degraded(Demo(of=replace(made, alerts={**made.alerts, "checkout-errors": alert})))
    assert demo.view(14.55).standing.affects == "the shop in Spain"


def test_what_is_unknown_says_what_and_since_when():
    demo = launches.during()
    demo.watched = False
    demo.add(14, "engine", ev.EngineStopped(holder="engine-1", epoch=1))
    said = demo.view(14.55).standing
    assert said.sentence.startswith("NOT KNOWN TO BE OK: no engine is watching since 09:14 (33 s)")
    ill = launches.degraded()
    ill.watched = False
    assert ill.view(14.55).standing.line.endswith("; no engine is watching")


def test_what_is_pending_is_told_while_all_is_met():
    demo = launches.launched().engine(10).add(14, "engine", rising("slow", "pending"))
    assert "; slow is pending (latency > 1 s: 500 ms)" in demo.view(14.55).standing.line


def test_before_the_launch_the_gate_answers():
    said = brief(launches.before().view(-90))
    assert said.startswith(
        "Acme 4.2.0 (production, pre-launch) at 07:30 Europe/Berlin: NO-GO for launch: required"
    )
    assert "(production, pre-launch) at 09:00" in brief(launches.before().view(0))
    assert "(production, pre-launch, 5m late) at 09:05" in brief(launches.before().view(5))
    closed = launches.launched().add(14.5, LEAD.name, ev.LaunchClosed(outcome="success"))
    assert brief(closed.view(14.55)).endswith(": closed as success")


def test_what_comes_next_is_the_action_then_what_is_due():
    watched = "; watching the first 15m, 27 s left"
    assert launches.launched().view(14.55).standing.next == "payments due 09:30" + watched
    late = launches.launched().view(45).standing.next
    assert late == "payments was due 09:30; watching the first 1h, 15m left"
    waits = launches.waiting().view(14.55).standing.next
    assert waits == "deploy-1 waits for 1 approval by others than lead" + watched
    done = launches.launched().tick(14, ADA, "payments").view(14.55)
    assert done.standing.next == "announce due 10:00" + watched


def test_what_the_rollback_criteria_recommend_is_part_of_the_answer():
    said = launches.advised().view(14.55).standing
    assert "recommends roll back" in said.advice
    assert f"; {said.advice}; next: " in said.line
