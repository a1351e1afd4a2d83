"""Steps on rollouts: planned with what is known of the rollout, and believed only once it shows."""

import asyncio
from typing import cast

from msgspec.structs import replace

from launchpad.engine.plans import approvals_of
from launchpad.errors import Refused, Unreachable
from launchpad.model.definition import Definition, Rollout
from launchpad.model.lifecycles import RolloutStatus
from launchpad.model.plan import Plan, PlannedStep
from launchpad.model.rollouts import RolloutAim, RolloutReading, affected, shown
from launchpad.providers.capabilities import Emit, Ending, Found, Job, Provider, Rollouts, Steps
from launchpad.rules.gates import of_rollout
from launchpad.rules.ladder import RolloutView
from launchpad.rules.rollout_evidence import READ_WITHIN
from launchpad.rules.rollouts import moved, reached

_AGAIN = 1.0
"""Seconds between two readings after a step."""


class Rolled:
    """One rollout of a definition, with the adapter that it works through."""

    def __init__(self, name: str, definition: Definition, provider: Provider) -> None:
        """Raises `Refused` if the definition has no such rollout."""
        rollout = definition.rollouts.get(name)
        if rollout is None:
            raise Refused(f"there is no rollout {name} any more", hint="the definition was amended")
        self.name = name
        self.rollout: Rollout = rollout
        self._definition = definition
        # Whoever does not offer it says so when asked.
        self._provider = cast("Rollouts", provider)

    async def read(self) -> RolloutReading:
        """How it stands. Raises `Refused` or `Unreachable` if that can't be told in time."""
        reading = self._provider.read_rollout(self.name, self._definition.launch, self.rollout.settings)
        try:
            async with asyncio.timeout(READ_WITHIN):
                return await reading
        except TimeoutError:
            raise Unreachable(f"{self.rollout.provider} did not answer within {READ_WITHIN:g} s") from None

    async def moved(self, aim: RolloutAim) -> str:
        """Why a step must not be asked for: it stands otherwise than expected, or that can't be told."""
        if aim.verb == "halt":
            return ""
        try:
            return moved(aim, await self.read())
        except (Refused, Unreachable) as error:
            return f"{self.name} can't be read before it is changed: {error}"

    async def plan(self, aim: RolloutAim, known: RolloutView | None) -> Plan:
        """What a step would do. Raises `Refused` if it can't be done, or if the rollout does not stand as
        whoever asked saw it; a halt only if there is surely nothing that could be halted."""
        if why := await self.moved(aim):
            raise Refused(why, hint="look again, and ask again")
        definition, rollout = self._definition, self.rollout
        seen = aim.seen
        if seen is not None and not self._can(aim, seen) and aim.verb == "halt":
            seen = await self._read_if_possible()
        if seen is not None and not self._can(aim, seen):
            raise Refused(f"{self.name} is {seen.sentence}, and {_cant(self._provider, seen.status, aim)}")
        step = self._provider.plan_rollout(aim, definition.launch, rollout.settings)
        needed, approvers, waived = approvals_of(definition, rollout.approvals, rollout.approvers)
        free = aim.verb == "halt"
        return Plan(
            action=aim.verb,
            title=aim.sentence,
            version=definition.launch.version,
            environment=definition.launch.environment,
            steps=(_told(step, aim, known, rollout.users),),
            params={"rollout": self.name, "expects": aim.seen.sentence if aim.seen else "anything"}
            | ({"percent": shown(aim.percent)} if aim.verb == "bump" else {}),
            approvals=0 if free else needed,
            approvers={} if free else approvers,
            waived="" if free else waived,
            gate=None if free else of_rollout(self.name),
        )

    def _can(self, aim: RolloutAim, seen: RolloutReading) -> bool:
        return (seen.status, aim.verb) in self._provider.edges()

    async def _read_if_possible(self) -> RolloutReading | None:
        try:
            return await self.read()
        except (Refused, Unreachable):
            return None


