"""What a definition is carried out with: its secrets, resolved, its probes and its providers."""

import contextlib
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, NoReturn

import msgspec
from msgspec.structs import replace

from launchpad.channels import CHANNELS, made_channels
from launchpad.channels.channel import Channel
from launchpad.config.secrets import Redactor, SecretResolver, references_in
from launchpad.engine.place import place_of
from launchpad.engine.provided import Provided
from launchpad.engine.sampler import Prober
from launchpad.engine.smoke_steps import SmokeStepper
from launchpad.engine.suites import Suites
from launchpad.errors import BadInput, Refused
from launchpad.model.definition import Definition, Launch, RolloutVerb, Verb
from launchpad.model.definition import Provider as Declared
from launchpad.model.lifecycles import RolloutStatus
from launchpad.model.plan import PlannedStep
from launchpad.model.rollouts import RolloutAim, RolloutReading
from launchpad.probes.control import Control
from launchpad.probes.kinds import Means
from launchpad.providers import PROVIDERS
from launchpad.providers.capabilities import (
    BackupRequest,
    Emit,
    Ending,
    Found,
    Job,
    PlannedBackup,
    Provider,
    Surroundings,
)


class Tools(NamedTuple):
    """What one definition is carried out with."""

    prober: Prober
    providers: Mapping[str, Provider]
    """By name; smoke tests stand among them, for the steps that name them."""
    lacking: tuple[BadInput, ...]
    """Why something of it can't be done: each names a secret, or what is not installed."""
    channels: Callable[[], dict[str, Channel]]
    """Makes those channels that can be had, for whoever closes them."""
    redactor: Redactor
    suites: Suites


class Toolroom:
    """Makes the tools of definitions. Every secret that was ever resolved stays out of every text."""

    def __init__(self, launch: str, *, base_dir: Path, environ: Mapping[str, str], state_dir: Path) -> None:
        """As for `Engine`."""
        self._base_dir = base_dir
        self._work_dir = state_dir / "steps" / launch
        self.place = place_of(state_dir)
        self._environ = environ
        self._resolver = SecretResolver(base_dir, environ)
        self._secrets: dict[str, str] = {}
        self._made: dict[int, Tools] = {}
        self._lacking: tuple[str, ...] = ()
        self._guard = threading.Lock()

    @property
    def redactor(self) -> Redactor:
        """Of all that was resolved so far."""
        return Redactor(self._secrets.values())

    @property
    def lacking(self) -> tuple[str, ...]:
        """What the tools that were made last lack, a sentence each."""
        return self._lacking

    def tools(self, seq: int, definition: Definition, *, again: bool = False) -> Tools:
        """Those of the definition that holds since event `seq`; made once, or `again` if they lack
        something. May ask slow programs for secrets the first time."""
        with self._guard:
            tools = self._made.get(seq)
            if tools is None or (again and tools.lacking):
                tools = self._made[seq] = self._make(definition)
                self._lacking = tuple(str(error) for error in tools.lacking)
            return tools

    def _make(self, definition: Definition) -> Tools:
        references = references_in(definition, PROVIDERS.settings(), CHANNELS.settings())
        lacking = {name: error for name in references if (error := self._resolve(name)) is not None}
        redactor = self.redactor
        environ = _for_commands(self._environ, references)
        around = Surroundings(
            base_dir=self._base_dir,
            work_dir=self._work_dir,
            place=self.place,
            environ=environ,
            resolve=lambda name: self._secret(name, lacking),
        )
        adapters: dict[str, Provider] = {}
        for name, declared in definition.providers.items():
            try:
                adapters[name] = Provided(_adapter(name, declared, around), redactor)
            except BadInput as error:
                lacking[f"provider {name}"] = error
                adapters[name] = _Missing(error)
        means = Means(
            control=Control(definition.control),
            base_dir=self._base_dir,
            environ=environ,
            resolve=lambda text: self._secret(text, lacking) if text in references else text,
            saying=redactor.line,
        )

        def channels() -> dict[str, Channel]:
            made: dict[str, Channel] = {}
            for name, declared in definition.channels.items():
                with contextlib.suppress(BadInput, Refused):  # said as what lacks
                    made |= made_channels(replace(definition, channels={name: declared}), means.resolve)
            return made

        lacking |= {f"channel {n}": error for n, error in _unknown_channels(definition)}
        suites = Suites(means, redactor, definition.launch)
        for name, suite in definition.smoke.items():
            adapters[name] = Provided(SmokeStepper(name, suite, suites), redactor)
        return Tools(Prober(means, redactor), adapters, tuple(lacking.values()), channels, redactor, suites)

    def _resolve(self, reference: str) -> BadInput | None:
        """Resolves a reference once; what forbids it."""
        if reference not in self._secrets:
            try:
                self._secrets[reference] = self._resolver.resolve(reference)
            except BadInput as error:
                return error
        return None

    def _secret(self, reference: str, lacking: Mapping[str, BadInput]) -> str:
        if reference in lacking:
            raise Refused(lacking[reference].message, hint=lacking[reference].hint)
        return self._secrets[reference]


