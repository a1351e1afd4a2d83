"""The client of adapters, against a real server: what is certain, what is not, and what is asked again."""

import asyncio
import socket
import time
from collections.abc import Iterator
from email.utils import formatdate

import msgspec
import pytest

from launchpad.answers import address_fault
from launchpad.clock import boot_seconds
from launchpad.errors import Refused, Unasked, Unreachable
from launchpad.http import Api, NotNow, Patience, Rejected, Unanswered, nothing_asked_yet
from launchpad.testing.loopback import Fault, Loopback, Request, Response
from tests.probes.authority import Authority
from tests.probes.servers import serving

TOKEN = "hunter2-correct-horse"
QUICK = Patience(request=5.0, reading=20.0, pause=0.01)


class Thing(msgspec.Struct):
    id: str


class Counter:
    """An API that counts what it was made to do."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self, request: Request) -> Response:
        self.done += request.method == "POST"
        return Response(body=b'{"id": "one"}', headers={"X-Request-Id": "r-17"})


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback(Counter()) as server:
        yield server


def api(server: Loopback, **options) -> Api:
    return Api("Acme", server.url, token=TOKEN, **{"patience": QUICK, **options})


def says(status: int, body: bytes = b"", **headers: str) -> Fault:
    return Fault("instead", Response(status, body, {k.replace("_", "-"): v for k, v in headers.items()}))


async def test_a_mutation_is_told_with_its_status_and_the_servers_id_for_it(server):
    async with api(server) as acme:
        reply = await acme.change(Thing, "POST", "/things", {"draft": True, "n": 3}, {"a": 1})
    assert reply.value == Thing(id="one")
    assert reply.line.startswith("POST /things answered with 200 in ")
    assert reply.line.endswith("(request r-17)")
    [asked] = server.requests
    assert (asked.query, asked.body) == ({"draft": "true", "n": "3"}, b'{"a":1}')
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 422, 425, 429])
async def test_a_refused_mutation_is_certainly_not_done(server, status):
    server.misbehave(says(status, b'{"message": "not \\u001b[31mtoday"}', X_Request_Id="r-9"))
    async with api(server) as acme:
        with pytest.raises(Rejected, match=rf"{status}: not today \(request r-9\)") as caught:
            await acme.change(Thing, "POST", "/things")
    assert caught.value.status == status
    assert isinstance(caught.value, NotNow) == (status in (425, 429)), "of these, asking again may help"
    assert (len(server.requests), server.simulator.done) == (1, 0)


@pytest.mark.parametrize(
    "fault",
    [
        *(says(status) for status in (302, 408, 500, 502, 503, 504)),
        says(302, Location="https://xn--zz/"),
        *(Fault(manner) for manner in ("silent", "reset", "lost", "cut", "flood")),
        says(200, b"<html>"),
        says(200, b'{"id": 4}'),
    ],
    ids=str,
)
async def test_a_mutation_without_a_telling_answer_is_not_known_and_not_asked_again(server, fault):
    server.misbehave(fault)
    async with api(server, patience=Patience(request=0.5, pause=0.01), most=100_000) as acme:
        with pytest.raises(Unanswered, match="POST /things"):
            await acme.change(Thing, "POST", "/things")
    assert len(server.requests) == 1


async def test_what_never_left_was_not_done(server):
    server.close()
    async with api(server) as acme:
        with pytest.raises(NotNow, match="can't be reached for POST /things: the connection is refused"):
            await acme.change(Thing, "POST", "/things")
    async with api(server, patience=Patience(reading=0)) as acme:
        with pytest.raises(Unasked, match=r"nothing was done: .* can't be reached"), nothing_asked_yet():
            await acme.read(Thing, "/things")
    async with Api("Acme", "https://acme.invalid", token=TOKEN, patience=QUICK) as acme:
        with pytest.raises(Rejected, match="can't be reached for POST"):
            await acme.change(Thing, "POST", "/things")


async def test_a_server_that_is_not_trusted_gets_nothing():
    with socket.create_server(("127.0.0.1", 0)) as plain:
        port = plain.getsockname()[1]

        async def greet(reader, writer):
            writer.write(b"220 no TLS here\r\n")
            await writer.drain()
            writer.close()

        listening = await asyncio.start_server(greet, sock=plain.dup())
        async with listening, Api("Acme", f"https://127.0.0.1:{port}", patience=QUICK) as acme:
            with pytest.raises(Rejected, match="no TLS with it"):
                await acme.change(Thing, "POST", "/things")


async def test_a_mutation_that_is_late_is_not_sent(server):
    async with api(server, send_by=boot_seconds() - 0.1) as acme:
        assert await acme.read(Thing, "/things") == Thing(id="one")
        with pytest.raises(Rejected, match="too late"):
            await acme.change(Thing, "POST", "/things")
    assert server.asked("POST") == []


async def test_a_mutation_whose_way_there_took_too_long_is_not_sent(monkeypatch, tmp_path):
    """A proxy opens the way only when another engine may act already."""
    authority = Authority()
    (tmp_path / "ca.pem").write_text(authority.pem())
    send_by, arrived = boot_seconds() + 1.0, []

    async def proxy(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        while boot_seconds() < send_by:
            await asyncio.sleep(0.05)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.drain()
        await writer.start_tls(authority.server("acme.test"))
        arrived.append(await reader.read(65536))

    async with serving(proxy, reads=False) as way:
        monkeypatch.setenv("HTTPS_PROXY", way.url)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        async with Api("Acme", "https://acme.test", patience=Patience(request=50.0), send_by=send_by) as acme:
            with pytest.raises(NotNow, match="it got too late for POST /things, which was not sent"):
                await acme.change(Thing, "POST", "/things")
    assert b"".join(arrived) == b""


@pytest.mark.parametrize(
    "fault",
    [
        *(says(status) for status in (408, 429, 500, 502, 503, 504)),
        *(Fault(manner) for manner in ("reset", "lost", "cut")),
        says(200, b"<html>"),
    ],
    ids=str,
)
async def test_a_reading_is_asked_for_again(server, fault):
    server.misbehave(fault, times=3)
    async with api(server) as acme:
        assert await acme.read(Thing, "/things/1") == Thing(id="one")
    assert len(server.requests) == 4


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
async def test_but_not_where_that_is_no_use(server, status):
    server.misbehave(says(status))
    async with api(server) as acme:
        with pytest.raises(Rejected, match=str(status)):
            await acme.read(Thing, "/things/1")
    assert len(server.requests) == 1


async def test_patience_ends(server):
    server.misbehave(says(502), times=10_000)
    async with api(server, patience=Patience(request=1.0, reading=0.3, pause=0.01)) as acme:
        with pytest.raises(Unanswered, match="502"):
            await acme.read(Thing, "/things/1")
    assert len(server.requests) > 2


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry_After": "1"},
        {"Retry_After": formatdate(1_000_001, usegmt=True), "Date": formatdate(1_000_000, usegmt=True)},
        {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "1"},
        {
            "X_RateLimit_Remaining": "0",
            "X_RateLimit_Reset": "1700000001",
            "Date": formatdate(1_700_000_000, usegmt=True),
        },
    ],
    ids=str,
)
@pytest.mark.slow
async def test_it_comes_back_when_it_is_told_to(server, headers):
    server.misbehave(says(429, **headers))
    began = time.monotonic()
    async with api(server) as acme:
        await acme.read(Thing, "/things/1")
    assert time.monotonic() - began >= 0.99


async def test_it_does_not_wait_for_longer_than_there_is_patience(server):
    server.misbehave(says(429, Retry_After="900"))
    async with api(server) as acme:
        with pytest.raises(Unanswered, match="try again in 900 s"):
            await acme.read(Thing, "/things/1")
    server.misbehave(says(429, Retry_After="900"))
    async with api(server) as acme:
        with pytest.raises(Rejected, match="try again in 900 s"):
            await acme.change(Thing, "POST", "/things")


async def test_a_token_is_renewed_once(server):
    server.misbehave(says(401))

    async def renew() -> str:
        return "fresh-token"

    async with api(server, renew=renew) as acme:
        await acme.change(Thing, "POST", "/things")
        assert [r.headers["authorization"] for r in server.requests] == [
            f"Bearer {TOKEN}",
            "Bearer fresh-token",
        ]
        server.misbehave(says(401, b'{"message": "fresh-token is no good"}'), times=2)
        with pytest.raises(Rejected, match="401") as caught:
            await acme.change(Thing, "POST", "/things")
    assert "fresh-token" not in str(caught.value)
    assert server.simulator.done == 1


async def test_a_token_that_can_not_be_renewed_leaves_the_mutation_undone(server):
    server.misbehave(says(401))

    async def renew() -> str:
        raise Unreachable("the authority does not answer")

    async with api(server, renew=renew) as acme:
        with pytest.raises(Rejected, match="can't be renewed: the authority does not answer"):
            await acme.change(Thing, "POST", "/things")


@pytest.mark.parametrize("status", [400, 500])
async def test_no_token_gets_into_an_error(server, status):
    body = msgspec.json.encode({"message": f"you sent Bearer {TOKEN}"})
    server.misbehave(says(status, body, X_Request_Id=TOKEN), times=2)
    async with api(server, patience=Patience(reading=0)) as acme:
        for attempt in (acme.read(Thing, "/things"), acme.change(Thing, "POST", "/things")):
            with pytest.raises((Rejected, Unanswered)) as caught:
                await attempt
            assert TOKEN not in str(caught.value)
            assert "Bearer •••" in str(caught.value)


async def test_no_part_of_a_long_token_gets_into_an_error(server):
    """What is cut to its length has been cleaned before."""
    long = TOKEN * 10
    server.misbehave(says(400, X_Request_Id=long))
    async with Api("Acme", server.url, token=long, patience=QUICK) as acme:
        with pytest.raises(Rejected, match="request •••") as caught:
            await acme.change(Thing, "POST", "/things")
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("token", [f"{TOKEN}\n", f"{TOKEN}é"])
async def test_a_token_that_no_header_takes_is_called_that(server, token):
    async with Api("Acme", server.url, token=token, patience=QUICK) as acme:
        for attempt in (acme.read(Thing, "/things"), acme.change(Thing, "POST", "/things")):
            with pytest.raises(Rejected, match="the token of Acme has a character that no header takes"):
                await attempt
    assert server.requests == []


async def test_a_proxy_that_can_not_be_used_is_named(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "gopher://proxy.example")
    with pytest.raises(Refused, match="the proxy that the environment names can't be used"):
        Api("Acme", "https://api.example.com")


async def test_a_redirect_is_not_followed(server):
    server.misbehave(says(307, Location="http://127.0.0.1:1/elsewhere"))
    async with api(server, patience=Patience(reading=0)) as acme:
        with pytest.raises(Unanswered, match="redirects are not followed"):
            await acme.read(Thing, "/things")


@pytest.mark.parametrize("status", [200, 400, 500])
async def test_an_answer_without_bottom_is_an_answer_that_does_not_tell(server, status):
    server.misbehave(says(status, b'{"message": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"))
    async with api(server) as acme:
        with pytest.raises(Rejected if status == 400 else Unanswered, match=str(status)):
            await acme.change(Thing, "POST", "/things")


@pytest.mark.parametrize("into", [Thing, type(None)])
async def test_a_page_for_people_is_no_answer(server, into):
    page = says(200, b"<html>sign in</html>", Content_Type="Text/HTML")
    server.misbehave(page, times=2)
    async with api(server, patience=Patience(reading=0)) as acme:
        with pytest.raises(Unanswered, match="with 200, but with a page for people; is a proxy in the way"):
            await acme.read(into, "/things")
        with pytest.raises(Unanswered, match="with 200, but with a page for people"):
            await acme.change(into, "POST", "/things")


async def test_an_empty_answer_is_no_page_whatever_its_type(server):
    """As Google answers a DELETE."""
    server.misbehave(says(204, b"", Content_Type="text/html"))
    async with api(server) as acme:
        reply = await acme.change(type(None), "DELETE", "/things/1")
    assert "answered with 204" in reply.line


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("https://api.example.com/v1", ""),
        ("http://127.0.0.1:8080", ""),
        ("http://localhost:8080", ""),
        ("http://[::1]:8080", ""),
        ("http://api.example.com", "https"),
        ("http://127.0.0.1.example.com", "https"),
        ("ftp://example.com", "URL"),
        ("api.example.com", "URL"),
        ("https://xn--zz", "URL"),
        ("https://me:pw@example.com", "password"),
        ("https://example.com/?a=1", "'?'"),
    ],
)
def test_addresses(url, wrong):
    assert wrong in (address_fault(url) or "")
    if wrong:
        with pytest.raises(Refused, match="the address of Acme"):
            Api("Acme", url)
