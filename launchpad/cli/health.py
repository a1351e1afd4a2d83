"""Tells whoever asks over HTTP whether this service is well: for a load balancer, a container, a monitor.

It says nothing of the launch but its name, and whether it is watched; whether the launch itself is well is
asked with `launchpad status`.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from launchpad.cli.address import Address
from launchpad.cli.engines import watching
from launchpad.errors import BadInput, LaunchpadError
from launchpad.model.store import Store
from launchpad.web.exchange import LONGEST, NOISE, receive

_AT_ONCE = 32
"""Requests that are answered at a time; whoever comes then is cut off."""
_PATIENCE = 5.0
"""Seconds in which a request has to come, and the store to answer."""

Health = Callable[[], tuple[bool, Mapping[str, Any]]]
"""Whether the service is well, and what there is to say of it. May block."""


def health_of(store: Store, launch: str, more: Callable[[], Mapping[str, Any]]) -> Health:
    """Well is a service whose store answers and whose launch, while it is open, has an engine."""

    def look() -> tuple[bool, Mapping[str, Any]]:
        said: dict[str, Any] = {"launch": launch, **more()}
        try:
            closed = next((e.closed for e in store.launches() if e.launch == launch), None)
            engine = watching(store, launch)
        except LaunchpadError as error:
            return False, {**said, "store": str(error), "engine": None}
        well = engine is not None or closed is not None
        return well, {**said, "store": "ok", "engine": engine.holder if engine else None, "closed": closed}

    return look


@asynccontextmanager
async def answering(where: Address, health: Health) -> AsyncIterator[int]:
    """Answers `GET /healthz` while the block runs; gives the port. Raises `BadInput`."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not places.locked():
                async with places, asyncio.timeout(_PATIENCE):
                    writer.write(await _response(reader, health))
                    await writer.drain()
        except NOISE:
            pass  # whoever does not ask properly gets no answer
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    try:
        server = await asyncio.start_server(answer, where.host, where.port, limit=LONGEST)
    except OSError as error:
        raise BadInput(f"can't answer on {where}: {error.strerror}", hint="choose another port") from None
    async with server:
        yield int(server.sockets[0].getsockname()[1])


async def _response(reader: asyncio.StreamReader, health: Health) -> bytes:
    request = await receive(reader)
    if request.path not in ("/healthz", "/"):
        return _answer("404 Not Found", {"error": "ask for /healthz"})
    if request.method not in ("GET", "HEAD"):
        return _answer("405 Method Not Allowed", {"error": "only GET and HEAD"})
    well, said = await asyncio.to_thread(health)
    status = "200 OK" if well else "503 Service Unavailable"
    return _answer(status, {"well": well, **said}, body=request.method == "GET")


def _answer(status: str, said: Mapping[str, Any], *, body: bool = True) -> bytes:
    payload = msgspec.json.encode(said) + b"\n"
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(payload)}\r\n"
        "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + (payload if body else b"")
