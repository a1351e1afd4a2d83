"""Turns a request into a plan: what the providers say they would do, and whether the gate allows it."""

import asyncio
from collections.abc import Mapping

from msgspec.structs import replace

from launchpad.engine.plans import approvals_of, backup_request, with_given
from launchpad.engine.recorder import Recorder
from launchpad.engine.rollout_steps import Rolled
from launchpad.engine.toolroom import Toolroom
from launchpad.errors import Conflict, LaunchpadError, Refused
from launchpad.model.definition import Action, Definition, Step
from launchpad.model.events import Event, RunConfirmed, RunPlanned, RunRefused
from launchpad.model.plan import Plan, PlannedStep
from launchpad.model.rollouts import RolloutAim
from launchpad.model.state import MigrationState, RunState, State
from launchpad.model.state.runs import REPAIRS
from launchpad.model.values import SECOND
from launchpad.providers.capabilities import AFTER, BEFORE, Backups, Migrations, Provider
from launchpad.rules.gates import evaluate
from launchpad.rules.view import View
from launchpad.session import Session

VALID = 1800.0
"""Seconds a plan may wait for its confirmation, its approvals and its start."""
NOTHING_KNOWN = State()


class Planner:
    """Plans what is asked for, each request by itself: a halt waits for no other."""

    def __init__(
        self, session: Session, recorder: Recorder, toolroom: Toolroom, tasks: asyncio.TaskGroup
    ) -> None:
        self._session = session
        self._recorder = recorder
        self._toolroom = toolroom
        self._tasks = tasks
        self._planning: dict[str, asyncio.Task[None]] = {}

    def tend(self) -> None:
        """Begins to plan what was asked for since."""
        self._planning = {run: task for run, task in self._planning.items() if not task.done()}
        for run in self._session.state.runs.values():
            if run.status == "requested" and run.id not in self._planning:
                self._planning[run.id] = self._tasks.create_task(self._plan(run), name=f"plan {run.id}")

    async def _plan(self, run: RunState) -> None:
        """Records the plan of a requested run, or why there can be none."""
        shown = await asyncio.to_thread(self._session.view)
        seq = shown.state.definition_seq
        try:
            tools = await asyncio.to_thread(self._toolroom.tools, seq, shown.definition)
            if run.aim is not None:
                plan = await _rollout_plan(run.aim, shown, tools.providers)
            else:
                plan = await asyncio.to_thread(
                    make_plan,
                    shown.definition,
                    run.action,
                    run.params,
                    tools.providers,
                    shown.state,
                )
        except LaunchpadError as error:
            await self._append(run, seq, RunRefused(run=run.id, reason=str(error)))
            return
        gate = evaluate(plan.gate, shown.situation) if plan.gate else None
        digest = plan.digest()
        events: list[Event] = [
            RunPlanned(
                run=run.id,
                plan=plan,
                digest=digest,
                gate=gate,
                expires_at=shown.now + round(VALID * SECOND),
            )
        ]
        if run.stops or (run.requested_auth == "engine" and self._goes_by_itself(run)):
            events.append(RunConfirmed(run=run.id, digest=digest))
        await self._append(run, seq, *events)

    def _goes_by_itself(self, run: RunState) -> bool:
        if run.aim is not None:
            return True
        failed = self._session.state.runs.get(run.params.get(REPAIRS, ""))
        action = self._session.state.action(failed.action) if failed else None
        return bool(action and action.on_failure and action.on_failure.mode == "auto")

    async def _append(self, run: RunState, definition_seq: int, *events: Event) -> None:
        try:
            await self._recorder.bound(definition_seq).append(*events, expect={f"run:{run.id}": run.seq})
        except Conflict:
            # Retracted, aborted or amended meanwhile; the next look sees how it stands.
            return


async def _rollout_plan(aim: RolloutAim, shown: View, providers: Mapping[str, Provider]) -> Plan:
    """What the step on a rollout would do. Raises `Refused` if it can't be done."""
    definition = shown.definition
    rollout = definition.rollouts.get(aim.rollout)
    if rollout is None:
        raise Refused(f"there is no rollout {aim.rollout} any more", hint="the definition was amended")
    rolled = Rolled(aim.rollout, definition, providers[rollout.provider])
    known = next((one for one in shown.rollouts if one.name == aim.rollout), None)
    return await rolled.plan(aim, known)


def make_plan(
    definition: Definition,
    name: str,
    params: Mapping[str, str],
    providers: Mapping[str, Provider],
    state: State = NOTHING_KNOWN,
) -> Plan:
    """What the action would do, by what the launch knows; may ask the outside. Raises `Refused` if there is
    no such action, or a provider can't do its step."""
    action = definition.actions.get(name)
    if action is None:
        raise Refused(f"there is no action {name} any more", hint="the definition was amended")
    failed = state.runs.get(params.get(REPAIRS, ""))
    steps, settled = [], dict(params)
    for place, step in enumerate(action.steps):
        provider = providers[step.provider]
        if isinstance(provider, Migrations) and provider.migrates(step.verb):
            done = state.migrations.get(step.provider, MigrationState()).applied
            steps.append(provider.plan_migration(step.verb, definition.launch, params, done))
            continue
        told = {**params, **_before(failed, step), **_after(action, place)}
        planned, more = _planned(step, definition, told, providers, state)
        steps.append(with_given(planned, step, definition.launch, params))
        settled |= more
    needed, approvers, waived = approvals_of(definition, action.approvals, action.approvers)
    return Plan(
        action=name,
        title=action.title or name,
        version=definition.launch.version,
        environment=definition.launch.environment,
        steps=tuple(steps),
        params=settled,
        approvals=needed,
        approvers=approvers,
        waived=waived,
        gate=action.gate,
        on_failure=_on_failure(action),
        lock_after=action.locks_for,
    )


def _planned(
    step: Step,
    definition: Definition,
    params: Mapping[str, str],
    providers: Mapping[str, Provider],
    state: State,
) -> tuple[PlannedStep, Mapping[str, str]]:
    """What a step would do, and what that settles of the run's parameters."""
    provider, asked = providers[step.provider], backup_request(step, definition)
    if asked is None:
        return provider.plan(step.verb, definition.launch, params), {}
    if not isinstance(provider, Backups):
        raise Refused(f"{step.provider} can't save a database", hint="name a provider that can")
    known = state.backups.get(step.provider)
    took = known.last.seconds if known else None
    asked = replace(asked, took=took, damaged=state.damaged_backups.get(step.provider, ()))
    planned = provider.plan_backup(asked, definition.launch, params)
    return planned.step, planned.params


def _before(failed: RunState | None, step: Step) -> dict[str, str]:
    """What the step's provider showed when the failed run was planned: how far a repair is to go back."""
    steps = failed.plan.steps if failed is not None and failed.plan is not None else ()
    shown = (one.bound.get(BEFORE) for one in steps if one.provider == step.provider)
    before = next(filter(None, shown), None)
    return {BEFORE: before} if before else {}


def _after(action: Action, place: int) -> dict[str, str]:
    """What the step's provider does before it in the same action."""
    provider = action.steps[place].provider
    verbs = [step.verb for step in action.steps[:place] if step.provider == provider]
    return {AFTER: verbs[-1]} if verbs else {}


def _on_failure(action: Action) -> str | None:
    if action.on_failure is None or action.on_failure.mode == "never":
        return None
    how = "starts by itself" if action.on_failure.mode == "auto" else "is offered"
    return f"{action.on_failure.run} {how}"
