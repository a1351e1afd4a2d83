"""Writes a run's output into the store, stripped and redacted."""

import asyncio
import logging
from collections.abc import Callable

from launchpad.config.secrets import Redactor
from launchpad.errors import Unreachable
from launchpad.model.samples import LogLine
from launchpad.model.store import Store
from launchpad.model.values import Micros

log = logging.getLogger(__name__)

LINE_LIMIT = 2000
"""Longest line that is kept, in characters."""
_AGAIN = 1.0
"""Seconds until output that the store did not take is offered again."""


class Logbook:
    """The log of one run; numbering goes on where an earlier engine stopped."""

    def __init__(
        self,
        store: Store,
        launch: str,
        run: str,
        *,
        clock: Callable[[], Micros],
        redactor: Redactor,
    ) -> None:
        self._store = store
        self._launch = launch
        self._run = run
        self._clock = clock
        self._redactor = redactor
        self._n: int | None = None

    async def write(self, step: int, lines: list[str]) -> None:
        """For what is said beside a step: it is lost where the store does not answer, and ends nothing."""
        try:
            await asyncio.to_thread(self._write, step, lines)
        except Unreachable as error:
            log.warning("%d lines of %s are lost: %s", len(lines), self._run, error)

    async def keep(self, step: int, lines: list[str]) -> None:
        """For a step's own output: waits until the store takes it. What comes after it waits where it is, and
        is found there by whoever follows the step next."""
        while True:
            try:
                return await asyncio.to_thread(self._write, step, lines)
            except Unreachable as error:
                log.warning("the output of %s waits: %s", self._run, error)
            await asyncio.sleep(_AGAIN)

    def _write(self, step: int, lines: list[str]) -> None:
        now = self._clock()
        if self._n is None:
            last = self._store.log(self._launch, self._run, after=-1)
            self._n = last[-1].n if last else 0
        numbered = enumerate(lines, start=self._n + 1)
        self._store.add_log(
            self._launch,
            [
                LogLine(run=self._run, n=n, at=now, step=step, text=self._redactor.line(line, LINE_LIMIT))
                for n, line in numbered
            ],
        )
        self._n += len(lines)
