"""Runs carried through their steps, with an adapter that does as it is told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from launchpad.config.secrets import Redactor
from launchpad.desk import LocalDesk, open_launch
from launchpad.engine import runner as of_runner
from launchpad.engine.lease import LeaseKeeper
from launchpad.engine.logbook import Logbook
from launchpad.engine.recorder import Recorder
from launchpad.engine.runner import Runner
from launchpad.engine.targets import Targets
from launchpad.engine.witness import Witness
from launchpad.errors import Refused, Unreachable
from launchpad.model import commands as cmd
from launchpad.model import events as ev
from launchpad.model.commands import Command
from launchpad.model.definition import (
    AnyCondition,
    Definition,
    HttpSignal,
    Objective,
    ObjectiveCondition,
    OnFailure,
    PhaseCondition,
    ReadyCondition,
    UnlockedCondition,
)
from launchpad.model.journal import Draft
from launchpad.model.plan import Plan, PlannedStep
from launchpad.model.state import RunState
from launchpad.providers.capabilities import Emit, Ending, Found, Job
from launchpad.session import Session
from launchpad.store import open_store
from tests.support.war_room import WarRoom, action, commands_launch

LAUNCH = "acme-4.2.0"


class Adapter:
    """Answers what it was set to."""

    def __init__(self) -> None:
        self.started: list[Job] = []
        self.refusal: Exception | None = None
        self.found = Found(state="unknown", detail="nobody saw it")
        self.output: list[str] = []
        self.ending = Ending(state="succeeded", detail="there")
        self.ends = asyncio.Event()
        self.ends.set()
        self.cancelled = asyncio.Event()
        self.cancelling: Exception | None = None

    async def start(self, job: Job) -> str:
        self.started.append(job)
        if self.refusal is not None:
            raise self.refusal
        return f"id-{len(self.started)}"

    async def follow(self, _id: str, _job: Job, emit: Emit) -> Ending:
        if self.output:
            await emit(self.output)
        await self.ends.wait()
        return self.ending

    async def find(self, _job: Job) -> Found:
        return self.found

    async def cancel(self, _id: str, _job: Job) -> None:
        self.cancelled.set()
        if self.cancelling is not None:
            raise self.cancelling
        self.ends.set()


class Carried:
    """A launch, its people, and the runner of an engine that holds the lease."""

    def __init__(self, base: Path, definition: Definition) -> None:
        self.store: Any = open_store(f"sqlite://{base}/journal.db")
        self.adapter = Adapter()
        open_launch(self.store, WarRoom.person("lead"), cmd.OpenLaunch(launch=LAUNCH, definition=definition))
        self.session = Session(self.store, LAUNCH)
        self.definition = definition
        self.lease = LeaseKeeper(self.store, LAUNCH, "here:1:a", ttl=300.0)
        self.witness = Witness(base)
        self.written = 0

    def does(self, name: str, command: Command) -> None:
        LocalDesk(self.store, Session(self.store, LAUNCH), WarRoom.person(name)).perform(command)

    def happens(self, *events: ev.Event) -> None:
        for event in events:
            self.written += 1
            draft = Draft(id=f"e{self.written}", event=event, actor="engine", auth="engine")
            self.store.append(LAUNCH, [draft])

    def planned(self, name: str = "deploy", *, gate: str | None = None, expires_in: float = 1800.0) -> str:
        """A run that is confirmed and needs nobody's approval."""
        self.does("ops", cmd.RequestRun(action=name))
        run = f"{name}-1"
        steps = tuple(
            PlannedStep(verb=step.verb, provider=step.provider, does="it", command="make it")
            for step in self.definition.actions[name].steps
        )
        plan = Plan(action=name, title=name, version="1", environment="test", steps=steps, gate=gate)
        expires_at = self.store.now() + round(expires_in * 1_000_000)
        self.happens(
            ev.RunPlanned(run=run, plan=plan, digest=plan.digest(), gate=None, expires_at=expires_at),
            ev.RunConfirmed(run=run, digest=plan.digest()),
        )
        return run

    def run(self, name: str) -> RunState:
        self.session.refresh()
        return self.session.state.runs[name]

    @contextlib.asynccontextmanager
    async def engine(self) -> AsyncIterator[None]:
        """Carries what is to be carried, while the block runs."""
        await self.lease.take(wait=False)
        recorder = Recorder(self.store, self.session, self.lease, self.witness)
        tools = SimpleNamespace(providers={"shop": self.adapter})
        room: Any = SimpleNamespace(place="here", tools=lambda _seq, _definition: tools)

        def logbook(run: str) -> Logbook:
            return Logbook(self.store, LAUNCH, run, clock=self.session.clock, redactor=Redactor([]))

        async def tending(tasks: asyncio.TaskGroup) -> None:
            targets = Targets(self.store, self.session)
            runner = Runner(self.session, recorder, self.lease, room, targets, logbook, tasks)
            while True:
                await asyncio.to_thread(self.session.refresh)
                runner.tend()
                await asyncio.sleep(0.01)

        async def carrying() -> None:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(tending(tasks))

        task = asyncio.create_task(carrying())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def when(self, name: str, *statuses: str) -> RunState:
        """The run, once it has one of the statuses."""
        await until(lambda: name in self.session.state.runs and self.run(name).status in statuses)
        return self.run(name)

    async def ends(self, name: str, *statuses: str) -> RunState:
        """The same, carried by an engine."""
        async with self.engine():
            return await self.when(name, *statuses)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


