"""Who can be told, and who was: by shell."""

import pytest

from tests.support.cli import DEFINITION
from tests.support.pager import HttpPager, Slack

pytestmark = pytest.mark.slow


@pytest.fixture
def hook():
    server = HttpPager()
    yield server
    server.close()


@pytest.fixture
def slack():
    server = Slack()
    yield server
    server.close()


def defined(hook: HttpPager, slack: Slack) -> str:
    return f"""{DEFINITION}
channels:
  slack: {{kind: slack, token: env:SLACK_TOKEN, channel: C1, api: "{slack.url}"}}
  pager: {{kind: webhook, url: "{hook.url}"}}
contacts:
  oncall: {{pager: "+1"}}
"""


def test_a_test_message_is_sent_said_and_kept(cli, hook, slack):
    cli.open(defined(hook, slack))
    environ = {"SLACK_TOKEN": "xoxb-test"}
    assert "never tested in this launch" in cli("doctor", status=None, env=environ).stdout
    found = cli("doctor", "--send-test", env=environ).stdout.splitlines()
    assert [line.split("  ")[0] for line in found] == ["ok"] * 3
    assert "confirmed" in next(line for line in found if "channel slack" in line)
    ((posted,),) = slack.messages.values()
    assert "TEST, nothing is wrong" in posted
    assert [call.body["to"] for call in hook.calls] == ["oncall", "pager"]
    doctor = cli("doctor", status=None, env=environ).stdout
    assert "oncall by pager" in doctor
    assert "accepted when lead tested it" in doctor


def test_what_does_not_get_there_is_said_in_the_channels_words(cli, hook, slack):
    cli.open(defined(hook, slack))
    done = cli("doctor", "--send-test", "slack", status=1, env={"SLACK_TOKEN": "xoxb-wrong"})
    assert "rejected: invalid_auth" in done.stdout
    assert "xoxb-wrong" not in done.stdout + done.stderr
    assert not hook.calls
    assert "rejected when lead tested it" in cli("doctor", status=1, env={"SLACK_TOKEN": "xoxb-wrong"}).stdout


def test_a_test_of_which_nobody_knows_whether_it_got_there_is_no_proof(cli, hook, slack):
    cli.open(defined(hook, slack))
    hook.answer = lambda _: (503, {}, {})
    done = cli("doctor", "--send-test", "oncall", status=5, env={"SLACK_TOKEN": "xoxb-test"})
    assert "unknown: HTTP 503" in done.stdout


def test_wrong_names_missing_secrets_and_no_launch(cli, hook, slack):
    cli.define(defined(hook, slack))
    assert "there is no contact or channel nobody" in cli.refusal("doctor", "--send-test", "nobody", status=2)
    assert "env:SLACK_TOKEN is not set" in cli.refusal("doctor", "--send-test", "slack", status=2)
    environ = {"SLACK_TOKEN": "xoxb-test"}
    done = cli("doctor", "--send-test", "oncall", env=environ)
    assert "no launch is open that could keep it" in done.stdout
    cli.define()
    assert "nobody can be told anything" in cli.refusal("doctor", "--send-test", status=2)


def test_no_messages(cli, hook, slack):
    cli.open(defined(hook, slack))
    done = cli("messages")
    assert (done.stdout, done.stderr) == ("", "nobody has been told anything\n")
    assert cli.json("messages") == []
