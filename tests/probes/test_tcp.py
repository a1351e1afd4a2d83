"""The TCP probe against servers that greet, answer, hang up and keep silent."""

import pytest

from launchpad.model.network import TcpCheck
from launchpad.probes.tcp import TcpProbe
from tests.probes.servers import closed_port, serving


async def probe(port, **settings):
    return await TcpProbe(TcpCheck(host="127.0.0.1", port=port, **{"timeout": 10.0, **settings})).run()


async def test_a_port_that_takes_the_connection_is_ok():
    async with serving(b"", reads=False) as site:
        result = await probe(site.port)
    assert (result.verdict, result.reason) == ("ok", "connected")
    assert result.phases.connect is not None
    assert result.duration >= result.phases.connect


async def test_a_closed_port_is_bad():
    result = await probe(port := closed_port())
    assert (result.verdict, result.reason) == ("bad", f"connection refused by 127.0.0.1:{port}")


async def test_a_name_that_is_none_is_bad_only_if_the_network_tells():
    result = await TcpProbe(TcpCheck(host="localhost", port=closed_port())).run()
    assert result.verdict == "bad"
    with pytest.raises(ValueError, match="expected a host"):
        TcpProbe(TcpCheck(host="a b", port=1))


async def test_a_greeting_that_is_expected():
    async with serving(b"220 mail.acme.test ESMTP\r\n", reads=False) as site:
        good = await probe(site.port, expect="220 ")
        bad = await probe(site.port, expect="554")
    assert (good.verdict, good.reason) == ("ok", "connected and heard '220'")
    assert bad.verdict == "bad"
    assert bad.reason == "said '220 mail.acme.test ESMTP' and closed, expected '554'"


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
@pytest.mark.parametrize("expect", ["250-a.b\n250 OK\n", "250-a.b\r\n250 OK"])
async def test_lines_that_are_expected_may_end_either_way(end, expect):
    async with serving(b"250-a.b" + end + b"250 OK" + end, reads=False) as site:
        assert (await probe(site.port, expect=expect)).verdict == "ok"
        assert (await probe(site.port, expect=expect.replace("a.b", "a"))).verdict == "bad"
    async with serving(b"250-acb" + end + b"250 OK" + end, reads=False) as site:
        assert (await probe(site.port, expect=expect)).verdict == "bad"


async def test_what_is_sent_is_answered_in_pieces():
    async def echo(reader, writer):
        said = await reader.readexactly(6)
        for byte in b"+" + said:
            writer.write(bytes([byte]))
            await writer.drain()

    async with serving(echo, reads=False) as site:
        result = await probe(site.port, send="ping\n", expect="+ping\r\n")
    assert result.verdict == "ok"


async def test_one_that_hangs_up_said_nothing():
    async with serving(b"", reads=False) as site:
        result = await probe(site.port, expect="220")
    assert (result.verdict, result.reason) == ("bad", "said nothing and closed, expected '220'")


async def test_silence_is_a_timeout():
    async def silent(reader, writer):
        await reader.read()

    async with serving(silent, reads=False) as site:
        result = await probe(site.port, expect="220", timeout=0.3)
    assert result.verdict == "bad"
    assert result.reason == "timed out after 300 ms while waiting for '220'"


async def test_endless_talk_is_cut_and_cleaned():
    async def talks(reader, writer):
        while True:
            writer.write(b"\x1b[31mspam " * 1000)
            await writer.drain()

    async with serving(talks, reads=False) as site:
        result = await probe(site.port, expect="ham")
    assert result.verdict == "bad"
    assert result.reason.startswith("said 'spam spam")
    assert result.reason.endswith("…' and more, expected 'ham'")
