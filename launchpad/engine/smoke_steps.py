"""Smoke tests as steps of runs: asked for, followed and stopped as what providers do."""

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar

from launchpad.engine.suites import Suites
from launchpad.errors import Refused
from launchpad.model.definition import Launch, SmokeSuite, Verb
from launchpad.model.filling import filled_text
from launchpad.model.plan import PlannedStep
from launchpad.providers.capabilities import Emit, Ending, Found, Job

_STATES: Mapping[str, Any] = {"ok": "succeeded", "bad": "failed", "unknown": "unknown"}


class SmokeStepper:
    """Takes the place of a provider in the steps `smoke: NAME`.

    The walk dies with its engine. A smoke test is made to be run again, so that a successor takes it anew.
    """

    settings: ClassVar[type[Any]] = dict

    def __init__(self, name: str, suite: SmokeSuite, suites: Suites) -> None:
        self._name = name
        self._suite = suite
        self._suites = suites
        self._stops: dict[str, asyncio.Event] = {}

    def plan(self, verb: Verb, launch: Launch, params: Mapping[str, str]) -> PlannedStep:  # noqa: ARG002
        count = len(self._suite.steps)
        does = f"smoke test of {count} step{'s' * (count != 1)}"
        undo = "nothing is changed" if self._suite.only_asks else None
        return PlannedStep(
            verb=verb,
            provider=self._name,
            does=f"{does}: {self._suite.title}" if self._suite.title else does,
            command=f"launchpad smoke {self._name} --wait",
            undo=self._suite.undo or undo,
            timeout=self._suite.timeout,
            stuck_after=self._suite.timeout,
            affects="nobody: it only asks"
            if self._suite.only_asks
            else "nobody but what a user's visit does",
            console="its steps stand in the definition, under `smoke`",
        )

    async def start(self, job: Job) -> str:
        _given(job)
        self._stops[job.nonce] = asyncio.Event()
        return job.nonce

    async def follow(self, provider_id: str, job: Job, emit: Emit) -> Ending:
        async def say(line: str) -> None:
            await emit([line])

        stop = self._stops.setdefault(provider_id, asyncio.Event())
        walking = asyncio.create_task(self._suites.run(self._suite, say, _given(job)))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({walking, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not walking.done():
                return Ending(state="aborted", detail="it was told to stop")
            fact = walking.result()
        finally:
            for task in (walking, stopping):
                task.cancel()
            self._stops.pop(provider_id, None)
        return Ending(state=_STATES[fact.verdict], detail=fact.sentence, smoke=fact)

    async def find(self, job: Job) -> Found:  # noqa: ARG002  # whichever it was: no walk outlives its engine
        return Found(state="never-started")

    async def cancel(self, provider_id: str, job: Job) -> None:  # noqa: ARG002
        if provider_id in self._stops:
            self._stops[provider_id].set()


def _given(job: Job) -> dict[str, str]:
    """What the step gives to the smoke test. Raises `Refused` if a step before it did not bring it: nothing
    else is looked at in its place."""
    try:
        return {name: filled_text(text, job.brought) for name, text in job.bound.items()}
    except KeyError as error:
        lacking = error.args[0]
        raise Refused(
            f"nothing was looked at: no step of this run brought {lacking}",
            hint="was the step before it skipped, or marked done?",
        ) from None
