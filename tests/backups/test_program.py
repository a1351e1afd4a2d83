"""Backups of a real PostgreSQL by the program itself: made, proven, damaged, put back, opened by hand."""

import asyncio
import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import msgspec
import psycopg
import pytest

from launchpad.backups.database import Access, values_of
from launchpad.backups.programs import run
from launchpad.backups.saving import _kept
from launchpad.backups.stores import Store
from launchpad.backups.task import OUTCOME, Manifest, Outcome, TableValue, Task, Vault
from launchpad.model.definition import Keep
from tests.support.disks import fill, small_disk
from tests.support.object_store import ACCESS, full_s3_server, s3_server
from tests.support.postgres import Cluster
from tests.support.war_room import until

pytestmark = [
    pytest.mark.needs("gpg", "pg_dump", "pg_restore", "psql"),
    pytest.mark.proves("postgres", "live"),
]
PASSPHRASE = "correct horse 'battery' staple"
BUCKET = "acme-backups"
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg_dump' AND wait_event_type = 'Lock'"
)
SCRATCHES = "SELECT datname FROM pg_database WHERE datname LIKE 'launchpad_trial%'"


def query(url: str, text: str) -> list[Any]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(text.encode())
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def database(postgres_database: str) -> str:
    """A database with something in it."""
    query(
        postgres_database,
        "CREATE TABLE orders (id serial PRIMARY KEY, what text, paid numeric, at timestamptz)",
    )
    query(
        postgres_database,
        "INSERT INTO orders (what, paid, at)"
        " SELECT 'thing ' || i, i * 1.1, now() FROM generate_series(1, 500) i",
    )
    query(postgres_database, 'CREATE SCHEMA "Odd one"; CREATE TABLE "Odd one"."t\'%x" (b bytea, f float8)')
    query(postgres_database, "INSERT INTO \"Odd one\".\"t'%x\" VALUES ('\\xdeadbeef', 0.1), (NULL, 'NaN')")
    return postgres_database


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3_server(BUCKET) as url:
        yield url


def task_for(database: str, base: Path, name: str = "db/acme-1", **fields: Any) -> Task:
    """Backs up into a directory below `base`."""
    (base / "vault").mkdir(exist_ok=True)
    usual: dict[str, Any] = {
        "verb": "backup",
        "provider": "db",
        "dsn": database,
        "vault": Vault(name="vault", url=f"file://{base}/vault"),
        "passphrase": PASSPHRASE,
        "name": name,
        "verify": "restore",
    }
    return Task(**{**usual, **fields})


def begun(task: Task, directory: Path) -> subprocess.Popen[bytes]:
    directory.mkdir()
    with (directory / "output").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "launchpad.backups", str(directory)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    assert process.stdin
    process.stdin.write(msgspec.json.encode(task))
    process.stdin.close()
    return process


def done(task: Task, directory: Path) -> Outcome:
    """What came of a task; nothing but that may be left."""
    process = begun(task, directory)
    process.wait(240)
    assert sorted(path.name for path in directory.iterdir()) == [OUTCOME, "output"], (
        directory / "output"
    ).read_text()
    outcome = msgspec.json.decode((directory / OUTCOME).read_bytes(), type=Outcome)
    assert process.returncode == bool(outcome.fault)
    assert PASSPHRASE not in (directory / "output").read_text()
    return outcome


def made(task: Task, directory: Path) -> Outcome:
    outcome = done(task, directory)
    assert not outcome.fault
    assert outcome.backup
    return outcome


def restoring(task: Task, outcome: Outcome, **fields: Any) -> Task:
    assert outcome.backup
    return msgspec.structs.replace(
        task, **{"verb": "restore", "name": outcome.backup.name, "sha256": outcome.backup.sha256, **fields}
    )


@pytest.mark.parametrize("format_", ["custom", "plain", "directory"])
def test_what_was_saved_comes_back_when_a_table_was_dropped(
    database: str, tmp_path: Path, format_: Any
) -> None:
    task = task_for(database, tmp_path, format=format_, jobs=2 if format_ == "directory" else 1)
    before = query(database, "SELECT * FROM orders ORDER BY id")
    saved = made(task, tmp_path / "save")
    assert saved.backup
    assert saved.backup.verified_at
    assert saved.backup.taken_at < saved.backup.verified_at
    query(database, "DROP TABLE orders")
    query(database, 'UPDATE "Odd one"."t\'%x" SET b = \'other\'')
    restored = done(restoring(task, saved), tmp_path / "restore")
    assert restored.said == "db/acme-1 restored, 2 tables as saved"
    assert query(database, "SELECT * FROM orders ORDER BY id") == before
    assert query(database, SCRATCHES) == []


