"""Each channel against a server that speaks its protocol, in all its moods."""

import hashlib
import hmac
import socket

import pytest
from msgspec.structs import replace

from launchpad.channels.channel import Message, Told
from launchpad.channels.discord import DiscordChannel, DiscordSettings
from launchpad.channels.pagerduty import PagerDutyChannel, PagerDutySettings
from launchpad.channels.slack import SlackChannel, SlackSettings, escaped
from launchpad.channels.smtp import SmtpChannel, SmtpSettings
from launchpad.channels.webhook import WebhookChannel, WebhookSettings, signature
from tests.probes.servers import serving
from tests.support.pager import silent_server

MESSAGE = Message(
    id="acme-4.2.0/down/7/lead/mail",
    stage="firing",
    severity="critical",
    subject="[Acme 4.2.0] FIRING critical: errors > 1%",
    text="down: 2.3%, n=60\n.a line that begins with a dot\nTo acknowledge: launchpad ack down",
    launch="acme-4.2.0",
    alert="down",
    to="lead",
)


def test_an_edition_is_known_by_all_that_it_says():
    alone = replace(MESSAGE, told=(Told(alert="down", firing=7, stage="firing"),))
    assert alone.edition == MESSAGE.edition, "as engines before this one had it"
    joined = replace(alone, told=(*alone.told, Told(alert="halted", firing=9, stage="firing")))
    over = replace(joined, told=(joined.told[0], replace(joined.told[1], stage="resolved")))
    assert len({alone.edition, joined.edition, over.edition}) == 3


RESOLVED = replace(MESSAGE, stage="resolved", subject="[Acme 4.2.0] RESOLVED", text="over")


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def slack_at(url: str, token: str = "xoxb-test") -> SlackChannel:
    return SlackChannel(
        "slack",
        SlackSettings(token="env:T", channel="#launch", api=url),
        {"env:T": token, url: url}.__getitem__,
    )


async def test_slack_posts_once_and_updates_in_place(slack):
    channel = slack_at(slack.url)
    sent = await channel.send("#launch", MESSAGE)
    assert sent.state == "confirmed"
    updated = await channel.update("#launch", sent.id, RESOLVED)
    assert (updated.state, updated.id) == ("confirmed", sent.id)
    ((first, last),) = slack.messages.values()
    assert "FIRING critical: errors &gt; 1%" in first
    assert "RESOLVED" in last
    assert slack.calls[0].body["channel"] == "#launch"
    await channel.close()


@pytest.mark.parametrize(
    ("error", "state"),
    [("channel_not_found", "rejected"), ("internal_error", "unknown"), ("ratelimited", "deferred")],
)
async def test_slack_says_no_with_a_200(slack, error, state):
    slack.errors.append(error)
    channel = slack_at(slack.url)
    outcome = await channel.send("#launch", MESSAGE)
    assert outcome.state == state
    assert error in outcome.detail
    assert outcome.retry_after == (1.0 if error == "ratelimited" else None)
    await channel.close()


async def test_slack_with_a_wrong_token(slack):
    channel = slack_at(slack.url, token="xoxb-wrong")
    outcome = await channel.send("#launch", MESSAGE)
    assert (outcome.state, outcome.detail) == ("rejected", "invalid_auth")
    await channel.close()


@pytest.mark.parametrize("page", [b"<title>Sign in</title>", b"[" * 60_000], ids=["a login's", "bottomless"])
async def test_a_page_that_is_none_of_slack_says_nothing_of_the_message(hook, page):
    hook.answer = lambda _: (200, page, {})
    channel = slack_at(hook.url)
    outcome = await channel.send("#launch", MESSAGE)
    assert (outcome.state, outcome.detail) == ("unknown", "HTTP 200")
    await channel.close()


@pytest.mark.parametrize("token", ["xoxb-test\n", "xoxb-tést"])
async def test_a_token_that_no_header_takes_is_called_that(slack, token):
    channel = slack_at(slack.url, token)
    outcome = await channel.send("#launch", MESSAGE)
    assert (outcome.state, "no header takes" in outcome.detail) == ("rejected", True)
    assert slack.calls == []
    await channel.close()


async def test_the_token_of_slack_is_not_sent_in_the_clear():
    settings = SlackSettings(token="env:T", api="http://slack.example")
    assert [path for path, _ in settings.faults()] == [("api",)]
    channel = slack_at("http://slack.example")
    outcome = await channel.send("#launch", MESSAGE)
    assert (outcome.state, "in the clear" in outcome.detail) == ("rejected", True)
    await channel.close()


