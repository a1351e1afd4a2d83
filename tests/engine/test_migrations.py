"""Migrations by a team's own tool: planned, applied once, read back, put back."""

import json
import signal
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from launchpad.model import commands as cmd
from launchpad.model.definition import Action, Definition, Launch, MigrationsCondition, Provider, Step
from launchpad.rules.gates import evaluate
from tests.support.war_room import PEOPLE, TTL, until

pytestmark = pytest.mark.slow
TOOL = Path(__file__).parents[1] / "support" / "migrator.py"


def action(*steps):
    return Action(steps=tuple(Step(verb=verb, provider="db") for verb in steps))


def definition(base: Path, **fields) -> Definition:
    tool = [sys.executable, str(TOOL), str(base)]
    settings = {
        "status": {"argv": [*tool, "status"], "timeout": 60.0},
        "dry_run": {"argv": [*tool, "plan"], "timeout": 60.0},
        "up": {"argv": [*tool, "up"], "title": "Migrate"},
        "down": {"argv": [*tool, "down", "{{ migrations.before }}"]},
    }
    made = Definition(
        launch=Launch(product="Acme", version="4.2.0", environment="staging"),
        operators=PEOPLE,
        providers={"db": Provider(kind="command", settings={"migrations": settings})},
        actions={"up": action("migrate"), "down": action("rollback")},
        gates={"launch": (MigrationsCondition(migrations=("db",)),)},
    )
    return replace(made, **fields)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "version").write_text("40_users")
    return tmp_path


def planned(room, name):
    run_id = room.does("ops", cmd.RequestRun(action=name)).subject.removeprefix("run:")
    return room.when(run_id, "planned", "refused")


def ended(room, name):
    return room.when(room.go(name), "succeeded", "failed", "interrupted", "refused")


def gate(room):
    return evaluate("launch", room.view().situation)


def test_what_is_pending_is_planned_applied_and_put_back(war_room, base):
    room = war_room(definition(base))
    assert gate(room).verdict == "HOLD"
    room.engine()
    until(lambda: gate(room).verdict == "NO-GO", what="the first reading")
    assert "db is at 40_users, 2 pending: 41_orders, 42_index" in gate(room).conditions[0].detail
    asked = planned(room, "up")
    plan = asked.plan
    assert plan.steps[0].does == "Migrate: apply 2 migrations, from 40_users to 42_index: 41_orders, 42_index"
    assert plan.steps[0].evidence == "-- would apply 2\nCREATE INDEX orders_by_day;"
    assert plan.reversible
    assert room.recorded() == [], "a plan changes nothing"
    room.does("ops", cmd.ConfirmRun(run=asked.id, digest=asked.digest))
    run = room.when(asked.id, "succeeded", "failed", "interrupted")
    assert run.status == "succeeded", run.reason
    assert run.steps[0].detail == "exit status 0; the database is at 42_index, none pending"
    assert gate(room).verdict == "GO"
    later = replace(room.view().situation, now=room.view().now + 3_600_000_000)
    assert evaluate("launch", later).verdict == "HOLD", "an old reading says nothing"
    again = ended(room, "up")
    assert (again.status, again.plan.steps[0].does) == ("succeeded", "nothing is pending at 42_index")
    back = ended(room, "down")
    assert back.plan.steps[0].does == "put the database back from 42_index to 40_users"
    assert back.status == "succeeded", back.reason
    assert (base / "version").read_text() == "40_users"
    idle = ended(room, "down")
    assert idle.plan.steps[0].does == "nothing of this launch is to be put back at 40_users"
    assert idle.status == "succeeded"
    assert room.recorded() == ["up", "down"]


def test_what_destroys_data_is_said_and_can_not_be_undone(war_room, base):
    (base / "last").write_text("43_drop_notes")
    room = war_room(definition(base))
    room.engine()
    run = ended(room, "up")
    assert run.plan.steps[0].does.endswith("; DESTROYS DATA: 43_drop_notes")
    assert not run.plan.reversible
    assert "43_drop_notes destroyed DOES NOT COME BACK" in planned(room, "down").plan.steps[0].does


def test_what_can_not_be_read_is_not_up_to_date_and_has_no_plan(war_room, base):
    (base / "mode").write_text("mute")
    room = war_room(definition(base))
    room.engine()
    until(lambda: "can't be read" in gate(room).conditions[0].detail, what="the first reading")
    assert gate(room).verdict == "HOLD"
    refused = planned(room, "up")
    assert refused.status == "refused"
    assert "exit status 1, the database is away" in refused.reason
    (base / "mode").write_text("dry")
    assert "the dry run" in planned(room, "up").reason


def test_a_database_that_moved_since_the_plan_is_left_alone(war_room, base):
    room = war_room(definition(base))
    room.engine()
    run = planned(room, "up")
    (base / "version").write_text("41_orders")
    room.does("ops", cmd.ConfirmRun(run=run.id, digest=run.digest))
    failed = room.when(run.id, "failed", "succeeded")
    assert "nothing was done: the plan was made at 40_users, now it is at 41_orders" in failed.reason
    assert room.recorded() == []