@pytest.mark.proves("postgres", "vendor's client")
@pytest.mark.proves("object_store", "simulator", "vendor's client")
def test_s3_keeps_it_and_plain_gpg_and_pg_restore_open_it(
    database: str, postgres_cluster: Cluster, endpoint: str, tmp_path: Path
) -> None:
    vault = Vault(name="vault", url=f"s3://{BUCKET}/prod", options={**ACCESS, "endpoint": endpoint})
    task = task_for(database, tmp_path, vault=vault, name="db/acme-s3.dump.gpg")
    saved = made(task, tmp_path / "save")
    again = done(task, tmp_path / "again")
    assert "something lies there, and nothing is overwritten" in again.fault
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="x",
        region_name="us-east-1",
    )
    client.download_file(BUCKET, f"prod/{task.name}", str(tmp_path / "orders.gpg"))
    client.close()
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    subprocess.run(
        [
            "gpg",
            "--homedir",
            home,
            "--batch",
            "--pinentry-mode",
            "loopback",
            "--passphrase-fd",
            "0",
            "--output",
            "orders.dump",
            "--decrypt",
            "orders.gpg",
        ],
        cwd=tmp_path,
        input=PASSPHRASE.encode(),
        check=True,
        capture_output=True,
    )
    with postgres_cluster.database() as other:
        subprocess.run(
            ["pg_restore", f"--dbname={other}", "--exit-on-error", "orders.dump"], cwd=tmp_path, check=True
        )
        rows = "SELECT count(*), sum(paid) FROM orders"
        assert query(other, rows) == query(database, rows)
    query(database, "TRUNCATE orders")
    assert not done(restoring(task, saved), tmp_path / "restore").fault
    assert query(database, "SELECT count(*) FROM orders") == [(500,)]


def test_what_is_larger_than_a_part_goes_up_in_parts_and_is_read_back(
    database: str, endpoint: str, tmp_path: Path
) -> None:
    """Hashes, so that nothing is compressed away: more than 32 MiB, in parts of 8."""
    query(
        database,
        "CREATE TABLE noise AS SELECT sha512((i || 'a')::bytea) || sha512((i || 'b')::bytea) AS b"
        " FROM generate_series(1, 330000) i",
    )
    vault = Vault(name="vault", url=f"s3://{BUCKET}/big", options={**ACCESS, "endpoint": endpoint})
    task = task_for(database, tmp_path, vault=vault, name="db/acme-big.gpg")
    saved = made(task, tmp_path / "save").backup
    assert saved
    assert saved.verified_at
    assert saved.size > 32 * 1024 * 1024
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="x",
        region_name="us-east-1",
    )
    head = client.head_object(Bucket=BUCKET, Key=f"big/{task.name}")
    client.close()
    assert head["ContentLength"] == saved.size
    parts = int(head["ETag"].strip('"').partition("-")[2])
    assert parts == -(-saved.size // (8 * 1024 * 1024))


@pytest.mark.needs("mount")
@pytest.mark.skipif(os.geteuid() != 0, reason="a disk of a few megabytes is mounted by root alone")
def test_a_disk_without_room_for_a_dump_is_told_before_anything_is_done(
    database: str, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 4) as disk:
        outcome = done(task_for(database, tmp_path), disk / "save")
    assert "MB are free in" in outcome.fault
    assert "and a backup of" in outcome.fault
    assert not (tmp_path / "vault" / "db").exists()


@pytest.mark.needs("mount")
@pytest.mark.skipif(os.geteuid() != 0, reason="a disk of a few megabytes is mounted by root alone")
def test_a_disk_that_fills_in_mid_dump_is_a_failure_that_leaves_nothing(
    database: str, tmp_path: Path
) -> None:
    query(
        database,
        "INSERT INTO orders (what) SELECT repeat(md5(i::text), 20) FROM generate_series(1, 9000) i",
    )
    with small_disk(tmp_path / "disk", 64) as disk:
        with psycopg.connect(database) as holder:
            # pg_dump waits for this table's lock.
            holder.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
            process = begun(task_for(database, tmp_path), disk / "save")
            until(lambda: query(database, WAITING) == [(1,)], seconds=60, what="pg_dump to wait")
            fill(disk)
        assert process.wait(120) == 1
        outcome = msgspec.json.decode((disk / "save" / OUTCOME).read_bytes(), type=Outcome)
        assert "pg_dump" in outcome.fault
        assert "No space left on device" in outcome.fault
        assert sorted(path.name for path in (disk / "save").iterdir()) == [OUTCOME, "output"]
    assert not (tmp_path / "vault" / "db").exists()
    assert query(database, SCRATCHES) == []


def _flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_flip, "was damaged or changed"),
        (lambda data: data[:-1000], "was cut short or changed"),
    ],
)
def test_a_damaged_backup_never_reaches_the_database(
    database: str, tmp_path: Path, harm: Callable[[bytes], bytes], said: str
) -> None:
    task = task_for(database, tmp_path)
    saved = made(task, tmp_path / "save")
    file = tmp_path / "vault" / task.name
    file.write_bytes(harm(file.read_bytes()))
    query(database, "INSERT INTO orders (what) VALUES ('since')")
    assert said in done(restoring(task, saved), tmp_path / "restore").fault
    assert query(database, "SELECT count(*) FROM orders") == [(501,)]


