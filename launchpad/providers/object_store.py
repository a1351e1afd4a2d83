"""The `object_store` provider: where other providers' steps keep things. It has no steps of its own."""

from collections.abc import Mapping
from typing import ClassVar

from launchpad.errors import Refused
from launchpad.model.backups import ObjectStoreSettings
from launchpad.model.definition import Launch, Verb
from launchpad.model.plan import PlannedStep
from launchpad.providers.capabilities import Emit, Ending, Found, Job, Surroundings


class ObjectStoreProvider:
    """S3, Google's, Azure's or a directory."""

    settings: ClassVar[type[ObjectStoreSettings]] = ObjectStoreSettings

    def __init__(self, name: str, settings: ObjectStoreSettings, surroundings: Surroundings) -> None:  # noqa: ARG002
        self._refusal = f"{name} only keeps what the steps of others put there"

    def plan(self, verb: Verb, launch: Launch, params: Mapping[str, str]) -> PlannedStep:  # noqa: ARG002
        raise Refused(self._refusal)

    async def start(self, job: Job) -> str:  # noqa: ARG002
        raise Refused(self._refusal)

    async def follow(self, provider_id: str, job: Job, emit: Emit) -> Ending:  # noqa: ARG002
        return Ending(state="unknown", detail=self._refusal)

    async def find(self, job: Job) -> Found:  # noqa: ARG002
        return Found(state="never-started")

    async def cancel(self, provider_id: str, job: Job) -> None:
        """There is nothing that could be told to stop."""
