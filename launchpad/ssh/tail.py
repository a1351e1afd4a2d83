"""What the seats of one launch follow, looked up once for all of them."""

import logging
import threading
import time
from typing import NamedTuple

from launchpad.errors import BrokenJournal, LaunchpadError
from launchpad.model.journal import Row
from launchpad.model.samples import Glance
from launchpad.model.store import Store
from launchpad.ssh.protocol import Page

ROWS = 250
"""Rows of one page at most."""
_PAGE_BYTES = 4 << 20
_MOMENT = 0.1
"""Seconds for which a glance at the store is good enough for another seat."""
_LOOK = 1.0
"""Seconds for which it waits for the store at a time."""
RETRY = 1.0
"""Seconds between two tries to read a journal that can't be read."""
NOTHING = Page(rows=(), more=False)

log = logging.getLogger(__name__)


class Step(NamedTuple):
    """What was found of the journal at one look, or why it could not be read."""

    number: int
    """Counts the looks that found something."""
    after: int
    """The last event before those of `page`; -1: not known."""
    page: Page
    error: LaunchpadError | None = None

    @property
    def end(self) -> int:
        """The last event that is known."""
        return self.page.rows[-1].seq if self.page.rows else self.after


class Tail:
    """Follows the journal from the first call of `next` on, until `close`. Any thread may ask."""

    def __init__(self, store: Store, launch: str) -> None:
        self._store = store
        self._launch = launch
        self._stepped = threading.Condition()
        self._step: Step | None = None
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()
        self._looking = threading.Lock()
        self._seen: tuple[float, Glance] | None = None
        self._hash = ""
        """Of the last event that is known."""

    def next(self, seen: int, timeout: float) -> Step | None:
        """The latest step, if it is another than the one numbered `seen` (0: any) or becomes so within
        `timeout` seconds."""
        with self._stepped:
            if self._thread is None:
                self._thread = threading.Thread(target=self._follow, name="tail", daemon=True)
                self._thread.start()
            self._stepped.wait_for(lambda: self._step is not None and self._step.number > seen, timeout)
            step = self._step
        return step if step is not None and step.number > seen else None

    def page(self, after: int, limit: int = ROWS) -> Page:
        """As many of the next `limit` rows as fit into one answer; the first of them in any case."""
        limit = min(limit, ROWS)
        rows = self._store.rows(self._launch, after=after, limit=limit)
        fitting: list[Row] = []
        size = 0
        for row in rows:
            size += len(row.body) + len(row.text or "")
            if fitting and size > _PAGE_BYTES:
                break
            fitting.append(row)
        return Page(rows=tuple(fitting), more=len(rows) == limit or len(fitting) < len(rows))

    def glance(self, within: float = _MOMENT) -> Glance:
        """What stands beside the journal, as it was no more than `within` seconds ago."""
        with self._looking:
            if self._seen is None or time.monotonic() - self._seen[0] > within:
                self._seen = time.monotonic(), self._store.glance(self._launch)
            return self._seen[1]

    def close(self) -> None:
        """Ends the following; does not wait for it."""
        self._ending.set()

    def _follow(self) -> None:
        step = Step(0, -1, NOTHING)
        while not self._ending.is_set():
            try:
                found = self._look_on(step)
            except BrokenJournal as error:
                found = Step(step.number + 1, -1, NOTHING, error)
            except LaunchpadError as error:
                found = Step(step.number + 1, step.end, NOTHING, error)
            except Exception:  # a fault of ours: whoever went on unknowing would see old states as new ones
                log.exception("the journal of %s could not be followed", self._launch)
                failed = LaunchpadError("the server failed at reading the journal", hint="its log says why")
                found = Step(step.number + 1, step.end, NOTHING, failed)
            if found is None:
                continue
            step = found
            with self._stepped:
                self._step = step
                self._stepped.notify_all()
            if step.error is not None:
                self._ending.wait(RETRY)

    def _look_on(self, last: Step) -> Step | None:
        """What came after a step: nothing else to tell than that the journal can be read again is a step too,
        since some may not have been told of all that came before."""
        number, end = last.number + 1, last.end
        if end < 0:
            head = self._store.head(self._launch)
            self._hash = head.hash
            return Step(number, head.seq, NOTHING)
        if self._store.wait(self._launch, end, _LOOK if last.error is None else 0.0, self._hash):
            page = self.page(end)
            if not page.rows or page.rows[0].prev_hash != self._hash:
                raise BrokenJournal(f"the store has lost events of {self._launch}", hint="look again")
            self._hash = page.rows[-1].hash
            # What the event changed beside the journal is seen together with it.
            self.glance(within=0.0)
            return Step(number, end, page)
        return Step(number, end, NOTHING) if last.error is not None else None
