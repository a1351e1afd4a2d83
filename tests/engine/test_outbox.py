"""Channels that fail, with a real engine: nothing waits for them, and what is shown is true."""

import os
import signal
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from launchpad.model import commands as cmd
from launchpad.model.definition import (
    Alert,
    Channel,
    Definition,
    EscalationStep,
    HttpSignal,
    Objective,
    Threshold,
    Wait,
)
from launchpad.model.values import Quantity
from launchpad.rules.view import MessageView
from tests.support.pager import HttpPager, MailServer, Slack, silent_server
from tests.support.shop import Shop
from tests.support.war_room import TTL, WarRoom, action, commands_launch, recording, until

pytestmark = pytest.mark.slow
Open = Callable[[Definition], WarRoom]


@pytest.fixture
def slack():
    server = Slack()
    yield server
    server.close()


@pytest.fixture
def hook():
    server = HttpPager()
    yield server
    server.close()


@pytest.fixture
def mail():
    server = MailServer()
    yield server
    server.close()


def telling(shop: Shop, record, *notify: str, **channels: Channel) -> Definition:
    """A shop that is probed five times a second, with an alert that tells these."""
    down = Threshold(objective="availability", op="<", limit=Quantity(value=0.9, unit="%"))
    return replace(
        commands_launch({"deploy": recording(record, "deploy", seconds=1.0)}, deploy=action("deploy")),
        signals={"home": HttpSignal(url=shop.url, every=0.2, timeout=10.0)},
        objectives={"availability": Objective(signal="home", target=0.9, window=2.0)},
        alerts={"down": Alert(when=down, severity="critical", notify=notify)},
        channels=channels,
        contacts={"lead": {"mail": "lead@acme.example"}} if "mail" in channels else {},
    )


def webhook(url: str) -> Channel:
    return Channel(kind="webhook", settings={"url": url}, address="everyone")


def message(room: WarRoom, channel: str) -> MessageView | None:
    return next((m for m in room.view().messages if m.state.channel == channel), None)


def when(room: WarRoom, channel: str, said: Callable[[MessageView], bool], what: str) -> MessageView:
    def there() -> MessageView | None:
        shown = message(room, channel)
        return shown if shown is not None and said(shown) else None

    return until(there, seconds=40.0, what=what)


def test_dead_stalling_and_refusing_channels_hold_up_nothing(war_room: Open, shop, hook, mail, tmp_path):
    """One channel works, the others stall, refuse, lose the mail after it was sent, or are not there."""
    mail.replies["DATA"] = ["cut"]
    refusing = HttpPager()
    refusing.answer = lambda _: (403, b"go away", {})
    with silent_server() as port:
        definition = telling(
            shop,
            tmp_path / "record",
            *("dead", "stalling", "silent-mail", "refusing", "lead", "works"),
            dead=webhook("http://127.0.0.1:1/"),
            stalling=webhook(f"http://127.0.0.1:{port}/"),
            **{
                "silent-mail": Channel(
                    kind="smtp",
                    settings={"url": f"smtp://127.0.0.1:{port}", "from": "a@b.example", "to": "c@d.example"},
                    address="c@d.example",
                )
            },
            refusing=webhook(refusing.url),
            mail=Channel(kind="smtp", settings={"url": mail.url, "from": "launch@acme.example"}),
            works=webhook(hook.url),
        )
        room = war_room(definition)
        room.engine()
        until(lambda: room.view().health == "ok", what="the shop to be well")
        shop.status = 500
        until(lambda: room.view().alerts, what="the alert")
        when(room, "works", lambda m: m.state.told == "firing", "the one that works")
        assert hook.calls[0].body["stage"] == "firing"

        # With both stalling at the same time, runs are carried out and the shop is measured.
        asked = shop.asked
        room.when(room.go("deploy"), "succeeded")
        assert shop.asked > asked

        dead = when(room, "dead", lambda m: m.state.outcome == "deferred", "the dead one")
        assert (dead.verdict, "can't connect" in dead.sentence, "again in" in dead.sentence) == (
            "bad",
            True,
            True,
        )
        refused = when(room, "refusing", lambda m: m.state.outcome == "rejected", "the refusing one")
        assert refused.sentence == "refused firing: HTTP 403: go away"
        stalling = when(room, "stalling", lambda m: m.state.outcome == "unknown", "the stalling one")
        assert "not known whether told firing: no answer within 10 s" in stalling.sentence
        silent = when(room, "silent-mail", lambda m: m.state.outcome == "deferred", "the silent mail server")
        assert "no answer within 10 s" in silent.sentence
        lost = when(room, "mail", lambda m: m.state.told == "firing", "the mail that was lost at first")
        assert lost.state.attempts == 2
        assert "may be a repeat" in mail.mails[0].get_content()

        (alert,) = room.view().alerts
        assert "refusing NOT TOLD: HTTP 403: go away" in alert.undelivered
        assert any(note.startswith("stalling NOT TOLD") for note in alert.undelivered)
        assert not any(note.startswith(("works", "lead")) for note in alert.undelivered)

        shop.status = 200
        when(room, "works", lambda m: m.state.told == "resolved", "the news that it is over")
    refusing.close()


