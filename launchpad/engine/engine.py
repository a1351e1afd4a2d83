"""The engine: the only part that probes, judges and acts, in a process of its own, under a lease."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

from launchpad import __version__
from launchpad.broken import Broken
from launchpad.engine.lease import TTL, LeaseKeeper, holder_name
from launchpad.engine.logbook import Logbook
from launchpad.engine.planner import Planner
from launchpad.engine.recorder import Recorder
from launchpad.engine.runner import Runner
from launchpad.engine.schedule import every
from launchpad.engine.standby import stand_by
from launchpad.engine.targets import Targets
from launchpad.engine.teller import tell
from launchpad.engine.toolroom import Toolroom
from launchpad.engine.watch import Watch
from launchpad.engine.witness import Witness
from launchpad.errors import Conflict, LaunchpadError, LeaseLost, Refused, Unreachable
from launchpad.model.events import EngineStarted, EngineStopped
from launchpad.model.store import Store
from launchpad.model.values import SECOND
from launchpad.session import Session

log = logging.getLogger(__name__)

_AGAIN = 1.0
"""Seconds until an engine that lost the lease or the store looks again."""
_PRUNE_EVERY = 3600.0
_SAMPLES_KEPT = 365 * 86400.0
_LOGS_KEPT = 30 * 86400.0
"""Seconds for which samples and the logs of runs are kept."""
_REQUEST_TIMEOUT = 5.0
"""Seconds within which a provider has taken or refused a mutation that was asked for."""


class Engine:
    """Watches one launch and carries out its runs."""

    def __init__(
        self,
        store: Store,
        launch: str,
        *,
        base_dir: Path,
        environ: Mapping[str, str],
        state_dir: Path,
        holder: str | None = None,
        ttl: float = TTL,
        request_timeout: float = _REQUEST_TIMEOUT,
    ) -> None:
        """`base_dir` is the definition's directory, `state_dir` a private one on this host in which steps
        are found again after a crash. After a lease that lapsed, nothing is done to any target for another
        `request_timeout` seconds: what its holder asked for last has arrived by then."""
        self._store = store
        self._launch = launch
        self._toolroom = Toolroom(launch, base_dir=base_dir, environ=environ, state_dir=state_dir)
        self._request_timeout = request_timeout
        self._witness = Witness(state_dir)
        self._lease = LeaseKeeper(store, launch, holder or holder_name(), ttl=ttl)

    async def run(self, stop: asyncio.Event, *, standby: bool = False) -> None:
        """Takes the lease and works until `stop` is set or the launch is closed.

        Raises `Refused` if the launch is closed, a later Launchpad has written what this one does not
        understand, now or later, or, without `standby`, another engine holds the lease;
        `BadInput` if a secret can't be resolved (only an amendment brings others later; what can't be done
        for one that lacks is said in the journal); `BrokenJournal` if, now or later, the journal lacks what
        was read of it here. An engine that loses the lease, or the store, stops acting at once and waits to
        be needed again.
        """
        await asyncio.to_thread(self._equip)
        worked, told = False, ""
        while not stop.is_set():
            try:
                if not await self._take(stop, wait=standby or worked):
                    return
                worked = True
                with _single_error():
                    await self._work(stop)
                return
            except (LeaseLost, Unreachable) as error:
                if not worked:
                    raise
                if str(error) != told:
                    told = str(error)
                    log.warning("%s; on standby", told)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_AGAIN):
                        await stop.wait()
                if await self._closed():
                    return
            finally:
                await self._let_go()

    async def _closed(self) -> bool:
        """Whether the launch was closed meanwhile; False while the store does not say."""
        try:
            session = await asyncio.to_thread(Session, self._store, self._launch)
        except Unreachable:
            return False
        return session.state.outcome is not None

    def _equip(self) -> None:
        """Raises what keeps the definition from being carried out as a whole."""
        session = Session(self._store, self._launch, begins_anew=False)
        self._witness.ensure_whole(session)
        state = session.state
        if state.outcome is not None:
            raise Refused(f"{self._launch} is closed ({state.outcome}): there is nothing to watch")
        _ensure_understood(session)
        assert state.definition is not None, "a session holds an opened launch"
        for error in self._toolroom.tools(state.definition_seq, state.definition).lacking:
            raise error

    async def _take(self, stop: asyncio.Event, *, wait: bool) -> bool:
        """Takes the lease; False if `stop` was set first."""
        taking = asyncio.create_task(self._lease.take(wait=wait))
        waiting = asyncio.create_task(
            stand_by(self._store, self._launch, self._lease.holder, self._toolroom, self._witness)
        )
        try:
            await _first(stop, taking)
        finally:
            waiting.cancel()
        if not taking.done():
            taking.cancel()
            return False
        taking.result()
        return True

    async def _let_go(self) -> None:
        if self._lease.held:
            with contextlib.suppress(Unreachable):  # it lapses by itself
                await self._lease.release()

    async def _work(self, stop: asyncio.Event) -> None:
        session = Session(self._store, self._launch, begins_anew=False)
        self._witness.ensure_whole(session)
        _ensure_understood(session)
        recorder = Recorder(self._store, session, self._lease, self._witness)
        wake, closed, told = asyncio.Event(), asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def on_change(trouble: str) -> None:
            if trouble:
                log.warning("the store can't be read: %s", trouble)
            else:
                self._witness.kept(session)
            loop.call_soon_threadsafe(wake.set)
            loop.call_soon_threadsafe(told.set)

        begun = await self._say_started(session, recorder)
        log.info("watching %s, epoch %d", self._launch, self._lease.epoch)
        watch = Watch(self._store, session, self._lease, recorder, self._toolroom, begun=begun)
        broken = Broken()
        with session.following(on_change, broken.tell):
            async with asyncio.TaskGroup() as tasks:
                background = [
                    tasks.create_task(broken.raised()),
                    tasks.create_task(self._lease.keep()),
                    tasks.create_task(watch.run()),
                    tasks.create_task(every(_PRUNE_EVERY, lambda: self._prune(session))),
                    tasks.create_task(self._tend_runs(session, recorder, wake, closed)),
                    tasks.create_task(tell(session, recorder, self._lease, self._toolroom, told)),
                ]
                await _first(stop, closed)
                for task in background:
                    task.cancel()
            # Said while the lease is fresh: to stop following may take a second.
            await recorder.append(EngineStopped(holder=self._lease.holder, epoch=self._lease.epoch))

    async def _say_started(self, session: Session, recorder: Recorder) -> int:
        """Says who watches; gives the event since which the definition holds that it begins with."""
        started = EngineStarted(
            holder=self._lease.holder,
            epoch=self._lease.epoch,
            host=socket.gethostname(),
            version=__version__,
        )
        while True:
            seq = session.state.definition_seq
            try:
                await recorder.bound(seq).append(started)
            except Conflict:
                await asyncio.to_thread(session.refresh)
            else:
                return seq

    async def _prune(self, session: Session) -> None:
        """Forgets samples and logs that have outlived their retention; the journal keeps everything."""
        now = session.clock()
        try:
            await asyncio.to_thread(
                self._store.prune,
                samples_before=now - round(_SAMPLES_KEPT * SECOND),
                logs_before=now - round(_LOGS_KEPT * SECOND),
            )
        except Unreachable as error:
            log.warning("nothing was pruned: %s", error)

    async def _tend_runs(
        self,
        session: Session,
        recorder: Recorder,
        wake: asyncio.Event,
        closed: asyncio.Event,
    ) -> None:
        if self._lease.took_over:
            await asyncio.sleep(self._request_timeout)

        def logbook(run: str) -> Logbook:
            redactor = self._toolroom.redactor
            return Logbook(self._store, self._launch, run, clock=session.clock, redactor=redactor)

        async with asyncio.TaskGroup() as tasks:
            planner = Planner(session, recorder, self._toolroom, tasks)
            targets = Targets(self._store, session)
            runner = Runner(session, recorder, self._lease, self._toolroom, targets, logbook, tasks)
            while True:
                wake.clear()
                session.ensure_whole()
                _ensure_understood(session)
                if session.state.outcome is not None:
                    closed.set()
                    return
                planner.tend()
                runner.tend()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1.0):
                        await wake.wait()


def _ensure_understood(session: Session) -> None:
    """Raises `Refused` where something happened that this version does not know: it may be the reason not to
    go on. Whoever wrote it has an engine that does."""
    if session.state.unknown_kinds:
        raise Refused(session.state.read_only)


async def _first(*awaited: "asyncio.Event | asyncio.Task[None]") -> None:
    """Returns once one of the events is set or one of the tasks is done; the tasks go on."""
    waiting = [asyncio.create_task(a.wait()) for a in awaited if isinstance(a, asyncio.Event)]
    tasks = [a for a in awaited if isinstance(a, asyncio.Task)]
    try:
        await asyncio.wait([*waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for waiter in waiting:
            waiter.cancel()


@contextlib.contextmanager
def _single_error() -> Iterator[None]:
    """Raises what went wrong in task groups as itself, Launchpad's own errors first."""
    try:
        yield
    except BaseExceptionGroup as group:
        errors = list(_leaves(group))
        ours = [error for error in errors if isinstance(error, LaunchpadError)]
        raise (ours or errors)[0] from group


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found.extend(_leaves(error) if isinstance(error, BaseExceptionGroup) else [error])
    return found
