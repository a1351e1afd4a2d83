"""Smoke tests as an engine runs them: as a step, when asked, on schedule, for an item, for a gate."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.definition import (
    Action,
    BackupProof,
    HttpStep,
    Item,
    OnFailure,
    SmokeCondition,
    SmokeProof,
    SmokeSuite,
    Step,
    StepExpect,
)
from launchpad.rules.gates import evaluate
from tests.support.storefront import Storefront
from tests.support.war_room import TTL, commands_launch, recording, until

pytestmark = pytest.mark.slow


@pytest.fixture
def shop() -> Iterator[Storefront]:
    shop = Storefront()
    yield shop
    shop.close()


def suite(shop, **settings):
    steps = (
        HttpStep(name="Home", url=f"{shop.url}/", expect=StepExpect(contains="Acme")),
        HttpStep(name="Patience", url=f"{shop.url}/flaky"),
    )
    return SmokeSuite(**{"steps": steps, "timeout": 30.0, **settings})


def definition(tmp_path, shop, **fields):
    operations = {"deploy": recording(tmp_path / "record", "deploy"), "rollback": {"argv": ["true"]}}
    made = commands_launch(
        operations,
        rollback=Action(steps=(Step(verb="rollback", provider="shop"),)),
        release=Action(
            steps=(Step(verb="deploy", provider="shop"), Step(verb="smoke", provider="store")),
            on_failure=OnFailure(run="rollback", mode="auto"),
        ),
    )
    return replace(made, **{"smoke": {"store": suite(shop)}, **fields})


def known(room):
    room.session.refresh()
    return room.session.state.smoke.get("store")


def test_a_step_of_a_run_walks_and_what_it_found_is_kept(tmp_path, war_room, shop):
    room = war_room(definition(tmp_path, shop))
    room.engine()
    run = room.when(room.go("release"), "succeeded", "failed")
    assert run.status == "succeeded", run.reason
    assert run.plan.steps[1].does == "smoke test of 2 steps"
    assert run.plan.steps[1].undo == "nothing is changed"
    assert run.steps[1].detail.startswith("2 of 2 steps passed")
    texts = [line.text for line in room.session.log(run.id, after=0) if line.step == 1]
    assert [text.partition(":")[0] for text in texts] == ["1/2 ok", "2/2 ok"]
    assert (known(room).last.verdict, known(room).run) == ("ok", run.id)
    assert [lock.target for lock in room.store.locks(room.launch)] == []


def test_a_failed_walk_fails_the_step_with_the_first_step_and_starts_what_follows(tmp_path, war_room, shop):
    shop.failing = 99
    room = war_room(definition(tmp_path, shop))
    room.engine()
    run = room.when(room.go("release"), "succeeded", "failed")
    assert run.reason == (
        "step 2 (smoke store): step 2 (Patience): status 503, expected 200; 1 of 2 steps passed"
    )
    assert known(room).last.verdict == "bad"
    room.when("rollback-1", "succeeded")


def test_a_walk_of_which_nothing_is_known_never_rolls_back(tmp_path, war_room, shop):
    lacking = suite(shop, values={"a": "env:NOT_SET_ANYWHERE"})
    room = war_room(definition(tmp_path, shop, smoke={"store": lacking}))
    room.engine(environ={"NOT_SET_ANYWHERE": "x"})
    # An engine on another host may lack what this one has: it takes over by an amendment of the reference.
    amended = replace(room.definition, smoke={"store": suite(shop, values={"a": "env:NOT_SET_AT_ALL"})})
    room.does("lead", cmd.Amend(definition=amended, base=room.definition.digest(), text="another secret"))
    run = room.when(room.go("release"), "succeeded", "failed", "interrupted")
    assert run.status == "interrupted", run.reason
    assert "env:NOT_SET_AT_ALL" in run.reason
    assert list(room.session.state.runs) == [run.id], "a rollback was started on no knowledge"


def test_an_engine_killed_in_the_midst_of_a_walk_is_followed_by_one_that_walks_anew(tmp_path, war_room, shop):
    shop.delay = 2.0
    room = war_room(definition(tmp_path, shop))
    first = room.engine(ttl=TTL)
    run = room.go("release")
    until(lambda: shop.asked("/") == 1, what="the walk to begin")
    first.kill()
    shop.delay = 0.0
    room.engine(standby=True)
    ended = room.when(run, "succeeded", "failed", "interrupted", seconds=40)
    assert ended.status == "succeeded", ended.reason
    assert ended.steps[1].attempt == 2
    assert room.recorded() == ["deploy"]
    ran = [e.event for e in room.session.events if isinstance(e.event, ev.SmokeRan)]
    assert [one.result.passed for one in ran] == [2], "half a walk is no outcome"


def test_a_walk_is_aborted_with_its_run(tmp_path, war_room, shop):
    shop.delay = 20.0
    room = war_room(definition(tmp_path, shop))
    room.engine()
    run = room.go("release")
    until(lambda: shop.asked("/") == 1, what="the walk to begin")
    room.does("ops", cmd.AbortRun(run=run))
    assert room.when(run, "aborted", "failed", "succeeded").status == "aborted"


def test_whoever_asks_is_answered_each_time(tmp_path, war_room, shop):
    room = war_room(definition(tmp_path, shop))
    room.engine()
    for _ in range(2):
        seq = room.does("eva", cmd.RunSmoke(suite="store")).seq
        until(lambda: not known(room).requested and room.session.state.seq > seq, what="the answer")  # noqa: B023
    ran = [e.event.cause for e in room.session.events if isinstance(e.event, ev.SmokeRan)]
    assert ran == ["request", "request"]


def test_on_schedule_a_change_is_recorded_and_an_old_outcome_holds_the_gate(tmp_path, war_room, shop):
    gate = (SmokeCondition(smoke="store", within=30.0),)
    made = definition(tmp_path, shop, smoke={"store": suite(shop, every=0.3)}, gates={"launch": gate})
    room = war_room(made)

    def verdict(later=0):
        situation = room.view().situation
        return evaluate("launch", replace(situation, now=situation.now + later * 1_000_000)).verdict

    assert verdict() == "HOLD"
    room.engine()
    until(lambda: verdict() == "GO", what="the first walk")
    assert verdict(later=3600) == "HOLD", "an old outcome says nothing"
    shop.failing = 10_000
    until(lambda: verdict() == "NO-GO", what="the failure to be noticed")
    assert len([e for e in room.session.events if isinstance(e.event, ev.SmokeRan)]) == 2


def test_an_item_is_proved_by_a_walk_and_another_by_a_backup(tmp_path, war_room, shop):
    items = (
        Item(id="walked", title="The shop was walked", check=SmokeProof(smoke="store", every=0.5)),
        Item(
            id="saved",
            title="It was saved",
            check=BackupProof(backup="shop", verified_within=60.0, every=0.3),
        ),
    )
    room = war_room(definition(tmp_path, shop, items=items))
    room.engine()
    until(lambda: room.view().state.items["walked"].status == "done", what="the proof")
    walked = room.session.state.items["walked"]
    assert walked.check.reason.startswith("2 of 2 steps passed")
    until(lambda: room.view().state.items["saved"].check, what="a look at the backups")
    saved = room.session.state.items["saved"]
    assert (saved.status, saved.check.verdict) == ("open", "unknown")
    assert saved.check.reason == "this launch made none yet"
    shop.failing = 10_000
    until(lambda: room.view().state.items["walked"].status == "failed", what="the failure")