OBJECTIVES = {
    "signals": {"homepage": HttpSignal(url="http://127.0.0.1:9/")},
    "objectives": {"checkout": Objective(signal="homepage", target=0.9, window=600.0)},
}
OPERATIONS = {"deploy": {"argv": ["true"]}, "smoke": {"argv": ["true"]}, "rollback": {"argv": ["true"]}}


@pytest.fixture
def carried(tmp_path: Path) -> Any:
    made: list[Carried] = []

    def make(**more: Any) -> Carried:
        actions = {
            "deploy": action("deploy", "smoke", on_failure=OnFailure(run="back")),
            "back": action("rollback"),
        }
        definition = commands_launch(OPERATIONS, **{**actions, **more.pop("actions", {})})
        made.append(Carried(tmp_path, replace(definition, **more)))
        return made[-1]

    yield make
    for one in made:
        one.store.close()


async def test_each_step_is_asked_for_once_and_its_output_is_kept(carried: Any) -> None:
    room = carried()
    room.adapter.output = ["a", "b"]
    async with room.engine():
        run = await room.when(room.planned(), "succeeded")
        await until(lambda: not room.store.locks(LAUNCH))
    assert [job.verb for job in room.adapter.started] == ["deploy", "smoke"]
    assert [(s.status, s.attempt, s.provider_id) for s in run.steps] == [
        ("succeeded", 1, "id-1"),
        ("succeeded", 1, "id-2"),
    ]
    assert len({step.nonce for step in run.steps}) == 2
    assert all(step.nonce.startswith("here:") for step in run.steps)
    assert [line.text for line in room.session.log(run.id)] == ["a", "b", "a", "b"]


async def test_what_expired_before_it_was_started_never_starts(carried: Any) -> None:
    room = carried()
    run = await room.ends(room.planned(expires_in=-1.0), "refused")
    assert (run.reason, room.adapter.started) == ("its plan expired before it was started", [])


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        (PhaseCondition(phase="launch"), "gate way is NO-GO: phase is launch"),
        (ObjectiveCondition(objective="checkout"), "gate way is HOLD"),  # waited for until patience ends
    ],
)
async def test_a_gate_that_has_closed_or_knows_nothing_keeps_it_from_starting(
    carried: Any, monkeypatch: pytest.MonkeyPatch, condition: AnyCondition, says: str
) -> None:
    monkeypatch.setattr(of_runner, "_GATE_PATIENCE", 1.0)
    room = carried(gates={"way": (condition,)}, **OBJECTIVES)
    run = await room.ends(room.planned(gate="way"), "refused")
    assert run.reason.startswith(says)
    assert not room.adapter.started


