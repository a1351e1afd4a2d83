"""An engine follows a definition that is changed under it, without a restart."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.definition import (
    Alert,
    Definition,
    HttpProof,
    HttpSignal,
    Item,
    Objective,
    ReadyCondition,
    Threshold,
)
from launchpad.model.values import Quantity
from tests.support.shop import Shop
from tests.support.war_room import TTL, WarRoom, action, commands_launch, recording, until

pytestmark = pytest.mark.slow
Open = Callable[[Definition], WarRoom]


def _probing(url: str, **more: object) -> Definition:
    signal = HttpSignal(url=url, every=0.2, timeout=1.0, **more)  # type: ignore[arg-type]
    limit = Quantity(value=0.9, unit="%")
    return replace(
        commands_launch({"deploy": {"argv": ["true"]}}),
        signals={"homepage": signal},
        objectives={"availability": Objective(signal="homepage", target=0.9, window=600.0)},
        alerts={"down": Alert(when=Threshold(objective="availability", op="<", limit=limit))},
        items=(Item(id="answers", title="It answers", check=HttpProof(url=url, every=0.5, timeout=10.0)),),
    )


def amend(room: WarRoom, after: Definition) -> None:
    room.session.refresh()
    held = room.session.state.definition
    assert held is not None
    room.does("lead", cmd.Amend(definition=after, base=held.digest(), text="it was wrong"))


def test_a_wrong_url_is_put_right_without_a_restart(war_room: Open, shop: Shop) -> None:
    room = war_room(_probing("http://127.0.0.1:9/"))
    room.engine()
    until(lambda: room.view().objectives[0].reading.verdict == "bad", what="the wrong URL to be bad")
    until(lambda: room.view().items[0].mark == "failed", what="the check to fail")
    until(lambda: room.view().alerts, what="the alert")
    epoch = room.epoch
    amend(room, _probing(shop.url))
    assert room.session.state.items["answers"].status == "open"
    until(lambda: room.view().objectives[0].reading.verdict == "ok", what="the right URL to be ok")
    until(lambda: room.view().items[0].mark == "done", what="the check to pass")
    assert not room.view().alerts
    until(lambda: room.view().state.objectives, what="the verdict to be recorded")
    assert room.session.state.objectives["availability"].verdict == "ok"
    state = room.session.state
    assert state.engine is not None
    assert (state.engine.epoch, state.engine.follows) == (epoch, state.definition_seq)
    assert state.anomalies == 0


def test_a_run_under_way_ends_by_the_plan_that_it_began_with(war_room: Open, tmp_path: Path) -> None:
    record = tmp_path / "record"
    begun = {"backup": recording(record, "old-backup", seconds=2.0), "deploy": recording(record, "old")}
    room = war_room(commands_launch(begun, release=action("backup", "deploy")))
    room.engine()
    run = room.go("release")
    until(lambda: room.recorded() == ["old-backup"], what="the first step")
    later = {verb: recording(record, f"new-{verb}") for verb in ("backup", "deploy")}
    amend(room, commands_launch(later, release=action("backup", "deploy")))
    assert room.when(run, "succeeded").planned_under == 1
    assert room.recorded() == ["old-backup", "old"]
    room.when(room.go("release"), "succeeded")
    assert room.recorded()[2:] == ["new-backup", "new-deploy"]


def test_an_engine_that_takes_over_goes_on_by_the_plan_that_was_begun(war_room: Open, tmp_path: Path) -> None:
    record = tmp_path / "record"
    begun = {"backup": recording(record, "old-backup", seconds=3.0), "deploy": recording(record, "old")}
    room = war_room(commands_launch(begun, release=action("backup", "deploy")))
    engine = room.engine(ttl=TTL)
    run = room.go("release")
    until(lambda: room.recorded() == ["old-backup"], what="the first step")
    engine.kill()
    engine.wait()
    later = {"backup": recording(record, "new-backup"), "deploy": recording(record, "new")}
    amend(room, commands_launch(later, release=action("backup", "deploy")))
    room.engine(standby=True)
    room.when(run, "succeeded", seconds=40.0)
    assert room.recorded() == ["old-backup", "old"]


def test_a_plan_that_was_agreed_to_is_made_anew_and_agreed_to_anew(war_room: Open, tmp_path: Path) -> None:
    operations = {"deploy": recording(tmp_path / "record", "deploy")}
    room = war_room(commands_launch(operations, deploy=action("deploy", approvals=1)))
    room.engine()
    run_id = room.go("deploy")
    digest = room.run(run_id).digest
    amend(room, commands_launch(operations, deploy=action("deploy", approvals=1, title="Ship it")))
    run = until(
        lambda: room.run(run_id) if room.run(run_id).status == "planned" else None, what="another plan"
    )
    assert run.digest not in ("", digest)
    assert not run.confirmed
    assert run.lapsed == "action deploy was amended by lead"
    assert "action deploy was amended by lead" in room.view().runs[0].waits_for
    room.does("ops", cmd.ConfirmRun(run=run_id, digest=run.digest))
    room.does("lead", cmd.ApproveRun(run=run_id, digest=run.digest))
    room.when(run_id, "succeeded")


def test_what_a_lacking_secret_is_for_is_unknown_and_the_rest_is_watched(
    war_room: Open, shop: Shop, tmp_path: Path
) -> None:
    before = _probing(shop.url)
    room = war_room(before)
    room.engine()
    until(lambda: room.view().objectives[0].reading.verdict == "ok", what="the shop to be fine")
    secret = HttpSignal(url=shop.url, every=0.2, timeout=1.0, headers={"X-Key": "file:key"})
    settings = {"operations": {"deploy": {"argv": ["true"], "env": {"KEY": "file:key"}}}}
    after = replace(
        before,
        signals={**before.signals, "inner": secret},
        objectives={**before.objectives, "inner": Objective(signal="inner", target=0.9, window=600.0)},
        providers={"shop": replace(before.providers["shop"], settings=settings)},
    )
    amend(room, after)
    until(lambda: room.view().engine.lacking, what="the engine to say what it lacks")
    shown = room.view()
    assert "lacks something" in shown.engine.sentence
    assert "key" in shown.engine.lacking[0]
    until(lambda: "key" in room.view().objectives[1].reading.reason, what="the reason")
    assert room.view().objectives[1].reading.verdict == "unknown"
    assert room.view().objectives[0].reading.verdict == "ok"
    assert room.view().health != "ok"
    amend(room, before)
    until(lambda: room.view().health == "ok", what="health again")
    until(lambda: not room.view().engine.lacking, what="the engine to lack nothing")


def test_readiness_is_asked_anew(war_room: Open) -> None:
    there = {"deploy": {"argv": ["true"]}, "rollback": {"argv": ["./back.sh"]}}
    definition = replace(
        commands_launch(there, deploy=action("deploy"), back=action("rollback")),
        gates={"launch": (ReadyCondition(ready="back"),)},
    )
    room = war_room(definition)
    room.engine()
    until(lambda: room.view().gate.verdict == "NO-GO", what="the engine to have asked")
    mended = commands_launch({**there, "rollback": {"argv": ["true"]}})
    amend(room, replace(definition, providers=mended.providers))
    until(lambda: room.view().gate.verdict == "GO", what="it to have asked again")
    followed = [r.event for r in room.session.events if isinstance(r.event, ev.EngineFollowed)]
    assert followed == [ev.EngineFollowed(epoch=1)]