def test_what_a_killed_engine_was_sending_is_sent_again(war_room: Open, shop, hook, slack, tmp_path):
    """It dies while both channels stall: a webhook gets the same key, Slack reads that it may be a repeat."""
    hook.stall()
    slack.stall()
    definition = telling(
        shop,
        tmp_path / "record",
        *("hook", "slack"),
        hook=webhook(hook.url),
        slack=Channel(
            kind="slack", settings={"token": "env:T", "api": slack.url, "channel": "C1"}, address="C1"
        ),
    )
    room = war_room(definition)
    engine = room.engine(environ={"T": "xoxb-test"}, ttl=TTL)
    until(lambda: room.view().health == "ok", what="the shop to be well")
    shop.status = 500
    until(lambda: hook.calls and slack.calls, what="both to be asked")
    os.kill(engine.pid, signal.SIGKILL)
    engine.wait()
    hook.resume()
    slack.resume()
    room.engine(standby=True, environ={"T": "xoxb-test"})
    when(room, "hook", lambda m: m.state.told == "firing", "the webhook")
    when(room, "slack", lambda m: m.state.told == "firing", "Slack")
    assert len({call.headers["Idempotency-Key"] for call in hook.calls}) == 1
    assert "repeat" not in hook.calls[-1].body["text"]
    ((told,),) = slack.messages.values()
    assert "may be a repeat" in told


def test_the_ladder_goes_on_after_a_restart_and_never_in_a_burst(war_room: Open, shop, hook, tmp_path):
    steps = [(0.0, "a"), (3.0, "b"), (3600.0, "c")]
    definition = telling(shop, tmp_path / "record", hook=webhook(hook.url))
    ladder = tuple(EscalationStep(after=Wait(seconds=after), notify=(name,)) for after, name in steps)
    definition = replace(
        definition,
        alerts={"down": replace(definition.alerts["down"], escalate="oncall")},
        contacts={name: {"hook": name} for _, name in steps},
        escalations={"oncall": ladder},
    )
    room = war_room(definition)
    engine = room.engine(ttl=TTL)
    until(lambda: room.view().health == "ok", what="the shop to be well")
    shop.status = 500
    until(lambda: [call.body["to"] for call in hook.calls] == ["a"], what="the first step")
    # Killed before it knows of the answer, its successor would send it again.
    when(room, "hook", lambda m: m.state.told == "firing", "the journal to have the answer")
    os.kill(engine.pid, signal.SIGKILL)
    engine.wait()
    room.engine(standby=True)
    until(lambda: [call.body["to"] for call in hook.calls] == ["a", "b"], what="the second step")
    (alert,) = room.view().alerts
    assert alert.page.startswith("pages c in 59m")
    room.does("eva", cmd.Acknowledge(alert="down", text="on it"))
    until(lambda: len(hook.calls) == 4, what="both to hear who has it")
    assert {call.body["stage"] for call in hook.calls[2:]} == {"acknowledged"}
    assert room.view().alerts[0].page == ""


def test_no_secret_reaches_the_journal(war_room: Open, shop, hook, tmp_path):
    """A server that says the secret address back."""
    hook.answer = lambda call: (404, f"nothing at {call.path}".encode(), {})
    definition = telling(shop, tmp_path / "record", "hook", hook=webhook("env:HOOK"))
    room = war_room(definition)
    room.engine(environ={"HOOK": f"{hook.url}/s3cret-path"})
    until(lambda: room.view().health == "ok", what="the shop to be well")
    shop.status = 500
    refused = when(room, "hook", lambda m: m.state.outcome == "rejected", "the refusal")
    assert "HTTP 404" in refused.sentence
    assert not any("s3cret" in row.body + (row.text or "") for row in room.store.rows(room.launch))


def test_who_was_told_hears_the_end_of_a_rule_that_is_taken_away_and_channels_follow(
    war_room: Open, shop, hook, tmp_path
):
    """A channel with a wrong address is amended; then the rule of the alert that fires goes."""
    record = tmp_path / "record"
    wrong = telling(shop, record, "hook", hook=webhook("http://127.0.0.1:1/"))
    room = war_room(wrong)
    room.engine()
    until(lambda: room.view().health == "ok", what="the shop to be well")
    shop.status = 500
    when(room, "hook", lambda m: m.state.outcome is not None, "the wrong address to fail")

    def amend(before: Definition, after: Definition) -> None:
        held = room.view().definition
        assert held == before
        room.does("lead", cmd.Amend(definition=after, base=held.digest(), text="it was wrong"))

    right = telling(shop, record, "hook", hook=webhook(hook.url))
    amend(wrong, right)
    when(room, "hook", lambda m: m.state.told == "firing", "the right address to be told")
    amend(right, replace(right, alerts={}))
    until(
        lambda: [c.body["stage"] for c in hook.calls] == ["firing", "resolved"], what="the end", seconds=40.0
    )
    assert room.session.state.anomalies == 0
