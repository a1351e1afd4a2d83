"""What an adapter must be able to do, so that the engine can plan, run, find again and stop its steps."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

import msgspec

from launchpad.model.backups import BackupFact
from launchpad.model.definition import AnyVerb, Dump, Launch, RolloutVerb, Verb
from launchpad.model.lifecycles import RolloutStatus
from launchpad.model.migrations import MigrationFact, MigrationsReading
from launchpad.model.plan import PlannedStep
from launchpad.model.rollouts import RolloutAim, RolloutReading
from launchpad.model.smoke import SmokeFact
from launchpad.model.values import Value

Emit = Callable[[list[str]], Awaitable[None]]
"""Takes lines of output for the run's log; they are redacted and stripped on the way, as is all that an
adapter says."""


BEFORE = "from"
"""In `PlannedStep.bound`: what was live when the step was planned. Where a run is to mend another that
failed, its steps are planned with what those of the same provider had there, as a parameter of this name."""


AFTER = "after"
"""Among the parameters of a plan: the verb of the last step before this one that its provider takes. What
that step brings, this one finds in `Job.brought`."""


class BackupRequest(Value):
    """What the definition says of a step that saves a database, or puts it back."""

    vault: str
    """The provider that keeps the backups."""
    url: str
    options: dict[str, str]
    """How it is reached; secrets are references still."""
    passphrase: str
    """The reference to it."""
    dump: Dump | None = None
    """How it is saved; None: it is put back."""
    took: float | None = None
    """Seconds that it took the last time."""
    damaged: tuple[str, ...] = ()
    """The names of backups that a restore found damaged."""


class PlannedBackup(Value):
    """What such a step would do."""

    step: PlannedStep
    params: dict[str, str] = msgspec.field(default_factory=dict)
    """What the plan settled for the run: the name of the backup that `latest` stands for."""


class Job(Value):
    """One step, as an adapter is asked to carry it out."""

    verb: AnyVerb
    nonce: str
    """Unique to this attempt; the adapter leaves it where `find` will see it."""
    launch: Launch
    run: str
    params: dict[str, str] = msgspec.field(default_factory=dict)
    aim: RolloutAim | None = None
    """What to do with a rollout, where the verb is one for those."""
    settings: dict[str, Any] = msgspec.field(default_factory=dict)
    """With `aim`: what the definition says of the rollout beside what every rollout has."""
    backup: BackupRequest | None = None
    """Where the backups are kept, where the step is about one."""
    bound: dict[str, str] = msgspec.field(default_factory=dict)
    """`PlannedStep.bound`, as `plan` set it."""
    brought: dict[str, str] = msgspec.field(default_factory=dict)
    """What the steps before it in the run brought, as `PROVIDER.NAME`."""


class Found(Value):
    """What became of an attempt whose engine is gone."""

    state: Literal["at-work", "never-started", "unknown"]
    """`at-work`: follow `provider_id`, even if it has ended by now. `never-started`: certain, and it can't
    start any more. `unknown`: a person must look."""
    provider_id: str = ""
    detail: str = ""


class Ending(Value):
    """How a step ended."""

    state: Literal["succeeded", "failed", "aborted", "unknown"]
    detail: str = ""
    backup: BackupFact | None = None
    """The backup that it made."""
    damaged: str = ""
    """The name of a backup that it found damaged."""
    smoke: SmokeFact | None = None
    """What a smoke test found."""
    migrated: MigrationFact | None = None
    """What became of a database's migrations."""
    brought: dict[str, str] = msgspec.field(default_factory=dict)
    """What later steps of the run may use, by its name. The settings struct declares the names, as
    `brings(verb)`."""


class Surroundings(Value):
    """What the engine hands to an adapter."""

    base_dir: Path
    """The definition's directory."""
    work_dir: Path
    """A private directory of this launch on this host that survives the engine."""
    environ: Mapping[str, str]
    """The engine's environment, without secrets."""
    place: str
    """Names `work_dir` among all hosts, `HOST/TOKEN`; what bears another name was started elsewhere."""
    resolve: Callable[[str], str]
    """A secret reference's value. All were resolved before the engine took the lease; it never blocks."""