async def test_a_run_is_not_in_its_own_way_where_its_gate_asks_for_free_targets(carried: Any) -> None:
    gate = (UnlockedCondition(unlocked=("shop",)), ReadyCondition(ready="back"))
    room = carried(gates={"way": gate})
    name = room.planned(gate="way")
    asked = ev.ActionProbed(action="back", verdict="ok", reason="", observed_at=room.store.now())
    room.happens(asked)
    run = await room.ends(name, "succeeded")
    assert [step.status for step in run.steps] == ["succeeded"] * len(run.steps)


async def test_another_runs_lock_keeps_it_from_starting_where_its_gate_asks_for_free_targets(
    carried: Any,
) -> None:
    room = carried(gates={"way": (UnlockedCondition(unlocked=("site",)),)})
    room.store.take_lock(LAUNCH, "site", "other-1.0/deploy-1", "deploy-1 is under way", 60.0)
    run = await room.ends(room.planned(gate="way"), "refused")
    assert run.reason.startswith("gate way is NO-GO: unlocked: site: site is locked by other-1.0/deploy-1")


async def test_who_aborts_does_not_wait_for_a_gate_that_knows_nothing(
    carried: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_runner, "_GATE_PATIENCE", 3600.0)
    room = carried(gates={"blind": (ObjectiveCondition(objective="checkout"),)}, **OBJECTIVES)
    name = room.planned(gate="blind")
    room.happens(ev.RunStarted(run=name, epoch=1))
    async with room.engine():
        await until(lambda: room.store.locks(LAUNCH))
        room.does("eva", cmd.AbortRun(run=name))
        run = await room.when(name, "aborted")
    assert (run.steps[0].status, room.adapter.started) == ("pending", [])


async def test_what_a_provider_refuses_fails_and_what_mends_it_is_asked_for_once(carried: Any) -> None:
    room = carried()
    room.adapter.refusal = Refused("no such site")
    run = await room.ends(room.planned(), "failed")
    assert run.reason == "step 1 (deploy shop): no such site"
    assert (run.steps[0].status, run.steps[0].detail) == ("failed", "no such site")
    assert room.run("back-1").params == {"repairs": "deploy-1"}
    assert room.run("back-1").requested_auth == "engine"


@pytest.mark.parametrize(
    ("on_failure", "beside", "asked"),
    [
        (None, False, []),
        (OnFailure(run="back", mode="never"), False, []),
        (OnFailure(run="back", mode="ask"), True, ["back-1"]),
        (OnFailure(run="back", mode="auto"), False, ["back-1"]),
    ],
)
async def test_what_mends_it_is_asked_for_where_it_is_wanted_and_not_under_way(
    carried: Any, on_failure: OnFailure | None, beside: bool, asked: list[str]
) -> None:
    room = carried(actions={"deploy": action("deploy", on_failure=on_failure)})
    room.adapter.ending = Ending(state="failed", detail="it broke")
    name = room.planned()
    if beside:
        room.does("ops", cmd.RequestRun(action="back"))
    run = await room.ends(name, "failed")
    assert run.reason == "step 1 (deploy shop): it broke"
    assert [r.id for r in room.session.state.runs.values() if r.action == "back"] == asked
    assert room.session.state.anomalies == 0


class Rival:
    """The store, at which somebody asks for the rollback just before the engine does."""

    def __init__(self, room: Carried) -> None:
        self._room, self._store, self.late = room, room.store, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def append(self, launch: str, drafts: Any, **options: Any) -> Any:
        if not self.late and any(isinstance(draft.event, ev.RunRequested) for draft in drafts):
            self.late = True
            event = ev.RunRequested(run="back-1", action="back")
            self._store.append(launch, [Draft(id="rival", event=event, actor="ops", auth="os")])
        return self._store.append(launch, drafts, **options)