@pytest.mark.parametrize("harm", [_flip, lambda data: data[:-1000]])
def test_damage_that_a_forged_manifest_hides_is_seen_by_the_decryption(
    database: str, tmp_path: Path, harm: Callable[[bytes], bytes]
) -> None:
    task = task_for(database, tmp_path)
    made(task, tmp_path / "save")
    file = tmp_path / "vault" / task.name
    harmed = harm(file.read_bytes())
    file.write_bytes(harmed)
    beside = tmp_path / "vault" / f"{task.name}.json"
    manifest = msgspec.json.decode(beside.read_bytes(), type=Manifest)
    sha256 = hashlib.sha256(harmed).hexdigest()
    beside.write_bytes(
        msgspec.json.encode(msgspec.structs.replace(manifest, size=len(harmed), sha256=sha256))
    )
    outcome = done(msgspec.structs.replace(task, verb="restore", sha256=sha256), tmp_path / "restore")
    assert "can't be decrypted" in outcome.fault


def test_a_wrong_passphrase_is_called_that(database: str, tmp_path: Path) -> None:
    task = task_for(database, tmp_path)
    saved = made(task, tmp_path / "save")
    outcome = done(restoring(task, saved, passphrase="another"), tmp_path / "restore")
    assert "passphrase" in outcome.fault
    assert query(database, "SELECT count(*) FROM orders") == [(500,)]


def test_another_backup_than_the_planned_one_is_refused(database: str, tmp_path: Path) -> None:
    task = task_for(database, tmp_path)
    saved = made(task, tmp_path / "save")
    outcome = done(restoring(task, saved, sha256="0" * 64), tmp_path / "restore")
    assert "is not the one that was planned" in outcome.fault


def test_a_directory_that_is_not_there_is_not_made(database: str, tmp_path: Path) -> None:
    vault = Vault(name="vault", url=f"file://{tmp_path}/unmounted")
    outcome = done(task_for(database, tmp_path, vault=vault), tmp_path / "save")
    assert outcome.fault.startswith("vault can't be opened: ")
    assert not (tmp_path / "unmounted").exists()


def test_a_full_bucket_is_told_and_nothing_is_left(database: str, tmp_path: Path) -> None:
    with full_s3_server() as endpoint:
        vault = Vault(name="vault", url=f"s3://{BUCKET}", options={**ACCESS, "endpoint": endpoint})
        outcome = done(task_for(database, tmp_path, vault=vault), tmp_path / "save")
    assert outcome.fault.startswith("vault can't take db/acme-1: ")
    assert outcome.fault.endswith(
        "507 Insufficient Storage: Storage backend has reached its minimum free drive threshold."
    )