class Steps(Protocol):
    """Mutations that can be asked for once, followed, found again and stopped."""

    async def start(self, job: Job) -> str:
        """Asks for the mutation, once, and returns the provider's own id for it.

        Raises `Refused` if it certainly did not begin, `Unreachable` if that is not known. Its subclass
        `Unasked` says that asking again may help: a halt is then asked for until it is taken.
        """
        ...

    async def follow(self, provider_id: str, job: Job, emit: Emit) -> Ending:
        """Waits for the provider's end state. Safe to call again, in another engine too.

        Emits the attempt's output from its beginning each time: the engine knows what it has kept.
        """
        ...

    async def find(self, job: Job) -> Found:
        """What became of an earlier attempt, by its nonce."""
        ...

    async def cancel(self, provider_id: str, job: Job) -> None:
        """Asks for an end as soon as possible; `follow` tells how it ended."""
        ...


class Provider(Steps, Protocol):
    """An adapter, made from its settings."""

    settings: ClassVar[type[Any]]
    """The msgspec struct that its section of the definition is validated against."""

    def __init__(self, name: str, settings: Any, surroundings: Surroundings) -> None: ...

    def plan(self, verb: Verb, launch: Launch, params: Mapping[str, str]) -> PlannedStep:
        """What the step would do. Changes nothing. Called on a thread of its own: it may ask the provider.

        Raises `Refused` if it can't be done, `Unreachable` if that is not known.
        """
        ...


@runtime_checkable
class Rollouts(Protocol):
    """What an adapter offers beside, where it can give a release to a share of users.

    A step on a rollout is started, followed, found and cancelled as any other, with a job that has an `aim`.
    Its end says that the provider took it; whether it shows is read back by the engine. The settings struct
    names, as `rollout_settings`, the struct of what an adapter must know of each rollout, and answers
    `rolls_out`.
    """

    def edges(self) -> frozenset[tuple[RolloutStatus, RolloutVerb]]:
        """From which state which verb works here."""
        ...

    def plan_rollout(self, aim: RolloutAim, launch: Launch, settings: Mapping[str, Any]) -> PlannedStep:
        """What the step would do. Changes nothing. Raises `Refused` if it can't be done."""
        ...

    async def read_rollout(self, rollout: str, launch: Launch, settings: Mapping[str, Any]) -> RolloutReading:
        """How it stands. Changes nothing. Raises `Refused` or `Unreachable` if that can't be told."""
        ...


@runtime_checkable
class Repeats(Protocol):
    """What an adapter of `Rollouts` offers beside, where asking twice for a step is asking once."""

    def repeats(self, verb: RolloutVerb) -> bool:
        """Whether it is so for this verb. The engine asks again, each time under an intent and a nonce of its
        own, for a halt of which nobody knows whether it was done."""
        ...


@runtime_checkable
class Backups(Protocol):
    """What an adapter offers beside, where it can save a database and put it back."""

    def plan_backup(self, asked: BackupRequest, launch: Launch, params: Mapping[str, str]) -> PlannedBackup:
        """What the step would do. Changes nothing; asks the database and the store. Raises `Refused` if it
        can't be done."""
        ...


@runtime_checkable
class Migrations(Protocol):
    """What an adapter offers beside, where it can migrate a database."""

    def migrates(self, verb: AnyVerb | None = None) -> bool:
        """Whether the verb is one that migrates here; without one, whether there is any."""
        ...

    def plan_migration(
        self, verb: Verb, launch: Launch, params: Mapping[str, str], applied: MigrationFact | None
    ) -> PlannedStep:
        """What the step would do; asks the database. `applied` is what this launch migrated last. Raises as
        `Provider.plan`."""
        ...

    async def read_migrations(self, launch: Launch) -> MigrationsReading:
        """How far the database is. Changes nothing. Raises `Refused` or `Unreachable` if nobody can tell."""
        ...
