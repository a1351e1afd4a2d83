"""Wakes the threads of this process that wait for events."""

import threading
import time
from collections import Counter


class Alarm:
    """Counts rings, so that one between a look at the journal and the wait that follows is not missed."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._rings: Counter[str] = Counter()
        self._rings_for_all = 0

    def mark(self, launch: str) -> int:
        """What to hand to `wait`; taken before looking at the journal."""
        with self._changed:
            return self._count(launch)

    def ring(self, launch: str | None = None) -> None:
        """Wakes those who wait for `launch` (None: for any)."""
        with self._changed:
            if launch is None:
                self._rings_for_all += 1
            else:
                self._rings[launch] += 1
            self._changed.notify_all()

    def wait(self, launch: str, mark: int, timeout: float) -> None:
        """Blocks until it has rung since `mark` or `timeout` seconds have passed."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while self._count(launch) == mark and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)

    def _count(self, launch: str) -> int:
        return self._rings[launch] + self._rings_for_all
