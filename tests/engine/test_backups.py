"""A database backed up, gated on and put back by an engine; found again by its successor."""

import os
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from msgspec.structs import replace

from launchpad.model import commands as cmd
from launchpad.model.definition import (
    Action,
    Alert,
    BackupCondition,
    BackupSignal,
    Definition,
    Dump,
    Launch,
    Objective,
    Provider,
    Recency,
    Restoration,
    Step,
    Threshold,
)
from launchpad.model.values import SECOND, Quantity
from launchpad.rules.gates import evaluate
from tests.support.war_room import PEOPLE, TTL, WarRoom, until

pytestmark = [
    pytest.mark.needs("gpg", "pg_dump", "pg_restore"),
    pytest.mark.proves("postgres", "engine"),
    pytest.mark.proves("object_store", "engine"),
]
Open = Callable[[Definition], WarRoom]
PASSPHRASE = "hush-hush-hush"
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg_dump' AND wait_event_type = 'Lock'"
)


def a_launch(base: Path) -> Definition:
    (base / "vault").mkdir()
    dump = Dump(to="vault", encrypt="env:PASSPHRASE", verify="restore")
    back = Restoration(origin="vault", decrypt="env:PASSPHRASE")
    return Definition(
        launch=Launch(product="Acme Shop", version="4.2.0", environment="staging"),
        operators=PEOPLE,
        providers={
            "db": Provider(kind="postgres", settings={"dsn": "env:DATABASE_URL"}),
            "vault": Provider(kind="object_store", settings={"url": f"file://{base}/vault"}),
        },
        signals={"backup-age": BackupSignal(backup="db", every=0.2)},
        objectives={"rpo": Objective(signal="backup-age", below=Quantity(value=3600.0, unit="s"))},
        alerts={"old": Alert(when=Threshold(objective="rpo", op=">", limit=Quantity(value=0.001, unit="s")))},
        gates={"saved": (BackupCondition(backup=Recency(of="db", verified_within=3600.0)),)},
        actions={
            "backup": Action(steps=(Step(verb="backup", provider="db", dump=dump),)),
            "restore": Action(steps=(Step(verb="restore", provider="db", restoration=back),), gate="saved"),
        },
    )


@pytest.fixture
def database(postgres_database: str) -> str:
    with psycopg.connect(postgres_database) as connection:
        connection.execute("CREATE TABLE orders AS SELECT i FROM generate_series(1, 100) i")
    return postgres_database


def count(url: str, query: bytes = b"SELECT count(*) FROM orders") -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row
    return int(row[0])


def engine_of(room: WarRoom, database: str, **how: bool) -> object:
    return room.engine(environ={"DATABASE_URL": database, "PASSPHRASE": PASSPHRASE}, **how)


def test_a_gate_waits_for_a_backup_and_the_backup_comes_back(
    war_room: Open, tmp_path: Path, database: str
) -> None:
    room = war_room(a_launch(tmp_path))
    engine_of(room, database)
    held = evaluate("saved", room.view().situation)
    assert held
    assert held.verdict == "HOLD"
    until(lambda: "made none yet" in room.view().objectives[0].reading.reason, what="a look at its age")
    assert room.view().objectives[0].reading.verdict == "unknown"
    assert not room.session.state.alerts
    run = room.when(room.go("backup"), "succeeded", "failed", "interrupted", seconds=120)
    assert run.status == "succeeded", run.reason
    known = room.session.state.backups["db"]
    assert known.verified == known.last
    assert known.run == run.id
    until(lambda: room.view().objectives[0].reading.verdict == "ok", what="its age")
    read = room.view()
    aged = (read.now - known.last.taken_at) / SECOND
    assert 0 < (read.objectives[0].reading.value or 0) <= aged
    until(lambda: "old" in room.view().state.alerts, what="the alert on its age")
    situation = room.view().situation
    open_, closed = (
        evaluate("saved", replace(situation, now=known.last.taken_at + seconds * SECOND))
        for seconds in (3600, 3601)
    )
    assert open_
    assert open_.verdict == "GO"
    assert closed
    assert closed.verdict == "NO-GO"
    with psycopg.connect(database) as connection:
        connection.execute("DROP TABLE orders")
    back = room.when(room.go("restore"), "succeeded", "failed", "refused", seconds=120)
    assert back.status == "succeeded", back.reason
    assert back.plan
    assert not back.plan.reversible
    assert back.plan.params["backup"] == known.last.name
    assert count(database) == 100
    told = [line.text for name in (run.id, back.id) for line in room.session.log(name)]
    assert "what was restored is what was saved" in told
    password = psycopg.conninfo.conninfo_to_dict(database)["password"]
    everything = "\n".join([*told, *(str(row) for row in room.store.rows(room.launch, limit=10_000))])
    assert PASSPHRASE not in everything
    assert str(password) not in everything