@pytest.mark.parametrize("crashed", [False, True])
async def test_two_who_ask_for_the_same_repair_at_once_get_one(carried: Any, crashed: bool) -> None:
    room = carried()
    name = room.planned()
    if crashed:
        room.happens(
            ev.RunStarted(run=name, epoch=1),
            ev.StepIntended(run=name, step=0, epoch=1, nonce="n"),
            ev.StepFailed(run=name, step=0, reason="no such site"),
        )
    room.adapter.refusal = Refused("no such site")
    room.store = Rival(room)
    run = await room.ends(name, "failed")
    assert room.store.late
    assert (run.reason, run.steps[0].status) == ("step 1 (deploy shop): no such site", "failed")
    backs = [r for r in room.session.state.runs.values() if r.action == "back"]
    assert [(r.id, r.requested_by) for r in backs] == [("back-1", "ops")]
    assert room.session.state.anomalies == 0


async def test_of_what_nobody_knows_a_person_decides(carried: Any) -> None:
    room = carried()
    room.adapter.refusal = Unreachable("no answer came")
    run = await room.ends(room.planned(), "interrupted")
    assert (run.steps[0].status, run.reason) == ("interrupted", "no answer came")
    room.adapter.refusal = None
    room.does("ops", cmd.ResolveRun(run=run.id, resolution="retry"))
    run = await room.ends(run.id, "succeeded")
    assert [step.attempt for step in run.steps] == [2, 1]


def begun(room: Carried, *, running: bool = True) -> str:
    """A run whose engine died in the midst of its first step."""
    name = room.planned()
    room.happens(
        ev.RunStarted(run=name, epoch=1), ev.StepIntended(run=name, step=0, epoch=1, nonce="there:n")
    )
    if running:
        room.happens(ev.StepRunning(run=name, step=0, provider_id="id-0"))
    return name


async def test_a_step_that_is_at_work_is_followed_and_its_output_kept_once(carried: Any) -> None:
    room = carried()
    name = begun(room)
    book = Logbook(room.store, LAUNCH, name, clock=room.session.clock, redactor=Redactor([]))
    await book.write(0, ["a", "b"])
    room.adapter.found = Found(state="at-work", provider_id="id-0")
    room.adapter.output = ["a", "b", "c"]
    run = await room.ends(name, "succeeded")
    assert [job.verb for job in room.adapter.started] == ["smoke"]
    assert [line.text for line in room.session.log(name) if line.step == 0] == [
        "a",
        "b",
        "(followed by another engine from here on)",
        "c",
    ]
    assert [step.attempt for step in run.steps] == [1, 1]


async def test_a_step_that_never_began_is_asked_for_anew(carried: Any) -> None:
    room = carried()
    name = begun(room, running=False)
    room.adapter.found = Found(state="never-started")
    run = await room.ends(name, "succeeded")
    assert [step.attempt for step in run.steps] == [2, 1]
    assert room.adapter.started[0].nonce.startswith("here:")


async def test_a_step_that_never_began_is_not_begun_once_it_is_aborted(carried: Any) -> None:
    room = carried()
    name = begun(room, running=False)
    room.adapter.found = Found(state="never-started")
    room.does("eva", cmd.AbortRun(run=name))
    run = await room.ends(name, "aborted")
    assert (run.steps[0].status, run.steps[0].detail) == ("aborted", "it had not begun")
    assert not room.adapter.started


async def test_a_step_that_nobody_finds_is_a_persons_matter(carried: Any) -> None:
    room = carried()
    run = await room.ends(begun(room), "interrupted")
    assert (run.reason, room.adapter.started) == ("nobody saw it", [])


async def test_an_abort_is_passed_on_and_the_rest_is_not_begun(carried: Any) -> None:
    room = carried()
    room.adapter.ends.clear()
    room.adapter.ending = Ending(state="aborted", detail="stopped")
    name = room.planned()
    async with room.engine():
        await until(lambda: room.run(name).steps and room.run(name).steps[0].status == "running")
        assert [lock.owner for lock in room.store.locks(LAUNCH)] == [f"{LAUNCH}/{name}"]
        room.does("eva", cmd.AbortRun(run=name))
        run = await room.when(name, "aborted")
    assert room.adapter.cancelled.is_set()
    assert [step.status for step in run.steps] == ["aborted", "pending"]
    assert "back-1" not in room.session.state.runs


