"""Waits until the machine has come to rest, before a test gets its second try."""

import time

_NAP = 0.01
_LATE = 0.1
"""Seconds. Who sleeps for so much longer than asked shares the machine with too much else."""


def until_at_rest(*, quiet: float = 5.0, at_most: float = 120.0) -> None:
    """Returns once no nap was late for `quiet` seconds, and after `at_most` seconds in any case."""
    began = last_late = time.monotonic()
    while (now := time.monotonic()) - last_late < quiet and now - began < at_most:
        time.sleep(_NAP)
        if time.monotonic() - now > _NAP + _LATE:
            last_late = time.monotonic()
