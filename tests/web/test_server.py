"""The server for browsers, asked over real sockets."""

import asyncio
import json
import socket
from contextlib import asynccontextmanager

import httpx
import pytest

from launchpad.desk import LocalDesk
from launchpad.errors import Unreachable
from launchpad.model import commands as cmd
from launchpad.session import Session
from launchpad.store import open_store
from launchpad.web.access import Access, place
from launchpad.web.board import Board
from launchpad.web.server import Limits, shown
from tests.support import launches
from tests.support.demo_face import moment

TOKEN = "a-token-that-nobody-guesses"


@pytest.fixture
def store(tmp_path):
    made = open_store(f"sqlite:///{tmp_path}/demo.db")
    launches.during().write(made)
    yield made
    made.close()


@asynccontextmanager
async def browsers(session, said=None, limits=Limits()):  # noqa: B008  # a value
    def access(port):
        return Access(TOKEN, place("127.0.0.1", port, None), port)

    narrate = [].append if said is None else said.append
    async with (
        shown("127.0.0.1", 0, Board(session), access, narrate, limits) as rules,
        httpx.AsyncClient(base_url=rules.place.url, timeout=20) as client,
    ):
        yield client


def a_session(store):
    return Session(store, launches.LAUNCH, clock=lambda: moment("during"))


async def test_the_token_is_exchanged_for_a_cookie_that_shows_the_launch(store):
    said = []
    async with browsers(a_session(store), said) as client:
        door = await client.get("/")
        assert door.status_code == 403
        assert "Acme" not in door.text
        assert 'name="token"' in door.text
        entered = await client.get("/enter", params={"token": TOKEN})
        assert entered.status_code == 200
        assert TOKEN not in entered.text
        page = await client.get("/")
        assert page.status_code == 200
        assert "Acme 4.2.0" in page.text
        assert "availability at least 99.9%" in page.text
        assert (await client.get("/nothing")).status_code == 404
    assert said == ["a browser at 127.0.0.1 looks on"]


async def test_without_the_token_there_is_nothing(store):
    said = []
    async with browsers(a_session(store), said) as client:
        for wrong in ("", "x", TOKEN[:-1], TOKEN + "x", "ü"):
            refused = await client.get("/enter", params={"token": wrong})
            assert refused.status_code == 403
            assert "set-cookie" not in refused.headers
        client.cookies.set(f"launchpad-{client.base_url.port}", TOKEN)
        for path in ("/", "/events", "/nothing"):
            assert (await client.get(path)).status_code == 403
    assert said == ["refused a browser at 127.0.0.1: it does not have the token"]
    assert not any(TOKEN in line for line in said)


async def test_other_names_and_other_methods_are_refused(store):
    async with browsers(a_session(store)) as client:
        await client.get("/enter", params={"token": TOKEN})
        misled = await client.get("/", headers={"Host": "evil.example"})
        assert misled.status_code == 421
        assert "Acme" not in misled.text
        for path in ("/", "/enter", "/events"):
            assert (
                await client.get(path, headers={"Host": f"evil.example:{client.base_url.port}"})
            ).status_code == 421
            assert (await client.post(path)).status_code == 405
            assert (await client.delete(path)).status_code == 405
        head = await client.head("/")
        assert (head.status_code, head.content) == (200, b"")


async def test_every_answer_keeps_browsers_from_doing_more(store):
    async with browsers(a_session(store)) as client:
        answers = [await client.get(path) for path in ("/", "/style.css", "/live.js", "/enter")]
        await client.get("/enter", params={"token": TOKEN})
        answers.append(await client.get("/"))
        async with client.stream("GET", "/events") as stream:
            answers.append(stream)
        for each in answers:
            policy = each.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'")
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert each.headers["x-content-type-options"] == "nosniff"
            assert each.headers["referrer-policy"] == "no-referrer"
            assert each.headers["cache-control"] == "no-store"
        assert "http" not in answers[1].text.replace("http-equiv", "")