def test_a_backup_outlives_its_engine_and_shows_no_secret(
    war_room: Open, tmp_path: Path, database: str
) -> None:
    room = war_room(a_launch(tmp_path))
    engine = room.engine(environ={"DATABASE_URL": database, "PASSPHRASE": PASSPHRASE}, ttl=TTL)
    password = str(psycopg.conninfo.conninfo_to_dict(database)["password"])
    with psycopg.connect(database) as holder:
        holder.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        run_id = room.go("backup")
        until(lambda: count(database, WAITING.encode()) == 1, seconds=60, what="pg_dump to wait")
        words = [
            path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if os.access(path, os.R_OK)
        ]
        assert any(b"pg_dump" in line for line in words)
        assert not [line for line in words if PASSPHRASE.encode() in line or password.encode() in line]
        engine.kill()
        engine_of(room, database, standby=True)
        until(lambda: any("another engine" in line.text for line in room.session.log(run_id)), seconds=60)
    run = room.when(run_id, "succeeded", "failed", "interrupted", seconds=120)
    assert run.status == "succeeded", run.reason
    assert [step.attempt for step in run.steps] == [1]
    assert room.session.state.backups["db"].run == run_id


def test_an_abort_ends_the_dump(war_room: Open, tmp_path: Path, database: str) -> None:
    room = war_room(a_launch(tmp_path))
    engine_of(room, database)
    with psycopg.connect(database) as holder:
        holder.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        run_id = room.go("backup")
        until(lambda: count(database, WAITING.encode()) == 1, seconds=60, what="pg_dump to wait")
        room.does("eva", cmd.AbortRun(run=run_id))
        assert room.when(run_id, "aborted", "failed", seconds=60).status == "aborted"
        until(lambda: count(database, WAITING.encode()) == 0, seconds=60, what="pg_dump to be gone")
    assert not list((tmp_path / "state").rglob("work"))


def test_without_a_proven_backup_there_is_no_plan_to_restore(
    war_room: Open, tmp_path: Path, database: str
) -> None:
    room = war_room(a_launch(tmp_path))
    engine_of(room, database)
    run_id = room.does("ops", cmd.RequestRun(action="restore")).subject.removeprefix("run:")
    run = room.when(run_id, "refused", "planned", seconds=60)
    assert run.status == "refused"
    assert "no backup of db that was restored" in run.reason


def test_a_backup_that_is_found_damaged_proves_nothing_any_more(
    war_room: Open, tmp_path: Path, database: str
) -> None:
    room = war_room(a_launch(tmp_path))
    engine_of(room, database)
    room.when(room.go("backup"), "succeeded", "failed", seconds=120)
    file = tmp_path / "vault" / room.session.state.backups["db"].last.name
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    back = room.when(room.go("restore"), "succeeded", "failed", "refused", seconds=120)
    assert "was cut short or changed" in back.reason
    held = evaluate("saved", room.view().situation)
    assert held
    assert (held.verdict, "was found damaged" in held.conditions[0].detail) == ("HOLD", True)
    until(lambda: "found damaged" in room.view().objectives[0].reading.reason, what="its age to be unknown")


def test_without_a_name_the_newest_verified_backup_that_is_whole_comes_back(
    war_room: Open, tmp_path: Path, database: str
) -> None:
    made = a_launch(tmp_path)
    room = war_room(replace(made, actions={n: replace(a, gate=None) for n, a in made.actions.items()}))
    engine_of(room, database)
    names = []
    for _ in range(2):
        assert room.when(room.go("backup"), "succeeded", "failed", seconds=120).status == "succeeded"
        names.append(room.session.state.backups["db"].last.name)
    sound, damaged = names
    file = tmp_path / "vault" / damaged
    file.write_bytes(file.read_bytes()[:-1])
    assert room.when(room.go("restore"), "failed", "succeeded", seconds=120).status == "failed"
    assert room.session.state.damaged_backups == {"db": (damaged,)}
    with psycopg.connect(database) as connection:
        connection.execute("DROP TABLE orders")
    back = room.when(room.go("restore"), "succeeded", "failed", "refused", seconds=120)
    assert back.status == "succeeded", back.reason
    assert back.plan
    assert back.plan.params["backup"] == sound
    does = back.plan.steps[0].does
    assert f"by {sound} of" in does
    assert f"the newest verified one that is whole; {damaged} was found damaged" in does
    assert count(database) == 100
    asked = room.does("ops", cmd.RequestRun(action="restore", params={"backup": damaged}))
    named = room.when(asked.subject.removeprefix("run:"), "planned", "refused", seconds=60)
    assert named.plan
    assert "FOUND DAMAGED" in named.plan.steps[0].does, "whoever insists reads so"
