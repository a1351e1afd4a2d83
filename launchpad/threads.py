"""Ending threads."""

import threading
import time

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
