"""Clocks: the one that leases and deadlines are measured on, and the store's, carried on between askings."""

import time
from collections.abc import Callable

_ASK_AGAIN = 30.0
"""Seconds for which our own clock may carry the store's on."""


def boot_seconds() -> float:
    """Seconds on a clock that every process of this host shares and that goes on during suspend.

    Linux has CLOCK_BOOTTIME for that; where it is missing (macOS) CLOCK_MONOTONIC counts sleep as well.
    """
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class TrackedClock:
    """The store's clock without a question for each reading. Calling it never blocks."""

    def __init__(self, ask: Callable[[], int]) -> None:
        """`ask` returns the store's time in microseconds since the epoch; it is asked at once."""
        self._ask = ask
        self._ahead = 0
        self._asked = 0.0
        self.track(at_once=True)

    def __call__(self) -> int:
        return round(boot_seconds() * 1_000_000) + self._ahead

    def track(self, *, at_once: bool = False) -> None:
        """Asks again if the last answer is old. May block, and raises what `ask` raises."""
        now = boot_seconds()
        if not at_once and now - self._asked < _ASK_AGAIN:
            return
        answer = self._ask()
        self._asked = boot_seconds()
        # The answer was true somewhere between asking and hearing it.
        self._ahead = answer - round((now + self._asked) / 2 * 1_000_000)
