"""Rollouts by shell: bumped, halted, resumed by a team's own script, each with its exit status."""

import pytest

from tests.support.app_store import AppStore
from tests.support.cli import eventually

pytestmark = pytest.mark.slow

DEFINITION = """\
launch: {product: Acme, version: 4.2.0, environment: staging}
providers:
  store:
    kind: command
    rollout:
      read: {argv: [./store, read]}
      set: {argv: [./store, set, "{{ rollout.percent }}"], undo: halt it}
      halt: {argv: [./store, halt], undo: resume it}
      resume: {argv: [./store, resume], undo: halt it}
rollouts:
  android:
    provider: store
    stages: [{percent: 10}, {percent: 50}, {percent: 100}]
    every: 1s
"""


def test_a_rollout_goes_its_way(cli, tmp_path):
    store = AppStore(tmp_path)
    cli.define(DEFINITION)
    cli("run")
    eventually(lambda: cli("rollouts", status=None).returncode == 0)
    (shown,) = cli.json("rollouts")
    assert (shown["status"], shown["percent"], shown["next_percent"]) == ("rolling", 10, 50)
    assert "android  rolling at 10%  50% may come" in cli("rollouts").stdout
    planned = cli("bump", "android", status=3)
    assert "1. bump store: bump android to 50%; " in planned.stdout
    assert "affects: 10% → 50% of users, reaches about 48 000 people more" in planned.stdout
    assert "bump-1 is planned but not confirmed" in planned.stderr
    cli("retract", "bump-1")
    done = cli("bump", "android", "20%", "--yes", "--wait")
    assert done.stdout.endswith("bump-2 succeeded\n")
    assert store.state == ("rolling", 20)
    cli("halt", "--all", "--reason", "cards fail", "--wait")
    assert store.state == ("halted", 20)
    eventually(lambda: cli("rollouts", status=None).returncode == 1)
    assert "android is HALTED at 20%, by " in cli("status", "--brief", status=None).stdout
    assert "halted at 20% and can't be bumped; resume it first" in cli.refusal("bump", "android", status=3)
    cli("resume", "android", "--yes", "--wait")
    assert store.state == ("rolling", 20)
    eventually(lambda: cli("rollouts", status=None).returncode == 0)
    assert "goes no further by itself" in cli.refusal("veto", "android", "--reason", "no", status=3)
    assert "takes a rollout or --all" in cli.refusal("halt", status=2)
    assert "'x' is no share of users" in cli.refusal("bump", "android", "x", status=2)
    cli("engine", "--stop")
    assert "no engine is watching" in cli.refusal("complete", "android", status=3)
    late = cli("halt", "android", status=3)
    assert "the halt is recorded, but no engine is watching" in late.stderr
    cli("run")
    eventually(lambda: store.state == ("halted", 20))