def _cant(provider: Rollouts, status: RolloutStatus, aim: RolloutAim) -> str:
    can = ", ".join(sorted(verb for begins, verb in provider.edges() if begins == status))
    return f"its provider can't {aim.verb} it then; it can {can or 'do nothing'}"


def _told(
    step: PlannedStep, aim: RolloutAim, known: RolloutView | None, users: int | None = None
) -> PlannedStep:
    """The step with who is affected by it, and how the ladder stands."""
    reading = known.state.reading if known is not None and known.state is not None else aim.seen
    told = [step.does]
    if known is not None and aim.verb != "halt":
        told.append(f"now {known.standing}, read {_age(known)}")
    if aim.why:
        told.append(aim.why)
    affects = affected(aim, reading, users) if reading is not None else step.affects
    return replace(step, does="; ".join(part for part in told if part), affects=affects)


def _age(known: RolloutView) -> str:
    return "never" if known.age is None else f"{known.age:.0f} s ago"


class ReadBack:
    """An adapter whose word counts only once the rollout shows it; see `providers.capabilities.Steps`."""

    def __init__(self, provider: Steps, rolled: Rolled, aim: RolloutAim) -> None:
        self._provider = provider
        self._rolled = rolled
        self._aim = aim
        self._cancelled = asyncio.Event()
        self._last = ""
        """What was read last, in words."""

    async def start(self, job: Job) -> str:
        try:
            return await self._provider.start(job)
        except Refused:
            # What is so already is often refused.
            if await self._shows() is not True:
                raise
            return _SO_ALREADY
        except Unreachable:
            # The answer is lost; what was done need not be.
            if await self._shows() is not True:
                raise
            return _UNANSWERED

    async def follow(self, provider_id: str, job: Job, emit: Emit) -> Ending:
        if provider_id in _NO_STEP:
            return Ending(state="succeeded", detail=_NO_STEP[provider_id])
        ending = await self._provider.follow(provider_id, job, emit)
        if ending.state == "succeeded":
            return await self._shown_in_time()
        # The rollout's own word outweighs the step's.
        if not self._cancelled.is_set() and await self._shows() is True:
            return Ending(state="succeeded", detail=f"it shows, after {ending.detail}")
        return ending

    async def find(self, job: Job) -> Found:
        return await self._provider.find(job)

    async def cancel(self, provider_id: str, job: Job) -> None:
        self._cancelled.set()
        if provider_id not in _NO_STEP:
            await self._provider.cancel(provider_id, job)

    async def _shown_in_time(self) -> Ending:
        within = self._rolled.rollout.settles_within
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        while True:
            said = await self._shows()
            if said is True:
                return Ending(state="succeeded", detail=self._last)
            if self._cancelled.is_set():
                return Ending(state="aborted", detail=f"it was taken; {self._last}")
            if loop.time() >= deadline:
                break
            try:
                async with asyncio.timeout(_AGAIN):
                    await self._cancelled.wait()
            except TimeoutError:
                continue
        if said is None:
            return Ending(
                state="unknown", detail=f"it was taken, but nobody can tell whether it shows: {self._last}"
            )
        asked = self._aim.sentence
        return Ending(
            state="failed",
            detail=f"accepted and ignored: asked to {asked}, and {within:g} s later {self._last}; look there",
        )

    async def _shows(self) -> bool | None:
        """Whether the rollout shows what was asked for; None if it can't be read."""
        try:
            reading = await self._rolled.read()
        except (Refused, Unreachable) as error:
            self._last = str(error)
            return None
        self._last = f"{self._rolled.name} is {reading.sentence}"
        return reached(self._aim, reading)


_SO_ALREADY, _UNANSWERED = "so-already", "unanswered"
_NO_STEP = {_SO_ALREADY: "it was so already", _UNANSWERED: "its answer was lost, and it shows"}
"""What stands for the id of a step that shows without one, and how such a step ended."""
