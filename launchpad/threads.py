"""Threads: a work beside others, and how one ends."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")

_BEGINS_WITHIN = 1.0
"""Seconds until a thread that was asked for surely runs, or never will."""


def join(thread: threading.Thread, timeout: float | None = None) -> None:
    """Waits for a thread to end, at most `timeout` seconds.

    An interrupt may have broken off `start()` before the thread ran: it is waited for as well, as it will
    run all the same, and what it works with must not be taken away before.
    """
    deadline = time.monotonic() + _BEGINS_WITHIN
    while True:
        try:
            thread.join(timeout)
        except RuntimeError:  # it does not run yet
            if time.monotonic() > deadline:
                return
            time.sleep(0.005)
        else:
            return


def beside(work: Callable[[], T]) -> Callable[[], T]:
    """Begins a work in a thread of its own. What is returned waits for its end, and gives or raises what the
    work does."""
    future: Future[T] = Future()

    def begin() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  # raised where it is waited for
            future.set_exception(error)

    threading.Thread(target=begin, name="beside", daemon=True).start()
    return future.result