@pytest.mark.parametrize("line", ["<&> " * 30, "ä" * 130, "😀" * 60], ids=["escaped", "umlauts", "emoji"])
async def test_a_long_text_is_told_from_its_beginning_and_says_that_there_is_more(slack, line):
    channel = slack_at(slack.url)
    sent = await channel.send("#launch", MESSAGE)
    long = replace(MESSAGE, text="\n".join(f"{n}: {line}" for n in range(80)))
    assert (await channel.update("#launch", sent.id, long)).state == "confirmed"
    ((_, said),) = slack.messages.values()
    first, second, *_, before, last = said.split("\n")
    assert "FIRING critical" in first
    assert second == f"0: {escaped(line)}"
    assert before.endswith(escaped(line)), "whole lines"
    assert last == "… More: launchpad messages --launch acme-4.2.0"
    assert 3500 < len(said.encode()) <= 4000
    await channel.close()


def test_nothing_in_a_text_is_read_as_a_mention():
    assert escaped("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"


def webhook(url: str) -> WebhookChannel:
    settings = WebhookSettings(url=url, secret="env:S")
    return WebhookChannel("hook", settings, lambda text: {"env:S": "s3cret"}.get(text, text))


async def test_a_webhook_is_signed_and_tells_repeats_by_their_key(hook):
    hook.answer = lambda _: (202, {"id": 17}, {})
    channel = webhook(f"{hook.url}/page?who=me")
    sent = await channel.send("lead", MESSAGE)
    await channel.send("lead", MESSAGE)
    await channel.update("lead", sent.id, RESOLVED)
    assert (sent.state, sent.id, sent.detail) == ("accepted", "17", "HTTP 202")
    first, again, later = hook.calls
    assert first.path == "/page?who=me"
    assert first.body["address"] == "lead"
    assert first.body["stage"] == "firing"
    keys = [call.headers["Idempotency-Key"] for call in (first, again, later)]
    assert keys[0] == keys[1] != keys[2]
    at = int(first.headers["Launchpad-Signature"].partition(",")[0].removeprefix("t="))
    expected = hmac.new(b"s3cret", f"{at}.".encode() + first.raw, hashlib.sha256).hexdigest()
    assert (
        first.headers["Launchpad-Signature"] == f"t={at},v1={expected}" == signature("s3cret", first.raw, at)
    )
    await channel.close()


@pytest.mark.parametrize(
    ("status", "headers", "state", "said"),
    [
        (500, {}, "unknown", "HTTP 500"),
        (429, {"Retry-After": "7"}, "deferred", "HTTP 429"),
        (404, {}, "rejected", "HTTP 404"),
        (307, {"Location": "http://elsewhere/"}, "rejected", "a redirect, which is not followed"),
    ],
)
async def test_what_a_webhook_answers(hook, status, headers, state, said):
    hook.answer = lambda _: (status, b"no such \x1b[31mplace", headers)
    channel = webhook(hook.url)
    outcome = await channel.send("lead", MESSAGE)
    assert outcome.state == state
    assert said in outcome.detail
    assert outcome.retry_after == (7.0 if "Retry-After" in headers else None)
    assert len(hook.calls) == 1
    await channel.close()


async def test_a_connection_that_is_cut_leaves_it_open_whether_it_arrived(hook):
    hook.answer = lambda _: None
    channel = webhook(hook.url)
    assert (await channel.send("lead", MESSAGE)).state == "unknown"
    await channel.close()


async def test_a_connection_that_the_server_gives_up_between_two_messages_loses_none():
    """It says that it keeps the connection, and resets it once it is used again."""

    async def once(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split()[0]))
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        if await reader.read(1):
            writer.transport.abort()

    async with serving(once, reads=False) as server:
        channel = webhook(server.url)
        states = [(await channel.send("lead", MESSAGE)).state for _ in range(3)]
        await channel.close()
    assert states == ["accepted"] * 3


async def test_a_secret_in_a_long_answer_is_not_cut_where_nobody_knows_it_any_more(hook):
    """Who records it takes secrets out, and then cuts."""
    hook.answer = lambda _: (403, b"x" * 195 + b"hunter2-correct-horse", {})
    channel = webhook(hook.url)
    assert "hunter2-correct-horse" in (await channel.send("lead", MESSAGE)).detail
    await channel.close()


@pytest.mark.parametrize("url", ["https://xn--zz/", "ftp://127.0.0.1/"])
async def test_an_address_that_can_be_none_is_refused(url):
    assert [path for path, _ in WebhookSettings(url=url).faults()] == [("url",)]
    channel = webhook(url)
    outcome = await channel.send("lead", MESSAGE)
    assert (outcome.state, "the URL is no good" in outcome.detail) == ("rejected", True)
    await channel.close()


async def test_a_proxy_that_can_not_be_used_is_named(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "gopher://proxy.example")
    channel = webhook("https://hooks.example.com/")
    outcome = await channel.send("lead", MESSAGE)
    assert (outcome.state, "the proxy" in outcome.detail) == ("deferred", True)
    await channel.close()


