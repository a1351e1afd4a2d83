"""What a step of a run is carried out with: its adapter and its job, by the definition that planned it."""

from launchpad.engine.plans import backup_request
from launchpad.engine.rollout_steps import ReadBack, Rolled
from launchpad.engine.toolroom import Toolroom, Tools
from launchpad.model.definition import Definition
from launchpad.model.plan import PlannedStep
from launchpad.model.state import RunState
from launchpad.providers.capabilities import BackupRequest, Job, Repeats, Steps
from launchpad.session import Session


class Jobs:
    """A run goes on to its end by what held when it was planned, whatever is amended meanwhile."""

    def __init__(self, session: Session, toolroom: Toolroom) -> None:
        self._session = session
        self._toolroom = toolroom

    def ready(self, run: RunState) -> None:
        """Makes the tools of a run, which may ask slow programs for secrets."""
        self._planned_with(run)

    def of(self, run: RunState, index: int) -> tuple[Steps, Job]:
        """The adapter of a step, and what it is told."""
        definition, tools = self._planned_with(run)
        step = planned(run, index)
        job = Job(
            verb=step.verb,
            nonce=run.steps[index].nonce,
            launch=definition.launch,
            run=run.id,
            params=run.plan.params if run.plan else run.params,
            aim=run.aim,
            settings=definition.rollouts[run.aim.rollout].settings if run.aim else {},
            backup=self._backup(run, index),
            bound=step.bound,
            brought=run.brought(index),
        )
        provider = tools.providers[step.provider]
        return (provider if run.aim is None else ReadBack(provider, self.rolled(run), run.aim)), job

    def vault(self, run: RunState, index: int) -> str:
        """The provider that keeps the backup of a step; empty where it makes none."""
        asked = self._backup(run, index)
        return asked.vault if asked else ""

    def rolled(self, run: RunState) -> Rolled:
        """The rollout that the run is about."""
        assert run.aim is not None, "asked of runs on rollouts"
        definition, tools = self._planned_with(run)
        rollout = definition.rollouts[run.aim.rollout]
        return Rolled(run.aim.rollout, definition, tools.providers[rollout.provider])

    def repeats(self, run: RunState, index: int) -> bool:
        """Whether asking twice for a halt is asking once."""
        provider = self._planned_with(run)[1].providers[planned(run, index).provider]
        return isinstance(provider, Repeats) and provider.repeats("halt")

    def _backup(self, run: RunState, index: int) -> BackupRequest | None:
        definition, _ = self._planned_with(run)
        action = definition.actions.get(run.action) if run.aim is None else None
        return backup_request(action.steps[index], definition) if action else None

    def _planned_with(self, run: RunState) -> tuple[Definition, Tools]:
        """The definition that the run was planned under, and its tools."""
        definition = self._session.state.definitions[run.planned_under]
        return definition, self._toolroom.tools(run.planned_under, definition)


def planned(run: RunState, index: int) -> PlannedStep:
    """A step as its provider described it."""
    assert run.plan is not None, "a run gets its steps from its plan"
    return run.plan.steps[index]