def test_a_database_that_ends_in_mid_dump_is_a_failure(
    database: str, postgres_cluster: Cluster, tmp_path: Path
) -> None:
    with contextlib.suppress(psycopg.Error), psycopg.connect(database) as holder:
        # pg_dump waits for this table's lock.
        holder.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        process = begun(task_for(database, tmp_path), tmp_path / "save")
        until(lambda: query(database, WAITING) == [(1,)], seconds=60, what="pg_dump to wait")
        postgres_cluster.crash()
    postgres_cluster.start()
    assert process.wait(120) == 1
    outcome = msgspec.json.decode((tmp_path / "save" / OUTCOME).read_bytes(), type=Outcome)
    assert "pg_dump" in outcome.fault
    assert "terminat" in outcome.fault or "closed" in outcome.fault or "connection" in outcome.fault
    assert not (tmp_path / "vault" / "db").exists()


def test_a_backup_that_is_ended_leaves_nothing(database: str, tmp_path: Path) -> None:
    with psycopg.connect(database) as holder:
        holder.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        process = begun(task_for(database, tmp_path), tmp_path / "save")
        until(lambda: query(database, WAITING) == [(1,)], seconds=60, what="pg_dump to wait")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == -signal.SIGTERM
    assert [path.name for path in (tmp_path / "save").iterdir()] == ["output"]
    gone = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg_dump'"
    until(lambda: query(database, gone) == [(0,)], seconds=60, what="pg_dump to be gone")


def test_a_restore_that_fails_changes_nothing(database: str, tmp_path: Path) -> None:
    task = task_for(database, tmp_path)
    saved = made(task, tmp_path / "save")
    query(database, "INSERT INTO orders (what) VALUES ('since')")
    # Somebody else's view rests on the table, which so can't be dropped.
    query(database, "CREATE VIEW rests AS SELECT * FROM orders")
    outcome = done(restoring(task, saved), tmp_path / "restore")
    assert "pg_restore" in outcome.fault
    assert query(database, "SELECT count(*) FROM orders") == [(501,)]


@pytest.mark.parametrize("how", ["cut off", "told to end"])
def test_a_restore_that_can_not_be_compared_is_done_all_the_same(
    database: str, tmp_path: Path, how: str
) -> None:
    """Who waits for the table behind the restore gets it before the comparison."""
    task = task_for(database, tmp_path)
    saved = made(task, tmp_path / "save")
    query(database, "INSERT INTO orders (what) VALUES ('since')")
    waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = '{}'"
    with psycopg.connect(database) as reader, psycopg.connect(database, application_name="next") as holder:
        reader.execute("SELECT count(*) FROM orders")
        process = begun(restoring(task, saved), tmp_path / "restore")
        until(lambda: query(database, waiting.format("pg_restore")), what="pg_restore to wait")
        locking = threading.Thread(target=holder.execute, args=("LOCK TABLE orders",))
        locking.start()
        until(lambda: query(database, waiting.format("next")), what="the next one to wait")
        reader.rollback()
        locking.join()
        [(comparing,)] = until(lambda: query(database, waiting.format("launchpad backup")), what="comparing")
        if how == "cut off":
            query(database, f"SELECT pg_terminate_backend({comparing})")
        else:
            process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    outcome = msgspec.json.decode((tmp_path / "restore" / OUTCOME).read_bytes(), type=Outcome)
    assert outcome.said.startswith("db/acme-1 restored, not compared: ")
    assert query(database, "SELECT count(*) FROM orders") == [(500,)]


def test_what_is_no_manifest_of_ours_hides_no_backup(tmp_path: Path, database: str) -> None:
    task = task_for(database, tmp_path, verify="checksum")
    made(task, tmp_path / "save")
    for name, data in (("bytes", b'{"name": "\xff"}'), ("deep", b"[" * 100_000), ("other", b'{"a": 1}')):
        (tmp_path / "vault" / "db" / f"{name}.json").write_bytes(data)
    assert [manifest.name for manifest in Store(task.vault).manifests("db")] == [task.name]


