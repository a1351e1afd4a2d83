"""Carries approved runs through their steps, one mutation at a time, each fenced and findable."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Iterable, Sequence

from launchpad.engine.endings import brought
from launchpad.engine.halting import Halting
from launchpad.engine.jobs import Jobs, planned
from launchpad.engine.lease import LeaseKeeper
from launchpad.engine.logbook import Logbook
from launchpad.engine.recorder import Recorder
from launchpad.engine.targets import Targets
from launchpad.engine.toolroom import Toolroom
from launchpad.errors import Conflict, LeaseLost, Refused, Unasked, Unreachable
from launchpad.model import events as ev
from launchpad.model.events import Event
from launchpad.model.plan import GateReport
from launchpad.model.state import RunState
from launchpad.model.state.runs import REPAIRS
from launchpad.providers.capabilities import Ending
from launchpad.rules.gates import evaluate, without_own
from launchpad.rules.view import run_view
from launchpad.session import Session

_GATE_PATIENCE = 30.0
"""Seconds for which a gate may say HOLD, as after a restart, before the run stops for it."""

_ABORT_PATIENCE = 30.0
"""Seconds in which a step that is aborted must have ended."""

_TAKEN_OVER = "(followed by another engine from here on)"


_AT_WORK = ("intended", "running")


class Runner:
    """Tends every run that is approved or under way; each is carried by one task."""

    def __init__(
        self,
        session: Session,
        recorder: Recorder,
        lease: LeaseKeeper,
        toolroom: Toolroom,
        targets: Targets,
        logbook: Callable[[str], Logbook],
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._session = session
        self._recorder = recorder
        self._lease = lease
        self._place = toolroom.place
        self._jobs = Jobs(session, toolroom)
        self._targets = targets
        self._logbook = logbook
        self._halting = Halting(session, logbook)
        self._tasks = tasks
        self._carried: dict[str, asyncio.Task[None]] = {}
        self._aborts: dict[str, asyncio.Event] = {}

    def tend(self) -> None:
        """Starts carrying what is to be carried, and passes on what is to be aborted."""
        for run in self._session.state.runs.values():
            if run.status not in ("approved", "running", "aborting"):
                continue
            carried = self._carried.get(run.id)
            if carried is None or carried.done():
                self._aborts[run.id] = asyncio.Event()
                self._carried[run.id] = self._tasks.create_task(self._carry(run.id), name=run.id)
            if run.status == "aborting":
                self._aborts[run.id].set()

    async def _carry(self, run_id: str) -> None:
        run = self._run(run_id)
        await asyncio.to_thread(self._jobs.ready, run)
        try:
            async with self._targets.held(run):
                while await self._advance(self._run(run_id)):
                    pass
        except LeaseLost:
            raise
        except Refused as error:
            await self._stop(self._run(run_id), str(error))

    def _run(self, run_id: str) -> RunState:
        return self._session.state.runs[run_id]

    async def _advance(self, run: RunState) -> bool:
        """Takes the run one move further; False once there is nothing more to do for now."""
        try:
            if run.status == "approved":
                return await self._begin(run)
            if run.status not in ("running", "aborting"):
                return False
            index = run.current_step
            if index is None:
                kept = await asyncio.to_thread(self._targets.keep, run)
                await self._append(run, *kept, ev.RunSucceeded(run=run.id))
                return False
            match run.steps[index].status:
                case "pending" if run.status == "aborting":
                    await self._append(run, ev.RunAborted(run=run.id))
                    return False
                case "pending":
                    return await self._start(run, index)
                case "intended" | "running":
                    return await self._recover(run, index)
                case _:
                    return await self._conclude(run, index)
        except Conflict:
            # The run moved (an abort, most likely): look again.
            await asyncio.to_thread(self._session.refresh)
            return True

    async def _begin(self, run: RunState) -> bool:
        if run_view(run, self._session.clock()).expired:
            # Approved for then, not for whenever an engine comes back.
            await self._append(
                run, ev.RunRefused(run=run.id, reason="its plan expired before it was started")
            )
            return False
        gate = await self._gate(run)
        if gate is not None and gate.verdict != "GO" and run.overridden_by is None:
            await self._append(run, ev.RunRefused(run=run.id, reason=_closed(gate)))
            return False
        if run.stops:
            await self._halting.others_ended(run)
        await self._append(run, ev.RunStarted(run=run.id, epoch=self._lease.epoch, gate=gate))
        return True

    async def _start(self, run: RunState, index: int) -> bool:
        """Asks the provider for the step; for a halt that was certainly not done, until it is taken."""
        while (more := await self._ask(run, index)) is None:
            run = self._run(run.id)
        return more

    async def _ask(self, run: RunState, index: int) -> bool | None:
        """Asks the provider for the step, after saying so in the journal; None if it is to be asked again."""
        gate = await self._gate(run)
        if gate is not None and gate.verdict != "GO" and run.overridden_by is None:
            await self._append(run, ev.RunInterrupted(run=run.id, reason=_closed(gate)))
            return False
        if run.aim is not None and (why := await self._jobs.rolled(run).moved(run.aim)):
            await self._append(run, ev.RunFailed(run=run.id, reason=f"nothing was done: {why}"))
            return False
        nonce = f"{self._place}:{secrets.token_hex(8)}"
        attempt = run.steps[index].attempt + 1
        await self._append(
            run,
            ev.StepIntended(
                run=run.id, step=index, epoch=self._lease.epoch, nonce=nonce, attempt=attempt, gate=gate
            ),
        )
        provider, job = self._jobs.of(self._run(run.id), index)
        # The lease is looked at last: from here to the request there is no waiting.
        self._lease.ensure()
        try:
            provider_id = await provider.start(job)
        except Unasked as error:
            if await self._again(run, index, error):
                return None
            if self._run(run.id).status == "aborting":
                never = ev.StepAborted(run=run.id, step=index, detail=str(error))
                await self._recorder.append(never, ev.RunAborted(run=run.id))
                return False
            return await self._fail(run, index, str(error))
        except Refused as error:
            if run.stops and attempt > 1:  # of the attempt before, nobody knows
                return await self._lost(run, index, error)
            return await self._fail(run, index, str(error))
        except Unreachable as error:
            return await self._lost(run, index, error)
        await self._recorder.append(ev.StepRunning(run=run.id, step=index, provider_id=provider_id))
        return await self._follow(run.id, index, provider_id)

    async def _recover(self, run: RunState, index: int) -> bool:
        """Takes on a step that an engine before this one began."""
        provider, job = self._jobs.of(run, index)
        found = await provider.find(job)
        match found.state:
            case "at-work":
                kept = await asyncio.to_thread(self._kept, run, index)
                await self._logbook(run.id).write(index, [_TAKEN_OVER])
                return await self._follow(run.id, index, found.provider_id, kept)
            case "never-started" if run.status == "aborting":
                await self._append(
                    run,
                    ev.StepAborted(run=run.id, step=index, detail="it had not begun"),
                    ev.RunAborted(run=run.id),
                )
                return False
            case "never-started":
                return await self._start(run, index)
            case _:
                reason = found.detail or "its engine died, and nothing tells how it ended"
                return await self._lost(run, index, reason)

    def _kept(self, run: RunState, index: int) -> int:
        """How many lines of the step's present attempt the log holds."""
        since, kept, after = run.steps[index].started_at or 0, 0, 0
        while lines := self._session.log(run.id, after=after):
            kept += sum(ln.step == index and ln.at >= since and ln.text != _TAKEN_OVER for ln in lines)
            after = lines[-1].n
        return kept

    async def _follow(self, run_id: str, index: int, provider_id: str, kept: int = 0) -> bool:
        """Waits for the step's end, passing an abort on to the provider. The log holds `kept` lines of its
        output already."""
        provider, job = self._jobs.of(self._run(run_id), index)
        book = self._logbook(run_id)

        async def emit(lines: list[str]) -> None:
            nonlocal kept
            fresh, kept = lines[kept:], max(0, kept - len(lines))
            if fresh:
                await book.keep(index, fresh)

        following = asyncio.create_task(provider.follow(provider_id, job, emit))
        aborting = asyncio.create_task(self._aborts[run_id].wait())
        try:
            await asyncio.wait({following, aborting}, return_when=asyncio.FIRST_COMPLETED)
            if following.done():
                ending = following.result()
            else:
                ending = await self._stopped(following, provider.cancel(provider_id, job))
        except LeaseLost:
            raise
        except (Refused, Unreachable) as error:
            ending = Ending(state="unknown", detail=str(error))
        finally:
            for task in (following, aborting):
                task.cancel()
        return await self._ended(self._run(run_id), index, ending)

    async def _stopped(
        self, following: asyncio.Task[Ending], cancelling: Coroutine[None, None, None]
    ) -> Ending:
        """How a step ends that is to be aborted. Who aborted does not wait for ever: what has not ended in
        time, or can't be stopped, is left to the provider."""
        said = "it was told to stop"
        try:
            async with asyncio.timeout(_ABORT_PATIENCE):
                try:
                    await cancelling
                except LeaseLost:
                    raise
                except (Refused, Unreachable) as error:
                    # It may just have ended.
                    said = f"it could not be stopped: {error.message}"
                return await asyncio.shield(following)
        except TimeoutError:
            detail = f"{said}, and had not ended {_ABORT_PATIENCE:g} s later; it may go on, look there"
            return Ending(state="unknown", detail=detail)

    async def _ended(self, run: RunState, index: int, ending: Ending) -> bool:
        found = brought(run, index, planned(run, index), ending, self._jobs.vault(run, index))
        match ending.state:
            case "succeeded":
                done = ev.StepSucceeded(run=run.id, step=index, detail=ending.detail, brought=ending.brought)
                await self._recorder.append(done, *found)
                return True
            case "aborted" if self._run(run.id).status == "aborting":
                aborted = ev.StepAborted(run=run.id, step=index, detail=ending.detail)
                await self._recorder.append(*found, aborted, ev.RunAborted(run=run.id))
                return False
            case "unknown":
                return await self._lost(run, index, ending.detail, found)
            case _:
                return await self._fail(run, index, ending.detail, found)

    async def _conclude(self, run: RunState, index: int) -> bool:
        """Finishes what a crash left between a step's end and the run's."""
        step = run.steps[index]
        match step.status:
            case "aborted":
                await self._append(run, ev.RunAborted(run=run.id))
            case "interrupted" if run.status == "running":
                await self._append(run, ev.RunInterrupted(run=run.id, reason=step.detail))
            case "interrupted":
                await self._append(run, ev.RunAborted(run=run.id))
            case _:
                await self._append(run, *self._failure(run, index, step.detail))
        return False

    async def _fail(self, run: RunState, index: int, reason: str, found: Sequence[Event] = ()) -> bool:
        failed = (*found, ev.StepFailed(run=run.id, step=index, reason=reason))
        while True:
            following = self._failure(self._run(run.id), index, reason)
            try:
                await self._recorder.append(*failed, *following, expect=_new(following))
            except Conflict:
                # Somebody has just asked for what repairs it.
                await asyncio.to_thread(self._session.refresh)
            else:
                return False

    def _failure(self, run: RunState, index: int, reason: str) -> list[Event]:
        """The run's failure, and the request for what is to follow it."""
        step = planned(run, index)
        where = f"step {index + 1} ({step.verb} {step.provider})"
        events: list[Event] = [ev.RunFailed(run=run.id, reason=f"{where}: {reason}")]
        state = self._session.state
        action = state.action(run.action) if run.aim is None else None
        repair = action.on_failure if action else None
        if repair is None or repair.mode == "never" or run.status == "aborting":
            return events
        if any(r.action == repair.run and not r.ended for r in state.runs.values()):
            return events
        params = {REPAIRS: run.id}
        events.append(ev.RunRequested(run=state.next_run_id(repair.run), action=repair.run, params=params))
        return events

    async def _lost(
        self, run: RunState, index: int, why: Exception | str, found: Sequence[Event] = ()
    ) -> bool:
        """Leaves a step whose end nobody knows to a person. A halt is asked for again first, where asking
        twice is asking once."""
        if await self._again(run, index, why):
            return await self._start(self._run(run.id), index)
        await self._interrupt(run, index, str(why), found)
        return False

    async def _again(self, run: RunState, index: int, why: Exception | str) -> bool:
        repeats, aborted = run.stops and self._jobs.repeats(run, index), self._aborts[run.id]
        return await self._halting.again(run, index, why, repeats=repeats, aborted=aborted)

    async def _interrupt(self, run: RunState, index: int, reason: str, found: Sequence[Event] = ()) -> None:
        events: list[Event] = [*found, ev.StepInterrupted(run=run.id, step=index, reason=reason)]
        if self._run(run.id).status == "aborting":
            events.append(ev.RunAborted(run=run.id))
        else:
            events.append(ev.RunInterrupted(run=run.id, reason=reason))
        await self._recorder.append(*events)

    async def _stop(self, run: RunState, reason: str) -> None:
        """Ends what can't go on: for a lock of somebody else's, who came between two engines, or for want of
        what it was planned with."""
        index = run.current_step
        if run.status == "approved":
            await self._recorder.append(ev.RunRefused(run=run.id, reason=reason))
        elif run.status == "running" and index is not None and run.steps[index].status in _AT_WORK:
            await self._interrupt(run, index, f"{reason}; the step may still be at work")
        elif run.status == "running":
            await self._recorder.append(ev.RunInterrupted(run=run.id, reason=reason))
        elif run.status == "aborting" and index is not None and run.steps[index].status in _AT_WORK:
            await self._interrupt(run, index, f"{reason}; the step may still be at work")
        elif run.status == "aborting":
            await self._recorder.append(ev.RunAborted(run=run.id))

    async def _append(self, run: RunState, *events: Event) -> None:
        """Appends under the expectation that nobody has touched the run since `run` was read."""
        await self._recorder.append(*events, expect={f"run:{run.id}": run.seq, **_new(events)})

    async def _gate(self, run: RunState) -> GateReport | None:
        """The run's gate now; waits a while for one that says HOLD."""
        name = run.plan.gate if run.plan else None
        if name is None:
            return None
        waited = 0.0
        while True:
            shown = await asyncio.to_thread(self._session.view)
            gate = evaluate(name, without_own(shown.situation, run))
            waiting = gate is not None and gate.verdict == "HOLD" and run.overridden_by is None
            if not waiting or waited >= _GATE_PATIENCE or self._aborts[run.id].is_set():
                return gate
            waited += 1.0
            await asyncio.sleep(1.0)


def _new(events: Iterable[Event]) -> dict[str, int]:
    """That nobody has taken the names of the runs that are asked for."""
    return {event.subject: 0 for event in events if isinstance(event, ev.RunRequested)}


def _closed(gate: GateReport) -> str:
    blockers = "; ".join(f"{c.name}: {c.detail}" for c in gate.blockers[:3])
    return f"gate {gate.gate} is {gate.verdict}: {blockers}"
