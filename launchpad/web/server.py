"""Answers browsers: a page for whoever has the token, what changes on it, and nothing else."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple

import msgspec

from launchpad.errors import BadInput
from launchpad.web import exchange, page
from launchpad.web.access import Access
from launchpad.web.board import Board
from launchpad.web.exchange import NOISE, Request, answer

log = logging.getLogger(__name__)

_WORD_EVERY = 10.0
"""Seconds between two lines of the log about refused tokens."""
_FILES = {"/style.css": "text/css", "/live.js": "text/javascript"}


class Limits(NamedTuple):
    """What strangers and slow clients can cost."""

    at_once: int = 64
    """Connections; whoever comes then is cut off."""
    streams: int = 48
    """Of them, pages that follow."""
    patience: float = 5.0
    """Seconds in which a request has to come."""
    slowest: float = 10.0
    """Seconds in which a client has to take in what it was sent."""
    every: float = 1.0
    """Seconds between two events of a page that follows."""


class Browsers:
    """What all connections share."""

    def __init__(self, board: Board, access: Access, narrate: Callable[[str], None], limits: Limits) -> None:
        self._board = board
        self._access = access
        self._narrate = narrate
        self._limits = limits
        self._places = asyncio.Semaphore(limits.at_once)
        self._streams = asyncio.Semaphore(limits.streams)
        self._told = -_WORD_EVERY
        self._serving: set[asyncio.Task[None]] = set()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one connection."""
        task = asyncio.current_task()
        assert task is not None, "streams run in tasks"
        self._serving.add(task)
        try:
            if not self._places.locked():
                async with self._places:
                    await self._converse(reader, writer)
        except NOISE:
            pass
        except asyncio.CancelledError:  # the server ends; asyncio would log it
            pass
        except Exception:  # a fault of ours ends this connection and is told
            log.exception("a browser's request failed")
        finally:
            self._serving.discard(task)
            writer.transport.abort() if task.cancelling() else writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), self._limits.slowest)

    async def end(self) -> None:
        """Ends all connections."""
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(self._limits.patience):
            request = await exchange.receive(reader)
        peer = str((writer.get_extra_info("peername") or ("an unknown address",))[0])
        if (
            request.path == "/events"
            and request.method == "GET"
            and self._access.addressed(request.headers)
            and self._access.knows(request.headers)
            and not self._streams.locked()
        ):
            async with self._streams:
                await self._follow(writer)
            return
        reply = await self._reply(request, peer)
        await self._send(writer, reply if request.method != "HEAD" else _without_body(reply))

    async def _reply(self, request: Request, peer: str) -> bytes:
        if not self._access.addressed(request.headers):
            return answer("421 Misdirected Request", "this is not the place for that name\n", "text/plain")
        if request.method not in ("GET", "HEAD"):
            return answer(
                "405 Method Not Allowed", "this only shows\n", "text/plain", headers=[("Allow", "GET, HEAD")]
            )
        if kind := _FILES.get(request.path):
            return answer("200 OK", page.asset(request.path[1:]), kind)
        if request.path == "/enter":
            return self._enter(request.value("token"), peer)
        if not self._access.knows(request.headers):
            return answer("403 Forbidden", page.door())
        if request.path == "/events":
            return answer(
                "503 Service Unavailable", "too many follow\n", "text/plain", headers=[("Retry-After", "30")]
            )
        if request.path != "/":
            return answer("404 Not Found", "there is no such page\n", "text/plain")
        made = await self._board.parts()
        return answer("200 OK", page.page(made, still="still" in request.query))

    def _enter(self, token: str, peer: str) -> bytes:
        if self._access.right(token):
            self._narrate(f"a browser at {peer} looks on")
            return answer("200 OK", page.entered(), headers=[("Set-Cookie", self._access.cookie)])
        now = time.monotonic()
        if now - self._told >= _WORD_EVERY:
            self._told = now
            self._narrate(f"refused a browser at {peer}: it does not have the token")
        return answer("403 Forbidden", page.door("That is not the token."))

    async def _follow(self, writer: asyncio.StreamWriter) -> None:
        """Sends what changes, until the client goes. One that reads slowly is sent the newest alone."""
        await self._send(writer, exchange.stream_head())
        told: Mapping[str, str] = {}
        while not writer.is_closing():
            made = await self._board.parts()
            changed = {name: part for name, part in made.items() if told.get(name) != part}
            told = made
            # An event in any case: a page that hears nothing knows that it has been left.
            await self._send(writer, b"data: " + msgspec.json.encode(changed) + b"\n\n")
            await asyncio.sleep(self._limits.every)

    async def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        writer.write(data)
        async with asyncio.timeout(self._limits.slowest):
            await writer.drain()


def _without_body(reply: bytes) -> bytes:
    head, end, _ = reply.partition(b"\r\n\r\n")
    return head + end


@asynccontextmanager
async def shown(
    host: str | None,
    port: int,
    board: Board,
    access: Callable[[int], Access],
    narrate: Callable[[str], None],
    limits: Limits = Limits(),  # noqa: B008  # a value
) -> AsyncIterator[Access]:
    """Answers browsers on `host` and `port` (0: any) while the block runs; `access` is made for the port.
    Raises `BadInput` where that can't be listened on."""
    serving: list[Browsers] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await serving[0].connected(reader, writer)

    try:
        server = await asyncio.start_server(
            connected, host, port, limit=exchange.LONGEST, start_serving=False
        )
    except OSError as error:
        where = f"port {port}" if host is None else f"{host}, port {port}"
        raise BadInput(f"can't listen on {where}: {error.strerror}", hint="choose another port") from None
    rules = access(int(server.sockets[0].getsockname()[1]))
    serving.append(Browsers(board, rules, narrate, limits))
    async with server:
        await server.start_serving()
        try:
            yield rules
        finally:
            server.close()
            await serving[0].end()
