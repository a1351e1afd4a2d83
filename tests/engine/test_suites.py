"""Walks through smoke tests, against a real shop on loopback."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from launchpad.config.secrets import Redactor
from launchpad.engine.suites import Suites
from launchpad.errors import Refused
from launchpad.model.definition import (
    CommandStep,
    Extract,
    HttpStep,
    Launch,
    PostgresStep,
    SmokeSuite,
    StepExpect,
    TcpStep,
)
from launchpad.model.smoke import SmokeFact
from launchpad.probes.control import Control
from launchpad.probes.kinds import Means
from tests.support.storefront import PASSWORD, Storefront

LAUNCH = Launch(product="Acme", version="4.2.0")


@pytest.fixture
def shop() -> Iterator[Storefront]:
    shop = Storefront()
    yield shop
    shop.close()


@pytest.fixture
def walk(tmp_path: Path, shop: Storefront):
    """Walks through steps; gives what came of it and the lines that were said."""

    def resolve(text: str) -> str:
        if text == "env:LACKING":
            raise Refused("the secret env:LACKING is not set")
        return PASSWORD if text == "env:PASSWORD" else text

    redactor = Redactor([PASSWORD])
    means = Means(control=Control(), base_dir=tmp_path, environ={}, resolve=resolve, saying=redactor.line)

    async def walked(*steps, **settings) -> tuple[SmokeFact, list[str]]:
        values = {"shop": shop.url, "password": "env:PASSWORD"} | settings.pop("values", {})
        lines: list[str] = []

        async def say(line: str) -> None:
            lines.append(line)

        suite = SmokeSuite(steps=steps, values=values, **settings)
        return await Suites(means, redactor, LAUNCH).run(suite, say), lines

    return walked


SIGN_IN = (
    HttpStep(
        name="Sign-in page",
        url="{{ shop }}/login",
        expect=StepExpect(contains="Sign in", matches="<form [^>]*action=./login", within=30.0),
        extract={"csrf": Extract(pattern='name="csrf" value="([^"]+)"')},
    ),
    HttpStep(
        name="Sign in",
        method="POST",
        url="{{ shop }}/login",
        form={"password": "{{ password }}", "csrf": "{{ csrf }}"},
        expect=StepExpect(status=(302,), redirect="/account"),
    ),
    HttpStep(
        name="Account",
        url="{{ shop }}/account",
        expect=StepExpect(json={"user.name": "smoke", "visits": 3}),
        extract={"token": Extract(json="token")},
    ),
)
BUY = HttpStep(
    name="Buy a hat",
    method="POST",
    url="{{ shop }}/api/orders",
    headers={"Authorization": "Bearer {{ token }}", "X-Launch": "{{ launch.version }}"},
    json={"item": "hat"},
    expect=StepExpect(status=(201,), json={"items[0].name": "hat", "paid": False, "total": 12}),
    extract={"order": Extract(json="id", shown=True), "request": Extract(header="X-Request-Id")},
)


async def test_somebody_signs_in_and_buys_with_the_token_and_the_cookies_of_this_walk(walk, shop):
    echo = HttpStep(
        url="{{ shop }}/api/echo",
        method="PUT",
        json={"order": "{{ order }}", "text": "order {{ order }}"},
        expect=StepExpect(json={"order": "{{ order }}", "text": "order 4001"}),
    )
    fact, lines = await walk(*SIGN_IN, BUY, echo)
    assert fact.verdict == "ok", fact
    assert fact.sentence.startswith("5 of 5 steps passed in ")
    assert [line.partition(":")[0] for line in lines] == [f"{n}/5 ok" for n in range(1, 6)]
    assert shop.seen[-1][3] == b'{"order": 4001, "text": "order 4001"}', "a number stays a number"
    assert shop.seen[-2][2]["x-launch"] == "4.2.0"
    again, _ = await walk(SIGN_IN[2])
    assert "status 401" in again.sentence, "another walk has no cookies of this one"


async def test_nothing_that_was_extracted_nor_any_secret_is_told(walk, shop):
    wrong = SmokeSuite(steps=(BUY,)).steps[0]
    shop.tokens["x"] = "y"
    told = HttpStep(
        url="{{ shop }}/api/echo",
        method="POST",
        json={"a": "{{ token }}", "b": "{{ password }}"},
        expect=StepExpect(json={"a": "something", "b": "else"}),
    )
    fact, lines = await walk(*SIGN_IN, told, wrong)
    text = repr(fact) + repr(lines)
    assert "expected" in fact.steps[3].reason
    assert "a is" in fact.steps[3].reason
    assert shop.bearer not in text
    assert PASSWORD not in text
    assert not any(session in text for session in shop.signed_in | shop.tokens.keys() - {"x"})


def page(path="/", **fields):
    return HttpStep(url="{{ shop }}" + path, **fields)


HEAD = b"HTTP/1.1 200 OK\r\n"
SAYS = {
    "no JSON": (b"<html>", {"json": {"a": 1}}, "the body (6 characters) is no JSON"),
    "a path that is not there": (b'{"a": {}}', {"json": {"a.b": 1}}, "there is no a.b in the answer"),
    "another value": (b'{"a": 2}', {"json": {"a": 1}}, "a is 2, expected 1"),
    "true is not 1": (b'{"a": true}', {"json": {"a": 1}}, "a is true, expected 1"),
    "true is not 1, wherever": (b'{"a": [{"b": true}]}', {"json": {"a": [{"b": 1}]}}, "a is "),
    "text beyond what is read": (
        b"x" * 1_200_000 + b"bye",
        {"matches": "bye$"},
        "what is read of the body (1 MiB) does not match 'bye$'",
    ),
    "deeply nested": (b"[" * 100_000, {"json": {"a": 1}}, "is no JSON"),
    "text that does not match": (b"hello", {"matches": "^bye"}, "the body does not match '^bye'"),
    "text that is not there": (b"hello", {"contains": "bye"}, "does not contain 'bye'"),
    "a header that lacks": (b"x", {"header": {"X-Here": "yes"}}, "header X-Here is missing"),
}


@pytest.mark.parametrize("name", SAYS)
async def test_a_wrong_answer_is_told_as_expected_and_seen(walk, shop, name):
    body, expect, reason = SAYS[name]
    shop.answers["/"] = HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
    fact, _ = await walk(page(expect=StepExpect(**expect)))
    assert fact.verdict == "bad"
    assert reason in fact.steps[0].reason


TORN = {
    "truncated": (HEAD + b"Content-Length: 99\r\n\r\nshort", "connection closed before the body's 99 bytes"),
    "no HTTP": (b"220 mail ready\r\n", "not an HTTP answer"),
    "closed": (b"", "connection closed without an answer"),
    "compressed": (HEAD + b"Content-Encoding: br\r\nContent-Length: 1\r\n\r\nx", "compressed (br) unasked"),
    "control sequences": (b"HTTP/1.1 500 \x1b[2J\r\nContent-Length: 0\r\n\r\n", "status 500, expected 200"),
}


@pytest.mark.parametrize("name", TORN)
async def test_an_answer_that_is_none_fails_its_step(walk, shop, name):
    shop.answers["/"], reason = TORN[name]
    fact, _ = await walk(page(expect=StepExpect(matches="x")))
    assert fact.verdict == "bad"
    assert reason in fact.steps[0].reason
    assert "\x1b" not in repr(fact)


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("where", ["matches", "pattern"])
async def test_an_expression_that_backtracks_is_given_up_and_holds_nothing_else_up(walk, shop, where):
    shop.answers["/"] = HEAD + b"Content-Length: 61\r\n\r\n" + b"a" * 60 + b"b"
    endless = "^(a+)+$"
    step = (
        page(expect=StepExpect(matches=endless))
        if where == "matches"
        else page(extract={"a": Extract(pattern=endless)})
    )
    walking = asyncio.create_task(walk(step))
    looks = 0
    while not walking.done():
        await asyncio.sleep(0.01)
        looks += 1
    fact, _ = walking.result()
    assert fact.verdict == "unknown", "nothing is known of the product"
    assert "'^(a+)+$' can't be searched for: given up after 2 s" in fact.sentence
    assert looks > 20, "the loop went on meanwhile"


@pytest.mark.slow
async def test_a_step_whose_time_runs_out_while_it_searches_says_nothing_of_the_product(walk, shop):
    shop.answers["/"] = HEAD + b"Content-Length: 61\r\n\r\n" + b"a" * 60 + b"b"
    fact, _ = await walk(replace(page(expect=StepExpect(matches="^(a+)+$")), timeout=0.5))
    assert fact.verdict == "unknown"
    assert "it answered, and 500 ms did not do for judging its answer" in fact.sentence


async def test_an_expression_made_of_what_a_server_says_may_be_none(walk, shop):
    shop.answers["/list"] = HEAD + b"Content-Length: 9\r\n\r\n" + b'{"a":"("}'
    fact, _ = await walk(
        page("/list", extract={"a": Extract(json="a", shown=True)}),
        page(expect=StepExpect(matches="{{ a }}")),
    )
    assert fact.verdict == "unknown"
    assert "'(' can't be searched for: no regular expression: missing )" in fact.sentence


async def test_an_expression_sees_the_whole_body_that_is_kept(walk, shop):
    body = b"-" * 900_000 + b"the end"
    shop.answers["/"] = HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
    found = Extract(pattern="(the )?(end)$", shown=True)
    fact, _ = await walk(page(extract={"a": found}, expect=StepExpect(matches="the (?=end)")))
    assert fact.verdict == "ok", fact


@pytest.mark.slow
async def test_a_slow_answer_fails_by_its_limit_and_by_its_timeout(walk, shop):
    shop.delay = 0.3
    late, _ = await walk(page(expect=StepExpect(within=0.1)))
    assert "expected at most 100 ms" in late.sentence
    shop.delay = 10.0
    out, _ = await walk(page(timeout=3.0))
    assert "timed out after 3 s while waiting for an answer" in out.sentence
    spent, _ = await walk(page(), page("/2"), timeout=0.3, keep_going=True)
    assert spent.steps[1].reason == "the time for all steps was used up"


async def test_what_comes_after_a_failure_is_not_run_unless_it_is_to_go_on(walk, shop):
    lost = page("/nowhere", extract={"a": Extract(json="a")})
    needs, free = page("/{{ a }}"), page("/")
    stopped, _ = await walk(lost, needs, free)
    assert [step.verdict for step in stopped.steps] == ["bad", "not run", "not run"]
    assert stopped.sentence == (
        "step 1 (GET {{ shop }}/nowhere): status 404, expected 200; 0 of 3 steps passed"
    )
    went_on, _ = await walk(lost, needs, free, keep_going=True)
    assert [step.verdict for step in went_on.steps] == ["bad", "not run", "ok"]
    assert went_on.steps[1].reason == "needs a, which no step found"
    assert shop.asked("/") == 1


async def test_a_step_is_tried_again_only_as_often_as_it_says(walk, shop):
    shop.failing = 2
    patient, _ = await walk(page("/flaky", retries=3, pause=0.01))
    assert (patient.verdict, patient.steps[0].tries, shop.asked("/flaky")) == ("ok", 3, 3)
    shop.failing = 2
    once, _ = await walk(page("/flaky"))
    assert (once.verdict, shop.asked("/flaky")) == ("bad", 4)


async def test_redirects_are_followed_with_cookies_where_that_is_asked(walk):
    follows = HttpStep(
        name="Sign in",
        method="POST",
        url="{{ shop }}/login",
        form={"password": "{{ password }}", "csrf": "{{ csrf }}"},
        follow_redirects=True,
        expect=StepExpect(json={"user.name": "smoke"}, redirect="/account"),
    )
    fact, _ = await walk(SIGN_IN[0], follows)
    assert fact.verdict == "ok", fact


async def test_commands_and_other_probes_are_steps_too(walk, shop):
    script = "import os, sys; sys.exit(os.environ['P'] != 'correct horse battery' or sys.argv[1] != '4001')"
    command = CommandStep(
        argv=(sys.executable, "-c", script, "{{ order }}"), env={"P": "{{ password }}"}, timeout=60.0
    )
    port = int(shop.url.rpartition(":")[2])
    fact, _ = await walk(TcpStep(host="127.0.0.1", port=port), *SIGN_IN, BUY, command)
    assert fact.verdict == "ok", fact
    wrong, _ = await walk(CommandStep(argv=("sh", "-c", "echo $P; exit 3"), env={"P": "{{ password }}"}))
    assert "sh: exit status 3, •••" in wrong.sentence


async def test_a_secret_that_lacks_and_a_program_that_is_not_there_say_nothing_of_the_product(walk):
    lacks, _ = await walk(page(), values={"other": "env:LACKING"})
    assert (lacks.verdict, lacks.sentence) == ("unknown", "the secret env:LACKING is not set")
    absent, _ = await walk(CommandStep(argv=("/no/such/program",)))
    assert absent.verdict == "unknown"


async def test_what_a_server_says_never_becomes_a_reference_or_a_header(walk, shop):
    shop.answers["/ref"] = HEAD + b"Content-Length: 12\r\n\r\nenv:PASSWORD"
    fact, _ = await walk(page("/ref", extract={"a": Extract(pattern=".*")}))
    assert "looks like a reference to a secret" in fact.sentence
    body = b'{"a": "x\\r\\nEvil: 1"}'
    shop.answers["/crlf"] = HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
    fact, _ = await walk(page("/crlf", extract={"a": Extract(json="a")}), page(headers={"X-A": "{{ a }}"}))
    assert fact.steps[1].verdict == "bad"
    assert "it can't be asked" in fact.steps[1].reason
    assert shop.asked("/") == 0


async def test_an_extraction_that_is_not_there_fails_the_step(walk, shop):
    for extract, reason in (
        (Extract(header="X-No"), "header X-No is missing, expected a in it"),
        (Extract(pattern="nothing"), "does not match 'nothing' for a"),
    ):
        fact, _ = await walk(page(extract={"a": extract}))
        assert reason in fact.sentence
    shop.answers["/list"] = HEAD + b"Content-Length: 10\r\n\r\n" + b'{"a": [1]}'
    fact, _ = await walk(page("/list", extract={"a": Extract(json="a")}))
    assert "a is no single value" in fact.sentence


async def test_what_can_not_be_asked_once_it_is_filled_in_is_bad_and_ends_nothing(walk):
    asked = PostgresStep(dsn="env:PASSWORD", query="{{ query }}")
    fact, _ = await walk(asked, values={"query": ""})
    assert fact.verdict == "bad"
    assert fact.steps[0].reason.startswith("it can't be asked: Expected `str` of length >= 1")
