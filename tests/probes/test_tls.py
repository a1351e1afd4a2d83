"""HTTPS against a real authority: what is verified, what is said when it fails."""

import asyncio
import ssl
from typing import Any

import pytest

from launchpad.model.http import HttpCheck, HttpExpect
from launchpad.probes.http import HttpProbe
from launchpad.probes.result import ProbeResult
from tests.probes.authority import Authority
from tests.probes.servers import answer, serving


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


async def probe(url: str, tls: ssl.SSLContext | None, **settings: Any) -> ProbeResult:
    check = HttpCheck(url=url, expect=HttpExpect(contains="hello"), **{"timeout": 5.0, **settings})
    return await HttpProbe(check, tls=tls).run()


async def test_a_trusted_server_is_ok_and_its_handshake_timed(authority: Authority) -> None:
    names: list[str | None] = []
    context = authority.server("localhost")
    context.sni_callback = lambda _, name, __: names.append(name)
    async with serving(answer(), tls=context) as site:
        result = await probe(f"https://localhost:{site.port}/", authority.trusting())
    assert (result.verdict, result.reason) == ("ok", "status 200")
    phases = result.phases
    assert phases is not None
    parts = (phases.resolve, phases.connect, phases.tls, phases.first_byte)
    assert None not in parts
    assert sum(part or 0 for part in parts) <= (phases.whole or 0)
    assert names == ["localhost"]


async def test_an_address_is_verified_too(authority: Authority) -> None:
    async with serving(answer(), tls=authority.server("127.0.0.1")) as site:
        assert (await probe(site.url, authority.trusting())).verdict == "ok"
    async with serving(answer(), tls=authority.server("127.0.0.2")) as site:
        assert (await probe(site.url, authority.trusting())).reason == "the certificate is not for 127.0.0.1"


async def test_a_large_body_arrives_whole(authority: Authority) -> None:
    body = b"x" * 700_000 + b"hello"
    async with serving(answer(body=body), tls=authority.server("127.0.0.1")) as site:
        assert (await probe(site.url, authority.trusting())).verdict == "ok"


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"names": ["other.example"]}, "the certificate is not for localhost"),
        ({"names": ["localhost"], "last": 0, "first": -3}, "the certificate of localhost has expired"),
        ({"names": ["localhost"], "first": 2}, "the certificate of localhost is not valid yet"),
        ({"names": ["localhost"], "self_signed": True}, "the certificate of localhost is signed by itself"),
    ],
)
async def test_a_certificate_that_does_not_hold_is_bad(
    authority: Authority, settings: dict[str, Any], reason: str
) -> None:
    names = settings.pop("names")
    async with serving(answer(), tls=authority.server(*names, **settings)) as site:
        result = await probe(f"https://localhost:{site.port}/", authority.trusting())
    assert (result.verdict, result.reason, result.duration) == ("bad", reason, None)


async def test_an_unknown_authority_is_not_trusted_by_default(authority: Authority) -> None:
    async with serving(answer(), tls=authority.server("localhost")) as site:
        result = await probe(f"https://localhost:{site.port}/", None)
    assert result.verdict == "bad"
    assert result.reason == "the certificate of localhost is signed by an unknown authority"


async def test_plain_http_on_a_tls_port(authority: Authority) -> None:
    async with serving(answer(), reads=False) as site:
        result = await probe(f"https://127.0.0.1:{site.port}/", authority.trusting())
    assert result.verdict == "bad"
    assert result.reason in {
        f"TLS with 127.0.0.1:{site.port} failed: wrong version number",
        f"TLS with 127.0.0.1:{site.port} failed: record layer failure",
    }


async def test_a_server_that_hangs_up_on_the_handshake(authority: Authority) -> None:
    async def hang_up(reader, writer):
        await reader.read(100_000)

    async with serving(hang_up, reads=False) as site:
        result = await probe(f"https://127.0.0.1:{site.port}/", authority.trusting())
    assert result.verdict == "bad"
    assert result.reason == f"TLS with 127.0.0.1:{site.port} failed: unexpected eof while reading"


async def test_a_server_that_never_shakes_hands(authority: Authority) -> None:
    async def silent(reader, writer):
        await asyncio.Event().wait()

    async with serving(silent, reads=False) as site:
        result = await probe(f"https://127.0.0.1:{site.port}/", authority.trusting(), timeout=0.3)
    assert (result.verdict, result.duration) == ("bad", 0.3)
    assert result.reason == "timed out after 300 ms while shaking hands over TLS"


async def test_a_truncated_body_is_bad(authority: Authority) -> None:
    data = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello"
    async with serving(data, tls=authority.server("127.0.0.1")) as site:
        result = await probe(site.url, authority.trusting())
    assert result.reason == "connection closed before the body's 100 bytes"
