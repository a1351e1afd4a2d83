"""Rollback criteria: counted, unknown apart; they recommend and never act."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from launchpad.model import definition as d
from launchpad.model import events as ev
from launchpad.rules.criteria import AdviceView, CriterionView, advise, next_event
from launchpad.rules.objectives import Reading
from launchpad.rules.situation import Situation
from tests.rules.test_view import START, state
from tests.support import launches
from tests.support.histories import definition

OUT = ev.PhaseEntered(phase="launch")
FIRING = ev.AlertChanged(alert="high_errors", status="firing", severity="critical", value=0.5, n=9)
BAD = ev.ObjectiveChanged(objective="errors", verdict="bad", value=0.5, limit=0.01, n=9, window=300.0)
FINE = replace(BAD, verdict="ok", value=0.0)
SEEN = ev.CriterionMarked(criterion="lost-orders", met=True)
CLEAR = replace(SEEN, met=False)
ADVISED = ev.RollbackAdvised(recommended=True, met=("a", "b"), unknown=(), at_least=2, of=3)


def reading(verdict="ok"):
    return Reading(
        objective="errors",
        verdict=verdict,
        value=0.5,
        limit=0.01,
        unit="%",
        n=9,
        window=300.0,
        age=1.0,
        stale_after=15.0,
    )


def advice(*events, verdict="ok", watched=True, seconds=60):
    made = state(*events)
    now = (START + seconds) * 1_000_000
    return advise(Situation(state=made, readings={"errors": reading(verdict)}, now=now, watched=watched))


def verdicts(shown):
    return [criterion.verdict for criterion in shown.criteria]


def test_each_kind_is_met_unmet_and_unknown():
    assert verdicts(advice(OUT)) == ["not met", "unknown", "unknown"], "nobody has looked, nothing recorded"
    assert verdicts(advice(OUT, FINE, CLEAR)) == ["not met", "not met", "not met"]
    assert verdicts(advice(OUT, FIRING, BAD, SEEN)) == ["met", "met", "met"]
    assert verdicts(advice(OUT, FINE, verdict="unknown")) == ["unknown", "unknown", "unknown"]
    blind = advice(OUT, FIRING, BAD, SEEN, watched=False)
    assert verdicts(blind) == ["met", "unknown", "met"], "an alert is not over because nobody looks"


def test_it_recommends_from_so_many_on():
    one = advice(OUT, FIRING, FINE, CLEAR)
    assert (one.verdict, one.count) == ("stay", "met 1 of 3")
    unsure = advice(OUT, FIRING, FINE)
    assert (unsure.verdict, unsure.count) == ("unknown", "met 1 of 3, 1 unknown")
    two = advice(OUT, FIRING, SEEN)
    assert two.verdict == "roll back"
    assert two.sentence == "rollback criteria met 2 of 3, 1 unknown: recommends roll back"
    assert two.run == "rollback"
    assert two.criteria[2].detail == "ops 57 s ago: why"


def test_before_the_release_is_out_nothing_is_recommended():
    early = advice(FIRING, BAD)
    assert (early.in_force, early.verdict) == (False, "stay")
    assert "once the launch is out" in early.sentence
    back = advice(OUT, FIRING, SEEN, ADVISED, ev.PhaseEntered(phase="pre-launch"), OUT)
    assert verdicts(back)[2] == "unknown", "what was seen of one release says nothing about the next"
    assert back.since is None


def test_the_action_comes_from_the_definition():
    made = definition()
    keyed = {**made.actions, "back": made.actions["rollback"]}
    own = replace(made, actions=keyed, rollback_criteria=replace(made.rollback_criteria, run="back"))
    opened = replace(state(OUT, FIRING, SEEN), definition=own)
    shown = advise(Situation(state=opened, readings={}, now=START * 1_000_000, watched=True))
    assert shown.run == "back"
    none = replace(opened, definition=replace(made, rollback_criteria=None))
    assert advise(Situation(state=none, readings={}, now=START, watched=True)) is None


def test_it_is_recorded_when_the_recommendation_changes_and_unknown_changes_none():
    assert next_event(advice(OUT)) is None
    told = next_event(advice(OUT, FIRING, SEEN))
    assert told == ev.RollbackAdvised(
        recommended=True, met=("high_errors", "lost-orders"), unknown=("errors",), at_least=2, of=3
    )
    assert next_event(advice(OUT, FIRING, SEEN, told)) is None
    assert next_event(advice(OUT, SEEN, told, verdict="unknown")) is None, "not known to be over"
    over = next_event(advice(OUT, FINE, CLEAR, told))
    assert (over.recommended, over.met) == (False, ())
    assert next_event(advice(FIRING, SEEN)) is None


@pytest.mark.parametrize("kind", [d.AlertCriterion(alert="gone"), d.ObjectiveCriterion(objective="gone")])
def test_what_is_not_there_is_unknown(kind):
    made = replace(definition(), rollback_criteria=d.RollbackCriteria(of=(kind,)))
    opened = replace(state(OUT), definition=made)
    shown = advise(Situation(state=opened, readings={}, now=START * 1_000_000, watched=True))
    assert (shown.verdict, verdicts(shown)) == ("unknown", ["unknown"])


@given(st.lists(st.sampled_from(["met", "not met", "unknown"]), min_size=1, max_size=9), st.integers(1, 9))
def test_what_is_not_known_never_recommends_and_is_never_well(found, least):
    parts = tuple(
        CriterionView(name=str(n), by_hand=False, sentence="s", verdict=verdict, detail="")
        for n, verdict in enumerate(found)
    )
    shown = AdviceView(criteria=parts, at_least=least, in_force=True, run="", since=None)
    best, worst = found.count("met"), found.count("met") + found.count("unknown")
    assert (shown.verdict == "roll back") == (best >= least)
    assert (shown.verdict == "stay") == (worst < least)


def test_a_rollback_that_failed_or_was_followed_by_a_deploy_leaves_the_recommendation_as_it_was():
    def shown(demo):
        return demo.view(20).advice

    back = (
        launches.advised()
        .request(14, launches.LEAD, "rollback")
        .begin(14.2, launches.LEAD, "rollback-1", step=0)
    )
    assert shown(back).back.id == "rollback-1"
    assert shown(back).verdict == "roll back", "the readings are what they are"
    failed = (
        launches.advised()
        .request(14, launches.LEAD, "rollback")
        .begin(14.2, launches.LEAD, "rollback-1", step=0)
    )
    failed.add(15, "engine", ev.StepFailed(run="rollback-1", step=0, reason="no way"))
    failed.add(15, "engine", ev.RunFailed(run="rollback-1", reason="no way"))
    assert shown(failed).back is None
    back.add(15, "engine", ev.StepSucceeded(run="rollback-1", step=0))
    back.add(15, "engine", ev.RunSucceeded(run="rollback-1"))
    assert shown(back).sentence.endswith("rolled back by rollback-1, the readings are yet to recover")
    again = back.request(16, launches.LEAD, number=2).begin(17, launches.LEAD, "deploy-2")
    assert shown(again).back is None
    assert shown(again).sentence.endswith("recommends roll back")
