"""What providers say, made safe to keep where it comes in: no control sequence, no secret."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from msgspec.structs import replace

from launchpad.config.secrets import Redactor
from launchpad.errors import Refused, Unreachable
from launchpad.model.definition import Launch, Verb
from launchpad.model.plan import PlannedStep
from launchpad.providers.capabilities import Emit, Ending, Found, Job, Provider


class Provided:
    """A provider whose words have been cleaned; see `providers.capabilities.Provider`.

    Lines of output go to `emit` as they are: the run's log cleans them.
    """

    settings: ClassVar[type[Any]]

    def __init__(self, provider: Provider, redactor: Redactor) -> None:
        self._provider = provider
        self._redactor = redactor

    def plan(self, verb: Verb, launch: Launch, params: Mapping[str, str]) -> PlannedStep:
        with self._told():
            step = self._provider.plan(verb, launch, params)
        return replace(
            step,
            does=self._redactor.line(step.does),
            command=self._redactor.block(step.command),
            undo=self._redactor.line(step.undo) if step.undo else None,
        )

    async def start(self, job: Job) -> str:
        with self._told():
            return await self._provider.start(job)

    async def follow(self, provider_id: str, job: Job, emit: Emit) -> Ending:
        with self._told():
            ending = await self._provider.follow(provider_id, job, emit)
        return replace(ending, detail=self._redactor.line(ending.detail))

    async def find(self, job: Job) -> Found:
        with self._told():
            found = await self._provider.find(job)
        return replace(found, detail=self._redactor.line(found.detail))

    async def cancel(self, provider_id: str, job: Job) -> None:
        with self._told():
            await self._provider.cancel(provider_id, job)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (Refused, Unreachable) as error:
            kind = Refused if isinstance(error, Refused) else Unreachable
            raise kind(self._redactor.line(error.message), hint=self._redactor.line(error.hint)) from None
