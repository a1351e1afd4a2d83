"""Who may have an edit open: an account has one for an app, and opening another ends it."""

import asyncio
import contextlib
import heapq
from collections.abc import AsyncIterator, Coroutine
from itertools import count
from typing import Any, TypeVar

from launchpad.errors import Unreachable

T = TypeVar("T")
_HALT, _CHANGE, _LOOK = 0, 1, 2


class Turns:
    """One edit at a time in this process. A halt goes before all that waits; a look gives way at once."""

    def __init__(self) -> None:
        self._busy = False
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = count()
        self._looking: asyncio.Task[Any] | None = None

    @contextlib.asynccontextmanager
    async def change(self, *, first: bool) -> AsyncIterator[None]:
        """Around what changes something; `first`: it is a halt."""
        if self._looking is not None:
            self._looking.cancel()
        async with self._turn(_HALT if first else _CHANGE):
            yield

    async def look(self, work: Coroutine[Any, Any, T]) -> T:
        """What a look says. Raises `Unreachable` if it gave way."""
        async with self._turn(_LOOK, unused=work):
            looking = asyncio.create_task(work)
            self._looking = looking
            try:
                await asyncio.wait({looking})
            finally:
                self._looking = None
                looking.cancel()
            if looking.cancelled():
                raise Unreachable("the look into the track gave way to a change", hint="the next one tells")
            return looking.result()

    @contextlib.asynccontextmanager
    async def _turn(self, rank: int, unused: Coroutine[Any, Any, Any] | None = None) -> AsyncIterator[None]:
        if self._busy:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting, (rank, next(self._numbers), turn))
            try:
                await turn
            except asyncio.CancelledError:
                if unused is not None:
                    unused.close()
                if turn.done() and not turn.cancelled():
                    self._next()
                raise
        self._busy = True
        try:
            yield
        finally:
            self._next()

    def _next(self) -> None:
        while self._waiting:
            *_, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)  # it stays busy meanwhile
                return
        self._busy = False