async def test_nobody_is_there():
    channel = webhook(f"http://127.0.0.1:{closed_port()}/")
    outcome = await channel.send("lead", MESSAGE)
    assert outcome.state == "deferred"
    assert "can't connect" in outcome.detail
    await channel.close()


def discord(url: str) -> DiscordChannel:
    return DiscordChannel("discord", DiscordSettings(url="env:D"), {"env:D": url}.__getitem__)


async def test_discord_writes_once_and_edits_in_place(hook):
    hook.answer = lambda _: (200, {"id": "81"}, {})
    channel = discord(f"{hook.url}/api/webhooks/1/token?thread_id=7\n")
    sent = await channel.send(
        "everyone", replace(MESSAGE, text="@everyone **look** https://acme.example/a_b_c <@1>")
    )
    updated = await channel.update("everyone", sent.id, RESOLVED)
    assert (sent.state, sent.id, updated.state) == ("confirmed", "81", "confirmed")
    first, last = hook.calls
    assert (first.method, first.path) == ("POST", "/api/webhooks/1/token?wait=true&thread_id=7")
    assert (last.method, last.path) == ("PATCH", "/api/webhooks/1/token/messages/81?thread_id=7")
    assert first.body["allowed_mentions"] == {"parse": []}
    assert first.body["content"].endswith(
        "\n\\@everyone \\*\\*look\\*\\* https://acme.example/a_b_c \\<\\@1\\>"
    )
    assert "RESOLVED" in last.body["content"]
    await channel.close()


async def test_a_text_too_long_for_discord_ends_with_where_there_is_more(hook):
    hook.answer = lambda _: (200, {"id": "81"}, {})
    channel = discord(hook.url)
    await channel.send("everyone", replace(MESSAGE, text="\n".join(f"{n}: a_b" for n in range(400))))
    said = hook.calls[0].body["content"]
    assert 1900 < len(said) <= 2000
    assert said.split("\n")[-2].endswith(": a\\_b"), "whole lines"
    assert said.endswith("\n… More: launchpad messages --launch acme-4.2.0")
    await channel.close()


@pytest.mark.parametrize(
    ("status", "said", "headers", "state"),
    [
        (404, {"message": "Unknown Webhook", "code": 10015}, {}, "rejected"),
        (
            429,
            {"message": "limited", "retry_after": 3.0},
            {"Retry-After": "3"},
            "deferred",
        ),
        (204, b"", {}, "unknown"),
        (200, b"<title>Sign in</title>", {}, "unknown"),
        (502, b"", {}, "unknown"),
    ],
)
async def test_what_discord_answers(hook, status, said, headers, state):
    hook.answer = lambda _: (status, said, headers)
    channel = discord(hook.url)
    outcome = await channel.send("everyone", MESSAGE)
    assert outcome.state == state
    assert not isinstance(said, dict) or said["message"] in outcome.detail
    assert outcome.retry_after == (3.0 if headers else None)
    await channel.close()


async def test_the_address_of_discord_is_not_used_in_the_clear():
    outcome = await discord("http://discord.example/api/webhooks/1/token").send("everyone", MESSAGE)
    assert (outcome.state, "in the clear" in outcome.detail) == ("rejected", True)


def pagerduty(url: str) -> PagerDutyChannel:
    settings = PagerDutySettings(routing_key="env:K", api=url)
    return PagerDutyChannel("pagerduty", settings, lambda text: {"env:K": "r" * 32}.get(text, text))


async def test_pagerduty_has_one_incident_through_all_stages(hook):
    hook.answer = lambda _: (202, {"status": "success", "message": "Event processed"}, {})
    channel = pagerduty(hook.url)
    sent = await channel.send("everyone", MESSAGE)
    await channel.update("everyone", sent.id, replace(MESSAGE, stage="acknowledged"))
    await channel.update("everyone", sent.id, RESOLVED)
    assert (sent.state, sent.detail) == ("accepted", "Event processed")
    assert [call.body["event_action"] for call in hook.calls] == ["trigger", "acknowledge", "resolve"]
    assert {call.body["dedup_key"] for call in hook.calls} == {sent.id}
    first = hook.calls[0]
    assert (first.path, first.body["routing_key"]) == ("/v2/enqueue", "r" * 32)
    assert first.body["payload"]["severity"] == "critical"
    assert first.body["payload"]["summary"] == MESSAGE.subject
    await channel.close()


