"""What a probe asks, measures and expects of servers that mean well."""

import asyncio
import socket
from typing import Any

import pytest

from launchpad import __version__
from launchpad.model.http import HttpCheck, HttpExpect
from launchpad.probes.http import HttpProbe
from launchpad.probes.result import ProbeResult
from launchpad.probes.wire import connect
from tests.probes.servers import answer, closed_port, full, serving


async def probe(url: str, *, expect: dict[str, Any] | None = None, **settings: Any) -> ProbeResult:
    check = HttpCheck(url=url, expect=HttpExpect(**(expect or {})), **{"timeout": 5.0, **settings})
    return await HttpProbe(check).run()


async def test_a_good_answer_is_ok_and_its_phases_are_told_apart() -> None:
    async with serving(answer()) as site:
        result = await probe(f"http://localhost:{site.port}/")
    assert (result.verdict, result.reason, result.status) == ("ok", "status 200", 200)
    phases = result.phases
    assert phases is not None
    assert phases.tls is None
    assert phases.whole == result.duration
    assert None not in (phases.resolve, phases.connect, phases.first_byte, phases.whole)
    assert phases.resolve + phases.connect + phases.first_byte <= phases.whole


async def test_the_request_is_as_asked() -> None:
    async with serving(answer()) as site:
        await probe(
            f"{site.url}path?q=1",
            method="POST",
            headers={"X-Token": "t", "User-Agent": "mine"},
            body="höhe",
        )
    head = site.requests[0].decode()
    assert head.startswith("POST /path?q=1 HTTP/1.1\r\n")
    lines = head.splitlines()[1:]
    assert {"x-token: t", "user-agent: mine", "content-length: 5", "connection: close"} <= set(lines)
    assert f"host: 127.0.0.1:{site.port}" in lines
    assert "accept-encoding: identity" in lines


async def test_the_probe_says_who_it_is() -> None:
    async with serving(answer()) as site:
        await probe(site.url)
    assert f"user-agent: launchpad/{__version__}\r\n".encode() in site.requests[0]


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
async def test_answers_without_a_body_end_with_their_headers(status: str) -> None:
    async def keeps_open(reader, writer):
        writer.write(f"HTTP/1.1 {status}\r\n\r\n".encode())
        await asyncio.Event().wait()

    async with serving(keeps_open) as site:
        result = await probe(site.url, expect={"status": (204, 304)})
    assert result.verdict == "ok"


async def test_head_waits_for_no_body() -> None:
    async def keeps_open(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        await asyncio.Event().wait()

    async with serving(keeps_open) as site:
        result = await probe(site.url, method="HEAD")
    assert result.verdict == "ok"
    assert site.requests[0].startswith(b"HEAD ")


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer(body=b"Acme"),
        b"HTTP/1.0 200 OK\r\n\r\nAcme",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nAc\r\n2;e\r\nme\r\n0\r\nT: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nAcme and more than it said",
        b"HTTP/1.1 200 OK\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: 4\r\n\r\nAcme",
    ],
    ids=["interim", "until-close", "chunked", "too-much", "upgrade-offer"],
)
async def test_every_way_to_frame_a_body(data: bytes) -> None:
    async with serving(data) as site:
        result = await probe(site.url, expect={"contains": "Acme"})
    assert (result.verdict, result.reason) == ("ok", "status 200")


@pytest.mark.parametrize(
    ("expect", "reason"),
    [
        ({"status": (200, 204)}, "status 503, expected 200 or 204"),
        ({"status": (503,), "contains": "Acme"}, "the body (5 bytes) does not contain 'Acme'"),
        ({"status": (503,), "header": {"X-Build": "4.2"}}, "header X-Build is '4.1', expected '4.2' in it"),
        ({"status": (503,), "header": {"X-Other": ""}}, "header X-Other is missing"),
        ({"redirect": "https://acme.com/"}, "status 503, expected a redirect"),
    ],
)
async def test_what_is_not_as_expected_is_bad_and_still_measured(expect: dict[str, Any], reason: str) -> None:
    async with serving(answer("503 Unavailable", b"hello", "x-build: 4.1")) as site:
        result = await probe(site.url, expect=expect)
    assert (result.verdict, result.reason, result.status) == ("bad", reason, 503)
    assert result.duration is not None


async def test_what_is_as_expected_is_ok() -> None:
    data = answer("503 Unavailable", "Grüße von Acme".encode(), "x-build: 4.1-rc", "x-empty: ")
    async with serving(data) as site:
        result = await probe(
            site.url,
            expect={"status": (503,), "contains": "Grüße", "header": {"X-BUILD": "4.1", "X-Empty": ""}},
        )
    assert (result.verdict, result.reason) == ("ok", "status 503")


async def test_a_body_compressed_unasked_is_named() -> None:
    async with serving(answer("200 OK", b"\x1f\x8b", "Content-Encoding: gzip")) as site:
        result = await probe(site.url, expect={"contains": "Acme"})
    assert result.reason == "the body is compressed (gzip) unasked, 'Acme' can't be looked for"


