"""Looking at a launch by shell, with an engine that watches a real service."""

import json

import pytest

from tests.support.cli import DEFINITION, LAUNCH, Cli, eventually
from tests.support.shop import Shop

pytestmark = pytest.mark.slow

MEASURED = """
signals:
  home: {{probe: http, url: "{url}", every: 300ms}}
objectives:
  availability: {{signal: home, target: 50%, window: 3s}}
alerts:
  down: {{when: availability < 50%, severity: critical}}
"""


@pytest.fixture
def watched(cli):
    """A launch that an engine watches, and the service that it watches."""
    shop = Shop()
    try:
        cli.define(DEFINITION + MEASURED.format(url=shop.url))
        cli("run")
        yield cli, shop
    finally:
        cli("engine", "--stop", status=None)
        shop.close()


def health(cli: Cli) -> str:
    return cli.json("status", status=None)["health"]


def test_status_says_what_is_measured_and_exits_by_it(watched):
    cli, shop = watched
    cli("phase", "launch", "--override", "a test")
    eventually(lambda: health(cli) == "ok")
    done = cli("status")
    assert "all 1 objectives met" in done.stdout
    assert done.stdout.splitlines()[0].split()[-1] == "GO"
    # Since when is told once the engine has put the verdict into the journal.
    eventually(lambda: " UTC: OK since " in cli("status", "--brief").stdout)
    assert cli("status", "--brief").stdout.startswith("Acme 4.2.0 (staging, launch) at ")
    assert cli("watch", "--for", "1s").stdout.startswith("GO ")
    shop.close()
    eventually(lambda: health(cli) == "bad")
    ill = " UTC: NOT OK: availability < 50%: "
    eventually(lambda: ill in cli("status", "--brief", status=1).stdout)
    assert "nobody has it yet" in cli("status", "--brief", status=1).stdout
    eventually(lambda: cli("alerts", status=None).returncode == 1)
    assert cli.json("alerts", status=1)[0]["alert"] == "down"
    cli("silence", "down", "--for", "30m", "--reason", "we know")
    silenced = cli.json("alerts", status=1)[0]
    assert silenced["muted"].startswith("silenced by ")
    assert silenced["muted"].endswith(": we know")
    assert "we know" in cli("alerts", status=1).stdout
    cli("unsilence", "down")
    assert cli.json("alerts", status=1)[0]["muted"] == ""
    cli("ack", "down", "--reason", "on it")
    assert "lead has it" in cli("status", "--brief", status=1).stdout
    assert cli("watch", "--for", "1s", status=1).stdout.startswith("NO-GO ")
    cli("engine", "--stop")
    assert "no engine is watching" in cli("status", "--brief", status=1).stdout


def test_nothing_known_is_hold(opened):
    opened("phase", "launch", "--override", "a test")
    done = opened("status", status=5)
    assert "HOLD" in done.stdout
    assert "no engine is watching" in done.stdout
    seen = opened("watch", "--for", "1s", "--json", status=5)
    assert [json.loads(line)["verdict"] for line in seen.stdout.splitlines()] == ["HOLD"]
    assert opened.refusal("watch", "--for", "soon", status=2).startswith("'soon': expected a duration")


def test_a_change_is_told_as_it_happens(opened):
    watching = opened.start("status", "--watch", "--json")
    try:
        assert watching.stdout is not None
        assert json.loads(watching.stdout.readline())["verdict"] == "NO-GO"
        opened("phase", "launch", "--override", "a test")
        assert json.loads(watching.stdout.readline())["verdict"] == "HOLD"
    finally:
        watching.terminate()
        watching.communicate()


def test_a_version_that_was_edited_is_told_from_a_launch_that_was_not_opened_yet(opened):
    opened.define(DEFINITION.replace("4.2.0", "4.3.0"))
    for command in (["status"], ["amend", "--check"]):
        refused = opened.refusal(*command, status=2)
        assert "there is no launch acme-4.3.0-staging" in refused
        assert refused.endswith(f"to mean {LAUNCH}, which is open, say --launch {LAUNCH}")


def test_several_open_launches_must_be_told_apart(opened):
    opened.open(DEFINITION.replace("4.2.0", "4.3.0"))
    (opened.home / "launchpad.yaml").unlink()
    refused = opened.refusal("status", status=2)
    assert refused.startswith("2 launches are open: acme-4.3.0-staging, acme-4.2.0-staging")
    assert opened.json("--launch", LAUNCH, "status", status=1)["version"] == "4.2.0"
    assert "there is no launch nothing" in opened.refusal("--launch", "nothing", "status", status=2)
