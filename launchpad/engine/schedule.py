"""Doing something again and again without drifting or piling up."""

import asyncio
import math
import zlib
from collections.abc import Awaitable, Callable


def offset(name: str, period: float) -> float:
    """Where in its period a recurring task falls: spread evenly over names, the same after a restart."""
    return period * (zlib.crc32(name.encode()) / 2**32)


async def every(period: float, action: Callable[[], Awaitable[None]], *, first_after: float = 0.0) -> None:
    """Awaits `action` at fixed instants `period` seconds apart, for ever.

    An action that overruns makes the instants it covers fall away; after a suspend there is no burst.
    """
    loop = asyncio.get_running_loop()
    begin = loop.time() + first_after
    turn = 0
    while True:
        await asyncio.sleep(max(0.0, begin + turn * period - loop.time()))
        await action()
        turn = max(turn + 1, math.ceil((loop.time() - begin) / period))