async def test_a_page_that_follows_is_sent_what_changes_and_nothing_else(store):
    session = a_session(store)
    async with browsers(session) as client:
        await client.get("/enter", params={"token": TOKEN})
        async with client.stream("GET", "/events") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            events = (
                json.loads(line[6:]) async for line in stream.aiter_lines() if line.startswith("data: ")
            )
            first = await anext(events)
            assert "Acme 4.2.0" in first["standing"]
            desk = LocalDesk(store, Session(store, launches.LAUNCH), launches.ADA)
            await asyncio.to_thread(desk.perform, cmd.WriteNote(text="the <b>cache</b> is warm"))
            async with asyncio.timeout(60):
                async for changed in events:
                    assert "objectives" not in changed
                    if "timeline" in changed:
                        break
            assert "the &lt;b&gt;cache&lt;/b&gt; is warm" in changed["timeline"]


class Away:
    """A source that can be taken away."""

    def __init__(self, source):
        self._source = source
        self.away = False

    def __getattr__(self, name):
        if self.away:
            raise Unreachable("PostgreSQL launches on db-1 does not answer")
        return getattr(self._source, name)


@pytest.mark.slow
async def test_a_store_that_is_away_is_said_and_comes_back(store):
    source = Away(store)
    async with browsers(Session(source, launches.LAUNCH, clock=lambda: moment("during"))) as client:
        await client.get("/enter", params={"token": TOKEN})
        assert "all 4 objectives met" in (await client.get("/")).text
        source.away = True
        await _until(client, "STORE AWAY", "does not answer", '<title id="title">STORE AWAY')
        assert "objectives met" not in (await client.get("/")).text
        source.away = False
        await _until(client, "all 4 objectives met")


async def _until(client, *texts):
    async with asyncio.timeout(60):
        page = ""
        while not all(text in page for text in texts):
            page = (await client.get("/")).text
            await asyncio.sleep(0.1)


async def test_strangers_who_ask_badly_are_cut_off_and_keep_nobody_out(store):
    limits = Limits(patience=1.0)
    async with browsers(a_session(store), limits=limits) as client:
        port = client.base_url.port
        for data in (
            b"\r\n\r\n",
            b"GET\r\n\r\n",
            b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
            b"x" * 100_000,
            b"GET http://[ HTTP/1.1\r\n\r\n",
            b"GET //[ HTTP/1.1\r\n\r\n",
            b"CONNECT elsewhere:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"FETCH / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ):
            assert await asyncio.to_thread(_said, port, data) == b""
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(limits.at_once + 5)]
        try:
            async with asyncio.timeout(60):
                while not await _answered(client):
                    await asyncio.sleep(0.1)
        finally:
            for each in silent:
                each.close()


def _said(port, data):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as asking:
        try:
            asking.sendall(data)
            return asking.recv(1000)
        except ConnectionError:
            return b""


async def _answered(client):
    try:
        return (await client.get("/")).status_code == 403
    except httpx.TransportError:
        return False


async def test_a_client_that_stops_reading_is_let_go(store):
    limits = Limits(streams=1, slowest=0.5, every=0.001)
    big = {"timeline": ""}

    class Endless(Board):
        async def parts(self):
            big["timeline"] += "x" * 200_000
            return dict(big)

    def access(port):
        return Access(TOKEN, place("127.0.0.1", port, None), port)

    async with shown("127.0.0.1", 0, Endless(a_session(store)), access, [].append, limits) as rules:
        port = int(rules.place.url.rpartition(":")[2])
        cookie = rules.cookie.partition(";")[0]
        asked = f"GET /events HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", port)) as stuck:
            stuck.sendall(asked)
            # Its place is free again, though it has neither read nor gone.
            async with asyncio.timeout(60):
                await asyncio.to_thread(_begins, port, asked, b"HTTP/1.1 503")
                while not await asyncio.to_thread(_begins, port, asked, b"HTTP/1.1 200"):
                    await asyncio.sleep(0.1)


def _begins(port, data, with_):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as asking:
        asking.sendall(data)
        return asking.recv(12) == with_