async def test_a_backup_that_is_whole_is_not_undone_by_who_ends_it(tmp_path: Path, database: str) -> None:
    task = task_for(database, tmp_path, verify="checksum", keep=Keep(last=1, days=1))
    await asyncio.to_thread(made, task, tmp_path / "save")
    store = Store(task.vault)
    [manifest] = store.manifests("db")
    removing = asyncio.create_task(_kept(task, store, manifest))
    await asyncio.sleep(0)
    removing.cancel()
    assert await removing == "; told to end before all older ones were removed"


async def test_only_what_was_saved_is_compared(database: str) -> None:
    """A table made since may be somebody else's, and not ours to read."""
    like = {"public.orders": TableValue(rows=1), "public.gone": TableValue(rows=1)}
    found = await values_of(Access(database), like)
    assert {name: value.rows for name, value in found.items()} == {"public.orders": 500}


async def test_a_program_may_say_a_line_without_end() -> None:
    script = "head -c 3000000 /dev/zero | tr '\\0' x >&2; echo >&2; echo end >&2; exit 3"
    code, words = await run(["sh", "-c", script], environ={"PATH": os.defpath}, quiet=True)
    assert (code, words[-1]) == (3, "end")


def test_older_ones_go_but_never_the_newest_proven(database: str, tmp_path: Path) -> None:
    keep = Keep(last=1, days=1)
    names = ("proven", "plain", "last")
    for name in names:
        verify = "restore" if name == "proven" else "checksum"
        task = task_for(database, tmp_path, f"db/{name}", verify=verify)
        made(task, tmp_path / name)
        beside = tmp_path / "vault" / "db" / f"{name}.json"
        manifest = msgspec.json.decode(beside.read_bytes(), type=Manifest)
        old = manifest.taken_at - 3 * 86400 * 1_000_000
        beside.write_bytes(msgspec.json.encode(msgspec.structs.replace(manifest, taken_at=old)))
    for name, days in (("killed", 8), ("under-way", 2)):
        unfinished = msgspec.structs.replace(manifest, name=f"db/{name}", state="unfinished")
        old = manifest.taken_at - days * 86400 * 1_000_000
        beside = tmp_path / "vault" / "db" / f"{name}.json"
        beside.write_bytes(msgspec.json.encode(msgspec.structs.replace(unfinished, taken_at=old)))
        beside.with_suffix("").write_bytes(b"a part of it")
    outcome = made(task_for(database, tmp_path, "db/now", verify="checksum", keep=keep), tmp_path / "now")
    assert outcome.said.endswith("; 3 older removed")
    left = {path.name for path in (tmp_path / "vault" / "db").iterdir()}
    whole = {"proven", "proven.json", "now", "now.json"}
    assert left == whole | {"under-way", "under-way.json"}, "a backup may take more than a day"


@contextlib.contextmanager
def subscribing(database: str) -> Iterator[None]:
    """A database that subscribes to another can't be dropped, and so neither can what it is restored into."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p WITH (connect = false)")
    try:
        yield
    finally:
        server, _, ours = database.rpartition("/")
        for (name,) in [(ours,), *query(database, SCRATCHES)]:
            query(f"{server}/{name}", "ALTER SUBSCRIPTION s SET (slot_name = NONE)")
            query(f"{server}/{name}", "DROP SUBSCRIPTION s")
        for (name,) in query(database, SCRATCHES):
            query(database, f"DROP DATABASE {name}")


def test_a_backup_with_subscriptions_is_tried_without_them(database: str, tmp_path: Path) -> None:
    with subscribing(database):
        outcome = made(task_for(database, tmp_path, "db/acme-1.dump"), tmp_path / "save")
        assert query(database, SCRATCHES) == []
        assert outcome.backup is not None
        assert outcome.backup.verified_at is not None


def test_a_trial_that_can_not_be_cleared_away_takes_nothing_from_the_proof(
    database: str, tmp_path: Path
) -> None:
    with subscribing(database):
        outcome = made(task_for(database, tmp_path, "db/acme-1.sql", format="plain"), tmp_path / "save")
        [(left,)] = query(database, SCRATCHES)
        assert f", but {left} could not be dropped: drop it by hand, the database says: " in outcome.said
        assert outcome.backup is not None
        assert outcome.backup.verified_at is not None
        [manifest] = Store(task_for(database, tmp_path).vault).manifests("db")
        assert manifest.verified_at == outcome.backup.verified_at
