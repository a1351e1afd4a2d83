"""The DNS probe against name servers on loopback."""

import asyncio
import contextlib
import time

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from launchpad.model.dns import DnsCheck
from launchpad.probes.dns import DnsProbe

ZONE = (
    "acme.test. 60 IN A 192.0.2.1",
    "acme.test. 60 IN A 192.0.2.2",
    "acme.test. 60 IN AAAA 2001:db8::1",
    "acme.test. 60 IN MX 10 MX.acme.test.",
    "acme.test. 60 IN NS ns.acme.test.",
    'acme.test. 60 IN TXT "v=spf1 " "-all"',
    'acme.test. 60 IN TXT "other"',
    'acme.test. 60 IN CAA 0 issue "letsencrypt.org"',
    "www.acme.test. 60 IN CNAME acme.test.",
)
MOVED = ("acme.test. 60 IN A 198.51.100.7",)


def reply(data, zone, rcode=dns.rcode.NOERROR):
    query = dns.message.from_wire(data)
    answer = dns.message.make_response(query)
    answer.set_rcode(rcode)
    asked = query.question[0]
    for line in zone:
        name, ttl, _, kind, value = line.split(" ", 4)
        if name == asked.name.to_text() and kind == dns.rdatatype.to_text(asked.rdtype):
            answer.find_rrset(answer.answer, asked.name, asked.rdclass, asked.rdtype, create=True).update(
                dns.rrset.from_text(name, int(ttl), "IN", kind, value)
            )
    return answer.to_wire()


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, respond):
        self.respond = respond

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        if (said := self.respond(data)) is not None:
            self.transport.sendto(said, address)


async def hang_up(reader, writer):
    """Says nothing over TCP."""
    writer.close()


@contextlib.asynccontextmanager
async def name_server(respond, stream=hang_up):
    """A server of one port, over UDP and TCP: what seems truncated is asked for again over TCP, and must not
    reach a stranger's server there."""
    loop = asyncio.get_running_loop()
    while True:
        tcp = await asyncio.start_server(stream, "127.0.0.1", 0)
        address = tcp.sockets[0].getsockname()
        try:
            udp, _ = await loop.create_datagram_endpoint(lambda: Datagrams(respond), local_addr=address)
        except OSError:  # the port is taken for UDP
            tcp.close()
        else:
            break
    try:
        yield f"127.0.0.1:{address[1]}"
    finally:
        udp.close()
        tcp.close()


async def probe(*resolvers, **settings):
    settings = {"name": "acme.test", "timeout": 10.0, **settings}
    return await DnsProbe(DnsCheck(resolvers=resolvers, **settings)).run()


@pytest.mark.parametrize(
    ("kind", "expect", "said"),
    [
        ("A", ("192.0.2.2", "192.0.2.1"), "192.0.2.1, 192.0.2.2"),
        ("AAAA", ("2001:DB8:0::1",), "2001:db8::1"),
        ("MX", ("10 mx.acme.test",), "10 mx.acme.test"),
        ("NS", ("ns.acme.test.",), "ns.acme.test"),
        ("TXT", ("v=spf1 -all",), "other, v=spf1 -all"),
        ("CAA", ('0 issue "letsencrypt.org"',), '0 issue "letsencrypt.org"'),
        ("A", (), "192.0.2.1, 192.0.2.2"),
    ],
)
async def test_records_of_every_kind(kind, expect, said):
    async with name_server(lambda data: reply(data, ZONE)) as server:
        result = await probe(server, type=kind, expect=expect)
    assert (result.verdict, result.reason) == ("ok", f"DNS acme.test {kind} is {said}")
    assert result.duration is not None


async def test_a_cname():
    async with name_server(lambda data: reply(data, ZONE)) as server:
        result = await probe(server, name="www.acme.test", type="CNAME", expect=("acme.test",))
    assert result.verdict == "ok"


async def test_another_value_is_bad():
    async with name_server(lambda data: reply(data, ZONE)) as server:
        result = await probe(server, type="A", expect=("192.0.2.1",))
        none = await probe(server, name="gone.acme.test")
    assert result.verdict == "bad"
    assert result.reason == f"{server} says 192.0.2.1, 192.0.2.2 for DNS acme.test A, expected 192.0.2.1"
    assert (none.verdict, none.reason) == ("bad", f"{server} says nothing for DNS gone.acme.test A")


async def test_propagation_counts_who_agrees():
    async with (
        name_server(lambda data: reply(data, MOVED)) as new,
        name_server(lambda data: reply(data, ZONE)) as old,
    ):
        half = await probe(new, old, expect=("198.51.100.7",))
        done = await probe(new, new, expect=("198.51.100.7",))
    assert half.verdict == "bad"
    assert half.reason.startswith(f"1 of 2 name servers agree: {old} says 192.0.2.1, 192.0.2.2 for")
    assert done.verdict == "ok"
    assert done.reason == "2 of 2 name servers agree: DNS acme.test A is 198.51.100.7"


async def test_a_silent_server_leaves_it_unknown():
    async with (
        name_server(lambda data: reply(data, MOVED)) as new,
        name_server(lambda _: None) as silent,
    ):
        result = await probe(new, silent, timeout=0.5)
    assert result.verdict == "unknown"
    assert result.reason == f"1 of 2 name servers agree: {silent} does not answer within 450 ms"


async def test_silence_that_is_noticed_late_leaves_it_unknown(monkeypatch):
    async def silent(*_: object) -> None:
        await asyncio.sleep(0.3)
        time.sleep(0.22)  # a busy machine: both limits have passed when it looks
        await asyncio.sleep(10)

    monkeypatch.setattr("launchpad.probes.dns._exchanged", silent)
    result = await probe("127.0.0.1:9", timeout=0.5)
    assert result.verdict == "unknown"


@pytest.mark.parametrize("said", [b"", b"\xff" * 30, b"x" * 600])
async def test_nonsense_is_no_answer(said):
    async with name_server(lambda data: data[:2] + said) as server:
        result = await probe(server, timeout=0.5)
    assert result.verdict == "unknown"
    told = ("does not answer", "nonsense", "can't be asked", "timed out")
    assert any(words in result.reason for words in told)


async def test_a_refusal_is_unknown():
    async with name_server(lambda data: reply(data, (), dns.rcode.REFUSED)) as server:
        result = await probe(server)
    assert (result.verdict, result.reason) == ("unknown", f"{server} refuses to answer: REFUSED")


async def test_what_does_not_fit_a_datagram_is_asked_for_over_tcp():
    async def stream(reader, writer):
        length = int.from_bytes(await reader.readexactly(2), "big")
        said = reply(await reader.readexactly(length), ZONE)
        writer.write(len(said).to_bytes(2, "big") + said)
        await writer.drain()
        writer.close()

    def truncated(data):
        answer = dns.message.make_response(dns.message.from_wire(data))
        answer.flags |= dns.flags.TC
        return answer.to_wire()

    async with name_server(truncated, stream) as server:
        result = await probe(server, type="A")
    assert (result.verdict, result.reason) == ("ok", "DNS acme.test A is 192.0.2.1, 192.0.2.2")


async def test_no_name_server_configured(tmp_path):
    check = DnsCheck(name="acme.test", timeout=5.0)
    result = await DnsProbe(check, resolv_conf=tmp_path / "none").run()
    assert (result.verdict, result.reason) == ("unknown", "this machine has no name server configured")
