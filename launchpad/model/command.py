"""Settings of the `command` provider: an operator's own programs as the operations of a plan."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from msgspec import Meta, field

from launchpad.model.definition import ROLLOUT_VERBS, AnyVerb, Name, RolloutVerb, Verb
from launchpad.model.filling import PLACEHOLDER, filled_text, placeholders
from launchpad.model.lifecycles import ROLLOUT, RolloutStatus
from launchpad.model.values import Duration, Environment, Text, Value, is_secret_reference

PLACEHOLDERS = ("launch.product", "launch.version", "launch.environment")
"""What an argument may speak of, besides `param.NAME`."""
ROLLOUT_PLACEHOLDERS = (*PLACEHOLDERS, "rollout.name", "rollout.percent")
"""The same of programs that are about a rollout."""
MIGRATION_PLACEHOLDERS = (*PLACEHOLDERS, "migrations.version", "migrations.before")
"""The same of programs that migrate: the version found when the plan was made, and the one that this launch
found before it migrated."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PARAMETER = re.compile(r"param\.[a-zA-Z0-9][a-zA-Z0-9._-]*")


class Program(Value):
    """One program. Exactly one of `argv` and `shell`."""

    speaks_of: ClassVar[tuple[str, ...]] = PLACEHOLDERS

    argv: tuple[Text, ...] = ()
    """Program and arguments, run without a shell. `{{ launch.version }}`, `{{ launch.product }}`,
    `{{ launch.environment }}` and `{{ param.NAME }}` are filled in."""
    shell: Annotated[Text, Meta(min_length=1)] | None = None
    """A line for `/bin/sh -c`, taken as it is: nothing is filled in, so that no value can become code."""
    env: Environment = {}
    """Environment variables; whatever is secret as a reference."""
    cwd: str | None = None
    """Working directory, relative to the definition's; absent: the definition's own."""

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What the types can't say: where in it, and what is wrong."""
        if bool(self.argv) == (self.shell is not None):
            yield (), "expected exactly one of 'argv' (a program and its arguments) and 'shell' (a line)"
        for index, argument in enumerate(self.argv):
            yield from ((("argv", index), what) for what in self.placeholder_faults(argument))
            if is_secret_reference(argument):
                yield ("argv", index), "other processes can read arguments; pass the secret in 'env'"
        if self.argv and placeholders(self.argv[0]):
            yield ("argv", 0), "expected a program's name without placeholders"
        if any(
            name.startswith(("launch.", "param.", "rollout.", "migrations."))
            for name in placeholders(self.shell or "")
        ):
            yield ("shell",), "placeholders are filled in 'argv' only, as a shell would run what they hold"
        for name in self.env:
            if not _VARIABLE.fullmatch(name):
                yield ("env", name), "expected a variable's name: letters, digits and '_', no digit first"

    def placeholder_faults(self, text: str) -> Iterator[str]:
        """What is wrong with the placeholders in a text of it."""
        for name in placeholders(text):
            if name not in self.speaks_of and not _PARAMETER.fullmatch(name):
                expected = ", ".join((*self.speaks_of, "param.NAME"))
                yield f"unknown placeholder '{name}', expected one of {expected}"
        if "{{" in PLACEHOLDER.sub("", text):
            yield "a placeholder that is not closed, expected such as {{ launch.version }}"


class CommandOperation(Program):
    """A program that changes something."""

    title: str = ""
    """What it does, in a line of the plan; may speak of `{{ launch.version }}` and the like."""
    timeout: Duration = 900.0
    """Time after which it is shown as timed out."""
    stuck_after: Duration = 120.0
    """Time without output after which it is shown as stuck."""
    undo: str | None = None
    """How it is undone, in a line; absent: it can't be, unless it is a `backup` or a `smoke`."""
    affects: str = ""
    """Which users meet it, and how many, in a line of the plan."""
    vendor: str = ""
    """The vendor's own command for the same, for the case that Launchpad is gone."""
    console: str = ""
    """Where it can be seen and done in the vendor's console; absent: what the provider says."""

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What the types can't say: where in it, and what is wrong."""
        yield from super().faults()
        texts = {key: getattr(self, key) for key in ("title", "affects", "vendor", "console")}
        for key, text in (texts | {"undo": self.undo or ""}).items():
            yield from (((key,), what) for what in self.placeholder_faults(text))
        for name in ("timeout", "stuck_after"):
            if getattr(self, name) == 0:
                yield (name,), "expected a duration above zero"


class RolloutProgram(Program):
    """A program that says how a rollout stands, in its last line: `{"state": "rolling", "percent": 10}`."""

    speaks_of: ClassVar[tuple[str, ...]] = ROLLOUT_PLACEHOLDERS
    timeout: Duration = 10.0
    """Time after which the reading is given up."""