@pytest.mark.parametrize(
    ("mode", "says"),
    [
        (
            "lies",
            "it says that it is done, and is not: exit status 0; the database is at 40_users, 2 pending",
        ),
        ("half", "exit status 1; the database is at 41_orders, 1 pending: 42_index"),
    ],
)
def test_the_tool_is_not_taken_at_its_word(war_room, base, mode, says):
    (base / "mode").write_text(mode)
    room = war_room(definition(base))
    room.engine()
    run = ended(room, "up")
    assert run.status == "failed"
    assert says in run.reason


def test_an_engine_killed_in_the_midst_is_followed_and_nothing_is_applied_twice(war_room, base):
    (base / "seconds").write_text("4")
    room = war_room(definition(base))
    first = room.engine(ttl=TTL)
    run = room.go("up")
    until(lambda: room.recorded() == ["up"], what="the migration to begin")
    first.kill()
    room.engine(standby=True)
    done = room.when(run, "succeeded", "failed", "interrupted", seconds=60)
    assert done.status == "succeeded", done.reason
    assert room.recorded() == ["up"]
    assert room.session.state.migrations["db"].applied.before == "40_users"


def test_what_nobody_saw_end_is_asked_of_the_database_and_not_begun_again_blindly(war_room, base):
    (base / "seconds").write_text("60")
    room = war_room(definition(base))
    first = room.engine(ttl=TTL)
    run = room.go("up")
    until(lambda: room.recorded() == ["up"], what="the migration to begin")
    first.kill()
    for note in base.glob("**/claim"):
        _kill(note.read_text().split()[1])
    for note in base.glob("**/child"):
        _kill(note.read_text().split()[0])
    (base / "version").write_text("41_orders")
    room.engine(standby=True)
    lost = room.when(run, "interrupted", "failed", "succeeded", seconds=60)
    assert lost.status == "interrupted"
    room.does("ops", cmd.ResolveRun(run=run, resolution="retry"))
    again = room.when(run, "failed", "succeeded", seconds=60)
    assert "nothing was done: the plan was made at 40_users, now it is at 41_orders" in again.reason
    assert room.recorded() == ["up"]


def _kill(pid: str) -> None:
    import os

    os.kill(int(pid), signal.SIGKILL)


@pytest.mark.needs("psql")
def test_plain_sql_scripts_migrate_a_real_database(war_room, tmp_path, postgres_database):
    scripts = tmp_path / "sql"
    scripts.mkdir()
    (scripts / "1_orders.up.sql").write_text("CREATE TABLE orders (id int);")
    (scripts / "1_orders.down.sql").write_text("DROP TABLE orders;")
    (scripts / "2_index.up.sql").write_text("CREATE INDEX orders_id ON orders (id);")
    (scripts / "2_index.down.sql").write_text("DROP INDEX orders_id;")
    tool = tmp_path / "migrate.sh"
    tool.write_text(PSQL)
    tool.chmod(0o755)
    env = {"DATABASE_URL": "env:THE_DATABASE"}
    settings = {
        "status": {"argv": ["./migrate.sh", "status"], "env": env, "timeout": 60.0},
        "up": {"argv": ["./migrate.sh", "up"], "env": env},
        "down": {"argv": ["./migrate.sh", "down", "{{ migrations.before }}"], "env": env},
    }
    provider = Provider(kind="command", settings={"migrations": settings})
    room = war_room(definition(tmp_path, providers={"db": provider}))
    room.engine(environ={"THE_DATABASE": postgres_database})
    run = ended(room, "up")
    assert run.status == "succeeded", run.reason
    assert run.plan.steps[0].does == "apply 2 migrations, from none to 2_index: 1_orders, 2_index"
    assert "at 2_index, none pending" in run.steps[0].detail
    back = ended(room, "down")
    assert back.status == "succeeded", back.reason
    assert "at none, 2 pending" in back.steps[0].detail
    assert postgres_database not in json.dumps([str(e.event) for e in room.session.events])


PSQL = r"""#!/bin/sh
set -eu
sql() { psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$DATABASE_URL" "$@"; }
sql --command="SET client_min_messages = error; CREATE TABLE IF NOT EXISTS migrated (name text PRIMARY KEY)"
version() { sql --command="SELECT coalesce(max(name), '') FROM migrated"; }
case "$1" in
status)
  at=$(version); pending=""
  for file in sql/*.up.sql; do
    name=$(basename "$file" .up.sql)
    done=$(sql --command="SELECT count(*) FROM migrated WHERE name = '$name'")
    [ "$done" = 1 ] || pending="$pending\"$name\","
  done
  echo "{\"version\": \"$at\", \"pending\": [${pending%,}]}" ;;
up)
  for file in sql/*.up.sql; do
    name=$(basename "$file" .up.sql)
    [ "$(sql --command="SELECT count(*) FROM migrated WHERE name = '$name'")" = 1 ] && continue
    sql --single-transaction --file="$file" --command="INSERT INTO migrated VALUES ('$name')"
    echo "applied $name"
  done ;;
down)
  for name in $(sql --command="SELECT name FROM migrated WHERE name > '$2' ORDER BY name DESC"); do
    sql --single-transaction --file="sql/$name.down.sql" --command="DELETE FROM migrated WHERE name = '$name'"
    echo "put back $name"
  done ;;
esac
"""
