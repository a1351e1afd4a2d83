"""Journals by shell: verify, export, import, redact."""

import gzip
import sqlite3

import pytest

from tests.support.cli import LAUNCH, event_of

pytestmark = pytest.mark.slow


@pytest.fixture
def told(opened):
    """A launch with a few events."""
    opened("tick", "freeze")
    opened("note", "the password is hunter2")
    opened("comment", "legal", "signed")
    return opened


def test_a_launch_goes_from_store_to_store_in_a_file(told):
    head = told.json("export", "-o", "it.launch")["head"]
    assert told.json("verify")["head"] == told.json("verify", "it.launch")["head"] == head
    assert head["seq"] == 4
    assert "it.launch exists already" in told.refusal("export", "-o", "it.launch", status=2)
    assert "name a file" in told.refusal("export", "-o", "-", status=2)
    other = ("--store", "sqlite:other.db")
    told(*other, "import", "it.launch")
    assert told.json(*other, "verify", LAUNCH, "--head", head["hash"])["head"] == head
    assert told.json(*other, "items")[0]["mark"] == "done"
    told.refusal(*other, "import", "it.launch", status=3)
    # The copy is a launch like any other.
    told(*other, "tick", "macros")
    assert told.json(*other, "verify")["head"]["seq"] == 5


def test_what_is_no_export_is_named(told):
    (told.home / "text").write_text("hello", encoding="utf-8")
    told("export", "-o", "whole.launch")
    lines = gzip.decompress((told.home / "whole.launch").read_bytes()).splitlines(keepends=True)
    (told.home / "cut.launch").write_bytes(gzip.compress(b"".join(lines[:-2])))
    for name in ("text", "cut.launch", "missing"):
        for verb in ("import", "verify"):
            told.refusal("--store", "sqlite:other.db", verb, name, status=2)
    told.refusal("verify", "whole.launch", "--head", "0" * 64, status=1)


def test_a_part_of_a_head_is_bad_input_and_no_broken_journal(told):
    head = told.json("verify")["head"]["hash"]
    told("verify", "--head", head.upper())
    for part in (head[:12], "", f"{head}0", "\x1b[31m"):
        assert "is no head hash; give all 64 digits" in told.refusal("verify", "--head", part, status=2)


def test_a_loss_is_accepted_by_the_whole_head_that_is_gone(told):
    head = told.json("verify")["head"]["hash"]
    for gone, said in ((head[:12], "is no head hash"), (head.upper(), "nothing is lost")):
        assert said in told.refusal("accept-loss", gone, "--reason", "db-1 died", status=2)
    told("accept-loss", "5F" * 32, "--reason", "db-1 died")
    told("verify", "--head", told.json("verify")["head"]["hash"])


def test_a_flipped_byte_is_named(told):
    path = told.home / "state" / "launchpad" / "launchpad.db"
    with sqlite3.connect(path) as db:
        triggers = [row[0] for row in db.execute("select name from sqlite_master where type = 'trigger'")]
        for trigger in triggers:
            db.execute(f"drop trigger {trigger}")
        table, column = next(
            (name, column[1])
            for (name,) in db.execute("select name from sqlite_master where type = 'table'").fetchall()
            for column in db.execute(f"pragma table_info({name})")
            if column[1] == "actor"
        )
        db.execute(f"update {table} set {column} = 'eve' where seq = 2")
    db.close()
    assert "event 2 (item.ticked)" in told.refusal("verify", status=1)


def test_redacted_text_is_gone_and_the_chain_holds(told):
    seq = event_of(told("note", "token=abc123").stdout)
    told.refusal("--as", "ada", "redact", str(seq), "--reason", "x", status=3)
    told("redact", str(seq), "--reason", "a token was pasted")
    told("verify")
    told("export", "-o", "it.launch")
    assert b"abc123" not in gzip.decompress((told.home / "it.launch").read_bytes())
    for path in (told.home / "state").rglob("*"):
        assert not path.is_file() or b"abc123" not in path.read_bytes()
    told.refusal("redact", "99", "--reason", "x", status=2)


def test_a_missing_launch_or_store_is_named(cli):
    assert cli.refusal("launches", status=2).startswith(f"there is no store at {cli.home}/state")
    assert not (cli.home / "state").exists()
    cli.define()
    assert "`launchpad run`" in cli.refusal("status", status=2)
    for url in ("mysql://x", "sqlite:///", "nonsense"):
        cli.refusal("--store", url, "launches", status=2)


def test_a_database_that_is_down_is_out_of_reach(cli):
    refused = cli.refusal("--store", "postgresql://lead:hunter2@127.0.0.1:1/x", "launches", status=4)
    assert "hunter2" not in refused


def test_the_store_may_be_a_reference(opened):
    url = f"sqlite:///{opened.home}/state/launchpad/launchpad.db"
    done = opened("--store", "env:STORE", "launches", env={"STORE": url, "XDG_STATE_HOME": "/nowhere"})
    assert "Acme" in done.stdout
    assert "env:STORE is not set" in opened.refusal("--store", "env:STORE", "launches", status=2)