class RolloutOperation(CommandOperation):
    """A program that changes a rollout."""

    speaks_of: ClassVar[tuple[str, ...]] = ROLLOUT_PLACEHOLDERS
    from_: tuple[RolloutStatus, ...] = field(default=(), name="from")
    """States from which it works. None: wherever such a step can begin, a halt only while it rolls."""


class CommandRollout(Value):
    """Programs that read and change rollouts."""

    read: RolloutProgram
    set: RolloutOperation
    """Sets `{{ rollout.percent }}`."""
    halt: RolloutOperation | None = None
    resume: RolloutOperation | None = None
    complete: RolloutOperation | None = None
    """Absent: `set` with 100."""

    def operation(self, verb: RolloutVerb) -> RolloutOperation | None:
        """The program for a verb; None if there is none."""
        match verb:
            case "bump":
                return self.set
            case "complete":
                return self.complete or self.set
            case "halt":
                return self.halt
            case "resume":
                return self.resume

    @property
    def edges(self) -> frozenset[tuple[RolloutStatus, RolloutVerb]]:
        """From which state which verb works."""
        found = set()
        for verb in ROLLOUT_VERBS:
            operation = self.operation(verb)
            if operation is None:
                continue
            # A release that everybody has can be stopped by few: that must be said.
            usual = tuple(s for s, v in ROLLOUT if v == verb and (s, v) != ("complete", "halt"))
            shared = verb == "complete" and self.complete is None
            begins = usual if shared else operation.from_ or usual
            found |= {(status, verb) for status in begins if (status, verb) in ROLLOUT}
        return frozenset(found)


class StatusProgram(Program):
    """A program that says how far a database is migrated, in its last line: `{"version": "41", "pending":
    ["42_add_index", {"name": "43_drop_column", "destructive": true}]}`."""

    timeout: Duration = 30.0
    """Time after which the reading is given up."""


class DryRunProgram(Program):
    """A program that prints what would be done, and does nothing."""

    timeout: Duration = 120.0
    """Time after which it is given up, and with it the plan."""


class MigrationOperation(CommandOperation):
    """A program that migrates a database."""

    speaks_of: ClassVar[tuple[str, ...]] = MIGRATION_PLACEHOLDERS


class CommandMigrations(Value):
    """Programs that read and migrate a database: the steps `migrate` and, with `down`, `rollback`."""

    status: StatusProgram
    up: MigrationOperation
    """Applies all that is pending."""
    dry_run: DryRunProgram | None = None
    """What it prints stands in the plan."""
    down: MigrationOperation | None = None
    """Puts back what this launch applied: to `{{ migrations.before }}`."""

    @property
    def verbs(self) -> tuple[Verb, ...]:
        """The verbs it offers."""
        return ("migrate", "rollback") if self.down is not None else ("migrate",)

    def operation(self, verb: AnyVerb) -> MigrationOperation | None:
        """The program for a verb; None if there is none."""
        return self.up if verb == "migrate" else self.down if verb == "rollback" else None


class CommandRolloutSettings(Value):
    """What the programs must know of one rollout."""

    params: dict[Name, str] = {}
    """Fills `{{ param.NAME }}` in their arguments."""


class CommandSettings(Value):
    """What a provider of kind `command` can do."""

    rollout_settings: ClassVar[type[CommandRolloutSettings]] = CommandRolloutSettings

    operations: dict[Verb, CommandOperation] = {}
    """A program for each verb that its steps may ask for."""
    rollout: CommandRollout | None = None
    """Programs for `rollouts`."""
    migrations: CommandMigrations | None = None
    """Programs that migrate a database."""
    console: str = ""
    """Where all of this can be seen and done in the vendor's console."""

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What the types can't say: where in it, and what is wrong."""
        if not self.operations and self.rollout is None and self.migrations is None:
            yield (), "can do nothing, expected 'operations', 'migrations' or 'rollout'"
        for verb in self.migrations.verbs if self.migrations is not None else ():
            if verb in self.operations:
                what = f"'{verb}' is what 'migrations' does already, expected one of them"
                yield ("operations", verb), what

    @property
    def verbs(self) -> tuple[Verb, ...]:
        """The verbs it offers."""
        return (*self.operations, *(self.migrations.verbs if self.migrations is not None else ()))

    @property
    def migrates(self) -> bool:
        """Whether it says how far a database is migrated."""
        return self.migrations is not None

    @property
    def rolls_out(self) -> bool:
        """Whether it serves rollouts."""
        return self.rollout is not None


def filled(argv: tuple[str, ...], values: Mapping[str, str]) -> tuple[str, ...]:
    """`argv` with each placeholder replaced; every argument stays one argument.

    `values` maps `launch.version`, `param.NAME` … to text. Raises KeyError with the first missing name.
    """
    return tuple(filled_text(argument, values) for argument in argv)
