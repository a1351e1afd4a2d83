"""The Redis probe against a real server, and against ones that are none."""

import asyncio
import contextlib
import subprocess

import pytest

from launchpad.model.services import RedisCheck
from launchpad.probes.redis import RedisProbe
from tests.probes.authority import Authority
from tests.probes.servers import closed_port, serving

PASSWORD = "pass word:1"  # of a server that lives for one test
QUOTED = "pass%20word%3A1"


@contextlib.asynccontextmanager
async def redis(folder):
    port = closed_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    command += ["--requirepass", PASSWORD]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            async with asyncio.timeout(60):
                while (await probe(f"redis://:{QUOTED}@127.0.0.1:{port}")).verdict != "ok":
                    await asyncio.sleep(0.05)
            yield port
        finally:
            process.kill()


async def probe(url, tls=None, **settings):
    return await RedisProbe(RedisCheck(url=url, **{"timeout": 20.0, **settings}), tls=tls).run()


@pytest.mark.needs("redis-server")
async def test_a_real_server(tmp_path):
    async with redis(tmp_path) as port:
        good = await probe(f"redis://:{QUOTED}@127.0.0.1:{port}/3")
        wrong = await probe(f"redis://:other@127.0.0.1:{port}")
        number = await probe(f"redis://:{QUOTED}@127.0.0.1:{port}/99")
        bare = await RedisProbe(RedisCheck(host="127.0.0.1", port=port, timeout=20.0)).run()
    assert (good.verdict, good.reason) == ("ok", "answered PONG")
    assert wrong.verdict == "bad"
    assert wrong.reason.startswith("AUTH is answered with 'WRONGPASS invalid username-password pair")
    assert number.reason == "SELECT is answered with 'ERR DB index is out of range'"
    assert bare.reason == "PING is answered with 'NOAUTH Authentication required.'"


async def test_tls():
    authority = Authority()

    async def pong(reader, writer):
        await reader.readexactly(14)
        writer.write(b"+PONG\r\n")
        await writer.drain()

    async with serving(pong, tls=authority.server("localhost"), reads=False) as site:
        good = await probe(f"rediss://localhost:{site.port}", tls=authority.trusting())
        bad = await probe(f"rediss://localhost:{site.port}")
    assert good.verdict == "ok"
    assert bad.reason == "the certificate of localhost is signed by an unknown authority"


async def test_an_echoed_password_is_masked():
    async def echo(reader, writer):
        await reader.readuntil(b"hunter2\r\n")
        writer.write(b"-ERR bad hunter2\r\n")
        await writer.drain()

    async with serving(echo, reads=False) as site:
        result = await probe(f"redis://:hunter2@127.0.0.1:{site.port}")
    assert (result.verdict, result.reason) == ("bad", "AUTH is answered with 'ERR bad •••'")


async def test_one_that_hangs_up_is_bad():
    async def hangs_up(reader, writer):
        await reader.readexactly(14)

    async with serving(hangs_up, reads=False) as site:
        result = await probe(f"redis://127.0.0.1:{site.port}")
    assert (result.verdict, result.reason) == ("bad", "connection closed without an answer")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"x" * 5000, "not an answer of Redis"),
        (b"HTTP/1.1 400 Bad Request\r\n", "PING is answered with 'HTTP/1.1 400 Bad Request'"),
    ],
)
async def test_what_is_no_redis_is_bad(said, reason):
    async def says(reader, writer):
        await reader.readexactly(14)
        writer.write(said)
        await writer.drain()

    async with serving(says, reads=False) as site:
        result = await probe(f"redis://127.0.0.1:{site.port}")
    assert (result.verdict, result.reason) == ("bad", reason)


async def test_a_closed_port_is_bad():
    result = await probe(f"redis://127.0.0.1:{(port := closed_port())}")
    assert (result.verdict, result.reason) == ("bad", f"connection refused by 127.0.0.1:{port}")


@pytest.mark.parametrize(
    "url", ["http://secret-word", "redis://h:x/secret-word", "redis:///", "redis://h/secret-word"]
)
async def test_a_url_that_is_none_is_unknown_and_not_quoted(url):
    result = await probe(url)
    assert (result.verdict, result.reason) == (
        "unknown",
        "its url is none of redis://HOST:PORT/NUMBER and rediss://…",
    )
