"""Before there is a launch: init, validate, schema, doctor."""

import json
import os
import pty
import re
import subprocess

import pytest

from tests.support.cli import PROGRAM, eventually

pytestmark = pytest.mark.slow

ANSWERS = ("--product", "Acme Shop", "--release", "4.2.0", "--url", "https://acme.example/")


def test_init_writes_what_validates_and_never_overwrites(cli):
    told = cli.json("init", *ANSWERS, "--t0", "2026-12-01 09:00 Europe/Berlin")
    assert told == {"written": ["launchpad.yaml", ".env.example"]}
    assert cli.json("validate")["valid"] is True
    before = (cli.home / "launchpad.yaml").read_text(encoding="utf-8")
    assert "exists already" in cli.refusal("init", *ANSWERS, status=2)
    assert (cli.home / "launchpad.yaml").read_text(encoding="utf-8") == before
    (cli.home / "launchpad.yaml").unlink()
    (cli.home / ".env.example").write_text("MINE=1\n", encoding="utf-8")
    (cli.home / "launchpad.yaml").symlink_to("/nonexistent/elsewhere")
    assert "exists already" in cli.refusal("init", *ANSWERS, status=2)
    (cli.home / "launchpad.yaml").unlink()
    cli("init", *ANSWERS)
    assert (cli.home / ".env.example").read_text(encoding="utf-8") == "MINE=1\n"


def test_init_writes_the_whole_example_elsewhere(cli):
    assert "Next: `cd deep/er`, `launchpad validate`" in cli("init", "deep/er", "--example").stderr
    cli("validate", "deep/er/launchpad.yaml")


def test_init_without_a_terminal_names_what_is_missing(cli):
    assert cli.refusal("init", "--product", "Acme", status=2).startswith("--url is missing")
    assert cli.refusal("init", *ANSWERS, "--t0", "tomorrow", status=2).startswith("t0: ")
    assert list(cli.home.iterdir()) == []


def test_init_asks_a_person_and_asks_again(cli):
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [PROGRAM, "init"], cwd=cli.home, env=cli.environ, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    for line in ("Acme", "", "not a url", "https://acme.example", "", ""):
        os.write(ours, f"{line}\n".encode())
    assert eventually(lambda: process.poll() is not None)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert process.returncode == 0, shown
    assert "url: expected" in shown
    assert cli.json("validate")["operators"] == 1


def test_faults_are_one_line_each_with_their_place(cli):
    path = cli.define("launch: {product: Acme, version: 4.2.0}\nsignls: {}\nactions:\n  deploy: {key: q}\n")
    done = cli("validate", status=2)
    lines = done.stderr.splitlines()
    assert lines[0].startswith(f"{path.name}:2:1: ")
    assert "did you mean 'signals'?" in lines[0]
    assert lines[-1] == f"launchpad: launchpad.yaml has {len(lines) - 1} faults"
    assert done.stdout == ""
    # Every other command says the same.
    assert cli("status", status=2).stderr == done.stderr


def test_validate_counts_what_it_read(cli):
    cli.define()
    said = cli("validate").stdout
    assert said.startswith("launchpad.yaml is valid: 4 items,")
    assert not re.search(r"\b1 \w+s\b", said)
    (cli.home / "launchpad.yaml").unlink()
    assert "there is no launchpad.yaml here" in cli.refusal("validate", status=2)


def test_schema_is_json(cli):
    made = json.loads(cli("schema").stdout)
    assert made["title"] == "launchpad.yaml"
    assert made == cli.json("schema")
    assert json.loads(cli("schema", "--checklist").stdout)["title"] != made["title"]


PROGRAMS = """
launch: {product: Acme, version: 4.2.0}
providers:
  store:
    kind: command
    rollout: {read: {argv: [./store.sh, show]}, set: {argv: [./store.sh, set]}}
  database:
    kind: command
    migrations: {status: {argv: [./migrate.sh, status]}, up: {shell: make up}}
  orders: {kind: postgres, dsn: env:DSN}
  vault: {kind: object_store, url: "file:///"}
signals: {queue: {probe: command, argv: [./queue.sh]}}
smoke: {shop: {steps: [{probe: command, argv: [./walk.sh]}]}}
checklists: [{name: ours, items: [{id: a, title: A, check: {probe: command, argv: [./check.sh]}}]}]
actions: {backup: {steps: [{backup: orders, to: vault, encrypt: env:PASSPHRASE}]}}
"""


def test_doctor_looks_for_every_program_that_the_launch_would_run(cli):
    cli.define(PROGRAMS)
    found = {(f["what"], f["verdict"]) for f in cli.json("doctor", status=1, env={"PATH": "/nowhere"})}
    assert found >= {
        ("rollout read store", "bad"),
        ("rollout set store", "bad"),
        ("migrations status database", "bad"),
        ("migrations up database", "ok"),
        ("signal queue", "bad"),
        ("smoke shop", "bad"),
        ("check a", "bad"),
        ("backup orders", "bad"),
    }


def test_doctor_names_each_thing_with_its_mend(cli):
    cli.define(
        "launch: {product: Acme, version: 4.2.0}\n"
        "operators: [{name: somebody-else, role: director}]\n"
        "providers:\n"
        "  site:\n"
        "    kind: command\n"
        "    operations: {deploy: {argv: [no-such-program], env: {TOKEN: 'env:NOT_SET'}}}\n"
    )
    found = {f["what"]: f for f in cli.json("doctor", status=1)}
    assert (found["secret"]["verdict"], found["deploy site"]["verdict"]) == ("bad", "bad")
    assert "NOT_SET is not set" in found["secret"]["detail"]
    assert found["you"]["verdict"] == "unknown"
    mended = cli("doctor", "--json", status=1, env={"NOT_SET": "hunter2"})
    assert "hunter2" not in mended.stdout + mended.stderr
    assert not (cli.home / "state").exists()
    cli.define()
    assert "bad" not in {f["verdict"] for f in cli.json("doctor")}
    cli.define("launch: [")
    assert {f["what"]: f for f in cli.json("doctor", status=1)}["definition"]["verdict"] == "bad"