def _adapter(name: str, declared: Declared, around: Surroundings) -> Provider:
    """Raises `BadInput` if its kind or its settings are unknown here, or it lacks a secret at once."""
    kind = PROVIDERS.load(declared.kind)
    try:
        adapter: Provider = kind(name, msgspec.convert(declared.settings, kind.settings), around)
    except msgspec.ValidationError as error:
        raise BadInput(f"provider {name}: {error}", hint="was it defined for another version?") from error
    except Refused as error:
        raise BadInput(f"provider {name}: {error.message}", hint=error.hint) from error
    except Exception as error:
        # Somebody else's adapter may be at fault; the rest can be done without it.
        said = f"{type(error).__name__}: {error}"
        raise BadInput(f"provider {name}: the adapter failed: {said}", hint="tell its maintainers") from error
    return adapter


def _unknown_channels(definition: Definition) -> Iterator[tuple[str, BadInput]]:
    """Channels of a kind, or with settings, that are unknown here."""
    for name, declared in definition.channels.items():
        try:
            msgspec.convert(declared.settings, CHANNELS.load(declared.kind).settings)
        except BadInput as error:
            yield name, error
        except msgspec.ValidationError as error:
            yield name, BadInput(f"channel {name}: {error}", hint="was it defined for another version?")


class _Missing:
    """Stands for a provider that can't be had; refuses whatever is asked, with the reason."""

    settings: ClassVar[type[Any]] = dict

    def __init__(self, why: BadInput) -> None:
        self._why = why

    def _refuse(self) -> NoReturn:
        raise Refused(self._why.message, hint=self._why.hint)

    def plan(self, verb: Verb, launch: Launch, params: Mapping[str, str]) -> PlannedStep:  # noqa: ARG002
        self._refuse()

    def edges(self) -> frozenset[tuple[RolloutStatus, RolloutVerb]]:
        self._refuse()

    def plan_rollout(self, aim: RolloutAim, launch: Launch, settings: Mapping[str, Any]) -> PlannedStep:  # noqa: ARG002
        self._refuse()

    async def read_rollout(self, rollout: str, launch: Launch, settings: Mapping[str, Any]) -> RolloutReading:  # noqa: ARG002
        self._refuse()

    def plan_backup(self, asked: BackupRequest, launch: Launch, params: Mapping[str, str]) -> PlannedBackup:  # noqa: ARG002
        self._refuse()

    async def start(self, job: Job) -> str:  # noqa: ARG002
        self._refuse()

    async def follow(self, provider_id: str, job: Job, emit: Emit) -> Ending:  # noqa: ARG002
        return Ending(state="unknown", detail=self._why.message)

    async def find(self, job: Job) -> Found:  # noqa: ARG002
        return Found(state="unknown", detail=self._why.message)

    async def cancel(self, provider_id: str, job: Job) -> None:
        """There is nothing that could be told to stop."""


def _for_commands(environ: Mapping[str, str], references: Collection[str]) -> dict[str, str]:
    """The environment without secrets: what references name, and a store's URL that may hold a password."""
    named = {reference.removeprefix("env:") for reference in references if reference.startswith("env:")}
    store = environ.get("LAUNCHPAD_STORE", "")
    return {
        name: value
        for name, value in environ.items()
        if name not in named and (value != store or store.startswith("sqlite:"))
    }
