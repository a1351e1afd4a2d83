"""Asks providers, again and again, whether the actions that gates want ready could be run."""

import asyncio
from collections.abc import Mapping
from functools import partial

import msgspec

from launchpad.engine.asking import Question, keep_asking
from launchpad.engine.planner import make_plan
from launchpad.engine.recorder import Recorder
from launchpad.errors import LaunchpadError, Unreachable
from launchpad.model.definition import Definition
from launchpad.model.events import ActionProbed
from launchpad.model.filling import placeholders
from launchpad.model.state import Readiness
from launchpad.providers.capabilities import Provider
from launchpad.rules.readiness import asked_for, worth_recording
from launchpad.session import Session

_EVERY = 60.0
_ANY = "any"
"""Stands for the value of a parameter that is given when the run is requested."""


class ReadinessProber:
    def __init__(
        self,
        session: Session,
        recorder: Recorder,
        definition: Definition,
        providers: Mapping[str, Provider],
    ) -> None:
        """`providers` are those of `definition`."""
        self._session = session
        self._recorder = recorder
        self._definition = definition
        self._providers = providers

    async def run(self) -> None:
        await keep_asking(
            (Question(name, _EVERY, partial(self._news, name)) for name in asked_for(self._definition)),
            self._recorder,
        )

    async def _news(self, action: str) -> ActionProbed | None:
        said = await asyncio.to_thread(self._answer, self._definition, action)
        if not worth_recording(self._session.state.readiness.get(action), said):
            return None
        return ActionProbed(action=action, verdict=said.verdict, reason=said.reason, observed_at=said.at)

    def _answer(self, definition: Definition, action: str) -> Readiness:
        at = self._session.clock()
        params = parameters(definition, action)
        try:
            make_plan(
                definition,
                action,
                dict.fromkeys(params, _ANY),
                self._providers,
                self._session.state,
            )
        except LaunchpadError as error:
            unknown = isinstance(error, Unreachable)
            return Readiness(verdict="unknown" if unknown else "bad", reason=error.message, at=at)
        takes = f"takes {' '.join(f'--param {name}=…' for name in params)}" if params else ""
        return Readiness(verdict="ok", reason=takes, at=at)


def parameters(definition: Definition, action: str) -> tuple[str, ...]:
    """The parameters that an action's steps and their providers mention."""
    steps = definition.actions[action].steps
    names = sorted({step.provider for step in steps} & definition.providers.keys())
    settings = msgspec.json.encode([[definition.providers[name].settings for name in names], steps])
    mentioned = [name for name in placeholders(settings.decode()) if name.startswith("param.")]
    return tuple(dict.fromkeys(name.removeprefix("param.") for name in mentioned))