async def test_what_ends_as_aborted_though_nobody_asked_has_failed(carried: Any) -> None:
    room = carried()
    room.adapter.ending = Ending(state="aborted", detail="cancelled in the console")
    run = await room.ends(room.planned(), "failed")
    assert run.reason == "step 1 (deploy shop): cancelled in the console"
    assert "back-1" in room.session.state.runs


async def test_what_fails_while_it_is_aborted_is_not_mended(carried: Any) -> None:
    room = carried()
    room.adapter.ends.clear()
    room.adapter.ending = Ending(state="failed", detail="it broke")
    name = room.planned()
    async with room.engine():
        await until(lambda: room.run(name).steps and room.run(name).steps[0].status == "running")
        room.does("eva", cmd.AbortRun(run=name))
        await room.when(name, "failed")
    assert "back-1" not in room.session.state.runs


@pytest.mark.parametrize("cancelling", [None, Unreachable("the vendor is away")])
async def test_who_aborts_does_not_wait_for_ever(
    carried: Any, monkeypatch: pytest.MonkeyPatch, cancelling: Exception | None
) -> None:
    monkeypatch.setattr(of_runner, "_ABORT_PATIENCE", 0.2)
    room = carried()
    name = room.planned()
    room.adapter.ends = Deaf()
    room.adapter.cancelling = cancelling
    async with room.engine():
        await until(lambda: room.run(name).steps and room.run(name).steps[0].status == "running")
        room.does("eva", cmd.AbortRun(run=name))
        run = await room.when(name, "aborted")
    said = "it could not be stopped: the vendor is away" if cancelling else "it was told to stop"
    assert run.steps[0].status == "interrupted"
    assert run.steps[0].detail == f"{said}, and had not ended 0.2 s later; it may go on, look there"


class Deaf(asyncio.Event):
    """Never set."""

    def set(self) -> None:
        """Whoever calls is not heard."""


@pytest.mark.parametrize(
    ("status", "ended", "step"),
    [("approved", "refused", "pending"), ("running", "interrupted", "interrupted")],
)
async def test_a_lock_of_somebody_else_stops_what_can_not_go_on(
    carried: Any, status: str, ended: str, step: str
) -> None:
    room = carried()
    name = begun(room) if status == "running" else room.planned()
    room.does("lead", cmd.Lock(target="shop", text="hands off", seconds=600.0))
    run = await room.ends(name, ended)
    assert run.reason.startswith("shop is locked by lead: hands off")
    assert ("may still be at work" in run.reason) == (status == "running")
    assert run.steps[0].status == step
    assert not room.adapter.started


async def test_an_abort_does_not_wait_for_a_lock(carried: Any) -> None:
    room = carried()
    name = begun(room, running=False)
    room.adapter.found = Found(state="never-started")
    room.does("lead", cmd.Lock(target="shop", text="hands off", seconds=600.0))
    room.does("eva", cmd.AbortRun(run=name))
    assert (await room.ends(name, "aborted")).steps[0].detail == "it had not begun"


@pytest.mark.parametrize(
    ("last", "status"),
    [
        (ev.StepAborted(run="deploy-1", step=0, detail="stopped"), "aborted"),
        (ev.StepInterrupted(run="deploy-1", step=0, reason="nobody knows"), "interrupted"),
        (ev.StepFailed(run="deploy-1", step=0, reason="it broke"), "failed"),
    ],
)
async def test_what_a_crash_left_between_a_steps_end_and_the_runs_is_finished(
    carried: Any, last: ev.Event, status: str
) -> None:
    room = carried()
    name = begun(room)
    if status == "aborted":
        room.does("eva", cmd.AbortRun(run=name))
    room.happens(last)
    run = await room.ends(name, status)
    assert ("back-1" in room.session.state.runs) == (status == "failed")
    assert (run.status, room.adapter.started) == (status, [])
