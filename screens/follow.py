"""Keeps a face up to date from threads of its own, so that a slow store never stalls a key or a clock."""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Container
from typing import NamedTuple

from launchpad.errors import LaunchpadError
from launchpad.model.samples import LogLine, Presence
from launchpad.model.values import SECOND
from launchpad.rules.view import View, view
from launchpad.rules.view.blind import blinded
from launchpad.session import Session

ANNOUNCE_EVERY = 5.0
ANNOUNCE_CHANGES = 0.9
"""Seconds between two announcements at least, however fast somebody moves."""
LOG_KEPT = 20_000
"""Lines of the watched run's output that a face holds."""
_PAGE = 2000
_LEAST = 0.02
"""Seconds between two views at least, however many events arrive."""
SILENCE = 3.0
"""Seconds after which a store that has not answered counts as away; until it gives up may take far longer."""


class News(NamedTuple):
    """What a face shows next."""

    view: View
    log: tuple[LogLine, ...] = ()
    lost: str = ""
    lost_for: float = 0.0


class Follower:
    """Makes a view each second and whenever something happened, and says that this seat is here."""

    def __init__(
        self,
        session: Session,
        *,
        deliver: Callable[[News], None],
        failed: Callable[[Exception], None],
        presence: Callable[[], Presence],
        trends: Callable[[], tuple[int, Container[str]]],
        run: Callable[[], str],
    ) -> None:
        """`trends` says how many points of the past are drawn, and of which objectives. `run` names the run
        whose log is wanted; empty: the one at work, or the last."""
        self._session = session
        self._deliver = deliver
        self._failed = failed
        self._presence = presence
        self._trends = trends
        self._wanted = run
        self._wake = threading.Event()
        self._ending = threading.Event()
        self._announced = 0.0
        self._looked: tuple[str, ...] = ()
        self._last: View | None = None
        self._told: News | None = None
        self._told_at = 0.0
        self._telling = threading.Lock()
        self._looking = threading.Lock()
        self._run = ""
        self._log: deque[LogLine] = deque(maxlen=LOG_KEPT)
        self._lines: tuple[LogLine, ...] = ()
        self._thread = threading.Thread(target=self._work, args=(self._follow,), name="follower", daemon=True)
        self._watch = threading.Thread(target=self._work, args=(self._keep_time,), name="timer", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._watch.start()

    def end(self) -> None:
        """Says goodbye and ends; does not wait for it."""
        self._ending.set()
        self._wake.set()

    def join(self, *, within: float) -> None:
        """Waits for its end, no longer than `within` seconds."""
        for thread in (self._thread, self._watch):
            if thread.ident is not None:
                thread.join(within)

    def poke(self) -> None:
        """Asks for a fresh view now."""
        self._wake.set()

    def _work(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001  # a thread must not die in silence: the face ends on it
            self._failed(error)

    def _follow(self) -> None:
        with self._session.following(self._changed, self._failed):
            while not self._ending.is_set():
                self._wake.clear()
                self._look()
                self._announce()
                # The clock on the screen turns with the second.
                self._wake.wait(1 - self._session.clock() % SECOND / SECOND)
            self._leave()

    def _changed(self, _why: str) -> None:
        """Tells of an event in the thread that has read it: to wake the other one would take another turn on
        a machine on which every seat of the room is at work at this moment."""
        begun = time.monotonic()
        self._look()
        self._ending.wait(max(0.0, _LEAST - (time.monotonic() - begun)))

    def _look(self) -> None:
        with self._looking:
            self._tell(self._news())

    def _tell(self, news: News) -> None:
        with self._telling:
            self._told, self._told_at = news, time.monotonic()
            self._deliver(news)

    def _keep_time(self) -> None:
        """While the store keeps the other thread waiting, the clock turns and no reading counts."""
        while not self._ending.wait(1 - self._session.clock() % SECOND / SECOND):
            with self._telling:
                if self._told is None or time.monotonic() - self._told_at < SILENCE:
                    continue
                why = self._told.lost or "the store does not answer"
                self._deliver(self._blind(self._last or self._told.view, why, self._told.log))

    def _blind(self, last: View, why: str, log: tuple[LogLine, ...]) -> News:
        now = self._session.clock()
        return News(blinded(last, now), log, why, (now - last.now) / SECOND)

    def _news(self) -> News:
        try:
            points, objectives = self._trends()
            self._last = self._session.view(trend=points, trends_of=objectives)
            return News(self._last, self._read_log(self._last))
        except LaunchpadError as error:
            last = self._last or view(self._session.state, {}, self._session.clock())
            return self._blind(last, str(error), self._lines)

    def _read_log(self, shown: View) -> tuple[LogLine, ...]:
        """The newest lines; the very tuple that was given before where none has come."""
        at_work = shown.run or next(iter(shown.runs), None)
        run = self._wanted() or (at_work.state.id if at_work else "")
        if run != self._run:
            self._run = run
            self._log.clear()
            self._lines = ()
        if not run:
            return ()
        new = self._new_lines(run)
        if new:
            self._log.extend(new)
            self._lines = tuple(self._log)
        return self._lines

    def _new_lines(self, run: str) -> list[LogLine]:
        """What came since the last look; where that is more than is kept, the last of it."""
        if not self._log:
            return list(self._session.log(run, after=-LOG_KEPT, limit=LOG_KEPT))
        new: list[LogLine] = []
        while len(new) < LOG_KEPT:
            after = (new or self._log)[-1].n
            page = self._session.log(run, after=after, limit=_PAGE)
            new += page
            if len(page) < _PAGE:
                return new
        self._log.clear()
        return list(self._session.log(run, after=-LOG_KEPT, limit=LOG_KEPT))

    def _announce(self) -> None:
        """Says that this seat is here: every few seconds, and as soon as it looks at something else."""
        mine = self._presence()
        looks = (mine.looking_at, mine.subject, mine.role)
        passed = time.monotonic() - self._announced
        if self._announced and passed < (ANNOUNCE_EVERY if looks == self._looked else ANNOUNCE_CHANGES):
            return
        self._announced, self._looked = time.monotonic(), looks
        # Whether the store can be reached is said by the view.
        with contextlib.suppress(LaunchpadError):
            self._session.source.announce(self._session.launch, mine)

    def _leave(self) -> None:
        with contextlib.suppress(LaunchpadError):
            self._session.source.leave(self._session.launch, self._presence().seat)
