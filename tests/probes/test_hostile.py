"""Servers that mean harm, or are broken: a verdict in time, one clean line, nothing left behind."""

import asyncio
import itertools
import socket
import struct
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from launchpad.model.http import HttpCheck, HttpExpect
from launchpad.probes.exchange import MAX_BODY
from launchpad.probes.http import HttpProbe
from tests.probes.servers import answer, closed_port, serving
from tests.probes.test_http import probe


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "connection closed without an answer"),
        (b"HTTP/1.1 200 OK\r\nContent-", "connection closed in the middle of the headers"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "connection closed in the middle of the headers"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
            "connection closed before the body's 100 bytes",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
            "connection closed in the middle of the body",
        ),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not an HTTP answer: Expected HTTP/, RTSP/ or ICE/"),
        (b"\x16\x03\x01\x00\xff" * 100, "not an HTTP answer: Expected HTTP/, RTSP/ or ICE/"),
        (b"HTTP/1.1 9999 Huh\r\n\r\n", "not an HTTP answer: Invalid response status"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "not an HTTP answer: Transfer-Encoding can't be present with Content-Length",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "not an HTTP answer: Invalid character in chunk size",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
            "not an HTTP answer: Invalid character in Content-Length",
        ),
        (
            b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n\x00\x01",
            "status 101, expected 200",
        ),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000, "headers of more than 64 KiB"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 5000, "headers of more than 64 KiB"),
        (b"HTTP/1.1 503 \x1b]0;pwned\x07[/x]\r\nContent-Length: 0\r\n\r\n", "status 503, expected 200"),
    ],
)
async def test_a_broken_answer_is_bad_for_a_clear_reason(data: bytes, reason: str) -> None:
    async with serving(data) as site:
        result = await probe(site.url)
    assert (result.verdict, result.reason) == ("bad", reason)


async def endless(writer: asyncio.StreamWriter, start: bytes, piece: bytes) -> None:
    writer.write(start)
    while True:
        writer.write(piece)
        await writer.drain()


@pytest.mark.parametrize(
    ("start", "piece", "verdict", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-Pad: " + b"a" * 1000 + b"\r\n", "bad", "headers of more than 64 KiB"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n",
            "ok",
            "status 200",
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x" * 1000, "ok", "status 200"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
            b"T: " + b"x" * 1000 + b"\r\n",
            "ok",
            "status 200",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n", b"x" * 65536, "ok", "status 200"),
    ],
    ids=["headers", "chunks", "chunk-extension", "trailers", "100-megabytes"],
)
async def test_what_never_ends_is_left(start: bytes, piece: bytes, verdict: str, reason: str) -> None:
    async def flood(reader, writer):
        await endless(writer, start, piece)

    async with serving(flood) as site:
        tracemalloc.start()
        result = await probe(site.url, timeout=10.0)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert (result.verdict, result.reason) == (verdict, reason)
    assert peak < 8 * MAX_BODY


async def test_text_beyond_what_is_read_is_not_found() -> None:
    async with serving(answer(body=b"x" * (MAX_BODY + 200_000) + b"Acme")) as site:
        result = await probe(site.url, expect={"contains": "Acme"})
    assert result.verdict == "bad"
    assert result.reason.endswith("bytes of the body do not contain 'Acme'")


async def test_a_byte_now_and_then_ends_with_the_timeout() -> None:
    async def drip(reader, writer):
        for byte in itertools.cycle(b"HTTP/1.1 200 OK\r\nX: y\r\n"):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.02)

    async with serving(drip) as site:
        result = await probe(site.url, timeout=0.4)
    assert (result.verdict, result.duration) == ("bad", 0.4)
    assert result.reason == "timed out after 400 ms while reading the answer"


async def test_an_answer_cut_at_every_byte_is_understood() -> None:
    whole = b"HTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nAcme\r\n0\r\n\r\n"

    async def bytewise(reader, writer):
        for byte in whole:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0)

    async with serving(bytewise) as site:
        result = await probe(site.url, expect={"contains": "Acme", "header": {"x-a": "b"}})
    assert result.verdict == "ok"


