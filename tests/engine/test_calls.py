"""What the engine does by itself wakes people by itself: a real receiver, a real engine."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from launchpad.model import commands as cmd
from launchpad.model.definition import (
    Alert,
    Channel,
    Definition,
    EscalationStep,
    HandCriterion,
    IncidentCalls,
    OnFailure,
    RollbackCriteria,
    Threshold,
    Wait,
)
from launchpad.model.values import Quantity
from tests.support.app_store import AppStore, rollout_launch
from tests.support.pager import HttpPager
from tests.support.war_room import WarRoom, action, commands_launch, recording, until

pytestmark = pytest.mark.slow
Open = Callable[[Definition], WarRoom]


@pytest.fixture
def hook() -> Iterator[HttpPager]:
    server = HttpPager()
    yield server
    server.close()


def calling(definition: Definition, hook: HttpPager, **alerts: Alert) -> Definition:
    channel = Channel(kind="webhook", settings={"url": hook.url}, address="everyone")
    night = Channel(kind="webhook", settings={"url": hook.url}, address="night")
    ladder = (EscalationStep(after=Wait(seconds=1.0), notify=("night",)),)
    rules = {
        name.replace("_", "-"): replace(rule, severity="critical", notify=("hook",), escalate="oncall")
        for name, rule in alerts.items()
    }
    return replace(
        definition, alerts=rules, channels={"hook": channel, "night": night}, escalations={"oncall": ladder}
    )


def said(hook: HttpPager) -> list[tuple[str, str]]:
    """Who was told of what stage, in order."""
    return [(call.body["to"], call.body["stage"]) for call in hook.calls]


def text(hook: HttpPager) -> str:
    return "\n".join(f"{call.body['subject']}\n{call.body['text']}" for call in hook.calls)


def rolling(war_room: Open, tmp_path: Path, hook: HttpPager) -> tuple[WarRoom, AppStore]:
    store = AppStore(tmp_path)
    alerts = {"halted": Alert(halted="android"), "not_halted": Alert(unhalted="android")}
    room = war_room(calling(rollout_launch(), hook, **alerts))
    room.engine()
    until(lambda: _seen(room).known and _seen(room).state.verdict == "ok", what="it to be seen as well")
    return room, store


def _seen(room: WarRoom) -> Any:
    return room.view().rollouts[0]


def test_a_halt_by_itself_wakes_people_until_somebody_has_it(
    war_room: Open, tmp_path: Path, hook: HttpPager
) -> None:
    room, store = rolling(war_room, tmp_path, hook)
    store.healthy(False)
    until(lambda: ("night", "firing") in said(hook), what="the ladder to be climbed")
    assert store.state == ("halted", 10)
    assert said(hook)[0] == ("hook", "firing")
    assert "FIRING critical: android was halted by itself" in text(hook)
    assert "halt-1 (by itself) is" in text(hook)
    assert "broken: " in text(hook)
    assert "launchpad ack halted" in text(hook)
    room.does("eva", cmd.Acknowledge(alert="halted", text="on it"))
    over = {("hook", "resolved"), ("night", "resolved")}
    until(lambda: over <= set(said(hook)), what="both to hear that it is over")
    assert (said(hook).count(("hook", "firing")), said(hook).count(("night", "firing"))) == (1, 1)
    # Still halted, and no guard holds: that is known by now.
    store.healthy(True)
    until(lambda: room.view().state.alerts["halted"].status == "resolved", what="it to be over")
    assert "not-halted" not in room.view().state.alerts


def test_a_trouble_and_the_halt_that_it_brings_are_one_message(
    war_room: Open, tmp_path: Path, hook: HttpPager
) -> None:
    store = AppStore(tmp_path)
    over = Threshold(objective="errors", op=">=", limit=Quantity(value=0.5, unit="%"))
    room = war_room(calling(rollout_launch(), hook, errors=Alert(when=over), halted=Alert(halted="android")))
    room.engine()
    until(lambda: _seen(room).known and _seen(room).state.verdict == "ok", what="it to be seen as well")
    store.healthy(False)

    def both() -> bool:
        named = [{told["alert"] for told in call.body["told"]} for call in hook.calls]
        return {"errors", "halted"} in named

    until(both, what="one message to name both")
    assert store.state == ("halted", 10)
    ids = {call.body["id"] for call in hook.calls if call.body["to"] == "hook"}
    assert len(ids) == 1, "whoever was woken is not woken again"
    keys: dict[str, set[str]] = {}
    for call in hook.calls:
        said = f"{call.body['stage']} {[(told['alert'], told['stage']) for told in call.body['told']]}"
        keys.setdefault(call.headers["Idempotency-Key"], set()).add(f"{call.body['id']} {said}")
    assert all(len(said) == 1 for said in keys.values()), "what says more is no repeat"


def test_an_incident_is_told_from_its_declaration_to_its_end(
    war_room: Open, tmp_path: Path, hook: HttpPager
) -> None:
    made = calling(commands_launch({}), hook)
    room = war_room(replace(made, incidents=IncidentCalls(notify=("hook",))))
    room.engine()

    def heard() -> list[dict[str, Any]]:
        """What was told, without what an engine that was held up sent again under the same key."""
        return list({call.headers["Idempotency-Key"]: call.body for call in hook.calls}.values())

    room.does("eva", cmd.DeclareIncident(text="cards fail", severity="high"))
    until(lambda: len(heard()) == 1, what="its declaration")
    room.does("eva", cmd.UpdateIncident(severity="critical"))
    until(lambda: len(heard()) == 2, what="the news that it is graver")
    room.does("lead", cmd.ResolveIncident(text="an index was missing"))
    until(lambda: len(heard()) == 3, what="its end")
    first, graver, over = heard()
    assert (first["incident"], first["alert"], first["told"]) == ("incident-1", "", [])
    assert [c["stage"] for c in (first, graver, over)] == ["firing", "firing", "resolved"]
    assert first["id"] != graver["id"] == over["id"]
    assert ("cards fail" in first["subject"], graver["severity"]) == (True, "critical")
    assert "Cause: an index was missing." in over["text"]


def test_a_halt_that_is_ignored_wakes_people_until_it_is_halted(
    war_room: Open, tmp_path: Path, hook: HttpPager
) -> None:
    room, store = rolling(war_room, tmp_path, hook)
    store.misbehaves("ignore")
    room.does("eva", cmd.HaltRollout(rollout="android"))
    room.when("halt-1", "failed")
    until(lambda: ("hook", "firing") in said(hook), what="people to be told")
    assert "android is NOT halted, though it was to be" in text(hook)
    assert "halt-1 (asked by eva) is failed" in text(hook)
    room.does("eva", cmd.Acknowledge(alert="not-halted", text="on it"))
    store.behaves("ignore")
    room.does("eva", cmd.HaltRollout(rollout="android"))
    room.when("halt-2", "succeeded")
    until(lambda: ("hook", "resolved") in said(hook), what="its end to be told")
    assert "halted" not in room.view().state.alerts


def test_a_repair_that_is_offered_wakes_people(war_room: Open, tmp_path: Path, hook: HttpPager) -> None:
    record = tmp_path / "record"
    operations = {"deploy": recording(record, "deploy", code=1), "rollback": recording(record, "rollback")}
    definition = commands_launch(
        operations,
        deploy=action("deploy", on_failure=OnFailure(run="back", mode="ask")),
        back=action("rollback"),
    )
    room = war_room(calling(definition, hook, way_back=Alert(recommends="rollback")))
    room.engine()
    room.when(room.go("deploy"), "failed")
    until(lambda: ("hook", "firing") in said(hook), what="people to be told")
    assert "back-1 is offered, as deploy-1 failed: it waits for a yes" in text(hook)
    offered = room.when("back-1", "planned")
    room.does("lead", cmd.ConfirmRun(run="back-1", digest=offered.digest))
    until(lambda: ("hook", "resolved") in said(hook), what="its end to be told")


def test_criteria_that_recommend_a_rollback_wake_people(
    war_room: Open, tmp_path: Path, hook: HttpPager
) -> None:
    criteria = RollbackCriteria(of=(HandCriterion(hand="broken", title="It is broken"),), at_least=1)
    definition = replace(
        commands_launch({"rollback": recording(tmp_path / "record", "rollback")}, back=action("rollback")),
        rollback_criteria=criteria,
    )
    room = war_room(calling(definition, hook, way_back=Alert(recommends="rollback")))
    room.engine()
    room.does("lead", cmd.EnterPhase(phase="launch"))
    room.does("eva", cmd.MarkCriterion(criterion="broken", met=True, text="I see it"))
    until(lambda: ("hook", "firing") in said(hook), what="people to be told")
    assert "the rollback criteria recommend to roll back" in text(hook)
