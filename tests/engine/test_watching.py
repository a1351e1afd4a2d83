"""What the engine sees: samples, objectives, alerts and automated checks of a real service."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from launchpad.errors import Refused
from launchpad.model import commands as cmd
from launchpad.model.definition import (
    Alert,
    AlertCondition,
    AlertCriterion,
    Definition,
    HandCriterion,
    HttpProof,
    HttpSignal,
    Item,
    ItemsCondition,
    Objective,
    ObjectiveCondition,
    ReadyCondition,
    RollbackCriteria,
    Threshold,
)
from launchpad.model.samples import Sample
from launchpad.model.values import Quantity
from tests.support.shop import Shop
from tests.support.war_room import TTL, WarRoom, action, commands_launch, until

pytestmark = pytest.mark.slow
Open = Callable[[Definition], WarRoom]


def _watching(shop: Shop) -> Definition:
    probe = HttpSignal(url=shop.url, every=0.2, timeout=10.0)
    return replace(
        commands_launch({"deploy": {"argv": ["true"]}}),
        signals={"homepage": probe},
        objectives={
            "availability": Objective(signal="homepage", target=0.9, window=3.0),
            "latency": Objective(
                signal="homepage", percentile=95.0, below=Quantity(value=0.2, unit="s"), window=3.0
            ),
        },
        alerts={
            "down": Alert(
                when=Threshold(objective="availability", op="<", limit=Quantity(value=0.9, unit="%")),
                for_=1.0,
                severity="critical",
            )
        },
        gates={
            "launch": (
                ObjectiveCondition(objective="availability"),
                AlertCondition(no_alert="critical"),
                ItemsCondition(items="required"),
            )
        },
        items=(
            Item(
                id="shop-answers",
                title="The shop answers",
                required=True,
                check=HttpProof(url=shop.url, every=0.5, valid_for=2.0, timeout=10.0),
            ),
        ),
    )


def test_a_service_that_stops_is_bad_fires_closes_the_gate_and_recovers(war_room: Open, shop: Shop) -> None:
    room = war_room(_watching(shop))
    room.engine()
    view = room.view
    until(lambda: view().verdict == "GO", what="GO")
    shop.close()
    until(lambda: view().verdict == "NO-GO", what="NO-GO")
    until(lambda: _alert(room) == "firing", what="the alert")
    shown = view()
    availability = shown.objectives[0].reading
    assert availability.verdict == "bad"
    assert availability.reason == f"connection refused by 127.0.0.1:{shop.port}"
    assert shown.gate.verdict == "NO-GO"
    until(lambda: view().items[0].mark == "failed", what="the check to fail")
    room.does("eva", cmd.Acknowledge(alert="down", text="restarting it"))
    shop.open()
    until(lambda: _alert(room) == "resolved", what="the alert to resolve")
    until(lambda: view().verdict == "GO", what="GO again")
    kinds = [(r.event.alert, r.event.status) for r in room.session.events if r.kind == "alert.changed"]
    assert kinds == [("down", "pending"), ("down", "firing"), ("down", "resolved")]


def test_a_slow_service_breaks_the_latency_objective_with_the_right_number(
    war_room: Open, shop: Shop
) -> None:
    shop.delay = 0.3
    room = war_room(_watching(shop))
    room.engine()
    until(lambda: room.view().objectives[1].reading.verdict == "bad", what="latency to be bad")
    reading = room.view().objectives[1].reading
    assert 0.3 <= reading.value < 0.6
    assert room.view().objectives[0].reading.verdict == "ok"


def test_without_an_engine_everything_turns_unknown_and_never_go(war_room: Open, shop: Shop) -> None:
    room = war_room(_watching(shop))
    engine = room.engine(ttl=TTL)
    until(lambda: room.view().verdict == "GO", what="GO")
    engine.kill()
    engine.wait()
    until(lambda: room.view().verdict == "HOLD", what="HOLD")
    until(lambda: room.view().items[0].mark == "stale", what="the item to go stale")
    until(lambda: room.view().objectives[0].reading.verdict == "unknown", what="unknown")
    until(lambda: "no engine is watching" in room.view().engine.sentence, what="the lease to lapse")


def test_a_requested_check_is_run_at_once(war_room: Open, shop: Shop, tmp_path: Path) -> None:
    definition = _watching(shop)
    slow = replace(
        definition.items[0], check=replace(definition.items[0].check, every=3600.0, valid_for=7200.0)
    )
    room = war_room(replace(definition, items=(slow,)))
    room.engine()
    until(lambda: room.view().items[0].mark == "done", what="the first check")
    shop.status = 503
    room.does("eva", cmd.RequestCheck(item="shop-answers"))
    until(lambda: room.view().items[0].mark == "failed", what="the check to fail")
    assert room.view().items[0].state.reason == "status 503, expected 200"


def test_all_checks_are_run_at_once_and_a_slow_one_keeps_no_other_waiting(war_room: Open, shop: Shop) -> None:
    definition = _watching(shop)
    (item,) = definition.items
    hourly = replace(item.check, every=3600.0, valid_for=7200.0)
    stuck = Shop()
    stuck.delay = 20.0
    slow = replace(item, id="slow", check=replace(hourly, url=stuck.url, timeout=30.0))
    quick = replace(item, id="quick", check=hourly)
    room = war_room(replace(definition, items=(slow, quick)))
    room.engine()
    states = lambda: room.view().state.items  # noqa: E731
    until(lambda: states()["quick"].check is not None, what="the first check")
    done = room.does("eva", cmd.RequestChecks())
    assert done.message == "asked for 2 checks"
    until(lambda: not states()["quick"].check_requested, what="the quick one")
    room.does("eva", cmd.RequestCheck(item="quick"))
    until(lambda: not states()["quick"].check_requested, what="the quick one again")
    assert states()["slow"].check_requested, "which still runs"
    stuck.close()


def test_a_check_waits_for_what_its_item_needs_and_then_runs_at_once(war_room: Open, shop: Shop) -> None:
    definition = _watching(shop)
    (free,) = definition.items
    hourly = replace(free.check, every=3600.0, valid_for=7200.0)
    live = replace(free, id="new-version-answers", needs=("deployed",), check=hourly)
    room = war_room(replace(definition, items=(free, Item(id="deployed", title="It is out"), live)))
    room.engine()
    items = room.view
    until(lambda: items().items[0].mark == "done", what="the check that waits for nothing")
    first = items().items[0].state.proved_at
    # By then every schedule has come round once.
    until(lambda: items().items[0].state.proved_at > first + 1_500_000, what="it to be renewed")
    assert (items().items[2].mark, items().items[2].state.check) == ("blocked", None)
    with pytest.raises(Refused, match="new-version-answers needs deployed"):
        room.does("eva", cmd.RequestCheck(item="new-version-answers"))
    room.does("eva", cmd.Tick(item="deployed"))
    until(lambda: items().items[2].mark == "done", what="the check that had waited")


def test_the_engine_forgets_what_has_outlived_its_retention(war_room: Open, shop: Shop) -> None:
    room = war_room(_watching(shop))
    day = 86_400_000_000
    now = room.store.now()
    aged = Sample(signal="homepage", observed=now - 366 * day, received=now - 366 * day, verdict="ok")
    kept = replace(aged, observed=now - 364 * day, received=now - 364 * day)
    room.store.add_samples(room.launch, [aged, kept])
    room.engine()
    until(lambda: room.store.samples(room.launch).samples[:1] == (kept,), what="the old sample to go")


def test_a_rollback_is_recommended_while_so_many_criteria_are_met(war_room: Open, shop: Shop) -> None:
    criteria = RollbackCriteria(
        at_least=2,
        of=(AlertCriterion(alert="down"), HandCriterion(hand="lost-orders", title="Orders are lost")),
    )
    room = war_room(replace(_watching(shop), rollback_criteria=criteria))
    room.engine()
    room.does("lead", cmd.EnterPhase(phase="launch", override="the test"))
    until(lambda: room.view().advice.named("unknown") == ("lost-orders",), what="the alert to be judged")
    room.does("eva", cmd.MarkCriterion(criterion="lost-orders", met=True, text="two of them"))
    assert room.view().advice.verdict != "roll back"
    shop.close()
    until(lambda: room.view().advice.since, what="the recommendation")
    assert room.view().advice.verdict == "roll back"
    room.does("eva", cmd.MarkCriterion(criterion="lost-orders", met=False, text="found again"))
    until(lambda: room.view().advice.since is None, what="its end")
    told = [r.event for r in room.session.events if r.kind == "rollback.advised"]
    assert [(e.recommended, e.met) for e in told] == [(True, ("down", "lost-orders")), (False, ("down",))]
    assert not room.session.state.runs, "it recommends, and never acts"


def _alert(room: WarRoom) -> str:
    room.session.refresh()
    alert = room.session.state.alerts.get("down")
    return alert.status if alert else ""


def test_the_way_back_is_asked_after(war_room: Open, tmp_path: Path) -> None:
    there = {"deploy": {"argv": ["true"]}, "rollback": {"argv": ["./back.sh", "--to", "{{ param.version }}"]}}
    definition = replace(
        commands_launch(there, deploy=action("deploy"), back=action("rollback")),
        gates={"launch": (ReadyCondition(ready="back"),)},
    )
    room = war_room(definition)
    assert room.view().gate.verdict == "HOLD"
    engine = room.engine(ttl=TTL)
    until(lambda: room.view().gate.verdict == "NO-GO", what="the engine to have asked")
    assert "there is no program ./back.sh" in room.view().gate.conditions[0].detail
    engine.terminate()
    engine.wait(60)
    script = room.base / "back.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o700)
    room.engine()
    until(lambda: room.view().gate.verdict == "GO", what="the next engine to have asked")
    assert "takes --param version=…" in room.view().gate.conditions[0].detail
