"""The TLS probe against servers with good, old, strange and home-made certificates."""

import pytest

from launchpad.model.network import TlsCheck
from launchpad.probes.tls import TlsProbe
from tests.probes.authority import Authority
from tests.probes.servers import serving

DAY = 86400.0


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture
def trust(authority, tmp_path):
    (tmp_path / "ca.pem").write_text(authority.pem())
    return tmp_path


async def probe(folder, port, **settings):
    settings = {"host": "localhost", "trust": "ca.pem", "timeout": 10.0, "expires_after": DAY, **settings}
    return await TlsProbe(TlsCheck(port=port, **settings), base_dir=folder).run()


async def test_days_left_are_told(authority, trust):
    async with serving(tls=authority.server("localhost", last=20)) as site:
        result = await probe(trust, site.port)
    assert (result.verdict, result.reason) == ("ok", "the certificate of localhost holds for 19 days")
    assert result.notable
    assert result.phases.tls is not None


async def test_one_that_expires_soon_is_bad(authority, trust):
    async with serving(tls=authority.server("localhost", last=10)) as site:
        result = await probe(trust, site.port, expires_after=14 * DAY)
    assert result.verdict == "bad"
    assert result.reason == "the certificate of localhost expires in 9 days, expected at least 14d"
    assert result.duration is not None


@pytest.mark.parametrize(
    ("certificate", "reason"),
    [
        ({"last": 0}, "the certificate of localhost has expired"),
        ({"first": 1}, "the certificate of localhost is not valid yet"),
        ({"self_signed": True}, "the certificate of localhost is signed by itself"),
    ],
)
async def test_what_is_wrong_is_one_sentence(authority, trust, certificate, reason):
    async with serving(tls=authority.server("localhost", **certificate)) as site:
        result = await probe(trust, site.port)
    assert (result.verdict, result.reason) == ("bad", reason)


async def test_the_name_that_is_asked_for_counts(authority, trust):
    async with serving(tls=authority.server("shop.acme.test")) as site:
        good = await probe(trust, site.port, servername="shop.acme.test")
        bad = await probe(trust, site.port)
    assert good.verdict == "ok"
    assert (bad.verdict, bad.reason) == ("bad", "the certificate is not for localhost")


async def test_an_unknown_authority_is_bad(authority, trust):
    async with serving(tls=authority.server("localhost")) as site:
        result = await probe(trust, site.port, trust=None)
    assert result.verdict == "bad"
    assert result.reason == "the certificate of localhost is signed by an unknown authority"


@pytest.mark.parametrize("content", [None, "no certificate"])
async def test_authorities_that_cannot_be_read_are_our_own_trouble(authority, tmp_path, content):
    if content:
        (tmp_path / "ca.pem").write_text(content)
    async with serving(tls=authority.server("localhost")) as site:
        result = await probe(tmp_path, site.port)
    assert result.verdict == "unknown"
    assert result.reason.startswith("the authorities in ca.pem can't be read: ")


async def test_a_server_without_tls_is_bad(trust):
    async with serving(b"220 hello\r\n", reads=False) as site:
        result = await probe(trust, site.port)
    assert result.verdict == "bad"
    assert result.reason.startswith("TLS with 127.0.0.1") or "::1" in result.reason
