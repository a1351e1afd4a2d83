"""The clock that leases and deadlines are measured on."""

import time


def boot_seconds() -> float:
    """Seconds on a clock that every process of this host shares and that goes on during suspend.

    Linux has CLOCK_BOOTTIME for that; where it is missing (macOS) CLOCK_MONOTONIC counts sleep as well.
    """
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