@pytest.mark.parametrize(
    ("status", "said", "state", "words"),
    [
        (
            400,
            {"status": "invalid event", "message": "Event object is invalid", "errors": ["no key"]},
            "rejected",
            "Event object is invalid, no key",
        ),
        (429, {}, "deferred", "HTTP 429"),
        (500, {}, "unknown", "HTTP 500"),
        (202, b"<title>Sign in</title>", "unknown", "HTTP 202"),
    ],
)
async def test_what_pagerduty_answers(hook, status, said, state, words):
    hook.answer = lambda _: (status, said, {})
    channel = pagerduty(hook.url)
    outcome = await channel.send("everyone", MESSAGE)
    assert outcome.state == state
    assert words in outcome.detail
    await channel.close()


def test_the_key_of_pagerduty_is_not_sent_in_the_clear():
    settings = PagerDutySettings(routing_key="env:K", api="http://pagerduty.example")
    assert [path for path, _ in settings.faults()] == [("api",)]


def smtp(url: str) -> SmtpChannel:
    return SmtpChannel("mail", SmtpSettings(url=url, from_="Launch <launch@acme.example>"), lambda text: text)


async def test_mails_of_one_message_are_a_thread(mail):
    channel = smtp(mail.url)
    sent = await channel.send("Lead <lead@acme.example>", MESSAGE)
    assert sent.state == "accepted"
    assert "queued" in sent.detail
    await channel.send("Lead <lead@acme.example>", MESSAGE)
    await channel.update("Lead <lead@acme.example>", sent.id, RESOLVED)
    first, again, last = mail.mails
    assert mail.recipients == ["lead@acme.example"] * 3
    assert first["Subject"] == MESSAGE.subject
    assert first.get_content().splitlines() == MESSAGE.text.splitlines()
    assert first["Message-ID"] == again["Message-ID"] == sent.id
    assert last["In-Reply-To"] == last["References"] == sent.id
    assert last["Message-ID"] != sent.id
    await channel.close()


async def test_a_mail_says_what_was_meant_whatever_is_in_it(mail):
    channel = smtp(mail.url)
    subject = "[Müller 4.2.0] FIRING critical: " + " ".join(["wörd"] * 40)
    text = "\n".join(["- one", "- two", "", "=?utf-8?q?x?= <b>&amp;", ".", "From me", "ä" * 1500, "x" * 1500])
    assert (await channel.send("lead@acme.example", replace(MESSAGE, subject=subject, text=text))).id
    [took] = mail.mails
    assert took["Subject"] == subject
    assert took.get_content().splitlines() == text.splitlines()
    assert took.get_content_type() == "text/plain"
    assert took["Auto-Submitted"] == "auto-generated"
    await channel.close()


@pytest.mark.parametrize(
    ("when", "reply", "state"),
    [
        ("RCPT", "550 no such user", "rejected"),
        ("RCPT", "451 greylisted", "deferred"),
        ("DATA", "554 no spam here", "rejected"),
        ("DATA", "452 disk full", "deferred"),
        ("DATA", "cut", "unknown"),
    ],
)
async def test_what_a_mail_server_says(mail, when, reply, state):
    mail.replies[when].append(reply)
    channel = smtp(mail.url)
    outcome = await channel.send("lead@acme.example", MESSAGE)
    assert outcome.state == state
    assert reply == "cut" or reply[4:] in outcome.detail
    assert (await channel.send("lead@acme.example", MESSAGE)).state == "accepted"
    await channel.close()


async def test_what_smtp_has_no_characters_for_is_refused(mail):
    channel = smtp(mail.url)
    outcome = await channel.send("lead@müller.example", MESSAGE)
    assert (outcome.state, "beyond ASCII" in outcome.detail) == ("rejected", True)
    assert mail.mails == []
    await channel.close()


async def test_no_mail_server():
    channel = smtp(f"smtp://127.0.0.1:{closed_port()}")
    assert (await channel.send("lead@acme.example", MESSAGE)).state == "deferred"
    await channel.close()


@pytest.mark.slow
async def test_a_mail_server_that_never_says_a_word():
    with silent_server() as port:
        channel = smtp(f"smtp://127.0.0.1:{port}")
        outcome = await channel.send("lead@acme.example", MESSAGE)
        assert (outcome.state, outcome.detail) == ("deferred", "no answer within 10 s")
        await channel.close()


@pytest.mark.parametrize(
    ("settings", "address", "good"),
    [
        (SmtpSettings, "lead@example.com", True),
        (SmtpSettings, "Lead <lead@example.com>", True),
        (SmtpSettings, "lead", False),
        (SmtpSettings, "@example.com", False),
        (SmtpSettings, "lead@müller.example", False),
        (SlackSettings, "U024BE7LH", True),
        (SlackSettings, "#launch", True),
        (SlackSettings, "lead@example.com", False),
    ],
)
def test_addresses_are_checked_before_they_are_needed(settings, address, good):
    assert (settings.address_fault(address) is None) == good