async def test_redirects_in_a_circle_end() -> None:
    async with serving(answer("302 Found", b"", "Location: /")) as site:
        result = await probe(site.url, follow_redirects=True)
    assert (result.verdict, result.reason) == ("bad", "more than 10 redirects")
    assert site.connections == 11


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "http://user:pw@x/", "http://[/x]", "//", "\x1b]0;p\x07:"]
)
async def test_a_redirect_to_nonsense_is_bad(location: str) -> None:
    async with serving(answer("302 Found", b"", f"Location: {location}")) as site:
        followed = await probe(site.url, follow_redirects=True)
        compared = await probe(site.url, expect={"redirect": "https://acme.com/"})
    for result in (followed, compared):
        assert result.verdict == "bad"
        assert result.reason.isprintable()


async def test_a_quoted_header_is_clean() -> None:
    value = "\x1b[31mred\x9b2J " + "x" * 500
    async with serving(answer("200 OK", b"", f"X-A: {value}", f"Location: {value}")) as site:
        result = await probe(site.url, expect={"header": {"X-A": "blue"}})
    assert result.verdict == "bad"
    assert result.reason.isprintable()
    assert len(result.reason) <= 200


async def test_a_reset_is_bad() -> None:
    async def reset(reader, writer):
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.transport.abort()

    async with serving(reset) as site:
        result = await probe(site.url)
    assert (result.verdict, result.reason) == ("bad", f"connection reset by 127.0.0.1:{site.port}")


async def test_two_hundred_probes_leave_no_file_and_no_task() -> None:
    async def half(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")

    async def silent(reader, writer):
        await asyncio.Event().wait()

    async with serving(answer()) as good, serving(half) as broken, serving(silent) as mute:
        urls = [good.url, broken.url, mute.url, f"http://127.0.0.1:{closed_port()}/"]
        probes = [HttpProbe(HttpCheck(url=url, timeout=0.3)) for url in urls]
        await asyncio.gather(*(one.run() for one in probes))
    before, tasks = open_files(), len(asyncio.all_tasks())
    async with serving(answer()) as good, serving(half) as broken, serving(silent) as mute:
        urls = [good.url, broken.url, mute.url, f"http://127.0.0.1:{closed_port()}/"]
        # Only the mute server needs to run into its time limit; the others get all that a slow machine takes.
        limits = [60.0, 60.0, 0.3, 60.0]
        probes = [
            HttpProbe(HttpCheck(url=url, timeout=limit)) for url, limit in zip(urls, limits, strict=True)
        ]
        results = await asyncio.gather(*(one.run() for one in probes * 50))
    await settled(before)
    assert open_files() <= before
    assert len(asyncio.all_tasks()) == tasks
    assert [result.verdict for result in results] == ["ok", "bad", "bad", "bad"] * 50


async def test_a_cancelled_probe_leaves_nothing() -> None:
    async def silent(reader, writer):
        await asyncio.Event().wait()

    async with serving(silent) as site:
        check = HttpCheck(url=f"http://localhost:{site.port}/", timeout=30.0, expect=HttpExpect(contains="x"))
        one = HttpProbe(check)
        warm = asyncio.create_task(one.run())
        await asyncio.sleep(0.1)
        warm.cancel()
        await asyncio.gather(warm, return_exceptions=True)
        before = open_files()
        for pause in (0.0, 0.001, 0.002, 0.01, 0.05):
            task: asyncio.Task[Any] = asyncio.create_task(one.run())
            await asyncio.sleep(pause)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
    await settled(before)
    assert open_files() <= before
    assert len(asyncio.all_tasks()) == 1


async def settled(files: int) -> None:
    """The test's own servers close theirs a few turns of the loop later."""
    until = time.monotonic() + 2
    while open_files() > files and time.monotonic() < until:
        await asyncio.sleep(0.01)