@pytest.mark.parametrize(
    ("location", "wanted", "verdict"),
    [
        ("https://www.acme.com", "https://www.acme.com/", "ok"),
        ("/login?x=1", "/login?x=1", "ok"),
        ("https://evil.example/", "https://acme.com/", "bad"),
    ],
)
async def test_an_expected_redirect(location: str, wanted: str, verdict: str) -> None:
    async with serving(answer("301 Moved", b"", f"Location: {location}")) as site:
        result = await probe(site.url, expect={"redirect": wanted})
    assert result.verdict == verdict
    assert result.status == 301
    if verdict == "bad":
        assert result.reason == "redirects to https://evil.example/, expected https://acme.com/"


async def test_a_redirect_without_a_location() -> None:
    async with serving(answer("302 Found")) as site:
        result = await probe(site.url, expect={"redirect": "/there"})
    assert (result.verdict, result.reason) == ("bad", "status 302 without a Location")


async def test_redirects_are_followed_only_if_asked() -> None:
    async def away(reader, writer):
        writer.write(answer("302 Found", b"", f"Location: {there.url}x"))

    async with serving(answer(body=b"there")) as there, serving(away) as here:
        assert (await probe(here.url)).reason == "status 302, expected 200"
        result = await probe(
            here.url,
            method="POST",
            body="form",
            headers={"Authorization": "Bearer secret"},
            follow_redirects=True,
            expect={"contains": "there", "redirect": f"{there.url}x"},
        )
    assert result.verdict == "ok"
    assert there.requests[0].startswith(b"GET /x ")
    assert b"secret" in here.requests[1]
    assert b"secret" not in there.requests[0]


async def test_headers_and_body_stay_with_a_redirect_within_the_origin() -> None:
    async def handler(reader, writer):
        first = b"POST / " in site.requests[-1]
        writer.write(answer("307 Temporary", b"", "Location: /next") if first else answer())

    async with serving(handler) as site:
        result = await probe(
            site.url, method="POST", body="x", headers={"Authorization": "secret"}, follow_redirects=True
        )
    assert result.verdict == "ok"
    assert site.requests[1].startswith(b"POST /next ")
    assert b"secret" in site.requests[1]


async def test_a_body_is_not_carried_to_another_origin() -> None:
    async with serving(answer("307 T", b"", "Location: http://127.0.0.2:1/")) as site:
        result = await probe(site.url, method="POST", body="secret", follow_redirects=True)
    assert result.reason == "redirected with its body to 127.0.0.2:1, not followed"


async def test_a_slow_first_byte_is_told_from_a_slow_body() -> None:
    async def slow(reader, writer):
        await asyncio.sleep(0.2)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na")
        await asyncio.sleep(0.3)
        writer.write(b"b")

    async with serving(slow) as site:
        result = await probe(site.url)
    assert result.phases is not None
    assert result.phases.first_byte > 0.19
    assert result.phases.whole - result.phases.first_byte > 0.29


async def test_a_refusal_is_bad_and_nothing_is_measured() -> None:
    port = closed_port()
    result = await probe(f"http://127.0.0.1:{port}/")
    assert (result.verdict, result.reason) == ("bad", f"connection refused by 127.0.0.1:{port}")
    assert (result.duration, result.phases, result.status) == (None, None, None)


async def test_a_timeout_counts_as_its_limit() -> None:
    with full() as port:
        result = await probe(f"http://127.0.0.1:{port}/", timeout=0.3)
    assert (result.verdict, result.reason) == ("bad", "timed out after 300 ms while connecting")
    assert result.duration == 0.3


async def test_a_silent_server_times_out_waiting() -> None:
    async def silent(reader, writer):
        await asyncio.Event().wait()

    async with serving(silent) as site:
        result = await probe(site.url, timeout=0.3)
    assert (result.verdict, result.reason) == ("bad", "timed out after 300 ms while waiting for an answer")
    assert result.phases is not None
    assert result.phases.connect is not None


async def test_ipv6() -> None:
    try:
        server = serving(answer(), host="::1")
        async with server as site:
            result = await probe(f"http://[::1]:{site.port}/")
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    assert result.verdict == "ok"
    assert f"host: [::1]:{site.port}\r\n".encode() in site.requests[0]


async def test_the_next_address_is_tried_when_one_refuses_or_keeps_silent() -> None:
    async with serving(answer()) as site:
        wire = await connect((_v4("127.0.0.3"), _v4("127.0.0.1")), site.port)
        wire.close()
        with full("127.0.0.2", site.port):
            wire = await connect((_v4("127.0.0.2"), _v4("127.0.0.1")), site.port)
            wire.close()


def _v4(address: str):
    return (socket.AF_INET, address, 0)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"url": "ftp://acme.com"}, "begins with http"),
        ({"timeout": 0.0}, "more than 0 s"),
        ({"method": "HEAD", "expect": HttpExpect(contains="x")}, "HEAD has none"),
        ({"headers": {"X": "a\r\nY: b"}}, "header X of one line"),
        ({"headers": {"bad name": "x"}}, "header's name"),
        ({"headers": {"Content-Length": "3"}}, "sets this header itself"),
    ],
)
def test_a_check_that_cannot_be_run_is_refused(settings: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        HttpProbe(HttpCheck(**{"url": "http://acme.com", **settings}))
