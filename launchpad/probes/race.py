"""The first of several attempts to succeed."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import TypeVar

T = TypeVar("T")


async def first_success(
    attempts: Sequence[Coroutine[None, None, T]], *, stagger: float, discard: Callable[[T], None]
) -> T:
    """Result of the attempt that succeeds first.

    The next attempt begins when one has failed, or after `stagger` seconds. When the race is over, the others
    are cancelled and have ended; what one of them still brought home goes to `discard`. Raises ExceptionGroup
    when all failed with an OSError or an error of ours.
    """
    waiting = list(reversed(attempts))
    running: set[asyncio.Task[T]] = set()
    errors: list[Exception] = []
    try:
        while waiting or running:
            if waiting:
                running.add(asyncio.create_task(waiting.pop()))
            done, running = await asyncio.wait(
                running, timeout=stagger if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            # Back among the running until looked at: whoever is not returned is discarded below.
            running |= done
            for task in done:
                running.discard(task)
                error = task.exception()
                if error is None:
                    return task.result()
                if not isinstance(error, Exception):
                    raise error
                errors.append(error)
        raise ExceptionGroup("every attempt failed", errors)
    finally:
        for attempt in waiting:
            attempt.close()
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
        for task in running:
            if not task.cancelled() and task.exception() is None:
                discard(task.result())
