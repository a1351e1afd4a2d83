"""Keeps what a process holds from others of the same user."""

import contextlib
import ctypes
import sys

_SET_DUMPABLE = 4


def keep_private() -> None:
    """From now on only root reads this process's memory and environment or traces it, and no core is dumped
    (prctl(2)). A program that it becomes by exec has to ask for this itself. Elsewhere than on Linux nothing
    happens."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)
